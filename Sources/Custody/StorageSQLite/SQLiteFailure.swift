import GRDB
import Storage

/// Turns SQLite's errors into ours, without the statement and its values.
enum SQLiteFailure {
    /// Runs `body`; an error of ours passes as it is.
    ///
    /// Statements inside a transaction go through here too, so that who runs them can tell a full disk, which voids
    /// the whole transaction, from a row that is there already.
    static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw translate(error) }
    }

    static func translating<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as DatabaseError { throw translate(error) }
    }

    private static func translate(_ error: DatabaseError) -> StorageError {
        switch error.resultCode {
        case .SQLITE_FULL: StorageError(.full, "the disk is full")
        case .SQLITE_BUSY, .SQLITE_LOCKED: StorageError(.inUse, "another process holds the vault's records")
        case .SQLITE_CONSTRAINT: StorageError(.conflict, "it is stored already")
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_ABORT:
            StorageError(
                .notDurable, "the vault's records cannot be written (SQLite \(error.extendedResultCode.rawValue))")
        case .SQLITE_NOTADB: StorageError(.notAVault, "the vault's records are not a database")
        default:
            StorageError(.damaged, "the vault's records are damaged (SQLite \(error.extendedResultCode.rawValue))")
        }
    }
}
