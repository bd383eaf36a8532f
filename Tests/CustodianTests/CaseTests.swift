import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
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

    /// The other way round: a delegate derives the key of a grant that she is going to give.
    @Test func grantOnTheLogKeyOfACaseIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try scene.sign(try scene.draft([item]))
        let (id, signer): (CaseID, NoteSigner) = (Random.value(), scene.owner.signer)
        let card = CaseCard(
            caseID: id, number: 0, previous: nil, recipient: AgeIdentity.random().recipient,
            ownerKey: signer.verifierKey, logKey: grant.streamKey.commitment(to: id), signers: [])
        _ = try await open(try Verified(card, signedBy: signer), scene, key: grant.streamKey)
        #expect(try await refusal { try await scene.submit(grant) } == .conflict)
        #expect(try await refusal { try await scene.submit(try scene.sign(try scene.draft([item]))) } == nil)
    }

    @Test func keysOfAVaultFromBeforeAreTakenWhenItIsOpened() async throws {
        let scene = try await Scene.make()
        let lent = try await scene.lend([try await scene.addItem()])
        // As an earlier program left it.
        let keys = [scene.caseKey, lent.streamKey]
        try await scene.custodian.stores.records.transaction { records in
            for key in keys {
                let tag = String(decoding: Hex.encode(key.tag(1).bytes), as: UTF8.self)
                #expect(try records.setting("stream/" + tag) != nil)
                try records.setSetting("stream/" + tag, nil)
            }
            try records.setSetting("streams-claimed", nil)
        }
        try await scene.restart()
        for key in keys {
            let (id, signer): (CaseID, NoteSigner) = (Random.value(), scene.owner.signer)
            let card = CaseCard(
                caseID: id, number: 0, previous: nil, recipient: AgeIdentity.random().recipient,
                ownerKey: signer.verifierKey, logKey: key.commitment(to: id), signers: [])
            let note = try Verified(card, signedBy: signer)
            #expect(try await refusal { try await open(note, scene, key: key) } == .conflict)
        }
    }

    @Test func cardsThatAreTooLongAreRefused() async throws {
        let scene = try await Scene.make()
        let (note, key) = try card(scene)
        let padding = Array("\u{2014} bevis.example/other AAAAAAAA".utf8)
        let long = note.bytes + [UInt8](padding + [UInt8](repeating: 0x41, count: 65_536) + [0x0A])
        let recipient = try scene.oneTimeRecipient()
        let sealed = try AgeFile.seal(key.secret, to: [recipient]).bytes
        let refused = try await refusal {
            try await scene.custodian.openCase(
                long, owner: scene.owner.hash, logKey: sealed, to: recipient, recoveryID: Random.value(), recovery: [1])
        }
        #expect(refused == .malformed)
        #expect(try await refusal { try await scene.custodian.addCard(long) } == .malformed)
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
