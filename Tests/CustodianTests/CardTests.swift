import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// A card that was withdrawn or has expired does nothing, whatever it is used for.
struct CardTests {
    /// How a card comes not to count.
    enum End: CaseIterable { case withdrawn, expired }

    private static let lifetime: UInt64 = 1000

    @Test(arguments: End.allCases) func ownersCardThatCountsNoLongerDoesNothing(end: End) async throws {
        let (scene, item) = try await ended(end)
        let grant = try scene.sign(try scene.draft([item]))
        let custodian = try scene.custodian
        let size = try scene.size
        #expect(try await refusal { try await scene.submit(grant) } == .refused)
        #expect(try await refusal { try await scene.submit(try self.uploaded("later", scene)) } == .refused)
        #expect(try await refusal { try await custodian.authorise(try query(by: scene.owner, scene)) } == .refused)
        #expect(try scene.size == size)
        let own = try await scene.handle(try scene.ownRequest([item]))
        #expect(!own.isGranted)
        let record = try scene.verify(own.receipt, own.record, in: scene.caseKey)
        #expect(record.failures == [end == .withdrawn ? .cardWithdrawn : .cardExpired])
    }

    @Test(arguments: End.allCases) func cardThatCountsNoLongerRevokesNothing(end: End) async throws {
        let scene = try await Scene.make(ownerExpires: expiry(end))
        let grant = try await scene.lend([try await scene.addItem()])
        try await finish(end, scene)
        let note = try scene.revocation(of: grant).bytes
        #expect(try await refusal { try await scene.custodian.revoke(note) } == .refused)
    }

    @Test(arguments: End.allCases) func cardThatCountsNoLongerOpensNoCase(end: End) async throws {
        let scene = try await Scene.empty(ownerExpires: expiry(end))
        _ = try await scene.custodian.addCard(scene.owner.note)
        try await finish(end, scene)
        #expect(try await refusal { try await scene.openCase() } == .refused)
    }

    @Test func renewedCardOfTheSameKeyCountsAfterAnExpiry() async throws {
        let (scene, _) = try await ended(.expired)
        let renewed = try scene.owner.renewed("owner anew")
        _ = try await scene.custodian.addCard(renewed.note)
        let item = try uploaded("later", scene)
        let accepted = try await scene.custodian.addItem(
            item.record.bytes, by: renewed.hash, contentHeader: item.content.header.bytes,
            description: item.description.bytes)
        #expect(try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey).actor == renewed.hash)
    }

    @Test func withdrawnPrivateKeyIsWithdrawnWithAllItsCardsForGood() async throws {
        let scene = try await Scene.make()
        let other = try scene.owner.renewed("second card")
        _ = try await scene.custodian.addCard(other.note)
        try await finish(.withdrawn, scene)
        #expect(try await refusal { try await scene.custodian.authorise(try self.query(by: other, scene)) } == .refused)
        let third = try scene.owner.renewed("third card")
        #expect(try await refusal { try await scene.custodian.addCard(third.note) } == .refused)
        let sealed = Array("new".utf8)
        let update = RecoveryUpdate(caseID: scene.caseID, sealed: SHA256.hash(sealed), time: scene.clock.time)
        let note = try Verified(update, signedBy: scene.owner.signer)
        #expect(
            try await refusal { try await scene.custodian.replaceRecovery(note.bytes, sealed: sealed) } == .refused)
    }

    @Test func ownersKeyWithoutACardAddsNothing() async throws {
        let scene = try await Scene.make()
        let item = try uploaded("anonymous", scene)
        let refused = try await refusal {
            try await scene.custodian.addItem(
                item.record.bytes, by: nil, contentHeader: item.content.header.bytes,
                description: item.description.bytes)
        }
        #expect(refused == .notAuthentic)
    }

    @Test func issuersNewCardForAWithdrawnOnesKeyCounts() async throws {
        let scene = try await Scene.make()
        let note = try scene.withdrawal(of: scene.officer, by: scene.issuer)
        _ = try await scene.custodian.withdrawCard(note.bytes)
        let moved = try scene.officer.renewed("moved officer", issuer: scene.issuer)
        _ = try await scene.custodian.addCard(moved.note)
        _ = try await scene.custodian.authorise(try query(by: moved, scene))
    }

    private func expiry(_ end: End) -> Timestamp? {
        end == .expired ? Timestamp(seconds: TestClock().time.seconds + CardTests.lifetime) : nil
    }

    /// A vault with an item, whose owner's card has come to its end.
    private func ended(_ end: End) async throws -> (Scene, TestItem) {
        let scene = try await Scene.make(ownerExpires: expiry(end))
        let item = try await scene.addItem()
        try await finish(end, scene)
        return (scene, item)
    }

    private func finish(_ end: End, _ scene: Scene) async throws {
        switch end {
        case .expired: scene.clock.advance(by: CardTests.lifetime)
        case .withdrawn:
            let note = try scene.withdrawal(of: scene.owner, by: scene.owner.signer)
            _ = try await scene.custodian.withdrawCard(note.bytes)
        }
    }

    private func uploaded(_ text: String, _ scene: Scene) throws -> TestItem {
        let item = try scene.nextItem(text)
        try scene.upload(item.content)
        return item
    }

    private func query(by person: Person, _ scene: Scene) throws -> [UInt8] {
        let query = Query(
            subject: .grants, custodian: try scene.custodian.verifierKey, card: person.hash, scope: nil,
            time: scene.clock.time, nonce: Random.value())
        return try Verified(query, signedBy: person.signer).bytes
    }
}
