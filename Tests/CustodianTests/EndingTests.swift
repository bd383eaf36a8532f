import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

struct EndingTests {
    @Test func revocationIsALeafAndEndsTheGrant() async throws {
        let (scene, item, grant) = try await lent()
        let note = try scene.revocation(of: grant)
        let accepted = try await scene.custodian.revoke(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: grant.streamKey)
        #expect(record.event == .revoked && record.notes == [note.hash])
        let answer = try await scene.handle(try scene.request([item], under: grant))
        #expect(try scene.verify(answer.receipt, answer.record, in: grant.streamKey).failures == [.revoked])
        #expect(try await scene.custodian.revoke(note.bytes).index == accepted.index)
    }

    @Test func othersMayNotRevoke() async throws {
        let (scene, _, grant) = try await lent()
        let note = try scene.revocation(of: grant, by: scene.officer)
        #expect(try await refusal { try await scene.custodian.revoke(note.bytes) } == .notAuthentic)
        let unknown = Revocation(
            grantID: Random.value(), grant: grant.note.hash, by: scene.owner.hash, time: scene.clock.time, reason: nil)
        let signed = try Verified(unknown, signedBy: scene.owner.signer)
        #expect(try await refusal { try await scene.custodian.revoke(signed.bytes) } == .unknown)
        // Nor do they get the receipt of the owner's revocation.
        _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        #expect(try await refusal { try await scene.custodian.revoke(note.bytes) } == .notAuthentic)
    }

    @Test(arguments: [true, false]) func nothingOfTheSecretIsLeftWhenAGrantHasEnded(byRevoking: Bool) async throws {
        let (scene, item, grant) = try await lent()
        let response = try #require(try await scene.handle(try scene.request([item], under: grant)).response)
        let needles = try await traces(of: grant, scene) + [Array(response.suffix(64))]
        #expect(try found(needles, scene) == [true, true, false, true])
        if byRevoking {
            _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        } else {
            scene.clock.advance(by: 2_000_000)
            try await scene.custodian.expireGrants()
        }
        // The response was never fetched: its end is a leaf too, after the grant's.
        #expect(try await scene.newestRecord(in: .grant(grant.id), grant.streamKey).event == .refused)
        #expect(try found(needles, scene) == [false, false, false, false])
        try await scene.restart()
        #expect(try found(needles, scene) == [false, false, false, false])
    }

    @Test func expiringTwiceMakesOneLeaf() async throws {
        let (scene, _, grant) = try await lent()
        try await scene.custodian.expireGrants()
        let size = try scene.size
        scene.clock.advance(by: 2_000_000)
        for _ in 0..<2 { try await scene.custodian.expireGrants() }
        #expect(try scene.size == size + 1)
        let note = try scene.revocation(of: grant)
        #expect(try await refusal { try await scene.custodian.revoke(note.bytes) } == .conflict)
    }

    @Test func secretThatCouldNotBeDestroyedIsDestroyedOnTheNextTry() async throws {
        let (scene, _, grant) = try await lent()
        let note = try scene.revocation(of: grant)
        scene.faults.fail(.destroySecret, .notDurable)
        await #expect(throws: StorageError.self) { try await scene.custodian.revoke(note.bytes) }
        #expect(try scene.custodian.stores.secrets.names().count == 1)
        await #expect(throws: StorageError.self) { try await scene.custodian.revoke(note.bytes) }
        scene.faults.clear()
        _ = try await scene.custodian.revoke(note.bytes)
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
    }

    @Test func expiredSecretThatCouldNotBeDestroyedIsDestroyedAtTheNextLook() async throws {
        let (scene, _, _) = try await lent()
        scene.clock.advance(by: 2_000_000)
        scene.faults.fail(.destroySecret, .notDurable)
        await #expect(throws: StorageError.self) { try await scene.custodian.expireGrants() }
        scene.faults.clear()
        try await scene.custodian.expireGrants()
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
    }

    @Test func killBetweenLeafAndErasureIsFinishedAtTheNextStart() async throws {
        let (scene, item, grant) = try await lent()
        let kept = try await scene.lend([item])
        scene.faults.fail(.destroySecret, .notDurable)
        await #expect(throws: StorageError.self) {
            try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        }
        scene.faults.clear()
        try await scene.restart()
        let names = try scene.custodian.stores.secrets.names()
        #expect(names.count == 1)
        #expect(names.allSatisfy { $0.utf8.starts(with: kept.id.hex) })
        #expect(try await scene.handle(try scene.request([item], under: kept)).isGranted)
    }

    @Test(arguments: [true, false]) func endOfAGrantRefusesWhatWaitsAndLeavesWhatWasAcknowledged(
        byRevoking: Bool
    ) async throws {
        let (scene, item, grant) = try await lent()
        let waiting = try (0..<2).map { _ in try scene.request([item], under: grant) }
        let fetched = try scene.request([item], under: grant)
        for request in waiting + [fetched] { _ = try await scene.handle(request) }
        try await scene.custodian.acknowledge(fetched.note.hash)
        let size = try scene.size
        if byRevoking {
            _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        } else {
            scene.clock.advance(by: 2_000_000)
            try await scene.custodian.expireGrants()
        }
        #expect(try scene.size == size + 3)
        for (place, request) in waiting.enumerated() {
            let again = try await scene.handle(request)
            #expect(!again.isGranted && again.response == nil && again.index == size + 1 + UInt64(place))
            let record = try scene.verify(again.receipt, again.record, in: grant.streamKey)
            #expect(record.event == .refused && record.failures == [byRevoking ? .revoked : .expired])
            #expect(record.notes == [request.note.hash] && record.items == [item.id])
            #expect(record.actor == scene.officer.hash)
        }
        // What was acknowledged is told apart: granted, and nothing to give any more.
        let again = try await scene.handle(fetched)
        #expect(again.isGranted && again.response == nil)
        let row = try #require(try await scene.custodian.stores.records.read { try $0.grant(grant.id) })
        #expect(row.openingsUsed == 3, "the openings stay counted")
        #expect(try scene.size == size + 3)
    }

    @Test func retryAfterARevocationThatWasUndoneGetsItsResponse() async throws {
        let (scene, item, grant) = try await lent()
        let request = try scene.request([item], under: grant)
        let first = try await scene.handle(request)
        scene.faults.fail(.transaction, .full)
        await #expect(throws: CustodianError.self) {
            try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        }
        scene.faults.clear()
        #expect(try await scene.handle(request).response == first.response)
    }

    private func lent() async throws -> (Scene, TestItem, SignedGrant) {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        return (scene, item, try await scene.lend([item]))
    }

    /// The key of a grant's secret, the secret under it, and the secret itself.
    private func traces(of grant: SignedGrant, _ scene: Scene) async throws -> [[UInt8]] {
        let stores = try scene.custodian.stores
        let row = try #require(try await stores.records.read { try $0.grant(grant.id) })
        let name = try #require(try stores.secrets.names().first)
        return [
            try stores.secrets.read(name), try #require(row.secret).suffix(40),
            grant.secret.secret.withUnsafeBytes { [UInt8]($0) },
        ]
    }

    /// Which of some byte strings stand anywhere in the vault's folder.
    private func found(_ needles: [[UInt8]], _ scene: Scene) throws -> [Bool] {
        let files = try scene.folder.files(under: "vault")
        return needles.map { needle in files.values.contains { $0.contains(sequence: needle) } }
    }
}
