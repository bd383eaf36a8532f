public import AgeFile
public import Sharing
public import SignedNote

/// A record with its salt and the notes that it is the first in its stream to name: one age file, sealed once, to the
/// stream's own identity.
public struct DisclosedRecord: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/disclosed-record/v1"

    /// Hides the record behind its leaf.
    public let salt: RecordSalt
    /// The record's text, as the leaf commits to it.
    public let recordText: [UInt8]
    /// The record.
    public let record: Record
    /// Signed notes, in no particular order.
    public let notes: [[UInt8]]

    /// A record to be disclosed to its stream's holders.
    public init(record: Record, salt: RecordSalt, notes: [[UInt8]]) {
        self.record = record
        self.recordText = record.text
        self.salt = salt
        self.notes = notes
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        salt = try reader.hash("salt")
        recordText = try reader.base64("record")
        notes = try reader.base64List("note")
        record = try Record(parsing: recordText)
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("salt", salt)
        writer.add("record", bytes: recordText)
        for note in notes { writer.add("note", bytes: note) }
    }

    /// The leaf for this record in the stream of `key`.
    public func leaf(in key: StreamKey) -> Leaf {
        Leaf(tag: key.tag(record.number), commitment: salt.commitment(to: recordText))
    }

    /// Seals the record to its stream.
    /// - Throws: `AgeError` when the library cannot do its work.
    public func sealed(to key: StreamKey) throws(AgeError) -> [UInt8] {
        try sealed(to: key.recordIdentity.recipient)
    }

    /// Seals the record to its stream's recipient, derived once for many records.
    /// - Throws: `AgeError` when the library cannot do its work.
    public func sealed(to recipient: AgeRecipient) throws(AgeError) -> [UInt8] {
        try AgeFile.seal(text, to: [recipient]).bytes
    }

    /// Opens a sealed record of the stream of `key`.
    /// - Throws: `AuditError.notReadable` or `.malformed`.
    public init(opening sealed: [UInt8], with key: StreamKey) throws(AuditError) {
        try self.init(opening: sealed, with: key.recordIdentity)
    }

    /// Opens a sealed record with its stream's identity, made once for many records.
    /// - Throws: `AuditError.notReadable` or `.malformed`.
    public init(opening sealed: [UInt8], with identity: AgeIdentity) throws(AuditError) {
        // A record is no secret to its stream's holders, who read all of it.
        guard let text = try? AgeFile.openText(sealed, with: [identity]) else {
            throw AuditError(.notReadable, "a record cannot be opened with its stream's key")
        }
        guard let disclosed = try? DisclosedRecord(parsing: text) else {
            throw AuditError(.malformed, "a record is malformed")
        }
        self = disclosed
    }
}
