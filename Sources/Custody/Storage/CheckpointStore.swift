/// The published checkpoint: compare and swap, so that two custodians cannot publish past each other.
public protocol CheckpointStore: Sendable {
    /// The published checkpoint, a signed note; `nil` before the first. It need not be durable: after a power cut it may
    /// be an older one, or torn, never one that was not published.
    func published() throws -> [UInt8]?
    /// Replaces the published checkpoint.
    /// - Throws: `StorageError.conflict` when what is published is not `old`.
    func publish(_ new: [UInt8], replacing old: [UInt8]?) throws
}

/// Small secrets that live outside database and backups, one to a grant: destroying one ends what it unwraps.
public protocol SecretStore: Sendable {
    /// Stores a secret under a name of 1 to 128 characters of a-z, 0-9 and `-`, replacing what is there. It is durable
    /// when this returns; after an error it may be there or not.
    func write(_ secret: [UInt8], name: String) throws
    /// Reads a secret.
    /// - Throws: `StorageError.missing`.
    func read(_ name: String) throws -> [UInt8]
    /// Overwrites and removes a secret, durably; none there is no error. After an error, try again.
    func destroy(_ name: String) throws
    /// All names, also of secrets whose writing was cut off; these read as missing, and can be destroyed.
    func names() throws -> [String]
}

/// Space held back for the day when the disk is full.
public protocol SpaceReserve: Sendable {
    /// Makes the reserve where there is none; `false` while there is not clearly more room than it takes.
    func hold() -> Bool
    /// Gives it up.
    func release()
}

/// Tiles and entry bundles of the log: derived from the records, for readers of the store itself.
public protocol TileStore: Sendable {
    /// The bytes under a tile's path, which may be torn after a power cut; `nil` when it has to be made from the
    /// records.
    func tile(_ path: String) throws -> [UInt8]?
    /// Writes a full tile in place of its partial ones; losing it later is no loss.
    func write(_ bytes: [UInt8], path: String) throws
    /// Writes a partial tile, whose path ends in `.p/` and its width, in place of the tile's other partial ones.
    func writePartial(_ bytes: [UInt8], path: String) throws
}
