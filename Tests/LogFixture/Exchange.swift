public import AgeFile
public import AuditTrail
public import Sharing
public import SignedNote
import Sodium

/// An opening with everything that evidence of it is made of, each part of which a test may make wrong.
public struct Exchange {
    /// Who lends: the owner, or whoever lends on what she was lent.
    public struct Hand {
        public var name: String
        public var signer = person()
        public var secret = GrantSecret.random()
        /// What the custodian releases from, where it is not the grant's secret.
        public var releasing: GrantSecret?
        /// What the layer holds, where it is not the item's key, or the capsule above.
        public var sealing: FileKey?
        /// Whether the file is listed by an extension of the grant.
        public var isExtension = false

        public init(name: String) { self.name = name }
    }

    /// Who lends, from the owner down.
    public var hands = [Hand(name: "Anna")]
    /// Who signs the ingest record, where it is not the owner.
    public var ingesting: NoteSigner?
    public var caseCardSigner: NoteSigner?
    /// Whether the file is a description that was given later, and not an item's content.
    public var isLaterDescription = false
    /// Whether the custodian releases the own grant's part alone.
    public var isReleasingOne = false
    public var custodian: NoteSigner

    public init(_ log: LogFixture) { custodian = log.custodian }

    /// The owner.
    public var owner: Hand {
        get { hands[0] }
        set { hands[0] = newValue }
    }

    /// The evidence that a recipient keeps of it.
    public func evidence() throws -> OpeningEvidence {
        let (matter, key, identity) = (Random.value() as CaseID, FileKey.random(), AgeIdentity.random())
        let time = Timestamp(seconds: 1_790_000_000)
        let content = try AgeFile.seal([1, 2, 3], fileKey: key, to: [identity.recipient])
        let item: AgeFileID = isLaterDescription ? Random.value() : content.id
        let ingest =
            try isLaterDescription
            ? newDescription(content, key, matter, item, time) : self.ingest(content, key, matter, identity, time)
        let cards = try hands.map { try card(of: $0, identity, time) }
        var above: [Lent] = []
        for (place, hand) in hands.enumerated() {
            let to = place + 1 < cards.count ? cards[place + 1].hash : Random.value()
            above.append(
                try lend(
                    by: hand, cards[place], to: to, key, content.id, matter: matter, item: item, above: above.last, time
                ))
        }
        let own = above[above.count - 1]
        let request = try Verified(
            AccessRequest(
                action: .read, custodian: custodian.verifierKey, caseID: matter, grantID: own.grant.body.id,
                authority: own.grant.hash, card: Random.value(), items: [item], time: time, nonce: Random.value(),
                recipient: identity.recipient, purpose: .of("case work"), journal: nil, checkpoint: nil),
            signedBy: person())
        let parts = above.reversed().map(\.released)
        let response = try Verified(
            AccessResponse(
                request: request.hash, custodian: custodian.verifierKey,
                releases: [.init(file: content.id, parts: isReleasingOne ? [parts[0]] : parts)],
                extensions: above.compactMap(\.more)), signedBy: custodian)
        return OpeningEvidence(
            request: request.bytes, response: response.bytes, layers: above.reversed().map(\.layer),
            capsule: own.capsule.bytes, ingest: ingest,
            caseCard: try caseCardSigner.map { try caseCard(matter, identity, $0) })
    }

    /// A grant that was made, and what the custodian releases under it.
    private struct Lent {
        let grant: Verified<Grant>
        let layer: EvidenceLayer
        let capsule: Capsule
        let released: Part
        /// The extension's text hash.
        let more: NoteHash?
    }

    private func lend(
        by hand: Hand, _ card: Verified<Card>, to: NoteHash, _ key: FileKey, _ file: AgeFileID, matter: CaseID,
        item: AgeFileID, above: Lent?, _ time: Timestamp
    ) throws -> Lent {
        let (grantID, more): (GrantID, GrantID) = (Random.value(), Random.value())
        let layerID = hand.isExtension ? more : grantID
        let part = hand.secret.part(for: file, in: layerID)
        let capsule: Capsule
        if let above {
            let inner =
                hand.sealing.map {
                    Capsule(
                        sealing: $0, of: file, in: above.grant.body.id,
                        with: GrantSecret.random().part(for: file, in: layerID))
                } ?? above.capsule
            capsule = try Capsule(sealing: inner, of: file, in: layerID, with: part)
        } else {
            capsule = Capsule(sealing: hand.sealing ?? key, of: file, in: layerID, with: part)
        }
        let listed = ListedFile(
            kind: isLaterDescription ? .description : .content, item: item, id: file,
            part: part.hash(for: file, in: layerID), capsule: capsule.hash)
        let list = ItemList(
            grantID: layerID, entries: [.hidden(Random.value()), .hidden(Random.value()), .file(listed)])
        let grant = try Verified(
            Grant(
                id: grantID, caseID: matter, parent: above?.grant.hash, from: card.hash, to: to, rights: .read,
                lend: .nothing, scope: hand.isExtension ? .standing : .items,
                listRoot: hand.isExtension ? Random.value() : list.root, listSize: hand.isExtension ? 1 : 3,
                notBefore: time, notAfter: Timestamp(seconds: time.seconds + 1000), openings: nil,
                purpose: .of("to see who it is"), journal: .optional, logKey: Random.value(),
                recipientEnvelope: Random.value(), custodianEnvelope: Random.value(),
                custodian: custodian.verifierKey), signedBy: hand.signer)
        let extending = try Verified(
            Extension(
                grantID: grantID, grant: grant.hash, id: more, time: time, listRoot: list.root, listSize: 3,
                recipientEnvelope: Random.value(), custodianEnvelope: Random.value()), signedBy: hand.signer)
        return Lent(
            grant: grant,
            layer: EvidenceLayer(
                grant: grant.bytes, more: hand.isExtension ? extending.bytes : nil, grantor: card.bytes, file: listed,
                proof: try list.proof(at: 2)),
            capsule: capsule, released: (hand.releasing ?? hand.secret).part(for: file, in: layerID),
            more: hand.isExtension ? extending.hash : nil)
    }

    private func card(of hand: Hand, _ identity: AgeIdentity, _ time: Timestamp) throws -> Verified<Card> {
        try Verified(
            Card(
                kind: .person, name: .of(hand.name), role: .of("owner"), organisation: nil,
                key: hand.signer.verifierKey, recipient: identity.recipient, issued: time, expires: nil),
            signedBy: hand.signer)
    }

    private func facts(_ file: SealedAgeFile, _ id: AgeFileID, _ commitment: Digest) -> SealedFileFacts {
        SealedFileFacts(
            id: id, payloadSize: file.layout.payloadSize, chunkCount: file.layout.chunkCount,
            header: Random.value(), keyCommitment: commitment)
    }

    private func newDescription(
        _ file: SealedAgeFile, _ key: FileKey, _ matter: CaseID, _ item: AgeFileID, _ time: Timestamp
    ) throws -> [UInt8] {
        let signer = ingesting ?? owner.signer
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
        let signer = ingesting ?? owner.signer
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

private func person() -> NoteSigner { signer("bevis.example/person") }
