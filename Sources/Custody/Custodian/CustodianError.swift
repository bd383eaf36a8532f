/// Why the custodian did not do what it was asked. Two errors are equal when their codes are.
public struct CustodianError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// What was sent does not parse, or does not fit itself.
        case malformed
        /// A signature is missing or false, or its key is not the one that may.
        case notAuthentic
        /// What is named is not known here.
        case unknown
        /// A rule speaks against it; `failures` in the reason.
        case refused
        /// The card has asked too often; nothing was decided and nothing was logged.
        case tooMany
        /// It contradicts what is stored: another text under the same id, a gap in a chain.
        case conflict
        /// The custodian serves nothing until somebody looks: its log does not contain what was published or shown.
        case closed
        /// Writing failed; the custodian must be started anew.
        case readOnly
        /// The disk is full.
        case full
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence that names no content and says what to do.
    public let reason: String

    /// Creates an error.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: CustodianError, right: CustodianError) -> Bool { left.code == right.code }
}
