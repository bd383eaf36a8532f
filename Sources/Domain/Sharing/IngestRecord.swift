public import AgeFile
public import SignedNote
public import Sodium

/// What an ingest record says of one age file.
public struct SealedFileFacts: Sendable, Equatable {
    /// RFC 6962 root over the payload.
    public let id: AgeFileID
    /// Bytes of payload, nonce included.
    public let payloadSize: UInt64
    /// Number of sealed chunks.
    public let chunkCount: UInt64
    /// SHA-256 of the header that it was stored with.
    public let header: Digest
    /// SHA-256(`bevis/v1/fk`, id, file key).
    public let keyCommitment: Digest

    /// Facts of their fields.
    public init(id: AgeFileID, payloadSize: UInt64, chunkCount: UInt64, header: Digest, keyCommitment: Digest) {
        self.id = id
        self.payloadSize = payloadSize
        self.chunkCount = chunkCount
        self.header = header
        self.keyCommitment = keyCommitment
    }

    init(reading reader: inout LineTextReader, _ keys: Keys) throws(NoteError) {
        id = try reader.hash(keys.id)
        payloadSize = try reader.number(keys.size)
        chunkCount = try reader.number(keys.chunks)
        header = try reader.hash(keys.header)
        keyCommitment = try reader.hash(keys.key)
        guard let layout = try? PayloadLayout(payloadSize: payloadSize), layout.chunkCount == chunkCount else {
            throw NoteError(.malformedValue, "an ingest record's size and number of chunks do not fit each other")
        }
    }

    func write(to writer: inout LineTextWriter, _ keys: Keys) {
        writer.add(keys.id, id)
        writer.add(keys.size, payloadSize)
        writer.add(keys.chunks, chunkCount)
        writer.add(keys.header, header)
        writer.add(keys.key, keyCommitment)
    }

    struct Keys {
        let id, size, chunks, header, key: StaticString

        static var content: Keys {
            Keys(
                id: "content", size: "content-size", chunks: "content-chunks", header: "content-header",
                key: "content-key")
        }
        static var description: Keys {
            Keys(
                id: "description", size: "description-size", chunks: "description-chunks",
                header: "description-header", key: "description-key")
        }
    }
}

/// Says who added an item to a case, when, and what its sealed bytes are. Signed by the capturing device or person;
/// each signer's records form a chain.
public struct IngestRecord: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/ingest/v1"

    /// The case.
    public let caseID: CaseID
    /// The recipient that both files are sealed to.
    public let recipient: AgeRecipient
    /// When the item was taken in, by the signer's clock.
    public let time: Timestamp
    /// The content's facts; its id is the item's.
    public let content: SealedFileFacts
    /// The description's facts.
    public let description: SealedFileFacts
    /// SHA-256(`bevis/v1/original`, salt in the description, SHA-256 of the original).
    public let original: Digest
    /// The key that signs.
    public let signer: VerifierKey
    /// 0 for the signer's first record in this case, then one more for each.
    public let sequence: UInt64
    /// Text hash of the signer's record before; `nil` for the first.
    public let previous: NoteHash?

    /// A record of its fields.
    public init(
        caseID: CaseID, recipient: AgeRecipient, time: Timestamp, content: SealedFileFacts,
        description: SealedFileFacts, original: Digest, signer: VerifierKey, sequence: UInt64, previous: NoteHash?
    ) {
        self.caseID = caseID
        self.recipient = recipient
        self.time = time
        self.content = content
        self.description = description
        self.original = original
        self.signer = signer
        self.sequence = sequence
        self.previous = previous
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        recipient = try reader.recipient("recipient")
        time = try reader.timestamp("time")
        content = try SealedFileFacts(reading: &reader, .content)
        description = try SealedFileFacts(reading: &reader, .description)
        original = try reader.hash("original")
        signer = try reader.verifierKey("signer")
        sequence = try reader.number("sequence")
        previous = try reader.optionalHash("previous")
        guard (sequence == 0) == (previous == nil) else {
            throw NoteError(.malformedValue, "only a signer's first ingest record has no record before it")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("recipient", recipient)
        writer.add("time", time)
        content.write(to: &writer, .content)
        description.write(to: &writer, .description)
        writer.add("original", original)
        writer.add("signer", signer)
        writer.add("sequence", sequence)
        writer.addOptional("previous", previous)
    }

    /// What `original` must be for an original of this digest, with the salt that the description holds.
    public static func commitment(toOriginal digest: Digest, salt: Nonce) -> Digest {
        Label.original.hash(salt, bytes: digest.bytes.array)
    }
}
