/// What was wrong with a tree or a proof. Two errors are equal when their codes are.
public struct TreeError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// Sizes, indices or numbers of hashes do not fit each other.
        case malformed
        /// The proof leads to another root.
        case mismatch
        /// A hash that was asked for is not stored.
        case missing
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

    public static func == (left: TreeError, right: TreeError) -> Bool { left.code == right.code }
}
