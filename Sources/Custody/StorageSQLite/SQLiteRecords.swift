import Foundation
import GRDB
public import Storage
import Synchronization

/// Records in SQLite, through one connection that holds the file exclusively.
///
/// One connection, because SQLite 3.7.0 to 3.51.2 can corrupt a WAL that two connections reset; WAL with
/// `synchronous=FULL`, because with NORMAL acknowledged rows are lost at a power cut; `secure_delete`, because erased
/// secrets were found in pages without it.
public final class SQLiteRecords: RecordStore {
    private let database: DatabaseQueue
    private let held: VaultFolder
    // Whether a write or flush failed. SQLite would go on; what the system holds in its cache may then differ from
    // what is on the disk, so we do not.
    private let broken = Mutex<StorageError?>(nil)
    /// The database and its journal, as they were opened.
    private let witnesses: [FileWitness]

    /// Opens the folder's records, making them where there are none.
    ///
    /// - Parameters:
    ///   - pageLimit: as if the disk were full beyond this many pages; for tests.
    ///   - steps: the layouts, as an earlier or later program knows them; for tests.
    /// - Throws: `StorageError.inUse`, `.notAVault` (also where a newer program has opened it), `.damaged` or `.full`.
    init(_ held: VaultFolder, pageLimit: Int? = nil, steps: [String] = Schema.steps) throws {
        self.held = held
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
            if let pageLimit { try database.execute(sql: "PRAGMA max_page_count = \(pageLimit)") }
        }
        database = try SQLiteFailure.translating {
            let database = try DatabaseQueue(path: held.path + "/records.sqlite", configuration: configuration)
            try database.write { try SQLiteRecords.prepare($0, steps) }
            return database
        }
        // With the lock held exclusively the journal is one file from here to the end.
        witnesses = try ["", "-wal"].map { try FileWitness(held.path + "/records.sqlite" + $0) }
        // SQLite flushes the folder after it made a journal, and goes on where that fails: rows that were acknowledged
        // would then be in a file that a power cut leaves without a name.
        try SystemCall.flushFolder(held.path)
    }

    // In one transaction: a vault is never between two layouts.
    private static func prepare(_ database: Database, _ steps: [String]) throws {
        let taken = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard try taken > 0 || !database.tableExists("head"), (0...steps.count).contains(taken) else {
            throw StorageError(.notAVault, "the vault was opened by a newer version of this program; use that one")
        }
        for step in steps[taken...] { try database.execute(sql: step) }
        if taken < steps.count { try database.execute(sql: "PRAGMA user_version = \(steps.count)") }
    }

    public func transaction<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordTransaction) throws -> Result
    ) async throws -> Result {
        try await guarded {
            let result = try await database.write { try body(SQLiteTransaction(database: $0)) }
            try await checkFiles()
            return result
        }
    }

    /// Runs what writes; after a failure that leaves open what is stored, nothing more is written.
    private func guarded<Result>(_ body: () async throws -> Result) async throws -> Result {
        if let error = broken.withLock({ $0 }) { throw error }
        do {
            return try await SQLiteFailure.translating(body)
        } catch let error as StorageError where error.code == .notDurable || error.code == .replaced {
            broken.withLock {
                $0 = error.code == .replaced ? error : SQLiteRecords.writingFailed
            }
            throw error
        }
    }

    /// What was written into files that nobody finds again is not durable.
    private func checkFiles() async throws {
        guard !witnesses.allSatisfy(\.isThere) else { return }
        // Where only the journal was taken away, what it held can still be put into the database.
        if witnesses[0].isThere {
            _ = try? await database.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
        throw StorageError(
            .replaced,
            "the vault's records were deleted or replaced while the custodian ran; nothing more is served; find out who "
                + "did it, then start the custodian anew")
    }

    public func read<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordReader) throws -> Result
    ) async throws -> Result {
        try await SQLiteFailure.translating {
            // Not GRDB's `read`: it switches `query_only` on and off, and each switch makes SQLite compile every cached
            // statement anew. A reader has no method that writes, and the one connection shows no half transaction.
            try await database.writeWithoutTransaction { try body(SQLiteReader(database: $0)) }
        }
    }

    private static var writingFailed: StorageError {
        StorageError(.notDurable, "writing the vault's records failed before; open the vault anew")
    }

    /// Records of more bytes are not written anew: it is done in memory, so that no copy lies elsewhere meanwhile.
    private static let rewriteLimit: Int64 = 256 << 20

    public func rewrite() async throws {
        try await guarded {
            try await database.writeWithoutTransaction { database in
                let pages = try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0
                let size = try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0
                if pages * size <= SQLiteRecords.rewriteLimit {
                    // Deleting overwrites with zeros, but entries that moved between pages leave copies behind.
                    try database.execute(sql: "PRAGMA temp_store = MEMORY; VACUUM")
                }
                _ = try database.checkpoint(.truncate)
            }
            try await checkFiles()
        }
    }

    public func scrub() async throws {
        try await guarded {
            try await database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
    }
}
