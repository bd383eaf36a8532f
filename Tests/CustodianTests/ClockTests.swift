import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// The custodian's clock, thirty days ahead and then right again; or dead, and back at some day of the past.
struct ClockTests {
    private static let month: UInt64 = 30 * 86_400

    /// A vault whose newest leaf lies thirty days after the clock, with a grant that outlives both.
    private func scene() async throws -> (Scene, TestItem, SignedGrant) {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item]) { $0.notAfter = Timestamp(seconds: 1_900_000_000) }
        scene.clock.advance(by: ClockTests.month)
        #expect(try await scene.handle(try scene.ownRequest([item])).isGranted)
        scene.clock.turnBack(by: ClockTests.month)
        return (scene, item, grant)
    }

    private func vaultRecords(_ scene: Scene) async throws -> [Record] {
        let custodian = try scene.custodian
        return try await custodian.stores.records.read { reader in
            let key = try custodian.streams.key(of: .vault, in: reader)
            return try reader.leaves(of: .vault, from: 1, limit: 100).map {
                try DisclosedRecord(opening: try #require($0.record), with: key).record
            }
        }
    }

    @Test func requestsGoOnWhereAClockThatRanAheadWasSetRight() async throws {
        let (scene, item, grant) = try await scene()
        let (now, ahead) = (scene.clock.time, Timestamp(seconds: scene.clock.time.seconds + ClockTests.month))
        #expect(try await scene.handle(try scene.ownRequest([item])).isGranted)
        let answer = try await scene.handle(try scene.request([item], under: grant))
        #expect(answer.isGranted)
        let record = try scene.verify(answer.receipt, answer.record, in: grant.streamKey)
        #expect(record.time == ahead && record.clock == now)
        let off = try await scene.handle(try scene.request([item], under: grant) { $0.time = ahead })
        #expect(
            try scene.verify(off.receipt, off.record, in: grant.streamKey).failures == [.requestTimeOff])
    }

    @Test func vaultsStreamTellsOnceThatTheClockMovedBack() async throws {
        let (scene, item, _) = try await scene()
        let (now, ahead) = (scene.clock.time, Timestamp(seconds: scene.clock.time.seconds + ClockTests.month))
        for _ in 0..<2 {
            try await scene.custodian.expireGrants()
            _ = try await scene.handle(try scene.ownRequest([item]))
            try await scene.restart()
        }
        let told = try await vaultRecords(scene).filter { $0.event == .clockMovedBack }
        #expect(told.map(\.time) == [ahead] && told.map(\.clock) == [now])
        // And anew when it happens anew.
        scene.clock.advance(by: ClockTests.month + 1000)
        _ = try await scene.handle(try scene.ownRequest([item]))
        scene.clock.turnBack(by: Decision.clockTolerance)
        try await scene.custodian.expireGrants()
        #expect(try await vaultRecords(scene).count { $0.event == .clockMovedBack } == 1)
        scene.clock.turnBack(by: 1)
        _ = try await scene.addItem("one more")
        #expect(try await vaultRecords(scene).count { $0.event == .clockMovedBack } == 2)
    }

    @Test func windowThatTheClockHasNotReachedIsNotOpenedByTheLogsTime() async throws {
        let (scene, item, _) = try await scene()
        let begin = Timestamp(seconds: scene.clock.time.seconds + 86_400)
        let grant = try await scene.lend([item]) {
            $0.notBefore = begin
            $0.notAfter = Timestamp(seconds: 1_900_000_000)
        }
        let early = try await scene.handle(try scene.request([item], under: grant))
        #expect(try scene.verify(early.receipt, early.record, in: grant.streamKey).failures == [.notYetValid])
        scene.clock.advance(by: 86_400)
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
    }

    @Test func grantThatEndsBeforeTheLogsTimeIsRefusedSayingWhy() async throws {
        let (scene, item, _) = try await scene()
        let short = try scene.sign(try scene.draft([item]))
        let said = try await words { _ = try await scene.submit(short) }
        #expect(
            said == "the grant's window is empty or already over; the custodian's clock has moved back: it stands "
                + "30 days behind its log, which has come to 2027-02-14T08:00:00Z; choose an end after that")
    }

    @Test func newSealedKeysAreTakenByTheClockAndAWrongClockIsNotBlamedOnHer() async throws {
        let (scene, _, _) = try await scene()
        #expect(try await replaceKeys(scene, at: scene.clock.time) == nil)
        let ahead = Timestamp(seconds: scene.clock.time.seconds + ClockTests.month)
        #expect(
            try await replaceKeys(scene, at: ahead)
                == "the custodian's clock has moved back: it stands 30 days behind its log, which has come to "
                + "2027-02-14T08:00:00Z; it says 2027-01-15T08:00:00Z, this machine's 2027-02-14T08:00:00Z: set the one "
                + "that is wrong")
        let fresh = try await Scene.make()
        #expect(
            try await replaceKeys(fresh, at: Timestamp(seconds: fresh.clock.time.seconds - 301))
                == "the custodian's clock stands 5 minutes ahead of this machine's; it says 2027-01-15T08:00:00Z, "
                + "this machine's 2027-01-15T07:54:59Z: set the one that is wrong")
    }

    @Test func lookingIsAllowedByTheClockAndByTheLogsTime() async throws {
        let (scene, _, _) = try await scene()
        let (now, ahead) = (scene.clock.time, Timestamp(seconds: scene.clock.time.seconds + ClockTests.month))
        #expect(try await look(scene, at: now) == nil)
        #expect(try await look(scene, at: ahead) == nil)
        let fresh = try await Scene.make()
        #expect(
            try await look(fresh, at: Timestamp(seconds: now.seconds + 86_400 * 3))
                == "the custodian's clock stands 3 days behind this machine's; it says 2027-01-15T08:00:00Z, this machine's "
                + "2027-01-18T08:00:00Z: set the one that is wrong")
    }

    @Test func waitingHelpsAgainstTheLimitAlsoWhenTheClockWasSetBack() async throws {
        let meter = RequestMeter(RequestLimits(perSecond: 1))
        let card: NoteHash = Random.value()
        for _ in 0..<60 { try meter.count(card, at: Timestamp(seconds: 2_000_000)) }
        #expect(throws: CustodianError(.tooMany, "")) { try meter.count(card, at: Timestamp(seconds: 1_000_000)) }
        try meter.count(card, at: Timestamp(seconds: 1_000_001))
        #expect(throws: CustodianError(.tooMany, "")) { try meter.count(card, at: Timestamp(seconds: 1_000_001)) }
    }

    private func replaceKeys(_ scene: Scene, at time: Timestamp) async throws -> String? {
        let sealed = Array("newly sealed keys".utf8)
        let note = try Verified(
            RecoveryUpdate(caseID: scene.caseID, sealed: SHA256.hash(sealed), time: time), signedBy: scene.owner.signer)
        return try await words { _ = try await scene.custodian.replaceRecovery(note.bytes, sealed: sealed) }
    }

    private func look(_ scene: Scene, at time: Timestamp) async throws -> String? {
        let query = Query(
            subject: .caseStream, custodian: try scene.custodian.verifierKey, card: scene.owner.hash,
            scope: Nonce(scene.caseID.bytes), time: time, nonce: Random.value())
        let note = try Verified(query, signedBy: scene.owner.signer)
        return try await words { _ = try await scene.custodian.authorise(note.bytes) }
    }

    private func words(_ body: () async throws -> Void) async throws -> String? {
        do { try await body() } catch let error as CustodianError { return error.reason }
        return nil
    }
}
