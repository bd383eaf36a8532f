import Glibc
import Storage

/// The custodian's own folder: mode 0700, held by one process at a time.
///
/// `records.sqlite`, `reserve`, `objects/`, `staging/`, `secrets/` (one file a grant), `keys/` (custodian and log), `log/` (tiles
/// and the published checkpoint), `lock`, `socket`. Each store made from it keeps it, so the lock is let go when the
/// last of them is gone.
public final class VaultFolder: Sendable {
    /// The folder's path.
    public let path: String
    private let lock: FileHandleOwner

    /// Makes the folder where there is none, and takes it for this process.
    /// - Throws: `StorageError.inUse` naming the process that holds it; `.notAVault` where it is no folder of ours.
    public init(path: String, creating: Bool) throws {
        if creating { try VaultFolder.create(path) }
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else {
            throw StorageError(.notAVault, "there is no vault at \(path)")
        }
        guard facts.st_uid == geteuid() else {
            throw StorageError(.notAVault, "the folder \(path) is another user's; run this as that user, or chown it")
        }
        guard facts.st_mode & 0o077 == 0 else {
            throw StorageError(.notAVault, "the folder \(path) can be entered by others; run: chmod 700 \(path)")
        }
        self.path = path
        lock = try VaultFolder.take(path)
        for name in ["objects", "staging", "secrets", "keys", "log"] { try SystemCall.makeFolder(path + "/" + name) }
    }

    private static func create(_ path: String) throws {
        if mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw SystemCall.failure("making the vault's folder \(path)") }
        let names = try SystemCall.names(in: path)
        guard names.isEmpty || names.contains("lock") else {
            throw StorageError(.notAVault, "the folder \(path) is there already and holds something else")
        }
    }

    private static func take(_ path: String) throws -> FileHandleOwner {
        let file = try SystemCall.open(path + "/lock", O_RDWR | O_CREAT, "opening the vault's lock")
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? SystemCall.readAll(path + "/lock", "reading the vault's lock")) ?? []
            let pid = String(decoding: holder.prefix { (0x30...0x39).contains($0) }, as: UTF8.self)
            throw StorageError(.inUse, "the vault is in use by process \(pid.isEmpty ? "unknown" : pid)")
        }
        guard ftruncate(file.descriptor, 0) == 0 else { throw SystemCall.failure("writing the vault's lock") }
        let text = Array("\(getpid())\n".utf8)
        try text.withUnsafeBytes { try SystemCall.writeAll(file, $0, "writing the vault's lock") }
        return file
    }

    /// The records.
    public func records() throws -> SQLiteRecords { try SQLiteRecords(self) }
    /// The sealed payloads.
    public func objects() -> FileObjects { FileObjects(self) }
    /// The grants' secrets.
    public func secrets() -> FileSecrets { FileSecrets(self, folder: "secrets") }
    /// The custodian's and the log's keys.
    public func keys() -> FileSecrets { FileSecrets(self, folder: "keys") }
    /// The published checkpoint.
    public func checkpoints() -> FileCheckpoint { FileCheckpoint(self) }
    /// The space held back for a full disk.
    public func reserve() -> FileReserve { FileReserve(self) }
    /// The log's full tiles.
    public func tiles() -> FileTiles { FileTiles(self) }
}
