public import AgeFile
public import AuditTrail
public import Sharing
public import SignedNote
import Sodium

/// An opening with everything that evidence of it is made of, each part of which a test may make wrong.
public struct Exchange {
    public var secret = GrantSecret.random()
    /// What the custodian releases from, where it is not the grant's secret.
    public var releasing: GrantSecret?
    /// What the capsule holds, where it is not the item's key.
    public var sealing: FileKey?
    public var grantor = signer("bevis.example/person")
    /// Who signs the ingest record, where it is not the grantor.
    public var ingesting: NoteSigner?
    public var caseCardSigner: NoteSigner?
    /// Whether the file is a description that was given later, and not an item's content.
    public var isLaterDescription = false
    public var custodian: NoteSigner

    public init(_ log: LogFixture) { custodian = log.custodian }

    /// The evidence that a recipient keeps of it.
    public func evidence() throws -> OpeningEvidence {
        let (grantID, matter): (GrantID, CaseID) = (Random.value(), Random.value())
        let key = FileKey.random()
        let identity = AgeIdentity.random()
        let time = Timestamp(seconds: 1_790_000_000)
        let content = try AgeFile.seal([1, 2, 3], fileKey: key, to: [identity.recipient])
        let card = try Verified(
            Card(
                kind: .person, name: .of("Anna"), role: .of("owner"), organisation: nil, key: grantor.verifierKey,
                recipient: identity.recipient, issued: time, expires: nil), signedBy: grantor)
        let item: AgeFileID = isLaterDescription ? Random.value() : content.id
        let ingest =
            try isLaterDescription
            ? newDescription(content, key, matter, item, time) : self.ingest(content, key, matter, identity, time)
        let part = secret.part(for: content.id, in: grantID)
        let capsule = Capsule(sealing: sealing ?? key, of: content.id, in: grantID, with: part)
        let file = ListedFile(
            kind: isLaterDescription ? .description : .content, item: item, id: content.id,
            part: part.hash(for: content.id, in: grantID),
            capsule: capsule.hash)
        let list = ItemList(
            grantID: grantID, entries: [.hidden(Random.value()), .hidden(Random.value()), .file(file)])
        let grant = try Verified(
            Grant(
                id: grantID, caseID: matter, parent: nil, from: card.hash, to: Random.value(), rights: .read,
                lend: .nothing, scope: .items, listRoot: list.root, listSize: 3, notBefore: time,
                notAfter: Timestamp(seconds: time.seconds + 1000), openings: nil, purpose: .of("to see who it is"),
                journal: .optional, logKey: Random.value(), recipientEnvelope: Random.value(),
                custodianEnvelope: Random.value(), custodian: custodian.verifierKey), signedBy: grantor)
        let asker = signer("bevis.example/person")
        let request = try Verified(
            AccessRequest(
                action: .read, custodian: custodian.verifierKey, caseID: matter, grantID: grantID,
                authority: grant.hash, card: Random.value(), items: [item], time: time, nonce: Random.value(),
                recipient: identity.recipient, purpose: .of("case work"), journal: nil, checkpoint: nil),
            signedBy: asker)
        let released = (releasing ?? secret).part(for: content.id, in: grantID)
        let response = try Verified(
            AccessResponse(
                request: request.hash, custodian: custodian.verifierKey,
                releases: [.init(file: content.id, parts: [released])]), signedBy: custodian)
        return OpeningEvidence(
            request: request.bytes, response: response.bytes, grant: grant.bytes, grantor: card.bytes, file: file,
            proof: try list.proof(at: 2), capsule: capsule.bytes, ingest: ingest,
            caseCard: try caseCardSigner.map { try caseCard(matter, identity, $0) })
    }

    private func facts(_ file: SealedAgeFile, _ id: AgeFileID, _ commitment: Digest) -> SealedFileFacts {
        SealedFileFacts(
            id: id, payloadSize: file.layout.payloadSize, chunkCount: file.layout.chunkCount,
            header: Random.value(), keyCommitment: commitment)
    }

    private func newDescription(
        _ file: SealedAgeFile, _ key: FileKey, _ matter: CaseID, _ item: AgeFileID, _ time: Timestamp
    ) throws -> [UInt8] {
        let signer = ingesting ?? grantor
        return try Verified(
            NewDescription(
                caseID: matter, item: item, previous: Random.value(), time: time,
                description: facts(file, file.id, key.commitment(to: file.id)), signer: signer.verifierKey),
            signedBy: signer
        ).bytes
    }

    private func ingest(
        _ content: SealedAgeFile, _ key: FileKey, _ matter: CaseID, _ identity: AgeIdentity, _ time: Timestamp
    ) throws -> [UInt8] {
        let signer = ingesting ?? grantor
        return try Verified(
            IngestRecord(
                caseID: matter, recipient: identity.recipient, time: time,
                content: facts(content, content.id, key.commitment(to: content.id)),
                description: facts(content, Random.value(), Random.value()), original: Random.value(),
                signer: signer.verifierKey, sequence: 0, previous: nil), signedBy: signer
        ).bytes
    }

    private func caseCard(_ matter: CaseID, _ identity: AgeIdentity, _ owner: NoteSigner) throws -> [UInt8] {
        let card = CaseCard(
            caseID: matter, number: 0, previous: nil, recipient: identity.recipient, ownerKey: owner.verifierKey,
            logKey: Random.value(), signers: (ingesting.map { [$0.verifierKey] }) ?? [])
        return try Verified(card, signedBy: owner).bytes
    }
}
