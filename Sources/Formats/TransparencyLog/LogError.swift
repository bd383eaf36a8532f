internal import MerkleTree
internal import SignedNote

/// What was wrong with something of a transparency log. Two errors are equal when their codes are.
public struct LogError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// Bytes do not have the form of a checkpoint, proof, path, tile or entry bundle.
        case malformed
        /// Something exceeds its limit.
        case tooLarge
        /// A policy breaks a rule of its format.
        case malformedPolicy
        /// No log of the policy has signed.
        case unknownLog
        /// A known log's or witness's signature does not match.
        case notAuthentic
        /// A known key stands on two signature lines.
        case repeatedSignature
        /// Fewer witnesses have cosigned than the policy's quorum asks for.
        case quorumMissing
        /// A proof leads to another root.
        case mismatch
        /// A time is out of the range that a cosignature can hold.
        case malformedTime
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

    init(_ error: NoteError) {
        let code: Code
        switch error.code {
        case .notAuthentic: code = .notAuthentic
        case .unknownSigner: code = .unknownLog
        case .repeatedSignature: code = .repeatedSignature
        case .ambiguousKey: code = .malformedPolicy
        case .tooLarge: code = .tooLarge
        default: code = .malformed
        }
        self.init(code, error.reason)
    }

    init(_ error: TreeError) { self.init(error.code == .mismatch ? .mismatch : .malformed, error.reason) }

    public static func == (left: LogError, right: LogError) -> Bool { left.code == right.code }
}
