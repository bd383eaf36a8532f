import AgeFile
import AuditTrail
import Foundation
import GRDB
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage

/// Queries on one connection; used only inside GRDB's closures, so never from two threads.
class SQLiteReader: RecordReader {
    let database: Database

    init(database: Database) { self.database = database }

    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try SQLiteFailure.translating { try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) }
    }

    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try SQLiteFailure.translating { try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments) }
    }

    func head() throws -> LogHead? {
        guard let row = try row("SELECT * FROM head") else { return nil }
        let hashes = try row.bytes("frontier")
        guard hashes.count % 32 == 0 else { throw StorageError(.damaged, "the log's edge is damaged") }
        var frontier: [TreeHash] = []
        for start in stride(from: 0, to: hashes.count, by: 32) {
            frontier.append(try TreeHash(copying: hashes[start..<start + 32]))
        }
        return LogHead(
            size: try row.number("size"), frontier: frontier, checkpoint: try row.bytes("checkpoint"),
            time: Timestamp(seconds: try row.number("time")))
    }

    func leaves(_ range: Range<UInt64>) throws -> [LeafRow] {
        try rows(
            "SELECT * FROM leaf WHERE position >= ? AND position < ? ORDER BY position",
            [Int64(clamping: range.lowerBound), Int64(clamping: range.upperBound)]
        ).map(leaf)
    }

    func leaves(of stream: StreamID, from number: UInt64, limit: Int) throws -> [LeafRow] {
        try rows(
            "SELECT * FROM leaf WHERE stream = ? AND number >= ? ORDER BY number LIMIT ?",
            [stream.column, Int64(clamping: number), limit]
        ).map(leaf)
    }

    private func leaf(_ row: Row) throws -> LeafRow {
        LeafRow(
            index: try row.number("position"), leaf: try Leaf(entry: try row.bytes("entry")),
            stream: try StreamID(leafColumn: try row.bytes("stream")), number: try row.number("number"),
            record: row.optionalBytes("record"))
    }

    func newestNumber(of stream: StreamID) throws -> UInt64 {
        try row("SELECT coalesce(max(number), 0) AS newest FROM leaf WHERE stream = ?", [stream.column])?
            .number("newest") ?? 0
    }

    func card(_ hash: NoteHash) throws -> CardRow? {
        guard let row = try row("SELECT * FROM card WHERE hash = ?", [blob(hash)]) else { return nil }
        return CardRow(
            note: try row.bytes("note"), issuer: try row.optionalBytes("issuer").map { try VerifierKey(parsing: $0) },
            isWithdrawn: try row.flag("withdrawn"), index: try row.number("position"),
            withdrawnIndex: try row.optionalNumber("withdrawn_position"))
    }

    func matter(_ id: CaseID) throws -> CaseRow? {
        try row("SELECT * FROM matter WHERE id = ?", [blob(id)]).map(matter)
    }

    func matter(recovery id: Digest) throws -> CaseRow? {
        try row("SELECT * FROM matter WHERE recovery_id = ?", [blob(id)]).map(matter)
    }

    func matters() throws -> [CaseRow] { try rows("SELECT * FROM matter ORDER BY id").map(matter) }

    private func matter(_ row: Row) throws -> CaseRow {
        CaseRow(
            id: try row.value("id"), card: try row.bytes("card"), owner: try row.value("owner"),
            logKey: try row.bytes("log_key"), recoveryID: try row.value("recovery_id"),
            recovery: try row.bytes("recovery"))
    }

    func item(_ id: AgeFileID) throws -> ItemRow? {
        try row("SELECT * FROM item WHERE id = ?", [blob(id)]).map(item)
    }

    func items(of matter: CaseID, after: AgeFileID?, limit: Int) throws -> [ItemRow] {
        guard let after else {
            return try rows("SELECT * FROM item WHERE matter = ? ORDER BY serial LIMIT ?", [blob(matter), limit])
                .map(item)
        }
        return try rows(
            """
            SELECT * FROM item WHERE matter = ? AND serial > (SELECT serial FROM item WHERE id = ?)
            ORDER BY serial LIMIT ?
            """, [blob(matter), blob(after), limit]
        ).map(item)
    }

    private func item(_ row: Row) throws -> ItemRow {
        ItemRow(
            id: try row.value("id"), caseID: try row.value("matter"), descriptionID: try row.value("description_id"),
            ingest: try row.bytes("ingest"), newDescription: row.optionalBytes("new_description"),
            contentHeader: try row.bytes("header"),
            description: try row.bytes("description"), isOwnersAlone: try row.flag("owners_alone"),
            isErased: try row.flag("erased"))
    }

    func description(_ id: AgeFileID, of item: AgeFileID) throws -> DescriptionRow? {
        try row(
            """
            SELECT description_id AS id, new_description AS note, description AS file FROM item
                WHERE id = ? AND description_id = ?
            UNION ALL SELECT id, note, file FROM description WHERE item = ? AND id = ?
            """, [blob(item), blob(id), blob(item), blob(id)]
        ).map { row in
            DescriptionRow(
                id: try row.value("id"), note: row.optionalBytes("note"), file: try row.bytes("file"))
        }
    }

    func signer(_ key: VerifierKey, in matter: CaseID) throws -> SignerRow? {
        guard let row = try row("SELECT * FROM signer WHERE matter = ? AND key = ?", [blob(matter), blob(key.text)])
        else { return nil }
        return SignerRow(sequence: try row.number("sequence"), hash: try row.value("hash"))
    }

    func grant(_ id: GrantID) throws -> GrantRow? {
        try row("SELECT \(SQLiteReader.grantColumns) FROM lending WHERE id = ?", [blob(id)]).map(grant)
    }

    func grant(text hash: NoteHash) throws -> GrantRow? {
        try row("SELECT \(SQLiteReader.grantColumns) FROM lending WHERE hash = ?", [blob(hash)]).map(grant)
    }

    func grants(to card: NoteHash) throws -> [GrantRow] {
        try rows("SELECT \(SQLiteReader.grantColumns) FROM lending WHERE recipient = ? ORDER BY serial", [blob(card)])
            .map(grant)
    }

    func grants(of matter: CaseID) throws -> [GrantRow] {
        try rows("SELECT \(SQLiteReader.grantColumns) FROM lending WHERE matter = ? ORDER BY serial", [blob(matter)])
            .map(grant)
    }

    func grantsToExpire(at time: Timestamp) throws -> [GrantRow] {
        try rows(
            """
            SELECT \(SQLiteReader.grantColumns) FROM lending WHERE revoked = 0 AND expired = 0 AND declined = 0 AND not_after <= ?
            ORDER BY not_after, serial
            """, [Int64(time.seconds)]
        ).map(grant)
    }

    func grant(_ row: Row) throws -> GrantRow {
        GrantRow(
            id: try row.value("id"), hash: try row.value("hash"),
            parent: try row.optionalBytes("parent").map { try NoteHash(copying: $0) },
            isStanding: try row.flag("standing"), note: try row.bytes("note"),
            secret: row.optionalBytes("secret"), isApproved: try row.flag("approved"),
            isRevoked: try row.flag("revoked"), isExpired: try row.flag("expired"),
            isDeclined: try row.flag("declined"),
            openingsUsed: try row.number("openings"), index: try row.number("position"))
    }

    func listedFiles(_ grant: GrantID, item: AgeFileID) throws -> [ListedKind: AgeFileID] {
        var files: [ListedKind: AgeFileID] = [:]
        for row in try rows("SELECT kind, id FROM lent_file WHERE lending = ? AND item = ?", [blob(grant), blob(item)])
        {
            guard let kind = ListedKind(rawValue: UInt8(truncatingIfNeeded: try row.number("kind"))) else {
                throw StorageError(.damaged, "an item list names a kind of file that is not known")
            }
            files[kind] = try row.value("id")
        }
        return files
    }

    func request(_ hash: NoteHash) throws -> RequestRow? {
        guard let row = try row("SELECT * FROM request WHERE hash = ?", [blob(hash)]) else { return nil }
        return RequestRow(
            index: try row.number("position"), number: try row.number("number"),
            stream: try StreamID(column: try row.bytes("stream")), isGranted: try row.flag("granted"),
            response: row.optionalBytes("response"))
    }

    func waitingRequests(under grant: GrantID) throws -> [NoteHash] {
        try rows(
            "SELECT hash FROM request WHERE lending = ? AND response IS NOT NULL ORDER BY position", [blob(grant)]
        ).map { try $0.value("hash") }
    }

    func disclosure(of note: NoteHash, in stream: StreamID) throws -> UInt64? {
        try row("SELECT position FROM disclosed WHERE stream = ? AND note = ?", [stream.column, blob(note)])?
            .number("position")
    }

    func checkpoints(sizes: ClosedRange<UInt64>) throws -> [UInt64: [UInt8]] {
        var notes: [UInt64: [UInt8]] = [:]
        let found = try rows(
            "SELECT size, note FROM checkpoint WHERE size BETWEEN ? AND ?",
            [Int64(clamping: sizes.lowerBound), Int64(clamping: sizes.upperBound)])
        for row in found { notes[try row.number("size")] = try row.bytes("note") }
        return notes
    }

    func setting(_ name: String) throws -> [UInt8]? {
        try row("SELECT value FROM setting WHERE name = ?", [name])?.bytes("value")
    }
}
