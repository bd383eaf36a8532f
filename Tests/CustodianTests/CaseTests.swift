import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Testing

@testable import Custodian

struct CaseTests {
    @Test func sameCaseAgainReturnsItsReceipt() async throws {
        let scene = try await Scene.make()
        let size = try scene.size
        let again = try await scene.openCase()
        #expect(try scene.size == size)
        #expect(try scene.verify(again.receipt, again.record, in: scene.vaultKey).event == .caseOpened)
    }

    @Test func secondCaseUnderTheSameIdIsRefused() async throws {
        let scene = try await Scene.make()
        let other = CaseCard(
            caseID: scene.caseID, number: 0, previous: nil, recipient: AgeIdentity.random().recipient,
            ownerKey: scene.owner.signer.verifierKey, logKey: scene.caseKey.commitment(to: scene.caseID), signers: [])
        let note = try Verified(other, signedBy: scene.owner.signer)
        #expect(try await refusal { try await open(note, scene, key: scene.caseKey) } == .conflict)
    }

    @Test func secondCaseUnderTheSameRecoverySheetIsRefused() async throws {
        let scene = try await Scene.make()
        let note = try card(scene)
        #expect(try await refusal { try await open(note.0, scene, key: note.1, paper: scene.paper) } == .conflict)
    }

    @Test func logKeyThatTheCardDoesNotCommitToIsRefused() async throws {
        let scene = try await Scene.make()
        let (note, _) = try card(scene)
        #expect(try await refusal { try await open(note, scene, key: .random()) } == .malformed)
    }

    @Test func caseOnTheLogKeyOfAnotherStreamIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let lent = try await scene.lend([item])
        // A recipient knows the key of her grant, an owner those of her cases, an auditor the vault's.
        for key in try [scene.caseKey, scene.caseKey.child(lent.id), scene.vaultKey] {
            let (id, signer): (CaseID, NoteSigner) = (Random.value(), scene.owner.signer)
            let card = CaseCard(
                caseID: id, number: 0, previous: nil, recipient: AgeIdentity.random().recipient,
                ownerKey: signer.verifierKey, logKey: key.commitment(to: id), signers: [])
            let note = try Verified(card, signedBy: signer)
            let size = try scene.size
            #expect(try await refusal { try await open(note, scene, key: key) } == .conflict)
            #expect(try scene.size == size)
        }
    }

    @Test func caseOfSomebodyElsesCardIsRefused() async throws {
        let scene = try await Scene.make()
        let (note, key) = try card(scene)
        let stranger = try Person("stranger", role: "private")
        _ = try await scene.custodian.addCard(stranger.note)
        #expect(try await refusal { try await open(note, scene, key: key, owner: stranger.hash) } == .notAuthentic)
        #expect(try await refusal { try await open(note, scene, key: key, owner: Random.value()) } == .unknown)
    }

    @Test func staffDoNotOpenCases() async throws {
        let scene = try await Scene.make()
        let (note, key) = try card(scene, signer: scene.officer.signer)
        let owner = scene.officer.hash
        #expect(try await refusal { try await open(note, scene, key: key, owner: owner) } == .notAuthentic)
    }

    @Test func oneTimeRecipientOpensOneEnvelope() async throws {
        let scene = try await Scene.make()
        let recipient = try scene.oneTimeRecipient()
        let (first, wrong) = (try card(scene).0, try AgeFile.seal(StreamKey.random().secret, to: [recipient]).bytes)
        for code in [CustodianError.Code.malformed, .unknown] {
            let refused = try await refusal {
                try await scene.custodian.openCase(
                    first.bytes, owner: scene.owner.hash, logKey: wrong, to: recipient, recoveryID: Random.value(),
                    recovery: [1])
            }
            #expect(refused == code)
        }
    }

    @Test func sealedKeysAreFoundByThePaperRecipient() async throws {
        let scene = try await Scene.make()
        let found = try await scene.custodian.recovery(SHA256.hash(scene.paper.recipient.text))
        #expect(found == Array("sealed keys".utf8))
        #expect(try await refusal { try await scene.custodian.recovery(Random.value()) } == .unknown)
    }

    private func card(
        _ scene: Scene, signer: NoteSigner? = nil
    ) throws -> (Verified<CaseCard>, StreamKey) {
        let (id, key): (CaseID, StreamKey) = (Random.value(), .random())
        let signer = signer ?? scene.owner.signer
        let card = CaseCard(
            caseID: id, number: 0, previous: nil, recipient: AgeIdentity.random().recipient,
            ownerKey: signer.verifierKey, logKey: key.commitment(to: id), signers: [])
        return (try Verified(card, signedBy: signer), key)
    }

    private func open(
        _ note: Verified<CaseCard>, _ scene: Scene, key: StreamKey, owner: NoteHash? = nil,
        paper: AgeIdentity = .random()
    ) async throws -> Acceptance {
        let recipient = try scene.oneTimeRecipient()
        return try await scene.custodian.openCase(
            note.bytes, owner: owner ?? scene.owner.hash,
            logKey: try AgeFile.seal(key.secret, to: [recipient]).bytes, to: recipient,
            recoveryID: SHA256.hash(paper.recipient.text), recovery: [1])
    }
}
