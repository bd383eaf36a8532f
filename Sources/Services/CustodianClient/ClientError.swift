/// Why a client did not get, or did not believe, what it asked for. Two errors are equal when their codes are.
public struct ClientError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// Nobody answers there, and nobody has since the connection was prepared: nothing was done.
        case unreachable
        /// The answer was lost on its way: what was asked for may have been done.
        case cutOff
        /// The custodian said no.
        case refused
        /// The custodian was asked too often; it decided nothing.
        case tooMany
        /// The custodian said that it does not know what was named.
        case unknown
        /// The custodian serves nothing, or failed: closed, read-only, out of space. What was asked for may have been done.
        case unavailable
        /// The answer does not parse, or does not fit the question.
        case malformed
        /// A signature, proof or key in the answer is false: nothing of it was used.
        case notProven
        /// The vault is older than a checkpoint that was seen before, or shows two histories.
        case altered
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence: what failed, on what.
    public let reason: String

    /// An evidence file that tells a third party who is at fault, where somebody can be shown to be.
    public let evidence: [UInt8]?

    /// Creates an error.
    public init(_ code: Code, _ reason: String, evidence: [UInt8]? = nil) {
        self.code = code
        self.reason = reason
        self.evidence = evidence
    }

    public static func == (left: ClientError, right: ClientError) -> Bool { left.code == right.code }
}
