public import AgeFile
public import SignedNote

/// Gives an item another description, as where its owner names it later. Signed by the owner's key; an item's
/// descriptions form a chain that begins with its ingest record.
public struct NewDescription: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/new-description/v1"

    /// The case.
    public let caseID: CaseID
    /// The item, by its content's id.
    public let item: AgeFileID
    /// Text hash of the note that gave the description before: the ingest record, or another of these.
    public let previous: NoteHash
    /// When it was signed.
    public let time: Timestamp
    /// The description's facts; it is sealed to the recipient that the ingest record names.
    public let description: SealedFileFacts
    /// The owner's key, which signs.
    public let signer: VerifierKey

    /// A note of its fields.
    public init(
        caseID: CaseID, item: AgeFileID, previous: NoteHash, time: Timestamp, description: SealedFileFacts,
        signer: VerifierKey
    ) {
        self.caseID = caseID
        self.item = item
        self.previous = previous
        self.time = time
        self.description = description
        self.signer = signer
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        item = try reader.hash("item")
        previous = try reader.hash("previous")
        time = try reader.timestamp("time")
        description = try SealedFileFacts(reading: &reader, .description)
        signer = try reader.verifierKey("signer")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("item", item)
        writer.add("previous", previous)
        writer.add("time", time)
        description.write(to: &writer, .description)
        writer.add("signer", signer)
    }
}
