import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

struct GrantTests {
    @Test func grantMakesALeafAndTheSameNoteAgainReturnsItsReceipt() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]))
        let accepted = try await scene.submit(grant)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .granted)
        #expect(record.notes == [grant.note.hash])
        #expect(record.items == [item.id])
        // Its one-time recipient is gone by now, and is not needed.
        let again = try await scene.submit(grant)
        #expect(again.index == accepted.index)
        #expect(try scene.size == accepted.index + 1)
        #expect(try scene.custodian.stores.secrets.names().count == 1)
    }

    @Test func grantIdWithAnotherTextIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        let other = try scene.sign(try scene.draft([item]) { $0.id = grant.id })
        #expect(try await refusal { try await scene.submit(other) } == .conflict)
        #expect(try await opens(item, grant, scene))
    }

    @Test func twoGrantsUnderOneIdAtTheSameMomentLeaveOneThatOpens() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let id: GrantID = Random.value()
        let grants = try (0..<8).map { _ in try scene.sign(try scene.draft([item]) { $0.id = id }) }
        let custodian = try scene.custodian
        let taken: [Int] = await withTaskGroup(of: Int?.self) { group in
            for (place, grant) in grants.enumerated() {
                group.addTask {
                    let accepted = try? await custodian.addGrant(
                        grant.note.bytes, envelope: grant.envelope, to: grant.recipient,
                        recipientEnvelope: grant.recipientEnvelope)
                    return accepted == nil ? nil : place
                }
            }
            return await group.reduce(into: [Int]()) { if let place = $1 { $0.append(place) } }
        }
        #expect(taken.count == 1)
        let first: Int = try #require(taken.first)
        #expect(try await opens(item, grants[first], scene))
        #expect(try custodian.stores.secrets.names().count == 1)
    }

    @Test func envelopeThatTheNoteDoesNotNameIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let other = try scene.sign(try scene.draft([item]))
        let grant = try scene.sign(try scene.draft([item]) { $0.sentEnvelope = other.envelope })
        #expect(try await refusal { try await scene.submit(grant) } == .malformed)
        let refused = try await refusal {
            try await scene.custodian.addGrant(
                other.note.bytes, envelope: other.envelope, to: other.recipient,
                recipientEnvelope: grant.recipientEnvelope)
        }
        #expect(refused == .malformed)
    }

    @Test func secretThatDoesNotGiveThePartsIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]) { $0.sentSecret = .random() })
        #expect(try await refusal { try await scene.submit(grant) } == .malformed)
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
    }

    @Test func logKeyThatDoesNotFollowFromTheCasesIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]) { $0.logKey = .random() })
        #expect(try await refusal { try await scene.submit(grant) } == .malformed)
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
    }

    @Test func itemThatIsNotOfTheCaseIsRefused() async throws {
        let scene = try await Scene.make()
        _ = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([try scene.nextItem("not here")]))
        #expect(try await refusal { try await scene.submit(grant) } == .refused)
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
    }

    @Test func grantBySomebodyElseThanTheOwnerIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]) { $0.from = scene.officer })
        #expect(try await refusal { try await scene.submit(grant) } == .refused)
    }

    @Test func grantForAnotherCustodianIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let other = try makeSigner("custodian").verifierKey
        let grant = try scene.sign(try scene.draft([item]) { $0.custodian = other })
        #expect(try await refusal { try await scene.submit(grant) } == .refused)
    }

    @Test func grantWhoseWindowIsOverIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]) { $0.notAfter = scene.clock.time })
        #expect(try await refusal { try await scene.submit(grant) } == .refused)
    }

    @Test func grantWithForgedSignatureIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]))
        let size = try scene.size
        await #expect(throws: NoteError.self) {
            try await scene.custodian.addGrant(
                withBrokenSignature(grant.note.bytes), envelope: grant.envelope, to: grant.recipient,
                recipientEnvelope: grant.recipientEnvelope)
        }
        #expect(try scene.size == size)
        // The one-time recipient was not used up by the forgery.
        try await scene.submit(grant)
    }

    private func opens(_ item: TestItem, _ grant: SignedGrant, _ scene: Scene) async throws -> Bool {
        let request = try scene.request([item], under: grant)
        let keys = try scene.keys(try await scene.handle(request), request, grant)
        return keys[item.id]?.secret == item.contentKey.secret
    }
}
