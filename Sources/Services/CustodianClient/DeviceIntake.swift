public import AgeFile
import CustodianProtocol
import Foundation
import MerkleTree
public import Sharing
public import SignedNote
import Sodium
public import TransparencyLog
public import Vault

/// What a device knows of the case that it records for, and the key that it signs with. Nothing of it opens anything.
public struct DeviceCase: Sendable {
    /// The case.
    public let caseID: CaseID
    /// What items are sealed to.
    public let recipient: AgeRecipient
    /// Signs ingest records and heartbeats.
    public let signer: NoteSigner

    /// The case of a case card that the owner signed.
    public init(_ card: Verified<CaseCard>, signer: NoteSigner) {
        caseID = card.body.caseID
        recipient = card.body.recipient
        self.signer = signer
    }
}

/// Where a signer's chain of ingest records stands.
public struct ChainHead: Sendable, Equatable {
    /// The newest record's sequence number.
    public let sequence: UInt64
    /// Its text hash.
    public let hash: NoteHash

    /// A head of its fields.
    public init(sequence: UInt64, hash: NoteHash) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// An item that is uploaded, described and signed: everything that has to be sent to have it taken, so that it can be
/// kept and sent again as it is. It holds no file key.
public struct PreparedItem: Sendable, Equatable {
    /// The ingest record, signed.
    public let ingest: [UInt8]
    /// The content's age header.
    public let header: [UInt8]
    /// The description, an age file.
    public let description: [UInt8]

    /// A prepared item of its parts.
    public init(ingest: [UInt8], header: [UInt8], description: [UInt8]) {
        self.ingest = ingest
        self.header = header
        self.description = description
    }
}

/// A payload that the custodian holds under its id, and that belongs to nothing yet.
public struct UploadedContent: Sendable {
    /// What was sealed.
    public let content: SealedContent
    let header: AgeHeader
}

extension VaultSession {
    /// Reads an original once, sealing it on the way to the custodian.
    ///
    /// - Parameter isCancelled: asked again and again; nothing is added once it says yes.
    /// - Throws: `VaultError.changedWhileReading` for a file that changed meanwhile, `.incomplete` when cancelled.
    public func upload(
        _ source: IngestSource, sealedTo recipient: AgeRecipient, isCancelled: @escaping @Sendable () -> Bool
    ) throws -> UploadedContent {
        let fileKey = FileKey.random()
        let header = try AgeHeader(sealing: fileKey, to: [recipient])
        let stream = try PayloadStream(from: source, fileKey: fileKey)
        let uploaded = try connection.upload("/v1/objects", length: stream.payloadSize) { buffer in
            guard !isCancelled() else { throw VaultError(.incomplete, "taking the file in was given up") }
            return try stream.read(into: buffer)
        }
        guard try !stream.next({ _ in }) else {
            throw VaultError(.changedWhileReading, "the file changed while it was being read; nothing was added")
        }
        let content = try stream.finish()
        guard uploaded.id == text(content.id.hex) else {
            throw ClientError(.notProven, "the custodian stored something else than what was sent; nothing was added")
        }
        return UploadedContent(content: content, header: header)
    }

    /// Seals the description of an uploaded content and signs the record that comes after `head`.
    public func prepare(
        _ uploaded: UploadedContent, described description: Description, for own: DeviceCase, after head: ChainHead?
    ) throws -> PreparedItem {
        let sealed = try description.seal(to: own.recipient)
        let record = IngestRecord(
            caseID: own.caseID, recipient: own.recipient, time: clock(),
            content: uploaded.content.facts(header: uploaded.header), description: sealed.facts,
            original: description.originalCommitment, signer: own.signer.verifierKey,
            sequence: head.map { $0.sequence + 1 } ?? 0, previous: head?.hash)
        return PreparedItem(
            ingest: try Verified(record, signedBy: own.signer).bytes, header: uploaded.header.bytes,
            description: sealed.file.bytes)
    }

    /// Hands in a prepared item, for the first time or again: the same one is taken once.
    ///
    /// - Returns: the proof that the leaf which the custodian promised is in the log.
    /// - Throws: `ClientError.unknown` when the custodian no longer holds the content.
    public func submit(_ item: PreparedItem) throws -> LogProof {
        let message = Wire.AddItem(
            ingest: text(item.ingest), actor: nil, contentHeader: Data(item.header), description: Data(item.description)
        )
        return try promised(try connection.post("/v1/items", message), try UnverifiedNote(parsing: item.ingest).hash)
    }

    /// Hands in a sign of life.
    public func submit(_ heartbeat: Verified<Heartbeat>) throws -> LogProof {
        try promised(try connection.post("/v1/heartbeats", note: heartbeat.bytes), heartbeat.hash)
    }

    /// Where the custodian says that a device's chain stands.
    public func chainHead(of own: DeviceCase) throws -> ChainHead? {
        try newestRecord(of: own.signer.verifierKey, in: own.caseID).map {
            ChainHead(sequence: $0.sequence, hash: $0.hash)
        }
    }

    private func promised(_ acceptance: Wire.Acceptance, _ note: NoteHash) throws -> LogProof {
        guard let proof = try? LogProof(parsing: Array(acceptance.receipt.utf8)), let text = acceptance.taken,
            let word = try? Unverified<Taken>(parsing: Array(text.utf8)).verified(by: custodian).body,
            word.custodian == custodian, word.note == note, word.index == proof.index
        else { throw ClientError(.notProven, "the custodian does not say by its signature that it took the record") }
        try verify(proof, leaf: TreeHash(word.leaf.bytes))
        return proof
    }
}

/// The newest sign of life of one of the owner's devices.
public struct SeenHeartbeat: Sendable {
    /// What the device said, its signature verified.
    public let heartbeat: Heartbeat
    /// When it came, by the custodian's word.
    public let received: Timestamp
    /// Index of its leaf, by the custodian's word.
    public let index: UInt64
}

extension VaultSession {
    /// The newest heartbeats of a case's devices, for its owner. The custodian can leave out newer ones and so make a
    /// device look more silent than it is, never less.
    public func heartbeats(of own: OwnCase, by caller: Caller) throws -> [SeenHeartbeat] {
        let found: [Wire.Heartbeat] = try connection.post(
            "/v1/heartbeat-listings", try ask(.caseStream, Nonce(own.card.caseID.bytes), by: caller))
        return try found.map { wire in
            let note = try Unverified<Heartbeat>(parsing: Array(wire.note.utf8))
            guard own.card.signers.contains(note.body.device), let body = try? note.verified(by: note.body.device).body,
                body.caseID == own.card.caseID
            else { throw ClientError(.notProven, "a heartbeat is not signed by a device of the case") }
            return SeenHeartbeat(
                heartbeat: body, received: Timestamp(seconds: wire.received), index: wire.index)
        }
    }
}
