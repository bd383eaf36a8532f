/// What storage could not do. Two errors are equal when their codes are.
public struct StorageError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// Another process holds the vault's folder.
        case inUse
        /// There is no room left.
        case full
        /// A write or flush failed: nothing since then may be trusted, the vault is read-only until it is opened anew.
        case notDurable
        /// The files that the store has open were taken away or replaced under it: nothing since then may be trusted.
        case replaced
        /// What is stored is not what was written.
        case damaged
        /// Reading failed for now; what is stored may be as it was.
        case unreadable
        /// What was asked for is not stored.
        case missing
        /// It is stored already, or has changed meanwhile.
        case conflict
        /// The folder is not a vault, or one of another version.
        case notAVault
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence that names no content.
    public let reason: String

    /// Creates an error.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    /// Whether the error says that writing itself failed, so that a transaction in which it happened is void whatever
    /// its other parts did.
    public var isOfTheWholeStore: Bool { code == .full || code == .notDurable || code == .replaced }

    public static func == (left: StorageError, right: StorageError) -> Bool { left.code == right.code }
}
