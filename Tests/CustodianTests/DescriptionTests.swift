import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// Items described anew, and people's own checks of the vault.
struct DescriptionTests {
    @Test func newDescriptionIsALeafAndTheOneBeforeIsKept() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let file = try sealed("a better name", scene)
        let note = try described(item, file, scene)
        let accepted = try await scene.custodian.describeItem(note.bytes, by: scene.owner.hash, description: file.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .described && record.notes == [note.hash] && record.items == [item.id])
        #expect(record.actor == scene.owner.hash)
        let again = try await scene.custodian.describeItem(note.bytes, by: scene.owner.hash, description: file.bytes)
        #expect(again.index == accepted.index)
        try await scene.restart()
        let rows = try await scene.custodian.stores.records.read { records in
            (
                try records.item(item.id), try records.description(item.description.id, of: item.id),
                try records.description(file.id, of: item.id)
            )
        }
        #expect(rows.0?.descriptionID == file.id && rows.0?.newDescription == note.bytes)
        #expect(rows.1?.file == item.description.bytes && rows.1?.note == nil)
        #expect(rows.2?.file == file.bytes)
    }

    @Test func onlyTheOwnerDescribesAnItemAnew() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let file = try sealed("something else", scene)
        let (size, note) = (try scene.size, try described(item, file, scene))
        let forged = try described(item, file, scene) { $0.signer = scene.officer.signer }
        await #expect(throws: NoteError.self) {
            try await scene.custodian.describeItem(forged.bytes, by: scene.owner.hash, description: file.bytes)
        }
        #expect(try await refusal { try await describe(note, file, scene, by: scene.officer) } == .notAuthentic)
        let withdrawal = try scene.withdrawal(of: scene.owner, by: scene.owner.signer)
        _ = try await scene.custodian.withdrawCard(withdrawal.bytes)
        #expect(try await refusal { try await describe(note, file, scene) } == .refused)
        #expect(try scene.size == size + 1)
    }

    @Test func descriptionThatDoesNotFollowOrFitIsRefused() async throws {
        let scene = try await Scene.make()
        let (item, other) = (try await scene.addItem(), try await scene.addItem("other"))
        let (file, second) = (try sealed("one", scene), try sealed("two", scene))
        let size = try scene.size
        let skipping = try described(item, file, scene) { $0.previous = Random.value() }
        #expect(try await refusal { try await describe(skipping, file, scene) } == .conflict)
        let crossed = try described(item, file, scene) { $0.previous = other.record.hash }
        #expect(try await refusal { try await describe(crossed, file, scene) } == .conflict)
        let unknown = try described(item, file, scene) { $0.item = Random.value() }
        #expect(try await refusal { try await describe(unknown, file, scene) } == .unknown)
        let note = try described(item, file, scene)
        #expect(try await refusal { try await describe(note, second, scene) } == .malformed)
        #expect(try scene.size == size)
        _ = try await describe(note, file, scene)
        // Another that follows the ingest record, and not the newest description.
        let late = try described(item, second, scene)
        #expect(try await refusal { try await describe(late, second, scene) } == .conflict)
    }

    @Test func grantsListTheDescriptionThatCountsAndNoEarlierOne() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let file = try sealed("a better name", scene)
        let before = try scene.sign(try scene.draft([item]))
        try await scene.submit(before)
        _ = try await describe(try described(item, file, scene), file, scene)
        #expect(try await scene.handle(try scene.request([item], under: before)).isGranted)
        #expect(try await refusal { try await scene.submit(try scene.sign(try scene.draft([item]))) } == .refused)
    }

    @Test func verificationIsALeafOfTheVaultsStream() async throws {
        let scene = try await Scene.make()
        let size = try scene.size
        let note = try verification(scene)
        let accepted = try await scene.custodian.addVerification(note.bytes)
        #expect(accepted.index == size)
        #expect(try await scene.custodian.addVerification(note.bytes).index == size)
        let other = try verification(scene) { $0.custodian = scene.owner.signer.verifierKey }
        #expect(try await refusal { try await scene.custodian.addVerification(other.bytes) } == .notAuthentic)
        let late = try verification(scene) { $0.time = Timestamp(seconds: scene.clock.time.seconds + 301) }
        #expect(try await refusal { try await scene.custodian.addVerification(late.bytes) } == .refused)
        let forged = try verification(scene) { $0.signer = scene.officer.signer }
        await #expect(throws: NoteError.self) { try await scene.custodian.addVerification(forged.bytes) }
        let unsigned = try verification(scene) { $0.checkpoint = Array("none of this log's".utf8) }
        #expect(try await refusal { try await scene.custodian.addVerification(unsigned.bytes) } == .malformed)
        #expect(try scene.size == size + 1)
    }

    // MARK: Making

    private struct Draft {
        var item: AgeFileID
        var previous: NoteHash
        var signer: NoteSigner
    }

    private func sealed(_ text: String, _ scene: Scene) throws -> SealedAgeFile {
        try AgeFile.seal(Array(text.utf8), to: [scene.caseIdentity.recipient])
    }

    private func described(
        _ item: TestItem, _ file: SealedAgeFile, _ scene: Scene, _ change: (inout Draft) -> Void = { _ in }
    ) throws -> Verified<NewDescription> {
        var draft = Draft(item: item.id, previous: item.record.hash, signer: scene.owner.signer)
        change(&draft)
        let facts = SealedFileFacts(
            id: file.id, payloadSize: file.layout.payloadSize, chunkCount: file.layout.chunkCount,
            header: file.header.digest, keyCommitment: Random.value())
        return try Verified(
            NewDescription(
                caseID: scene.caseID, item: draft.item, previous: draft.previous, time: scene.clock.time,
                description: facts, signer: scene.owner.signer.verifierKey), signedBy: draft.signer)
    }

    private func describe(
        _ note: Verified<NewDescription>, _ file: SealedAgeFile, _ scene: Scene, by person: Person? = nil
    ) async throws -> Acceptance {
        try await scene.custodian.describeItem(
            note.bytes, by: (person ?? scene.owner).hash, description: file.bytes)
    }

    private struct Check {
        var custodian: VerifierKey
        var time: Timestamp
        var checkpoint: [UInt8]
        var signer: NoteSigner
    }

    private func verification(
        _ scene: Scene, _ change: (inout Check) -> Void = { _ in }
    ) throws -> Verified<Verification> {
        var check = Check(
            custodian: try scene.custodian.verifierKey, time: scene.clock.time,
            checkpoint: try scene.custodian.checkpoint, signer: scene.owner.signer)
        change(&check)
        return try Verified(
            Verification(
                custodian: check.custodian, card: scene.owner.hash, time: check.time, checkpoint: check.checkpoint,
                itemCount: 3, damagedCount: 0), signedBy: check.signer)
    }
}
