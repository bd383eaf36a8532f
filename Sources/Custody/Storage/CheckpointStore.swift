/// The published checkpoint: compare and swap, so that two custodians cannot publish past each other.
public protocol CheckpointStore: Sendable {
    /// The published checkpoint, a signed note; `nil` before the first.
    func published() throws -> [UInt8]?
    /// Replaces the published checkpoint.
    /// - Throws: `StorageError.conflict` when what is published is not `old`.
    func publish(_ new: [UInt8], replacing old: [UInt8]?) throws
}

/// Small secrets that live outside database and backups, one to a grant: destroying one ends what it unwraps.
public protocol SecretStore: Sendable {
    /// Stores a secret durably under a name.
    func write(_ secret: [UInt8], name: String) throws
    /// Reads a secret.
    /// - Throws: `StorageError.missing`.
    func read(_ name: String) throws -> [UInt8]
    /// Overwrites and removes a secret; none there is no error.
    func destroy(_ name: String) throws
    /// All names.
    func names() throws -> [String]
}
