import Glibc
public import Storage

/// The published checkpoint as a file. It is published after the records are durable and may fall behind them at a
/// power cut, never run ahead: so it needs no flush of its own.
public final class FileCheckpoint: CheckpointStore {
    private let path: String
    private let held: VaultFolder

    init(_ held: VaultFolder) {
        self.held = held
        path = held.path + "/log/checkpoint"
    }

    public func published() throws -> [UInt8]? {
        do {
            return try SystemCall.readAll(path, "reading the published checkpoint")
        } catch let error as StorageError where error.code == .missing {
            return nil
        }
    }

    // The folder's lock lets one custodian in, so comparing and replacing need no lock of their own.
    public func publish(_ new: [UInt8], replacing old: [UInt8]?) throws {
        guard try published() == old else {
            throw StorageError(.conflict, "another checkpoint was published meanwhile")
        }
        let temporary = path + ".new"
        let file = try SystemCall.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, "writing the checkpoint")
        try new.withUnsafeBytes { try SystemCall.writeAll(file, $0, "writing the checkpoint") }
        try SystemCall.rename(temporary, path, "publishing the checkpoint")
    }
}
