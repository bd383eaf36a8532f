import Foundation
import Synchronization

let processorCount = ProcessInfo.processInfo.activeProcessorCount

/// Runs `body` in `count` threads of its own at once, and throws the first error after all have ended.
func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let failure = Failure()
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        let thread = Thread {
            do { try body(index) } catch { failure.note(error) }
            group.leave()
        }
        thread.stackSize = 1 << 20
        thread.start()
    }
    group.wait()
    if let error = failure.first { throw error }
}

private final class Failure: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    func note(_ other: any Error) { error.withLock { $0 = $0 ?? other } }
    var first: (any Error)? { error.withLock { $0 } }
}

/// Times that several threads gather.
final class Times: Sendable {
    private let values = Mutex<[Double]>([])

    func add(_ times: [Double]) { values.withLock { $0 += times } }
    var all: [Double] { values.withLock { $0 } }
}

/// Numbers handed out once each.
final class Counter: Sendable {
    private let value = Mutex(0)

    func next(below limit: Int) -> Int? {
        value.withLock {
            guard $0 < limit else { return nil }
            $0 += 1
            return $0 - 1
        }
    }
}
