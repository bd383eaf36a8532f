import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing
import TransparencyLog

@testable import Custodian

struct ItemTests {
    @Test func itemMakesALeafInItsCasesStream() async throws {
        let scene = try await Scene.make()
        let item = try scene.nextItem()
        try scene.upload(item.content)
        let accepted = try await scene.submit(item)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .itemAdded)
        #expect(record.notes == [item.record.hash])
        #expect(record.items == [item.id])
        let again = try await scene.submit(item)
        #expect(again.index == accepted.index)
        #expect(try scene.size == accepted.index + 1)
    }

    @Test func retriesAtTheSameMomentMakeOneLeaf() async throws {
        let scene = try await Scene.make()
        let item = try scene.nextItem()
        try scene.upload(item.content)
        let (custodian, owner, size) = (try scene.custodian, scene.owner.hash, try scene.size)
        let indices = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    try await custodian.addItem(
                        item.record.bytes, by: owner, contentHeader: item.content.header.bytes,
                        description: item.description.bytes
                    ).index
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(indices == [size])
    }

    @Test func contentThatWasNotUploadedIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try scene.nextItem()
        #expect(try await refusal { try await scene.submit(item) } == .unknown)
    }

    @Test func headerOrDescriptionOfAnotherItemIsRefused() async throws {
        let scene = try await Scene.make()
        let (item, other) = (try scene.nextItem(), try scene.nextItem("other"))
        try scene.upload(item.content)
        for (header, description) in [
            (other.content.header.bytes, item.description.bytes), (item.content.header.bytes, other.description.bytes),
            ([], item.description.bytes), (item.content.header.bytes, []),
        ] {
            let refused = try await refusal {
                try await scene.custodian.addItem(
                    item.record.bytes, by: scene.owner.hash, contentHeader: header, description: description)
            }
            #expect(refused == .malformed)
        }
        try await scene.submit(item)
    }

    @Test func sizeThatIsNotTheUploadsIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try item(scene) { facts in
            SealedFileFacts(
                id: facts.id, payloadSize: facts.payloadSize + 1, chunkCount: facts.chunkCount, header: facts.header,
                keyCommitment: facts.keyCommitment)
        }
        try scene.upload(item.content)
        #expect(try await refusal { try await scene.submit(item) } == .unknown)
    }

    @Test func gapOrRepeatInASignersRecordsIsRefused() async throws {
        let scene = try await Scene.make()
        let first = try await scene.addItem("first")
        let second = try await scene.addItem("second")
        for (sequence, previous) in [
            (1, first.record.hash), (3, second.record.hash), (2, first.record.hash), (0, nil),
        ] as [(UInt64, NoteHash?)] {
            let item = try item(scene, sequence: sequence, previous: previous)
            try scene.upload(item.content)
            #expect(try await refusal { try await scene.submit(item) } == .conflict)
        }
        let third = try item(scene, sequence: 2, previous: second.record.hash)
        try scene.upload(third.content)
        try await scene.submit(third)
    }

    @Test func itemSealedToAnotherRecipientIsRefusedFromAnybodyButTheOwner() async throws {
        let scene = try await Scene.make()
        let item = try item(scene, signer: scene.officer.signer, recipient: AgeIdentity.random().recipient)
        try scene.upload(item.content)
        let refused = try await refusal {
            try await scene.custodian.addItem(
                item.record.bytes, by: scene.officer.hash, contentHeader: item.content.header.bytes,
                description: item.description.bytes)
        }
        #expect(refused == .malformed)
    }

    @Test func whatTheOwnerKeepsForHerselfCanBeInNoGrant() async throws {
        let scene = try await Scene.make()
        let lent = try await scene.addItem()
        let record = lent.record
        let own = try item(scene, recipient: AgeIdentity.random().recipient, sequence: 1, previous: record.hash)
        try scene.upload(own.content)
        try await scene.submit(own)
        let before = try scene.size
        for items in [[own], [lent, own]] {
            let refused = try await refusal { try await scene.lend(items) }
            #expect(refused == .refused)
        }
        #expect(try scene.size == before)
        _ = try await scene.lend([lent])
    }

    @Test func signerThatNobodyAttestsIsRefused() async throws {
        let scene = try await Scene.make()
        let device = try makeSigner("device")
        let item = try item(scene, signer: device)
        try scene.upload(item.content)
        for actor in [nil, scene.owner.hash, scene.officer.hash] {
            let refused = try await refusal {
                try await scene.custodian.addItem(
                    item.record.bytes, by: actor, contentHeader: item.content.header.bytes,
                    description: item.description.bytes)
            }
            #expect(refused == .notAuthentic)
        }
    }

    @Test func sameContentOrDescriptionTwiceIsRefused() async throws {
        let scene = try await Scene.make()
        let first = try await scene.addItem("first")
        let body = first.record.body
        let content = try scene.nextItem("other").content
        try scene.upload(content)
        for facts in [
            body.content,
            SealedFileFacts(
                id: content.id, payloadSize: content.layout.payloadSize, chunkCount: 1,
                header: content.header.digest, keyCommitment: Random.value()),
        ] {
            let record = IngestRecord(
                caseID: scene.caseID, recipient: body.recipient, time: body.time, content: facts,
                description: body.description, original: body.original, signer: body.signer, sequence: 1,
                previous: first.record.hash)
            let note = try Verified(record, signedBy: scene.owner.signer)
            let header = facts == body.content ? first.content.header : content.header
            let refused = try await refusal {
                try await scene.custodian.addItem(
                    note.bytes, by: scene.owner.hash, contentHeader: header.bytes,
                    description: first.description.bytes)
            }
            #expect(refused == .conflict)
        }
    }

    @Test func itemOfUnknownCaseIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try TestItem(
            "lost", caseID: Random.value(), recipient: scene.caseIdentity.recipient, signer: scene.owner.signer,
            sequence: 0, previous: nil)
        try scene.upload(item.content)
        #expect(try await refusal { try await scene.submit(item) } == .unknown)
    }

    private func item(
        _ scene: Scene, signer: NoteSigner? = nil, recipient: AgeRecipient? = nil, sequence: UInt64 = 0,
        previous: NoteHash? = nil, change: (SealedFileFacts) -> SealedFileFacts = { $0 }
    ) throws -> TestItem {
        try TestItem(
            "another statement", caseID: scene.caseID, recipient: recipient ?? scene.caseIdentity.recipient,
            signer: signer ?? scene.owner.signer, sequence: sequence, previous: previous, change: change)
    }
}
