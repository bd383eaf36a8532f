public import CustodianClient
import Foundation
import GRDB
public import SignedNote
public import Sodium
public import Vault

/// A file that is being handed in: everything that is needed to go on after a power cut.
public struct PendingItem: Sendable, Equatable {
    /// What is sent.
    public let item: PreparedItem
    /// SHA-256 of the original.
    public let digest: Digest
    /// The file's path below the watched folder.
    public let path: [UInt8]
    /// The file's facts when it was read.
    public let facts: FileFacts
    /// The record's number and text hash.
    public let head: ChainHead

    /// A pending item of its parts.
    public init(item: PreparedItem, digest: Digest, path: [UInt8], facts: FileFacts, head: ChainHead) {
        self.item = item
        self.digest = digest
        self.path = path
        self.facts = facts
        self.head = head
    }
}

/// What a device remembers of its work, in SQLite: every file that it has taken, by path and facts and by the bytes'
/// hash, where its chain of records stands, and the one record that is signed and not yet answered.
///
/// A record is written here before it is sent, and sent again as it is until the custodian has answered: so a power cut
/// at any moment leaves a file taken once. It holds no file key, and of the originals nothing but names and hashes.
public final class Journal {
    private let database: DatabaseQueue

    /// Opens the journal in a device's folder and holds it against every other watch.
    /// - Throws: `WatchError.inUse` or `.journal`.
    public init(folder: String) throws(WatchError) {
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        do {
            database = try DatabaseQueue(path: folder + "/journal.sqlite", configuration: configuration)
            try database.write { database in
                let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                guard version != 1 else { return }
                guard version == 0 else { throw WatchError(.journal, "the journal was made by another version") }
                try database.execute(sql: Journal.schema)
            }
        } catch let error as WatchError {
            throw error
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw WatchError(.inUse, "another watch works with this device already")
        } catch {
            throw WatchError(.journal, "the device's journal cannot be opened")
        }
    }

    private static let schema = """
        CREATE TABLE taken (digest BLOB PRIMARY KEY, size INTEGER NOT NULL, sequence INTEGER NOT NULL UNIQUE,
            hash BLOB NOT NULL, entry INTEGER NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX taken_size ON taken (size);
        CREATE TABLE seen (path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL,
            changed INTEGER NOT NULL, inode INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE pending (one INTEGER PRIMARY KEY CHECK (one = 1), ingest BLOB NOT NULL, header BLOB NOT NULL,
            description BLOB NOT NULL, digest BLOB NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL,
            modified INTEGER NOT NULL, changed INTEGER NOT NULL, inode INTEGER NOT NULL, sequence INTEGER NOT NULL,
            hash BLOB NOT NULL);
        CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = 1;
        """

    private func write<Result>(_ body: (Database) throws -> Result) throws(WatchError) -> Result {
        do { return try database.write(body) } catch {
            throw WatchError(.journal, "the device's journal cannot be written; look at its disk")
        }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(WatchError) -> Result {
        do { return try database.writeWithoutTransaction(body) } catch {
            throw WatchError(.journal, "the device's journal cannot be read; look at its disk")
        }
    }

    // MARK: The chain

    /// The newest record that was taken; `nil` before the first.
    public func head() throws(WatchError) -> ChainHead? {
        try read { database in
            let row = try Row.fetchOne(database, sql: "SELECT sequence, hash FROM taken ORDER BY sequence DESC LIMIT 1")
            return try row.map { try ChainHead(sequence: Journal.number($0["sequence"]), hash: NoteHash($0["hash"])) }
        }
    }

    /// When the newest clip was taken, by the device's clock.
    public func newestTime() throws(WatchError) -> Timestamp? {
        try read { database in
            try Int64.fetchOne(database, sql: "SELECT time FROM taken ORDER BY sequence DESC LIMIT 1")
                .map { Timestamp(seconds: Journal.number($0)) }
        }
    }

    // MARK: Files

    /// Whether bytes with this hash were taken.
    public func hasTaken(_ digest: Digest) throws(WatchError) -> Bool {
        try read {
            try Bool.fetchOne(
                $0, sql: "SELECT EXISTS (SELECT 1 FROM taken WHERE digest = ?)", arguments: [digest.data]) ?? false
        }
    }

    /// Whether anything of this size was taken: only then can a file be the same as an earlier one.
    public func hasTaken(size: UInt64) throws(WatchError) -> Bool {
        try read {
            try Bool.fetchOne(
                $0, sql: "SELECT EXISTS (SELECT 1 FROM taken WHERE size = ?)", arguments: [Journal.column(size)])
                ?? false
        }
    }

    /// All files that need no further look, with the facts under which they were taken.
    public func seen() throws(WatchError) -> [[UInt8]: FileFacts] {
        try read { database in
            var seen: [[UInt8]: FileFacts] = [:]
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM seen")
            while let row = try rows.next() { seen[[UInt8](row["path"] as Data)] = Journal.facts(row) }
            return seen
        }
    }

    /// Notes a file whose bytes were taken before.
    public func setSeen(_ path: [UInt8], _ facts: FileFacts) throws(WatchError) {
        try write { try Journal.setSeen($0, path, facts) }
    }

    /// Forgets files that are gone; that their bytes were taken is not forgotten.
    public func forget(_ paths: some Sequence<[UInt8]>) throws(WatchError) {
        try write { database in
            for path in paths {
                try database.execute(sql: "DELETE FROM seen WHERE path = ?", arguments: [Data(path)])
            }
        }
    }

    private static func setSeen(_ database: Database, _ path: [UInt8], _ facts: FileFacts) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)",
            arguments: [
                Data(path), column(facts.size), facts.modified, facts.changed, column(facts.inode),
            ])
    }

    // MARK: The pending record

    /// The record that is signed and not yet answered.
    public func pending() throws(WatchError) -> PendingItem? {
        try read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM pending") else { return nil }
            let item = PreparedItem(
                ingest: [UInt8](row["ingest"] as Data), header: [UInt8](row["header"] as Data),
                description: [UInt8](row["description"] as Data))
            return PendingItem(
                item: item, digest: try Digest(row["digest"]), path: [UInt8](row["path"] as Data),
                facts: Journal.facts(row),
                head: try ChainHead(sequence: Journal.number(row["sequence"]), hash: NoteHash(row["hash"])))
        }
    }

    /// Keeps a record before it is sent. There must be none.
    public func setPending(_ pending: PendingItem) throws(WatchError) {
        try write { database in
            try database.execute(
                sql: "INSERT INTO pending VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    Data(pending.item.ingest), Data(pending.item.header), Data(pending.item.description),
                    pending.digest.data, Data(pending.path), Journal.column(pending.facts.size), pending.facts.modified,
                    pending.facts.changed, Journal.column(pending.facts.inode), Journal.column(pending.head.sequence),
                    pending.head.hash.data,
                ])
        }
    }

    /// The pending record was taken: it becomes the head of the chain, and its file needs no further look.
    public func commit(_ pending: PendingItem, entry: UInt64, at time: Timestamp) throws(WatchError) {
        try write { database in
            try database.execute(
                sql: "INSERT INTO taken VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    pending.digest.data, Journal.column(pending.facts.size), Journal.column(pending.head.sequence),
                    pending.head.hash.data, Journal.column(entry), Journal.column(time.seconds),
                ])
            try Journal.setSeen(database, pending.path, pending.facts)
            try database.execute(sql: "DELETE FROM pending")
        }
    }

    /// The pending record can never be taken: the custodian no longer holds its content, and knows no such record. It
    /// is never sent again; its number goes to the next one.
    public func dropPending() throws(WatchError) {
        try write { try $0.execute(sql: "DELETE FROM pending") }
    }

    // MARK: Settings

    /// A moment under a name, set to `first` where there is none.
    public func moment(_ name: String, first: Timestamp) throws(WatchError) -> Timestamp {
        try write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO setting VALUES (?, ?)", arguments: [name, Journal.column(first.seconds)])
            let value = try Int64.fetchOne(database, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
            return Timestamp(seconds: Journal.number(value ?? 0))
        }
    }

    // MARK: Columns

    // SQLite's numbers have a sign; the bits are the same.
    private static func column(_ number: UInt64) -> Int64 { Int64(bitPattern: number) }
    private static func number(_ column: Int64) -> UInt64 { UInt64(bitPattern: column) }

    private static func facts(_ row: Row) -> FileFacts {
        FileFacts(
            size: number(row["size"]), modified: row["modified"], changed: row["changed"], inode: number(row["inode"]))
    }
}

extension Typed32 {
    fileprivate var data: Data { Data(bytes.array) }
    fileprivate init(_ data: Data) throws { try self.init(copying: data) }
}
