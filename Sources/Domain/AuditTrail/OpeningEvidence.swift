import AgeFile
public import MerkleTree
public import Sharing
public import SignedNote
import Sodium

/// What a recipient keeps of an opening that did not give the key of a file: enough for a third party to tell whether
/// the custodian released a wrong part or the grantor gave a wrong capsule.
///
/// It holds the parts of that one opening and one capsule: where both are right, whoever has the file can open that
/// file's content with it.
public struct OpeningEvidence: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/opening-evidence/v1"

    /// The request, a signed note.
    public let request: [UInt8]
    /// The custodian's response to it, opened: a signed note.
    public let response: [UInt8]
    /// The grant, a signed note.
    public let grant: [UInt8]
    /// The grantor's card, a signed note.
    public let grantor: [UInt8]
    /// The file's entry in the grant's item list.
    public let file: ListedFile
    /// The entry's place in the list, with its path to the list's root.
    public let proof: InclusionProof
    /// The capsule that the grantor gave for the file.
    public let capsule: [UInt8]
    /// What says how the file's key has to be, a signed note: the item's ingest record, or for a later description the
    /// note that gave it.
    public let ingest: [UInt8]
    /// The owner's case card, where another key than the grantor's has signed the ingest record.
    public let caseCard: [UInt8]?

    /// Evidence of its parts.
    public init(
        request: [UInt8], response: [UInt8], grant: [UInt8], grantor: [UInt8], file: ListedFile, proof: InclusionProof,
        capsule: [UInt8], ingest: [UInt8], caseCard: [UInt8]? = nil
    ) {
        self.request = request
        self.response = response
        self.grant = grant
        self.grantor = grantor
        self.file = file
        self.proof = proof
        self.capsule = capsule
        self.ingest = ingest
        self.caseCard = caseCard
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        request = try reader.base64("request")
        response = try reader.base64("response")
        grant = try reader.base64("grant")
        grantor = try reader.base64("grantor")
        file = try ListedFile(entry: try reader.value("entry"))
        let (index, size) = (try reader.number("index"), try reader.number("size"))
        proof = InclusionProof(index: index, size: size, hashes: try reader.hashes("path"))
        capsule = try reader.base64("capsule")
        ingest = try reader.base64("ingest")
        caseCard = try reader.optionalBase64("case-card")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("request", bytes: request)
        writer.add("response", bytes: response)
        writer.add("grant", bytes: grant)
        writer.add("grantor", bytes: grantor)
        writer.write("entry", file.entry)
        writer.add("index", proof.index)
        writer.add("size", proof.size)
        for hash in proof.hashes { writer.add("path", hash) }
        writer.add("capsule", bytes: capsule)
        writer.add("ingest", bytes: ingest)
        writer.addOptional("case-card", bytes: caseCard)
    }

    /// Whom the evidence convicts.
    /// - Parameter custodian: the custodian's key, known from elsewhere.
    public func verdict(custodian: VerifierKey) -> EvidenceVerdict {
        guard let note = try? Unverified<Card>(parsing: grantor), let card = try? note.verified(by: note.body.key),
            let unverified = try? Unverified<Grant>(parsing: grant), unverified.body.from == card.hash,
            let lent = try? unverified.verified(by: card.body.key)
        else { return .unsound("the grant is not signed by the holder of the grantor's card") }
        guard lent.body.custodian == custodian else { return .unsound("the grant names another custodian") }
        guard lent.body.parent == nil else { return .unsound("the grant was lent on: this is no evidence of it") }
        guard proof.size == lent.body.listSize,
            (try? proof.verify(leaf: TreeHash.leaf(file.entry), root: lent.body.listRoot)) != nil
        else { return .unsound("the entry is not part of the grant's item list") }
        guard let part = released(under: lent, custodian) else {
            return .unsound("the response is not the custodian's answer to a request under the grant, for this file")
        }
        guard part.hash(for: file.id, in: lent.body.id) == file.part else {
            return .convicting(.custodian, "it released a part that is not the one which the grant's item list names")
        }
        return verdict(on: card.body.key, lent.body, part)
    }

    /// The part that the custodian released for the file, in its signed answer to a request under the grant.
    ///
    /// The requester's signature is of no account here: an honest custodian answers no request without it.
    private func released(under lent: Verified<Grant>, _ custodian: VerifierKey) -> Part? {
        guard let request = try? Unverified<AccessRequest>(parsing: request), request.body.custodian == custodian,
            request.body.grantID == lent.body.id, request.body.authority == lent.hash,
            let note = try? Unverified<AccessResponse>(parsing: response),
            let response = try? note.verified(by: custodian).body, response.request == request.hash,
            response.custodian == custodian
        else { return nil }
        return response.releases.first { $0.file == file.id && $0.parts.count == 1 }?.parts.first
    }

    /// The part is right: whether the capsule is, by the ingest record that the grantor answers for.
    private func verdict(on grantor: VerifierKey, _ lent: Grant, _ part: Part) -> EvidenceVerdict {
        guard let capsule = try? Capsule(capsule), capsule.hash == file.capsule else {
            return .unsound("the capsule is not the one that the grant's item list names")
        }
        guard let (signer, facts) = signed(of: lent.caseID), facts.id == file.id else {
            return .unsound("the ingest record is not the item's")
        }
        guard isAnsweredFor(signer, by: grantor, lent.caseID) else {
            return .nobody("the ingest record is signed by a key that is not the grantor's, nor on a case card of hers")
        }
        if let key = try? capsule.open(of: file.id, in: lent.id, with: part), let fileKey = try? FileKey(key),
            fileKey.commitment(to: file.id) == facts.keyCommitment
        {
            return .nobody("part and capsule give the key that the ingest record commits to")
        }
        return .convicting(.grantor, "the capsule does not give the key that the item's ingest record commits to")
    }

    /// Who signed how the file's key has to be, and what was signed; `nil` where the note is not the item's.
    private func signed(of matter: CaseID) -> (signer: VerifierKey, facts: SealedFileFacts)? {
        if file.kind == .description, let note = try? Unverified<NewDescription>(parsing: ingest) {
            guard let body = try? note.verified(by: note.body.signer).body, body.caseID == matter,
                body.item == file.item
            else { return nil }
            return (body.signer, body.description)
        }
        guard let note = try? Unverified<IngestRecord>(parsing: ingest),
            let record = try? note.verified(by: note.body.signer).body, record.caseID == matter,
            record.content.id == file.item
        else { return nil }
        return (record.signer, file.kind == .content ? record.content : record.description)
    }

    private func isAnsweredFor(_ signer: VerifierKey, by grantor: VerifierKey, _ matter: CaseID) -> Bool {
        if signer == grantor { return true }
        guard let caseCard, let note = try? Unverified<CaseCard>(parsing: caseCard), note.body.ownerKey == grantor,
            let card = try? note.verified(by: grantor).body, card.caseID == matter
        else { return false }
        return card.attests(signer)
    }
}
