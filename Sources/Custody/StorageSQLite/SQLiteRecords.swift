import Foundation
import GRDB
public import Storage

/// Records in SQLite, through one connection that holds the file exclusively.
///
/// One connection, because SQLite 3.7.0 to 3.51.2 can corrupt a WAL that two connections reset; WAL with
/// `synchronous=FULL`, because with NORMAL acknowledged rows are lost at a power cut; `secure_delete`, because erased
/// secrets were found in pages without it.
public final class SQLiteRecords: RecordStore {
    private let database: DatabaseQueue

    /// Opens the file, making it where there is none.
    /// - Throws: `StorageError.inUse`, `.notAVault`, `.damaged` or `.full`.
    public init(path: String) throws {
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA secure_delete = ON;
                    PRAGMA foreign_keys = ON;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        database = try SQLiteRecords.translating {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.write { try SQLiteRecords.prepare($0) }
            return database
        }
    }

    private static func prepare(_ database: Database) throws {
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if version == 0, try !database.tableExists("head") {
            try database.execute(sql: Schema.sql)
            try database.execute(sql: "PRAGMA user_version = \(Schema.version)")
        } else if version != Schema.version {
            throw StorageError(.notAVault, "the vault was made by another version of this program")
        }
    }

    public func transaction<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordTransaction) throws -> Result
    ) async throws -> Result {
        try await SQLiteRecords.translating {
            try await database.write { try body(SQLiteTransaction(database: $0)) }
        }
    }

    public func read<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordReader) throws -> Result
    ) async throws -> Result {
        try await SQLiteRecords.translating {
            // Not GRDB's `read`: it switches `query_only` on and off, and each switch makes SQLite compile every cached
            // statement anew. A reader has no method that writes, and the one connection shows no half transaction.
            try await database.writeWithoutTransaction { try body(SQLiteReader(database: $0)) }
        }
    }

    public func scrub() async throws {
        try await SQLiteRecords.translating {
            try await database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
    }

    // An error of ours passes as it is; SQLite's become one of ours, without the statement and its values.
    private static func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw translate(error) }
    }

    private static func translating<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as DatabaseError { throw translate(error) }
    }

    private static func translate(_ error: DatabaseError) -> StorageError {
        switch error.resultCode {
        case .SQLITE_FULL: StorageError(.full, "the disk is full")
        case .SQLITE_BUSY, .SQLITE_LOCKED: StorageError(.inUse, "another process holds the vault's records")
        case .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN:
            StorageError(
                .notDurable, "the vault's records cannot be written (SQLite \(error.extendedResultCode.rawValue))")
        case .SQLITE_NOTADB: StorageError(.notAVault, "the vault's records are not a database")
        default:
            StorageError(.damaged, "the vault's records are damaged (SQLite \(error.extendedResultCode.rawValue))")
        }
    }
}
