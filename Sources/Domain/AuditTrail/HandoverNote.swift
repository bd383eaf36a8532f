public import Sharing
public import SignedNote
public import Sodium

/// Says what is in a handover folder, for whom and why. Signed by the owner's key; written last.
public struct HandoverNote: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/handover/v1"

    /// The case.
    public let caseID: CaseID
    /// The key that the case's cards name as the owner's.
    public let owner: VerifierKey
    /// When it was made, by the owner's clock.
    public let time: Timestamp
    /// Whom it is for, as the owner states; `nil` if nobody is named.
    public let to: PlainText?
    /// What for, as she states.
    public let purpose: PlainText?
    /// The journal number; `nil` if none.
    public let journal: PlainText?
    /// This folder's number, from 1.
    public let volume: UInt64
    /// How many folders the handover has.
    public let volumes: UInt64
    /// The log's key.
    public let log: VerifierKey
    /// A checkpoint of that log, a signed note.
    public let checkpoint: [UInt8]
    /// SHA-256 of the tag manifest's bytes.
    public let tagManifest: Digest

    /// A note of its fields.
    public init(
        caseID: CaseID, owner: VerifierKey, time: Timestamp, to: PlainText?, purpose: PlainText?, journal: PlainText?,
        volume: UInt64, volumes: UInt64, log: VerifierKey, checkpoint: [UInt8], tagManifest: Digest
    ) {
        self.caseID = caseID
        self.owner = owner
        self.time = time
        self.to = to
        self.purpose = purpose
        self.journal = journal
        self.volume = volume
        self.volumes = volumes
        self.log = log
        self.checkpoint = checkpoint
        self.tagManifest = tagManifest
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        owner = try reader.verifierKey("owner")
        time = try reader.timestamp("time")
        to = try reader.handoverText("to")
        purpose = try reader.handoverText("purpose")
        journal = try reader.handoverText("journal")
        volume = try reader.number("volume")
        volumes = try reader.number("volumes")
        log = try reader.verifierKey("log")
        checkpoint = try reader.base64("checkpoint")
        tagManifest = try reader.hash("tag-manifest")
        guard volume >= 1, volume <= volumes else {
            throw NoteError(.malformedValue, "a handover's folders are numbered from 1 to their count")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("owner", owner)
        writer.add("time", time)
        writer.handoverText("to", to)
        writer.handoverText("purpose", purpose)
        writer.handoverText("journal", journal)
        writer.add("volume", volume)
        writer.add("volumes", volumes)
        writer.add("log", log)
        writer.add("checkpoint", bytes: checkpoint)
        writer.add("tag-manifest", tagManifest)
    }
}

extension LineTextReader {
    /// The value of `key` as free text, or `nil` for the word `none`.
    mutating func handoverText(_ key: StaticString) throws(NoteError) -> PlainText? {
        guard let value = try optionalValue(key) else { return nil }
        return try PlainText(value)
    }
}

extension LineTextWriter {
    mutating func handoverText(_ key: StaticString, _ value: PlainText?) {
        write(key, value?.bytes ?? NoteText.bytes("none"))
    }
}
