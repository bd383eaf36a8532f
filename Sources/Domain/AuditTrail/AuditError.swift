/// What was wrong with a leaf, a record or a replay's input. Two errors are equal when their codes are.
public struct AuditError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// Bytes that do not have the form of a leaf or a record.
        case malformed
        /// A record cannot be opened with the stream's key.
        case notReadable
        /// A record does not match its leaf.
        case mismatch
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence.
    public let reason: StaticString

    /// Creates an error.
    public init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: AuditError, right: AuditError) -> Bool { left.code == right.code }
}
