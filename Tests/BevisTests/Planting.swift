import AgeFile
import Home
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Vault

@testable import Custodian

/// Somebody with a card of her own who adds to a case that is not hers: the custodian takes it, for the ingest record
/// states the case and its recipient truthfully.
struct Stranger {
    private let signer: NoteSigner
    private let liar: Liar
    /// Text hash of the card; `nil` for a device, which has none.
    private let card: NoteHash?
    private let matter: CaseCard

    /// What is wrong with an item.
    enum Fault: CaseIterable {
        /// Its content is sealed to another key than the case's.
        case content
        /// Its description is.
        case description
        /// Its description opens and is none.
        case text
        /// The ingest record commits to other keys.
        case commitment
    }

    /// Registers a card, or comes with the key of a `device` of the case.
    init(_ liar: Liar, device: NoteSigner? = nil) async throws {
        self.liar = liar
        signer =
            try device ?? NoteSigner(name: try KeyName(Array("bevis.example/person".utf8)), key: SigningKey())
        let row = try await liar.custodian.stores.records.read { try $0.matters().first }
        guard let row else { throw CommandError(description: "there is no case") }
        matter = try Unverified<CaseCard>(parsing: row.card).body
        guard device == nil else {
            card = nil
            return
        }
        let body = Card(
            kind: .person, name: PlainText(literal: "Fremmed"), role: PlainText(literal: "private"), organisation: nil,
            key: signer.verifierKey, recipient: AgeIdentity.random().recipient, issued: Liar.now(), expires: nil)
        let note = try Verified(body, signedBy: signer)
        _ = try await liar.custodian.addCard(note.bytes)
        card = note.hash
    }

    /// Adds an item that the case key does not open, or that opens and is wrong.
    @discardableResult
    func plant(_ fault: Fault) async throws -> AgeFileID { try await plant(title: "Plantet", fault) }

    /// Adds an item that is sealed as it should be.
    @discardableResult
    func plant(
        title: String = "Plantet", kind: ItemKind = .other, size: UInt64? = nil, text: [UInt8]? = nil,
        _ fault: Fault? = nil
    ) async throws -> AgeFileID {
        let text = text ?? Array("plantet \(Int.random(in: 0..<1 << 60))".utf8)
        let elsewhere = AgeIdentity.random().recipient
        let contentKey = FileKey.random()
        var payload: [UInt8] = []
        let content = try ContentSealer.seal(from: IngestSource(text: text), fileKey: contentKey) {
            payload.append(contentsOf: $0)
        }
        let header = try AgeHeader(
            sealing: contentKey, to: [fault == .content ? elsewhere : matter.recipient])
        var about = Description(
            of: content, kind: kind, recorded: Liar.now(), title: try PlainText(Array(title.utf8)))
        if let size { about.size = size }
        let descriptionKey = FileKey.random()
        let description = try AgeFile.seal(
            fault == .text ? Array("nothing".utf8) : about.text, fileKey: descriptionKey,
            to: [fault == .description ? elsewhere : matter.recipient])
        try upload(payload, content.id)
        let committed = fault == .commitment ? FileKey.random() : contentKey
        let facts = SealedFileFacts(
            id: content.id, payloadSize: content.payloadSize, chunkCount: content.chunkCount, header: header.digest,
            keyCommitment: committed.commitment(to: content.id))
        let before = try await liar.custodian.signer(signer.verifierKey, in: matter.caseID)
        let record = IngestRecord(
            caseID: matter.caseID, recipient: matter.recipient, time: Liar.now(), content: facts,
            description: SealedFileFacts(
                id: description.id, payloadSize: description.layout.payloadSize,
                chunkCount: description.layout.chunkCount, header: description.header.digest,
                keyCommitment: descriptionKey.commitment(to: description.id)),
            original: about.originalCommitment, signer: signer.verifierKey,
            sequence: before.map { $0.sequence + 1 } ?? 0, previous: before?.hash)
        _ = try await liar.custodian.addItem(
            try Verified(record, signedBy: signer).bytes, by: card, contentHeader: header.bytes,
            description: description.bytes)
        return content.id
    }

    /// Uploads a payload of one chunk.
    private func upload(_ payload: [UInt8], _ id: AgeFileID) throws {
        let staged = try liar.custodian.stageObject()
        try payload.withUnsafeBytes { try staged.write($0) }
        try liar.custodian.commitObject(
            staged, id: id, leaves: [TreeHash.leaf(Array(payload[..<16])), TreeHash.leaf(Array(payload[16...]))])
    }
}

extension Sandbox {
    /// The key that a paired box signs with: whoever has the box has it.
    func key(ofDevice name: String, on box: String = "box") throws -> NoteSigner {
        try DeviceFolder(name, in: try HomeFolder(path("h-" + box))).signer()
    }
}

extension AgeFileID {
    /// The first digits, as people see them.
    var shown: String { String(String(decoding: hex, as: UTF8.self).prefix(12)) }
}
