import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Testing

/// The custodian's clock ran ahead by thirty days and was set right.
struct ClockTests {
    private static let month: UInt64 = 30 * 86_400

    private func scene(isTold: Bool = true) throws -> Scene {
        let scene = try Scene { $0.days = 90 }
        let now = scene.log.now
        scene.log.now += ClockTests.month
        try scene.log.open(scene.owner, scene.matter, nil, scene.items)
        scene.log.clock = now
        if isTold { try scene.log.append(.clockMovedBack, in: .vault, by: nil, notes: []) }
        return scene
    }

    /// A request of the officer at a time by her clock, logged as granted or refused.
    private func ask(_ scene: Scene, at time: UInt64, failures: [Failure] = []) throws {
        let logged = scene.log.now
        scene.log.now = time
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        scene.log.now = logged
        try scene.log.log(note, scene.lent, scene.matter, failures: failures)
    }

    @Test func requestIsComparedWithTheClockAndNotWithTheLogsTime() throws {
        let scene = try scene()
        let clock = try #require(scene.log.clock)
        try ask(scene, at: clock)
        #expect(scene.log.findings() == [])
        try ask(scene, at: scene.log.now)
        #expect(scene.log.findings().map(\.kind) == [.grantedAgainstRules])
        #expect(scene.log.findings().first?.failures == [.requestTimeOff])
    }

    @Test func windowThatIsOverByTheLogStaysOverAndOneThatTheClockHasNotReachedHasNotBegun() throws {
        let scene = try scene()
        let clock = try #require(scene.log.clock)
        scene.log.now = scene.lent.note.body.notAfter.seconds
        scene.log.clock = nil
        try scene.log.open(scene.owner, scene.matter, nil, scene.items)
        scene.log.clock = clock
        try scene.log.append(.clockMovedBack, in: .vault, by: nil, notes: [])
        try ask(scene, at: clock, failures: [.expired])
        #expect(scene.log.findings() == [])
        try ask(scene, at: clock)
        #expect(scene.log.findings().first?.failures == [.expired])
        scene.log.clock = scene.lent.note.body.notBefore.seconds - 1
        try ask(scene, at: scene.lent.note.body.notBefore.seconds - 1, failures: [.notYetValid, .expired])
        #expect(scene.log.findings().count == 1)
    }

    @Test func clockBehindTheLogThatTheVaultsStreamDoesNotTellOfIsFound() throws {
        let scene = try scene(isTold: false)
        try ask(scene, at: try #require(scene.log.clock))
        #expect(scene.log.findings().map(\.kind) == [.clockUnannounced])
    }

    @Test func clockThatIsBehindByLessThanClocksMayDifferNeedsNoTelling() throws {
        let scene = try Scene()
        scene.log.clock = scene.log.now - Decision.clockTolerance
        try ask(scene, at: scene.log.now)
        #expect(scene.log.findings() == [])
        scene.log.clock = scene.log.now - Decision.clockTolerance - 1
        _ = try scene.log.person("Berta")
        #expect(scene.log.findings().map(\.kind) == [.clockUnannounced])
    }

    @Test func timeThatIsNeitherTheClocksNorTheLeafsBeforeIsFound() throws {
        let scene = try scene()
        scene.log.now += 1
        try scene.log.append(.clockMovedBack, in: .vault, by: nil, notes: [])
        #expect(scene.log.findings().map(\.kind) == [.clockDiffers])
    }

    @Test func refusalForWantOfRoomIsNoFindingAndAnOpeningItHidesIsOne() throws {
        let scene = try Scene()
        try ask(scene, at: scene.log.now, failures: [.noRoom])
        #expect(scene.log.findings() == [])
        try scene.log.revoke(scene.lent, by: scene.owner)
        try ask(scene, at: scene.log.now, failures: [.noRoom])
        #expect(scene.log.findings().map(\.kind) == [.refusedForOtherReasons])
    }

    @Test func recordWhoseClockIsNotBeforeItsTimeIsMalformed() throws {
        let time = Timestamp(seconds: 1_790_000_000)
        func line(_ clock: UInt64) -> String {
            "clock " + String(decoding: Timestamp(seconds: clock).text, as: UTF8.self)
        }
        func text(_ clock: UInt64) -> [UInt8] {
            let record = Record(
                stream: .vault, number: 1, time: time, clock: Timestamp(seconds: 1_780_000_000), event: .clockMovedBack,
                actor: nil)
            let text = String(decoding: record.text, as: UTF8.self)
            return Array(text.replacing(line(1_780_000_000), with: line(clock)).utf8)
        }
        #expect(try Record(parsing: text(1_789_999_999)).clock == Timestamp(seconds: 1_789_999_999))
        #expect(throws: NoteError(.malformedValue, "")) { try Record(parsing: text(1_790_000_000)) }
        let without = Record(stream: .vault, number: 1, time: time, clock: time, event: .verified, actor: nil)
        #expect(without.clock == nil)
        #expect(throws: NoteError(.malformedValue, "")) {
            try Record(
                parsing: Record(stream: .vault, number: 1, time: time, event: .clockMovedBack, actor: nil).text)
        }
    }
}
