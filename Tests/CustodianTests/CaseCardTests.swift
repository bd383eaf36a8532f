import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// Later case cards: the owner's devices.
struct CaseCardTests {
    @Test func nextCaseCardIsALeafAndLetsItsDevicesAdd() async throws {
        let scene = try await Scene.make()
        let camera = try makeSigner("device")
        let item = try deviceItem(scene, camera)
        #expect(try await refusal { try await self.submit(item, scene) } == .notAuthentic)
        let card = try next(scene) { $0.signers = [camera.verifierKey] }
        let accepted = try await scene.custodian.changeCaseCard(card.bytes, by: scene.owner.hash)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .caseCardChanged && record.notes == [card.hash] && record.actor == scene.owner.hash)
        let added = try await submit(item, scene)
        #expect(try scene.verify(added.receipt, added.record, in: scene.caseKey).actor == nil)
        // The same text again is the same leaf.
        #expect(try await scene.custodian.changeCaseCard(card.bytes, by: scene.owner.hash).index == accepted.index)

        let last = try next(scene, after: card) { $0.signers = [] }
        _ = try await scene.custodian.changeCaseCard(last.bytes, by: scene.owner.hash)
        try await scene.restart()
        let second = try deviceItem(scene, camera, sequence: 1, previous: item.record.hash)
        #expect(try await refusal { try await self.submit(second, scene) } == .notAuthentic)
    }

    @Test func caseCardThatDoesNotFollowIsRefused() async throws {
        let scene = try await Scene.make()
        let size = try scene.size
        let changes: [(inout Draft) -> Void] = [
            { $0.number = 2 }, { $0.previous = Random.value() },
            { $0.recipient = AgeIdentity.random().recipient }, { $0.logKey = Random.value() },
        ]
        for change in changes {
            let card = try next(scene, change)
            #expect(
                try await refusal { try await scene.custodian.changeCaseCard(card.bytes, by: scene.owner.hash) }
                    == .conflict)
        }
        #expect(
            try await refusal { try await scene.custodian.changeCaseCard(scene.caseCard.bytes, by: scene.owner.hash) }
                == .conflict)
        let unknown = try next(scene) { $0.caseID = Random.value() }
        #expect(
            try await refusal { try await scene.custodian.changeCaseCard(unknown.bytes, by: scene.owner.hash) }
                == .unknown)
        #expect(try scene.size == size)
    }

    @Test func onlyTheOwnerChangesTheCaseCard() async throws {
        let scene = try await Scene.make()
        let forged = try next(scene) { $0.signer = scene.officer.signer }
        await #expect(throws: NoteError.self) {
            try await scene.custodian.changeCaseCard(forged.bytes, by: scene.owner.hash)
        }
        let card = try next(scene) { _ in }
        #expect(
            try await refusal { try await scene.custodian.changeCaseCard(card.bytes, by: scene.officer.hash) }
                == .notAuthentic)
        let note = try scene.withdrawal(of: scene.owner, by: scene.owner.signer)
        _ = try await scene.custodian.withdrawCard(note.bytes)
        #expect(
            try await refusal { try await scene.custodian.changeCaseCard(card.bytes, by: scene.owner.hash) }
                == .refused)
    }

    @Test func requestUnderAnOldCaseCardIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let card = try next(scene) { _ in }
        let old = try scene.ownRequest([item])
        _ = try await scene.custodian.changeCaseCard(card.bytes, by: scene.owner.hash)
        let answer = try await scene.handle(old)
        #expect(try scene.verify(answer.receipt, answer.record, in: scene.caseKey).failures == [.wrongCase])
        #expect(try await scene.handle(try scene.ownRequest([item]) { $0.authority = card.hash }).isGranted)
    }

    private struct Draft {
        var caseID: CaseID
        var number: UInt64
        var previous: NoteHash
        var recipient: AgeRecipient
        var logKey: LogKeyCommitment
        var signers: [VerifierKey] = []
        var signer: NoteSigner
    }

    private func next(
        _ scene: Scene, after old: Verified<CaseCard>? = nil, _ change: (inout Draft) -> Void
    ) throws -> Verified<CaseCard> {
        let old = old ?? scene.caseCard
        var draft = Draft(
            caseID: old.body.caseID, number: old.body.number + 1, previous: old.hash, recipient: old.body.recipient,
            logKey: old.body.logKey, signer: scene.owner.signer)
        change(&draft)
        let body = CaseCard(
            caseID: draft.caseID, number: draft.number, previous: draft.previous, recipient: draft.recipient,
            ownerKey: old.body.ownerKey, logKey: draft.logKey, signers: draft.signers)
        return try Verified(body, signedBy: draft.signer)
    }

    private func deviceItem(
        _ scene: Scene, _ camera: NoteSigner, sequence: UInt64 = 0, previous: NoteHash? = nil
    ) throws -> TestItem {
        let item = try TestItem(
            "clip", caseID: scene.caseID, recipient: scene.caseIdentity.recipient, signer: camera, sequence: sequence,
            previous: previous)
        try scene.upload(item.content)
        return item
    }

    private func submit(_ item: TestItem, _ scene: Scene) async throws -> Acceptance {
        try await scene.custodian.addItem(
            item.record.bytes, by: nil, contentHeader: item.content.header.bytes, description: item.description.bytes)
    }
}
