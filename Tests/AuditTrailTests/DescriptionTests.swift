import AgeFile
import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// Items described anew, and people's own checks of the vault, replayed.
@Suite struct DescriptionTests {
    @Test func descriptionsThatFollowEachOtherAreIntact() throws {
        let scene = try Scene()
        let ingest = try scene.log.ingestRecord(scene.matter, by: scene.owner)
        try scene.log.append(
            .itemAdded, in: .matter(scene.matter.id), by: scene.owner.hash, notes: [.init(ingest)],
            items: [ingest.body.content.id])
        let first = try describe(scene, ingest.body.content.id, after: ingest.hash)
        let second = try describe(scene, ingest.body.content.id, after: first.hash)
        let item = Item(id: ingest.body.content.id, description: second.body.description.id)
        try scene.log.grant(scene.matter, [item], from: scene.owner, to: scene.officer)
        #expect(scene.log.findings() == [])
    }

    @Test func grantOfAnEarlierDescriptionIsFound() throws {
        let scene = try Scene()
        let (item, hash) = try added(scene)
        try describe(scene, item.id, after: hash)
        try scene.log.grant(scene.matter, [item], from: scene.owner, to: scene.officer)
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.grantNotAllowed] && findings[0].failures == [.notListed])
    }

    @Test func descriptionOutOfTurnIsFound() throws {
        let scene = try Scene()
        let (item, hash) = try added(scene)
        try describe(scene, item.id, after: Random.value())
        #expect(scene.log.findings().map(\.kind) == [.descriptionNotAllowed])
        let other = try Scene()
        let (second, first) = try added(other)
        try describe(other, second.id, after: first)
        try describe(other, second.id, after: first)
        #expect(other.log.findings().map(\.kind) == [.descriptionNotAllowed])
        let third = try Scene()
        try describe(third, item.id, after: hash)  // an item of another vault
        #expect(third.log.findings().map(\.kind) == [.descriptionNotAllowed])
    }

    @Test func descriptionBySomebodyElseIsFound() throws {
        let scene = try Scene()
        let (item, hash) = try added(scene)
        try describe(scene, item.id, after: hash, by: scene.officer)
        #expect(scene.log.findings().map(\.kind) == [.descriptionNotAllowed])
        let forged = try Scene()
        let (second, first) = try added(forged)
        try describe(forged, second.id, after: first, signedBy: forged.officer.signer)
        #expect(forged.log.findings().map(\.kind) == [.noteNotSigned])
        let withdrawn = try Scene()
        let (third, last) = try added(withdrawn)
        try withdrawn.log.withdraw(withdrawn.owner)
        try describe(withdrawn, third.id, after: last)
        #expect(withdrawn.log.findings().map(\.kind) == [.descriptionNotAllowed])
    }

    @Test func verificationOfTheLogsOwnHeadIsIntact() throws {
        let scene = try Scene()
        try verify(scene, checkpoint: try scene.log.checkpoint())
        #expect(scene.log.findings() == [])
    }

    @Test func verificationThatDoesNotFitIsFound() throws {
        let scene = try Scene()
        try verify(scene, checkpoint: Array("none".utf8))
        #expect(scene.log.findings().map(\.kind) == [.headNotSigned])
        let other = try Scene()
        try verify(other, checkpoint: try other.log.checkpoint(size: 3, root: Random.value()))
        #expect(other.log.findings().map(\.kind) == [.forked])
        let late = try Scene()
        try verify(late, checkpoint: try late.log.checkpoint(), offset: 301)
        #expect(late.log.findings().map(\.kind) == [.verificationNotAllowed])
        let forged = try Scene()
        try verify(forged, checkpoint: try forged.log.checkpoint(), signedBy: forged.officer.signer)
        #expect(forged.log.findings().map(\.kind) == [.noteNotSigned])
    }

    private func added(_ scene: Scene) throws -> (Item, NoteHash) {
        let ingest = try scene.log.ingestRecord(scene.matter, by: scene.owner)
        try scene.log.append(
            .itemAdded, in: .matter(scene.matter.id), by: scene.owner.hash, notes: [.init(ingest)],
            items: [ingest.body.content.id])
        return (Item(id: ingest.body.content.id, description: ingest.body.description.id), ingest.hash)
    }

    @discardableResult
    private func describe(
        _ scene: Scene, _ item: AgeFileID, after previous: NoteHash, by person: Person? = nil,
        signedBy signer: NoteSigner? = nil
    ) throws -> Verified<NewDescription> {
        let person = person ?? scene.owner
        let facts = SealedFileFacts(
            id: Random.value(), payloadSize: 132, chunkCount: 1, header: Random.value(), keyCommitment: Random.value())
        let body = NewDescription(
            caseID: scene.matter.id, item: item, previous: previous, time: scene.log.time, description: facts,
            signer: person.signer.verifierKey)
        let note = try Verified(body, signedBy: signer ?? person.signer)
        try scene.log.append(
            .described, in: .matter(scene.matter.id), by: person.hash, notes: [.init(note)], items: [item])
        return note
    }

    private func verify(
        _ scene: Scene, checkpoint: [UInt8], offset: UInt64 = 0, signedBy signer: NoteSigner? = nil
    ) throws {
        let body = Verification(
            custodian: scene.log.custodian.verifierKey, card: scene.owner.hash,
            time: Timestamp(seconds: scene.log.now + offset), checkpoint: checkpoint, itemCount: 2, damagedCount: 0)
        let note = try Verified(body, signedBy: signer ?? scene.owner.signer)
        try scene.log.append(.verified, in: .vault, by: scene.owner.hash, notes: [.init(note)])
    }
}
