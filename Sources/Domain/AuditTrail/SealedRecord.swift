public import AgeFile
public import Sharing
public import SignedNote
import Sodium

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
        guard let text = try? DisclosedRecord.open(sealed, identity) else {
            throw AuditError(.notReadable, "a record cannot be opened with its stream's key")
        }
        guard let disclosed = try? DisclosedRecord(parsing: text) else {
            throw AuditError(.malformed, "a record is malformed")
        }
        self = disclosed
    }

    // A record is no secret to its stream's holders: opened into guarded memory, a million of them would take a
    // minute longer.
    private static func open(_ sealed: [UInt8], _ identity: AgeIdentity) throws(AgeError) -> [UInt8] {
        let header = try AgeHeader(parsingPrefixOf: sealed)
        let start = header.bytes.count
        let layout = try PayloadLayout(payloadSize: UInt64(sealed.count - start))
        let nonce = try PayloadNonce([UInt8](sealed[start..<start + PayloadNonce.size]))
        let key = PayloadKey(fileKey: try header.open(with: [identity]), nonce: nonce)
        var text = [UInt8](repeating: 0, count: Int(layout.plaintextSize))
        for index in 0..<layout.chunkCount {
            let range = layout.payloadRange(ofChunk: index)
            let target = Int(index) * PayloadLayout.chunkSize
            try open(
                sealed, start + Int(range.lowerBound)..<start + Int(range.upperBound), into: &text,
                target..<target + layout.plaintextSize(ofChunk: index)
            ) { sealed, plaintext throws(AgeError) in
                try key.openChunk(sealed, index: index, isLast: layout.isLast(index), into: plaintext)
            }
        }
        return text
    }

    private static func open(
        _ sealed: [UInt8], _ source: Range<Int>, into text: inout [UInt8], _ target: Range<Int>,
        _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws(AgeError) -> Void
    ) throws(AgeError) {
        try sealed.withUnsafeBufferPointer { sealed throws(AgeError) in
            try text.withUnsafeMutableBufferPointer { text throws(AgeError) in
                try body(
                    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(sealed)[source]),
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(text)[target]))
            }
        }
    }
}
