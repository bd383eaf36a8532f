public import Sodium

/// Reads a text that `LineTextWriter` wrote: every line is asked for in order, and nothing may be left over.
///
/// A line that is unknown, repeated or out of order is refused where it stands.
public struct LineTextReader: Sendable {
    private let text: [UInt8]
    private var position: Int

    /// Starts behind the type line.
    /// - Throws: `NoteError.malformed` for bytes that are not UTF-8 lines, `.unexpectedType` for another type line.
    public init(_ text: [UInt8], type: StaticString) throws(NoteError) {
        guard text.last == NoteText.lineFeed, NoteText.isValid(text) else {
            throw NoteError(.malformed, "a text is not UTF-8 lines that each end in a line feed")
        }
        let first = LineTextReader.type(of: text)
        guard first == NoteText.bytes(type) else {
            throw NoteError(.unexpectedType, "a text is of another type than expected")
        }
        self.text = text
        position = first.count + 1
    }

    /// The first line of a text without its LF: what tells one kind of text from another.
    public static func type(of text: [UInt8]) -> [UInt8] { [UInt8](text.prefix { $0 != NoteText.lineFeed }) }

    /// Whether the next line has `key`.
    public func isNext(_ key: StaticString) -> Bool {
        position < text.count && text[position...].starts(with: NoteText.bytes(key) + [NoteText.space])
    }

    /// The value of the next line, which must have `key`.
    /// - Throws: `NoteError.missingField`, `.unexpectedField` or `.malformedValue`.
    public mutating func value(_ key: StaticString) throws(NoteError) -> [UInt8] {
        guard isNext(key) else { throw absent(key) }
        let start = position + key.utf8CodeUnitCount + 1
        let value = [UInt8](text[start...].prefix { $0 != NoteText.lineFeed })
        guard LineValue.isValid(value) else {
            throw NoteError(.malformedValue, "a value is empty, or holds a control character or outer space")
        }
        position = start + value.count + 1
        return value
    }

    // Missing if no later line has the key; else something unexpected stands before it.
    private func absent(_ key: StaticString) -> NoteError {
        let prefix = NoteText.bytes(key) + [NoteText.space]
        let lines = text[position...].split(separator: NoteText.lineFeed)
        guard lines.contains(where: { $0.starts(with: prefix) }) else {
            return NoteError(.missingField, "an expected line is missing")
        }
        return NoteError(.unexpectedField, "a line is unknown, repeated or out of order")
    }

    /// The value of the next line, or `nil` for the word `none`.
    /// - Throws: as `value(_:)`.
    public mutating func optionalValue(_ key: StaticString) throws(NoteError) -> [UInt8]? {
        let value = try value(key)
        return value == LineValue.none ? nil : value
    }

    /// The values of all lines from here on that have `key`; zero or more.
    /// - Throws: `NoteError.malformedValue`.
    public mutating func list(_ key: StaticString) throws(NoteError) -> [[UInt8]] {
        var values: [[UInt8]] = []
        while isNext(key) { values.append(try value(key)) }
        return values
    }

    /// Ends the reading.
    /// - Throws: `NoteError.unexpectedField` when lines are left.
    public func end() throws(NoteError) {
        guard position == text.count else {
            throw NoteError(.unexpectedField, "a line is unknown, repeated or out of order")
        }
    }
}

extension LineTextReader {
    /// 64 lower-case hexadecimal digits.
    /// - Throws: as `value(_:)`.
    public mutating func hash<Value: Typed32>(
        _ key: StaticString, as type: Value.Type = Value.self
    ) throws(NoteError) -> Value {
        try LineTextReader.hash(try value(key))
    }

    /// 64 lower-case hexadecimal digits, or `nil` for the word `none`.
    /// - Throws: as `value(_:)`.
    public mutating func optionalHash<Value: Typed32>(
        _ key: StaticString, as type: Value.Type = Value.self
    ) throws(NoteError) -> Value? {
        guard let value = try optionalValue(key) else { return nil }
        return try LineTextReader.hash(value)
    }

    /// The hashes of all lines from here on that have `key`.
    /// - Throws: `NoteError.malformedValue`.
    public mutating func hashes<Value: Typed32>(
        _ key: StaticString, as type: Value.Type = Value.self
    ) throws(NoteError) -> [Value] {
        var values: [Value] = []
        while isNext(key) { values.append(try hash(key)) }
        return values
    }

    /// A decimal number without sign or leading zeros.
    /// - Throws: as `value(_:)`.
    public mutating func number(_ key: StaticString) throws(NoteError) -> UInt64 {
        try LineTextReader.number(try value(key))
    }

    /// A decimal number, or `nil` for the word `none`.
    /// - Throws: as `value(_:)`.
    public mutating func optionalNumber(_ key: StaticString) throws(NoteError) -> UInt64? {
        guard let value = try optionalValue(key) else { return nil }
        return try LineTextReader.number(value)
    }

    /// The numbers of all lines from here on that have `key`.
    /// - Throws: `NoteError.malformedValue`.
    public mutating func numbers(_ key: StaticString) throws(NoteError) -> [UInt64] {
        var values: [UInt64] = []
        while isNext(key) { values.append(try number(key)) }
        return values
    }

    /// Bytes from padded canonical base64.
    /// - Throws: as `value(_:)`.
    public mutating func base64(_ key: StaticString) throws(NoteError) -> [UInt8] {
        try LineTextReader.base64(try value(key))
    }

    /// Bytes from padded canonical base64, or `nil` for the word `none` (which no writer makes from bytes).
    /// - Throws: as `value(_:)`.
    public mutating func optionalBase64(_ key: StaticString) throws(NoteError) -> [UInt8]? {
        guard let value = try optionalValue(key) else { return nil }
        return try LineTextReader.base64(value)
    }

    /// A time as RFC 3339 in UTC.
    /// - Throws: as `value(_:)`.
    public mutating func timestamp(_ key: StaticString) throws(NoteError) -> Timestamp {
        try Timestamp(parsing: try value(key))
    }

    /// A time, or `nil` for the word `none`.
    /// - Throws: as `value(_:)`.
    public mutating func optionalTimestamp(_ key: StaticString) throws(NoteError) -> Timestamp? {
        guard let value = try optionalValue(key) else { return nil }
        return try Timestamp(parsing: value)
    }

    /// The times of all lines from here on that have `key`.
    /// - Throws: `NoteError.malformedValue`.
    public mutating func timestamps(_ key: StaticString) throws(NoteError) -> [Timestamp] {
        var values: [Timestamp] = []
        while isNext(key) { values.append(try timestamp(key)) }
        return values
    }

    /// A key name.
    /// - Throws: as `value(_:)`.
    public mutating func keyName(_ key: StaticString) throws(NoteError) -> KeyName { try KeyName(try value(key)) }

    /// A verifier key.
    /// - Throws: as `value(_:)`, and `NoteError.malformedKey`.
    public mutating func verifierKey(_ key: StaticString) throws(NoteError) -> VerifierKey {
        try VerifierKey(parsing: try value(key))
    }

    /// A verifier key, or `nil` for the word `none`.
    /// - Throws: as `value(_:)`, and `NoteError.malformedKey`.
    public mutating func optionalVerifierKey(_ key: StaticString) throws(NoteError) -> VerifierKey? {
        guard let value = try optionalValue(key) else { return nil }
        return try VerifierKey(parsing: value)
    }

    /// The verifier keys of all lines from here on that have `key`.
    /// - Throws: `NoteError.malformedValue` or `.malformedKey`.
    public mutating func verifierKeys(_ key: StaticString) throws(NoteError) -> [VerifierKey] {
        var values: [VerifierKey] = []
        while isNext(key) { values.append(try verifierKey(key)) }
        return values
    }

    private static func hash<Value: Typed32>(_ text: [UInt8]) throws(NoteError) -> Value {
        guard let value = try? Value(hex: text) else {
            throw NoteError(.malformedValue, "a value is not 64 lower-case hexadecimal digits")
        }
        return value
    }

    private static func number(_ text: [UInt8]) throws(NoteError) -> UInt64 {
        guard let value = NoteText.number(text) else {
            throw NoteError(.malformedValue, "a value is not a decimal number")
        }
        return value
    }

    private static func base64(_ text: [UInt8]) throws(NoteError) -> [UInt8] {
        guard let value = try? Base64.decode(text, .padded) else {
            throw NoteError(.malformedValue, "a value is not canonical base64")
        }
        return value
    }
}
