import AgeFile
import Sharing
import Sodium
import Storage
import Synchronization
import Testing

@testable import Custodian

struct LimitTests {
    @Test func oldestOneTimeKeyGoesWhenThereAreTooMany() throws {
        let keys = OneTimeKeys(limit: 3)
        let made = (0..<5).map { _ in keys.make() }
        let envelopes = try made.map { try AgeFile.seal([1], to: [$0]).bytes }
        for place in 0..<2 {
            #expect(throws: CustodianError(.unknown, "")) { try keys.open(envelopes[place], to: made[place]) }
        }
        for place in 2..<5 { #expect(try keys.open(envelopes[place], to: made[place]).count == 1) }
    }

    @Test func oneTimeKeysThatWereTakenMakeRoom() throws {
        let keys = OneTimeKeys(limit: 3)
        let first = keys.make()
        // Taken ones are forgotten, however many there were.
        for _ in 0..<50 {
            let recipient = keys.make()
            _ = try keys.open(try AgeFile.seal([1], to: [recipient]).bytes, to: recipient)
        }
        #expect(try keys.open(try AgeFile.seal([1], to: [first]).bytes, to: first).count == 1)
    }

    @Test func oneTimeKeyOpensOnceAlsoWhenTheEnvelopeDoesNotFit() throws {
        let keys = OneTimeKeys()
        let recipient = keys.make()
        #expect(throws: CustodianError(.malformed, "")) { try keys.open([0], to: recipient) }
        let envelope = try AgeFile.seal([1], to: [recipient]).bytes
        #expect(throws: CustodianError(.unknown, "")) { try keys.open(envelope, to: recipient) }
    }

    @Test func fullQueueTurnsWorkAwayAndTakesItLater() async throws {
        let (entered, gate) = (Gate(), Gate())
        let queue = CommitQueue(limit: 2) { _ in
            entered.open()
            await gate.wait()
            throw CustodianError(.readOnly, "a commit that a test let fail")
        }
        let running = Task { try await queue.submit { _ in } }
        await entered.wait()  // the first is being committed and waits no longer
        let waiting = (0..<2).map { _ in Task { try await queue.submit { _ in } } }
        while await queue.count < 2 { await Task.yield() }
        await #expect(throws: CustodianError(.tooMany, "")) { try await queue.submit { _ in } }
        gate.open()
        for task in [running] + waiting {
            await #expect(throws: CustodianError(.readOnly, "")) { try await task.value }
        }
        await #expect(throws: CustodianError(.readOnly, "")) { try await queue.submit { _ in } }
    }
}

/// Lets everybody through once it is open.
private final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
