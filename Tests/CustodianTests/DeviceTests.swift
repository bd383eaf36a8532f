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

/// Recording devices: what the custodian takes of them, and what it says to them.
struct DeviceTests {
    @Test func heartbeatIsALeafAndThePromiseNamesIt() async throws {
        let (scene, camera) = try await paired()
        let note = try heartbeat(scene, camera)
        let accepted = try await scene.custodian.addHeartbeat(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .heartbeat && record.notes == [note.hash] && record.actor == nil)
        let word = try Unverified<Taken>(parsing: try scene.custodian.promise(note.hash, accepted))
            .verified(by: try scene.custodian.verifierKey).body
        #expect(word.note == note.hash && word.index == accepted.index)
        // The device sees that exactly this leaf is in the log, and the owner that it is the heartbeat's.
        _ = try accepted.receipt.verify(leaf: TreeHash(word.leaf.bytes), policy: try scene.custodian.policy)
        let disclosed = try DisclosedRecord(opening: try #require(accepted.record), with: scene.caseKey)
        #expect(disclosed.leaf(in: scene.caseKey).hash.bytes == word.leaf.bytes)
        // The same text again is the same leaf, whenever it comes.
        #expect(try await scene.custodian.addHeartbeat(note.bytes).index == accepted.index)
    }

    @Test func heartbeatTooSoonLeavesNoLeaf() async throws {
        let (scene, camera) = try await paired()
        _ = try await scene.custodian.addHeartbeat(try heartbeat(scene, camera).bytes)
        let size = try scene.size
        scene.clock.advance(by: Heartbeat.interval - 1)
        let next = try heartbeat(scene, camera)
        #expect(try await refusal { try await scene.custodian.addHeartbeat(next.bytes) } == .tooMany)
        #expect(try scene.size == size)
        scene.clock.advance(by: 1)
        #expect(try await scene.custodian.addHeartbeat(next.bytes).index == size)
    }

    @Test func heartbeatOfAStrangerOrAWithdrawnDeviceIsRefused() async throws {
        let (scene, camera) = try await paired()
        let stranger = try makeSigner("device")
        let strange = try heartbeat(scene, stranger)
        #expect(try await refusal { try await scene.custodian.addHeartbeat(strange.bytes) } == .notAuthentic)
        let own = try heartbeat(scene, scene.owner.signer)
        #expect(try await refusal { try await scene.custodian.addHeartbeat(own.bytes) } == .notAuthentic)
        let forged = try Verified(try heartbeat(scene, camera).body, signedBy: stranger)
        await #expect(throws: NoteError.self) { try await scene.custodian.addHeartbeat(forged.bytes) }
        let card = try #require(try await scene.custodian.caseCards(scene).last)
        _ = try await change(scene, after: card, to: [])
        let late = try heartbeat(scene, camera)
        #expect(try await refusal { try await scene.custodian.addHeartbeat(late.bytes) } == .notAuthentic)
    }

    @Test func heartbeatThatSpeaksOfOtherRecordsIsRefused() async throws {
        let (scene, camera) = try await paired()
        let item = try TestItem(
            "clip", caseID: scene.caseID, recipient: scene.caseIdentity.recipient, signer: camera, sequence: 0,
            previous: nil)
        let early = try heartbeat(scene, camera, taken: 1, newest: item.record.hash)
        #expect(try await refusal { try await scene.custodian.addHeartbeat(early.bytes) } == .conflict)
        try scene.upload(item.content)
        _ = try await submit(item, scene)
        for (taken, newest) in [(UInt64(0), nil), (1, Random.value()), (2, item.record.hash)] as [(UInt64, NoteHash?)] {
            let wrong = try heartbeat(scene, camera, taken: taken, newest: newest)
            #expect(try await refusal { try await scene.custodian.addHeartbeat(wrong.bytes) } == .conflict)
        }
        _ = try await scene.custodian.addHeartbeat(early.bytes)
    }

    @Test func clipThatWasErasedDoesNotStopItsDevice() async throws {
        let (scene, camera) = try await paired()
        let item = try TestItem(
            "clip", caseID: scene.caseID, recipient: scene.caseIdentity.recipient, signer: camera, sequence: 0,
            previous: nil)
        try scene.upload(item.content)
        let accepted = try await submit(item, scene)
        try await scene.ask(try await scene.erasure(of: [item]))
        try await scene.eraseDue()
        // A device that got no answer sends the same again: it was taken, and nothing comes back.
        #expect(try await submit(item, scene).index == accepted.index)
        #expect(try await scene.custodian.stores.records.read { try $0.item(item.id)?.isErased } == true)
        #expect(try scene.custodian.stores.objects.ids().isEmpty)
        _ = try await scene.custodian.addHeartbeat(
            try heartbeat(scene, camera, taken: 1, newest: item.record.hash).bytes)
        let next = try TestItem(
            "next clip", caseID: scene.caseID, recipient: scene.caseIdentity.recipient, signer: camera, sequence: 1,
            previous: item.record.hash)
        try scene.upload(next.content)
        _ = try await submit(next, scene)
    }

    @Test func newestHeartbeatsAreForTheOwnerAlone() async throws {
        let (scene, camera) = try await paired()
        let first = try heartbeat(scene, camera)
        _ = try await scene.custodian.addHeartbeat(first.bytes)
        scene.clock.advance(by: Heartbeat.interval)
        let second = try heartbeat(scene, camera)
        let accepted = try await scene.custodian.addHeartbeat(second.bytes)
        try await scene.restart()
        let (query, card) = try await scene.custodian.authorise(try ask(scene, by: scene.owner))
        let kept = try await scene.custodian.heartbeats(query, card)
        #expect(kept.map(\.note) == [second.bytes])
        #expect(kept.map(\.index) == [accepted.index])
        #expect(kept.map(\.received) == [scene.clock.time])
        let (asked, other) = try await scene.custodian.authorise(try ask(scene, by: scene.officer))
        #expect(try await refusal { try await scene.custodian.heartbeats(asked, other) } == .notAuthentic)
    }

    @Test func itemSealedToAnotherRecipientThanTheCaseCardsIsRefused() async throws {
        let (scene, camera) = try await paired()
        let item = try TestItem(
            "clip", caseID: scene.caseID, recipient: AgeIdentity.random().recipient, signer: camera, sequence: 0,
            previous: nil)
        try scene.upload(item.content)
        #expect(try await refusal { try await self.submit(item, scene) } == .malformed)
    }

    @Test func deviceWithoutACardIsShownNothing() async throws {
        let (scene, camera) = try await paired()
        let query = Query(
            subject: .caseStream, custodian: try scene.custodian.verifierKey, card: Random.value(),
            scope: Nonce(scene.caseID.bytes), time: scene.clock.time, nonce: Random.value())
        let note = try Verified(query, signedBy: camera)
        #expect(try await refusal { try await scene.custodian.authorise(note.bytes) } == .unknown)
    }

    // MARK: Making

    /// A vault whose case has one device.
    private func paired() async throws -> (Scene, NoteSigner) {
        let scene = try await Scene.make()
        let camera = try makeSigner("device")
        _ = try await change(scene, after: scene.caseCard, to: [camera.verifierKey])
        return (scene, camera)
    }

    private func change(
        _ scene: Scene, after old: Verified<CaseCard>, to signers: [VerifierKey]
    ) async throws -> Acceptance {
        let body = CaseCard(
            caseID: scene.caseID, number: old.body.number + 1, previous: old.hash, recipient: old.body.recipient,
            ownerKey: old.body.ownerKey, logKey: old.body.logKey, signers: signers)
        return try await scene.custodian.changeCaseCard(
            try Verified(body, signedBy: scene.owner.signer).bytes, by: scene.owner.hash)
    }

    private func heartbeat(
        _ scene: Scene, _ signer: NoteSigner, taken: UInt64 = 0, newest: NoteHash? = nil
    ) throws -> Verified<Heartbeat> {
        let body = Heartbeat(
            caseID: scene.caseID, device: signer.verifierKey, time: scene.clock.time, taken: taken, newest: newest,
            newestTime: taken > 0 ? scene.clock.time : nil, waiting: 0, oldestWaiting: nil, warnings: [])
        return try Verified(body, signedBy: signer)
    }

    private func submit(_ item: TestItem, _ scene: Scene) async throws -> Acceptance {
        try await scene.custodian.addItem(
            item.record.bytes, by: nil, contentHeader: item.content.header.bytes, description: item.description.bytes)
    }

    private func ask(_ scene: Scene, by person: Person) throws -> [UInt8] {
        let query = Query(
            subject: .caseStream, custodian: try scene.custodian.verifierKey, card: person.hash,
            scope: Nonce(scene.caseID.bytes), time: scene.clock.time, nonce: Random.value())
        return try Verified(query, signedBy: person.signer).bytes
    }
}

extension Custodian {
    /// The case card that counts.
    fileprivate func caseCards(_ scene: Scene) async throws -> [Verified<CaseCard>] {
        let id = scene.caseID
        let note = try await stores.records.read { try $0.matter(id)?.card }
        return try [note].compactMap { $0 }.map { bytes in
            try Unverified<CaseCard>(parsing: bytes).verified(by: scene.owner.signer.verifierKey)
        }
    }
}
