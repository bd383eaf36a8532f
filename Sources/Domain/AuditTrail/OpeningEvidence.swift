import AgeFile
public import Sharing
public import SignedNote

/// What a recipient keeps of an opening that did not give the key of a file: enough for a third party to tell whether
/// the custodian released a wrong part, or which grantor sealed a wrong layer of the capsule.
///
/// It holds the parts of that one opening and one capsule: where all are right, whoever has it can open that file's
/// content with it.
public struct OpeningEvidence: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/opening-evidence/v2"

    /// The request, a signed note.
    public let request: [UInt8]
    /// The custodian's response to it, opened: a signed note.
    public let response: [UInt8]
    /// The capsule's layers, from the requester's own grant up to the owner's.
    public let layers: [EvidenceLayer]
    /// The capsule that the requester was given for the file.
    public let capsule: [UInt8]
    /// What says how the file's key has to be, a signed note: the item's ingest record, or for a later description the
    /// note that gave it.
    public let ingest: [UInt8]
    /// The owner's case card, where another key than hers has signed the ingest record.
    public let caseCard: [UInt8]?

    /// Evidence of its parts.
    public init(
        request: [UInt8], response: [UInt8], layers: [EvidenceLayer], capsule: [UInt8], ingest: [UInt8],
        caseCard: [UInt8]? = nil
    ) {
        self.request = request
        self.response = response
        self.layers = layers
        self.capsule = capsule
        self.ingest = ingest
        self.caseCard = caseCard
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        request = try reader.base64("request")
        response = try reader.base64("response")
        var layers: [EvidenceLayer] = []
        for text in try reader.base64List("layer") { layers.append(try EvidenceLayer(parsing: text)) }
        self.layers = layers
        capsule = try reader.base64("capsule")
        ingest = try reader.base64("ingest")
        caseCard = try reader.optionalBase64("case-card")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("request", bytes: request)
        writer.add("response", bytes: response)
        for layer in layers { writer.add("layer", bytes: layer.text) }
        writer.add("capsule", bytes: capsule)
        writer.add("ingest", bytes: ingest)
        writer.addOptional("case-card", bytes: caseCard)
    }

    /// Whom the evidence convicts.
    /// - Parameter custodian: the custodian's key, known from elsewhere.
    public func verdict(custodian: VerifierKey) -> EvidenceVerdict {
        guard let chain = chain(), let own = chain.first, let top = chain.last else {
            return .unsound("the grants do not lead, each signed by its grantor, up to one that was not lent on")
        }
        guard own.grant.body.custodian == custodian else { return .unsound("the grant names another custodian") }
        guard let parts = released(chain, custodian) else {
            return .unsound("the response is not the custodian's answer to a request under the grant, for this file")
        }
        guard LayerFault(parts: parts, of: chain.map { $0.layer }) == nil else {
            return .convicting(.custodian, "it released a part that is not the one which the grant's item list names")
        }
        guard let capsule = try? Capsule(capsule), capsule.hash == own.layer.entry.capsule else {
            return .unsound("the capsule is not the one that the grant's item list names")
        }
        guard let (signer, facts) = signed(own), facts.id == own.layer.entry.id else {
            return .unsound("the ingest record is not the item's")
        }
        guard let wrong = wrongLayer(capsule, chain, parts, facts) else {
            return .nobody("parts and capsule give the key that the ingest record commits to")
        }
        guard wrong == chain.count - 1 else {
            return .convicting(
                chain[wrong].grantor, "what was sealed in lending on is not the capsule which the grant above names")
        }
        guard isAnsweredFor(signer, by: top) else {
            return .nobody("the ingest record is signed by a key that is not the owner's, nor on a case card of hers")
        }
        return .convicting(top.grantor, "the capsule does not give the key that the item's ingest record commits to")
    }

    /// The layers, each verified and lent on from the next, the last by nobody; `nil` where they are not that.
    private func chain() -> [VerifiedLayer]? {
        var chain: [VerifiedLayer] = []
        for layer in layers {
            guard let above = layer.verified(), chain.last.map({ $0.isLent(on: above) }) ?? true else { return nil }
            chain.append(above)
        }
        return chain.last?.grant.body.parent == nil ? chain : nil
    }

    /// The parts that the custodian released for the file, in its signed answer to a request under the grant.
    ///
    /// The requester's signature is of no account here: an honest custodian answers no request without it. The response
    /// names the extensions that its parts are of: their signer could make others later.
    private func released(_ chain: [VerifiedLayer], _ custodian: VerifierKey) -> [Part]? {
        let own = chain[0]
        guard let request = try? Unverified<AccessRequest>(parsing: request), request.body.custodian == custodian,
            request.body.grantID == own.grant.body.id, request.body.authority == own.grant.hash,
            let note = try? Unverified<AccessResponse>(parsing: response),
            let response = try? note.verified(by: custodian).body, response.request == request.hash,
            response.custodian == custodian,
            chain.allSatisfy({ $0.more.map(response.extensions.contains) ?? true })
        else { return nil }
        return response.releases.first { $0.file == own.layer.entry.id }?.parts
    }

    /// The first layer, counted from the own grant, that does not hold what it has to; `nil` where the key comes out.
    private func wrongLayer(
        _ capsule: Capsule, _ chain: [VerifiedLayer], _ parts: [Part], _ facts: SealedFileFacts
    ) -> Int? {
        do throws(LayerFault) {
            _ = try capsule.fileKey(
                through: chain[0].layer, chain.dropFirst().map { $0.layer }, parts: parts,
                commitment: facts.keyCommitment)
            return nil
        } catch {
            return error.layer
        }
    }

    /// Who signed how the file's key has to be, and what was signed; `nil` where the note is not the item's.
    private func signed(_ own: VerifiedLayer) -> (signer: VerifierKey, facts: SealedFileFacts)? {
        let (file, matter) = (own.layer.entry, own.grant.body.caseID)
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

    private func isAnsweredFor(_ signer: VerifierKey, by owner: VerifiedLayer) -> Bool {
        let key = owner.grantor.key
        if signer == key { return true }
        guard let caseCard, let note = try? Unverified<CaseCard>(parsing: caseCard), note.body.ownerKey == key,
            let card = try? note.verified(by: key).body, card.caseID == owner.grant.body.caseID
        else { return false }
        return card.attests(signer)
    }
}
