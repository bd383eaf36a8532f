import Testing
import Vault

@testable import Watching

/// Which files have kept still for long enough.
@Suite struct StabilityTests {
    private let path = Array("a/b.mp4".utf8)

    private func facts(
        size: UInt64 = 10, modified: Int64 = 1, changed: Int64 = 1, inode: UInt64 = 1
    ) -> FileFacts {
        FileFacts(size: size, modified: modified, changed: changed, inode: inode)
    }

    @Test func fileIsSettledOnlyAfterItsPatience() {
        var stability = Stability(patience: .seconds(10))
        #expect(stability.settled([path: facts()], at: .seconds(0)).isEmpty)
        #expect(stability.settled([path: facts()], at: .seconds(9)).isEmpty)
        #expect(stability.settled([path: facts()], at: .seconds(10)) == [path])
        #expect(stability.age(of: path, at: .seconds(12)) == .seconds(12))
    }

    @Test func firstLookSettlesNothingHoweverShortThePatience() {
        var stability = Stability(patience: .zero)
        #expect(stability.settled([path: facts()], at: .seconds(5)).isEmpty)
        #expect(stability.settled([path: facts()], at: .seconds(5)) == [path])
    }

    @Test func everyChangeOfTheFileBeginsAnew() {
        for changed in [facts(size: 11), facts(modified: 2), facts(changed: 2), facts(inode: 2)] {
            var stability = Stability(patience: .seconds(10))
            _ = stability.settled([path: facts()], at: .seconds(0))
            #expect(stability.settled([path: changed], at: .seconds(30)).isEmpty)
            #expect(stability.settled([path: changed], at: .seconds(39)).isEmpty)
            #expect(stability.settled([path: changed], at: .seconds(40)) == [path])
        }
    }

    @Test func fileThatWasGoneInBetweenBeginsAnew() {
        var stability = Stability(patience: .seconds(10))
        _ = stability.settled([path: facts()], at: .seconds(0))
        #expect(stability.settled([:], at: .seconds(5)).isEmpty)
        #expect(stability.age(of: path, at: .seconds(5)) == nil)
        #expect(stability.settled([path: facts()], at: .seconds(20)).isEmpty)
    }
}
