public import Sodium

/// Writes a text of this project: a type line, then `key value` lines in the order of the calls.
///
/// Values are one or more bytes of UTF-8 without control characters, and neither begin nor end with a space. What is
/// absent is written as the word `none`.
public struct LineTextWriter: Sendable {
    /// The text so far, with its final LF.
    public private(set) var text: [UInt8]

    /// Starts a text; `type` is its first line, such as `bevis.example/grant/v1`.
    public init(type: StaticString) { text = NoteText.bytes(type) + [NoteText.lineFeed] }

    /// Adds a line whose value is known to fit: made by this program, or checked when it came in.
    package mutating func write(_ key: StaticString, _ value: [UInt8]) {
        text += NoteText.bytes(key) + [NoteText.space] + value + [NoteText.lineFeed]
    }

    /// Adds a line of free text.
    /// - Throws: `NoteError.malformedValue` for a value that no line may hold.
    public mutating func add(_ key: StaticString, _ value: [UInt8]) throws(NoteError) {
        guard LineValue.isValid(value) else {
            throw NoteError(.malformedValue, "a value is empty, not UTF-8, or holds a control character or outer space")
        }
        write(key, value)
    }

    /// Adds free text, or the word `none`.
    /// - Throws: `NoteError.malformedValue` as `add(_:_:)`, and for text that is the word `none`.
    public mutating func addOptional(_ key: StaticString, _ value: [UInt8]?) throws(NoteError) {
        guard let value else { return write(key, LineValue.none) }
        guard value != LineValue.none else {
            throw NoteError(.malformedValue, "a value is the word that stands for an absent one")
        }
        try add(key, value)
    }

    /// Adds a word that the program itself chose, such as `owner`.
    public mutating func add(_ key: StaticString, word: StaticString) { write(key, NoteText.bytes(word)) }

    /// Adds 32 bytes as 64 lower-case hexadecimal digits.
    public mutating func add(_ key: StaticString, _ value: some Typed32) { write(key, value.hex) }

    /// Adds a number in decimal.
    public mutating func add(_ key: StaticString, _ value: UInt64) { write(key, NoteText.decimal(value)) }

    /// Adds a time as RFC 3339 in UTC.
    public mutating func add(_ key: StaticString, _ value: Timestamp) { write(key, value.text) }

    /// Adds a key name.
    public mutating func add(_ key: StaticString, _ value: KeyName) { write(key, value.bytes) }

    /// Adds a verifier key in its text form.
    public mutating func add(_ key: StaticString, _ value: VerifierKey) { write(key, value.text) }

    /// Adds bytes as padded base64.
    /// - Throws: `NoteError.malformedValue` for no bytes at all.
    public mutating func add(_ key: StaticString, base64 value: [UInt8]) throws(NoteError) {
        try add(key, Base64.encode(value, .padded))
    }

    /// Adds 64 hexadecimal digits, or the word `none`.
    public mutating func addOptional(_ key: StaticString, _ value: (some Typed32)?) {
        write(key, value?.hex ?? LineValue.none)
    }

    /// Adds a number, or the word `none`.
    public mutating func addOptional(_ key: StaticString, _ value: UInt64?) {
        write(key, value.map { NoteText.decimal($0) } ?? LineValue.none)
    }

    /// Adds a time, or the word `none`.
    public mutating func addOptional(_ key: StaticString, _ value: Timestamp?) {
        write(key, value?.text ?? LineValue.none)
    }

    /// Adds a verifier key, or the word `none`.
    public mutating func addOptional(_ key: StaticString, _ value: VerifierKey?) {
        write(key, value?.text ?? LineValue.none)
    }

    /// Adds padded base64, or the word `none`.
    /// - Throws: `NoteError.malformedValue` for no bytes at all.
    public mutating func addOptional(_ key: StaticString, base64 value: [UInt8]?) throws(NoteError) {
        try addOptional(key, value.map { Base64.encode($0, .padded) })
    }

    /// Adds a line for each of `values`; none where there are none.
    /// - Throws: `NoteError.malformedValue` for a value that no line may hold.
    public mutating func addAll(_ key: StaticString, _ values: [[UInt8]]) throws(NoteError) {
        for value in values { try add(key, value) }
    }

    /// Adds a line of 64 hexadecimal digits for each of `values`.
    public mutating func addAll(_ key: StaticString, _ values: [some Typed32]) {
        for value in values { add(key, value) }
    }

    /// Adds a decimal line for each of `values`.
    public mutating func addAll(_ key: StaticString, _ values: [UInt64]) {
        for value in values { add(key, value) }
    }

    /// Adds a line for each of the keys.
    public mutating func addAll(_ key: StaticString, _ values: [VerifierKey]) {
        for value in values { add(key, value) }
    }
}

/// What a line's value may be.
enum LineValue {
    static let none = NoteText.bytes("none")

    static func isValid(_ value: [UInt8]) -> Bool {
        guard let first = value.first, first != NoteText.space, value.last != NoteText.space else { return false }
        return value.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && NoteText.isUTF8(value) && !holdsHighControl(value)
    }

    // U+0080 to U+009F: terminals take some of them for commands.
    private static func holdsHighControl(_ value: [UInt8]) -> Bool {
        value.indices.dropLast().contains { value[$0] == 0xC2 && value[$0 + 1] < 0xA0 }
    }
}
