public import SignedNote
import Sodium

/// Free text that fits on one line of a note: well-formed UTF-8 without control characters, one byte or more, no space
/// at either end, and not the word `none`, which stands for what is absent.
public struct PlainText: Hashable, Sendable {
    /// The most bytes. Texts stand in notes, records and answers that others have to read.
    public static let maximumSize = 4096

    /// The UTF-8 bytes.
    public let bytes: [UInt8]

    /// Accepts text that a line may hold.
    /// - Throws: `NoteError.malformedValue`.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= PlainText.maximumSize else {
            throw NoteError(.malformedValue, "a text on one line has more than 4,096 bytes")
        }
        var trial = LineTextWriter(type: "trial")
        try trial.addOptional("text", bytes)
        self.bytes = bytes
    }

    /// Text of the program's own that is known to fit.
    public init(literal: StaticString) { bytes = literal.withUTF8Buffer { [UInt8]($0) } }
}

extension LineTextReader {
    /// The value of `key` as free text.
    mutating func plainText(_ key: StaticString) throws(NoteError) -> PlainText { try PlainText(try value(key)) }

    /// The value of `key` as free text, or `nil` for the word `none`.
    mutating func optionalPlainText(_ key: StaticString) throws(NoteError) -> PlainText? {
        guard let value = try optionalValue(key) else { return nil }
        return try PlainText(value)
    }

    /// Bytes of one or more lines of base64 with one key.
    package mutating func base64List(_ key: StaticString) throws(NoteError) -> [[UInt8]] {
        var values: [[UInt8]] = []
        while isNext(key) { values.append(try base64(key)) }
        return values
    }

    /// A secret of a fixed length, from base64. The text that held it is the caller's to wipe.
    mutating func secret(_ key: StaticString, count: Int) throws(NoteError) -> SecretBytes {
        var bytes = try base64(key)
        guard bytes.count == count else {
            Wipe.array(&bytes)
            throw NoteError(.malformedValue, "a secret does not have its length")
        }
        return SecretBytes(wiping: &bytes)
    }

    /// Secrets of one or more lines with one key.
    mutating func secrets(_ key: StaticString, count: Int) throws(NoteError) -> [SecretBytes] {
        var values: [SecretBytes] = []
        while isNext(key) { values.append(try secret(key, count: count)) }
        return values
    }
}

extension LineTextWriter {
    mutating func add(_ key: StaticString, _ value: PlainText) { write(key, value.bytes) }

    mutating func addOptional(_ key: StaticString, _ value: PlainText?) {
        write(key, value?.bytes ?? Array("none".utf8))
    }

    /// Bytes as base64; one byte or more.
    package mutating func add(_ key: StaticString, bytes value: [UInt8]) { write(key, Base64.encode(value, .padded)) }

    package mutating func addOptional(_ key: StaticString, bytes value: [UInt8]?) {
        write(key, value.map { Base64.encode($0, .padded) } ?? Array("none".utf8))
    }

    /// A secret as base64. The text then holds it: wipe it after sealing.
    mutating func add(_ key: StaticString, secret: SecretBytes) {
        var bytes = secret.withUnsafeBytes { [UInt8]($0) }
        write(key, Base64.encode(bytes, .padded))
        Wipe.array(&bytes)
    }
}
