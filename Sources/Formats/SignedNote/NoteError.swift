/// What was wrong with a note, a key or the lines of a text. Two errors are equal when their codes are.
public struct NoteError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// The bytes are not a signed note, or a text is not a line text.
        case malformed
        /// The note or its number of signatures exceeds the limit.
        case tooLarge
        /// No signature is by a known key.
        case unknownSigner
        /// A signature by a known key does not match the text.
        case notAuthentic
        /// A known key stands on two signature lines.
        case repeatedSignature
        /// Text is not a key of a kind known here, or its key ID does not fit.
        case malformedKey
        /// Two different known keys share a name and a key ID.
        case ambiguousKey
        /// The text is of another type than expected.
        case unexpectedType
        /// A line stands where another was expected: unknown, repeated or out of order.
        case unexpectedField
        /// An expected line is missing.
        case missingField
        /// A value does not have the form that its line demands.
        case malformedValue
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence without values.
    public let reason: StaticString

    /// Creates an error; `reason` says what failed and on which kind of object.
    public init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: NoteError, right: NoteError) -> Bool { left.code == right.code }
}
