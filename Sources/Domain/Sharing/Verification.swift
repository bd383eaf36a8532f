public import SignedNote

/// Says that somebody fetched everything that a vault holds of hers and checked it. Signed by the key of the card.
public struct Verification: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/verification/v1"

    /// The custodian that was asked.
    public let custodian: VerifierKey
    /// Text hash of the card of who checked.
    public let card: NoteHash
    /// When she had checked it.
    public let time: Timestamp
    /// The signed checkpoint under which she checked the log.
    public let checkpoint: [UInt8]
    /// Number of items whose sealed bytes she checked against their ids.
    public let itemCount: UInt64
    /// How many of these were not what their ids name, or could not be read.
    public let damagedCount: UInt64

    /// A verification of its fields.
    public init(
        custodian: VerifierKey, card: NoteHash, time: Timestamp, checkpoint: [UInt8], itemCount: UInt64,
        damagedCount: UInt64
    ) {
        self.custodian = custodian
        self.card = card
        self.time = time
        self.checkpoint = checkpoint
        self.itemCount = itemCount
        self.damagedCount = damagedCount
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        custodian = try reader.verifierKey("custodian")
        card = try reader.hash("card")
        time = try reader.timestamp("time")
        checkpoint = try reader.base64("checkpoint")
        itemCount = try reader.number("items")
        damagedCount = try reader.number("damaged")
        guard damagedCount <= itemCount else {
            throw NoteError(.malformedValue, "a verification found more items damaged than it looked at")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("custodian", custodian)
        writer.add("card", card)
        writer.add("time", time)
        writer.add("checkpoint", bytes: checkpoint)
        writer.add("items", itemCount)
        writer.add("damaged", damagedCount)
    }
}
