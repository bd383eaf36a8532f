import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Testing
import TransparencyLog

@testable import Custodian

/// What a real custodian logs, replayed as an auditor does it.
struct ReplayTests {
    @Test func everythingThatTheCustodianLogsReplaysWithoutAFinding() async throws {
        let (scene, _, _) = try await played()
        let replay = try await replay(scene)
        #expect(replay.findings == [])
        #expect(replay.statistics.foreign == 0)
        #expect(replay.statistics.count(.refused) == 2, "responses that were never fetched")
    }

    @Test func checkpointIsKeptForEachOpeningAndServedToAuditors() async throws {
        let (scene, item, grant) = try await played()
        let heads = try await kept(scene)
        let answer = try await scene.handle(try scene.ownRequest([item]))
        let after = try await kept(scene)
        #expect(after.count == heads.count + 1)
        let note = try #require(after[answer.index + 1])
        let checkpoint = try scene.custodian.policy.verify(note).checkpoint
        #expect(checkpoint.size == answer.index + 1)
        #expect(try scene.custodian.tree.root(size: checkpoint.size) == checkpoint.root)
        // A refusal releases nothing, so nothing is kept for it.
        _ = try await scene.handle(try scene.request([item], under: grant))
        #expect(try await kept(scene).count == after.count)
        try await scene.restart()
        #expect(try await kept(scene) == after)
    }

    @Test func openingWhoseCheckpointWasLostIsIncomplete() async throws {
        let (scene, _, _) = try await played()
        let replay = try await replay(scene) { heads in heads = [:] }
        #expect(Set(replay.findings.map(\.kind)) == [.headWithheld])
        #expect(replay.findings.count == 4)
    }

    @Test func ownerGetsTheTrustNotesThatCountedForHerCards() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        _ = try await scene.lend([item])
        // A trust note that nobody's card depends on, and one that a new card does.
        for number in 1...2 { _ = try await scene.custodian.setTrust(try scene.trust(number: UInt64(number)).bytes) }
        let colleague = try Person("colleague", role: "officer", organisation: "Police", issuer: scene.issuer)
        _ = try await scene.custodian.addCard(colleague.note)
        _ = try await scene.lend([item]) { $0.to = colleague }
        let attached = try await attached(scene)
        let trusts = try attached.filter { $0.record.event == .trustChanged }.map {
            try Unverified<Trust>(parsing: $0.notes[0]).body.number
        }
        #expect(trusts == [0, 2])
        #expect(attached.filter { $0.record.event == .cardAdded }.count == 3)
    }

    /// A vault in which something of everything has happened.
    private func played() async throws -> (Scene, TestItem, SignedGrant) {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let (grant, short) = (
            try await scene.lend([item]),
            try await scene.lend([item]) { $0.notAfter = Timestamp(seconds: TestClock().time.seconds + 100) }
        )
        for (place, lent) in [grant, grant, short].enumerated() {
            let request = try scene.request([item], under: lent)
            _ = try await scene.handle(request)
            if place == 0 { try await scene.custodian.acknowledge(request.note.hash) }
        }
        _ = try await scene.handle(try scene.ownRequest([item]))
        scene.clock.advance(by: 200)
        try await scene.custodian.expireGrants()
        _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        let note = try scene.withdrawal(of: scene.officer, by: scene.issuer)
        _ = try await scene.custodian.withdrawCard(note.bytes)
        return (scene, item, grant)
    }

    private func kept(_ scene: Scene) async throws -> [UInt64: [UInt8]] {
        try await scene.custodian.stores.records.read { try $0.checkpoints(sizes: 0...UInt64(1 << 40)) }
    }

    private func attached(_ scene: Scene) async throws -> [DisclosedRecord] {
        let query = Query(
            subject: .caseStream, custodian: try scene.custodian.verifierKey, card: scene.owner.hash,
            scope: Nonce(scene.caseID.bytes), time: scene.clock.time, nonce: Random.value())
        let note = try Verified(query, signedBy: scene.owner.signer)
        let (verified, card) = try await scene.custodian.authorise(note.bytes)
        let page = try await scene.custodian.page(verified, card, from: 1, limit: 100)
        return try page.attached.map { try DisclosedRecord(opening: $0.record, with: scene.caseKey) }
    }

    private func replay(
        _ scene: Scene, _ change: (inout [UInt64: [UInt8]]) -> Void = { _ in }
    ) async throws -> Replay {
        let custodian = try scene.custodian
        let size = custodian.tree.size
        let rows = try await custodian.stores.records.read { try $0.leaves(0..<size) }
        let lists = try await custodian.stores.records.read { reader in
            Dictionary(uniqueKeysWithValues: try reader.itemLists(from: 0, limit: 1000).map { ($0.id, $0.list) })
        }
        var heads = try await kept(scene)
        change(&heads)
        let keys = AuditKeys(
            vault: custodian.keys.vaultStream,
            matters: [AuditKeys.Matter(id: scene.caseID, key: scene.caseKey)])
        let anchor = TrustAnchor(policy: custodian.policy, operatorKey: scene.operatorSigner.verifierKey)
        var replay = Replay(ReplayKeys(keys), anchor: anchor)
        let entries = rows.map { row in
            ReplayEntry(entry: row.leaf.entry, sealed: row.record, head: heads[row.index + 1])
        }
        replay.advance(entries, in: Environment(lists: lists, tree: custodian.tree))
        replay.finish()
        return replay
    }

    private struct Environment: ReplayEnvironment {
        let lists: [GrantID: [UInt8]]
        let tree: LogTree

        func sealedList(_ grant: GrantID) -> [UInt8]? { lists[grant] }
        func root(size: UInt64) -> TreeHash? { try? tree.root(size: size) }
    }
}
