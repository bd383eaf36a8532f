public import MerkleTree
public import Sharing
public import SignedNote

/// One layer of a capsule as evidence shows it: what its grantor signed of the file, and the grantor's card.
public struct EvidenceLayer: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/evidence-layer/v1"

    /// The grant, a signed note.
    public let grant: [UInt8]
    /// The extension of it whose item list has the file, a signed note; `nil` where the grant's own list has it.
    public let more: [UInt8]?
    /// The grantor's card, a signed note.
    public let grantor: [UInt8]
    /// The file's entry in that item list.
    public let file: ListedFile
    /// The entry's place in the list, with its path to the list's root.
    public let proof: InclusionProof

    /// A layer of its parts.
    public init(grant: [UInt8], more: [UInt8]? = nil, grantor: [UInt8], file: ListedFile, proof: InclusionProof) {
        self.grant = grant
        self.more = more
        self.grantor = grantor
        self.file = file
        self.proof = proof
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grant = try reader.base64("grant")
        more = try reader.optionalBase64("extension")
        grantor = try reader.base64("grantor")
        file = try ListedFile(entry: try reader.value("entry"))
        let (index, size) = (try reader.number("index"), try reader.number("size"))
        proof = InclusionProof(index: index, size: size, hashes: try reader.hashes("path"))
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", bytes: grant)
        writer.addOptional("extension", bytes: more)
        writer.add("grantor", bytes: grantor)
        writer.write("entry", file.entry)
        writer.add("index", proof.index)
        writer.add("size", proof.size)
        for hash in proof.hashes { writer.add("path", hash) }
    }

    /// What holds of the layer by its signatures alone; `nil` where they, or its list's proof, do not hold.
    func verified() -> VerifiedLayer? {
        guard let note = try? Unverified<Card>(parsing: grantor), let card = try? note.verified(by: note.body.key).body,
            let unverified = try? Unverified<Grant>(parsing: grant), unverified.body.from == note.hash,
            let lent = try? unverified.verified(by: card.key), let list = list(of: lent, by: card.key),
            proof.size == list.size, (try? proof.verify(leaf: TreeHash.leaf(file.entry), root: list.root)) != nil
        else { return nil }
        return VerifiedLayer(
            grant: lent, grantor: card, layer: CapsuleLayer(grant: list.id, grantor: note.hash, entry: file),
            more: list.more)
    }

    /// The list that has the file: the grant's own, or the extension's.
    private func list(of lent: Verified<Grant>, by key: VerifierKey) -> NamedList? {
        guard let more else {
            return NamedList(id: lent.body.id, root: lent.body.listRoot, size: lent.body.listSize, more: nil)
        }
        guard let note = try? Unverified<Extension>(parsing: more), let body = try? note.verified(by: key).body,
            body.grant == lent.hash, body.grantID == lent.body.id, lent.body.parent == nil
        else { return nil }
        return NamedList(id: body.id, root: body.listRoot, size: body.listSize, more: note.hash)
    }
}

/// What a grant, or an extension, says of its item list.
private struct NamedList {
    let id: GrantID
    let root: TreeHash
    let size: UInt64
    /// The extension's text hash.
    let more: NoteHash?
}

/// A layer whose signatures hold.
struct VerifiedLayer {
    let grant: Verified<Grant>
    let grantor: Card
    let layer: CapsuleLayer
    /// Text hash of the extension that lists the file.
    let more: NoteHash?

    /// Whether this layer was lent on from `parent`, for the same file.
    func isLent(on parent: VerifiedLayer) -> Bool {
        grant.body.parent == parent.grant.hash && grant.body.from == parent.grant.body.to
            && grant.body.caseID == parent.grant.body.caseID && grant.body.custodian == parent.grant.body.custodian
            && layer.entry.isOfSameFile(as: parent.layer.entry)
    }
}

extension ListedFile {
    fileprivate func isOfSameFile(as other: ListedFile) -> Bool {
        kind == other.kind && item == other.item && id == other.id
    }
}
