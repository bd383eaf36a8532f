public import AgeFile
public import Sharing
public import SignedNote

/// What the program itself says of an incident, an order or a private note: its number, which version this is, and who
/// wrote it down when.
public struct Entry: Hashable, Sendable {
    /// The number within the case, from 1; never given to anything else.
    public let number: UInt64
    /// 1 for what was written first, then one more for each correction.
    public let version: UInt64
    /// The item that holds the version before; `nil` for the first.
    public let previous: AgeFileID?
    /// Why it was corrected; `nil` for the first version.
    public let reason: FreeText?
    /// When it was written down, by the program's clock.
    public let recordedAt: Timestamp
    /// Who wrote it down, by her card. The ingest record's signature is the proof.
    public let recordedBy: PlainText

    /// A first version.
    /// - Throws: `NoteError.malformedValue` for number 0.
    public init(number: UInt64, recordedAt: Timestamp, recordedBy: PlainText) throws(NoteError) {
        try self.init(
            number: number, version: 1, previous: nil, reason: nil, recordedAt: recordedAt, recordedBy: recordedBy)
    }

    /// The version that corrects this one, which `id` holds.
    /// - Throws: `NoteError.malformedValue` where no further version can be counted.
    public func corrected(
        from id: AgeFileID, reason: FreeText, recordedAt: Timestamp, recordedBy: PlainText
    ) throws(NoteError) -> Entry {
        let (next, overflow) = version.addingReportingOverflow(1)
        return try Entry(
            number: number, version: overflow ? 0 : next, previous: id, reason: reason, recordedAt: recordedAt,
            recordedBy: recordedBy)
    }

    private init(
        number: UInt64, version: UInt64, previous: AgeFileID?, reason: FreeText?, recordedAt: Timestamp,
        recordedBy: PlainText
    ) throws(NoteError) {
        guard number >= 1, version >= 1 else {
            throw NoteError(.malformedValue, "numbers and versions of a dossier are counted from 1")
        }
        guard (version == 1) == (previous == nil), (version == 1) == (reason == nil) else {
            throw NoteError(.malformedValue, "a correction names the version before and a reason, a first version none")
        }
        self.number = number
        self.version = version
        self.previous = previous
        self.reason = reason
        self.recordedAt = recordedAt
        self.recordedBy = recordedBy
    }

    init(reading reader: inout LineTextReader) throws(NoteError) {
        try self.init(
            number: try reader.number("number"), version: try reader.number("version"),
            previous: try reader.optionalHash("previous"), reason: try reader.stated("reason"),
            recordedAt: try reader.timestamp("recorded-at"),
            recordedBy: try PlainText(try reader.value("recorded-by")))
    }

    func write(to writer: inout LineTextWriter) {
        writer.add("number", number)
        writer.add("version", version)
        writer.addOptional("previous", previous)
        writer.stated("reason", reason)
        writer.add("recorded-at", recordedAt)
        writer.write("recorded-by", recordedBy.bytes)
    }
}

/// A text of a dossier: what the program says of it, then what its keeper states.
public protocol DossierBody: NoteBody {
    /// The keeper's part.
    associatedtype Facts
    /// The program's part.
    var entry: Entry { get }
    /// The keeper's part.
    var facts: Facts { get }
    /// A text of its parts.
    init(_ entry: Entry, _ facts: Facts)
}
