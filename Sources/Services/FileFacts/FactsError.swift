/// Why a file could not be looked into. None of it does any harm: the file stays what it is.
public struct FactsError: Error, Equatable, Sendable {
    /// What went wrong.
    public enum Code: Sendable {
        /// A tool is not installed, or the system does not let it be shut in.
        case unavailable
        /// The tool took longer, or wrote more, than it may.
        case tooMuch
        /// The tool gave up, or was ended for using too much.
        case failed
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence.
    public let reason: StaticString

    init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: FactsError, right: FactsError) -> Bool { left.code == right.code }
}
