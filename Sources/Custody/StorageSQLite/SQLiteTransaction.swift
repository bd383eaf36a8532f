import AgeFile
import AuditTrail
import Foundation
import GRDB
import Sharing
import SignedNote
import Sodium
import Storage

/// Writes inside one transaction of SQLite.
final class SQLiteTransaction: SQLiteReader, RecordTransaction {
    func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
        try SQLiteFailure.translating { try database.cachedStatement(sql: sql).execute(arguments: arguments) }
    }

    func attempt<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("SAVEPOINT attempt")
        do {
            let result = try body()
            try execute("RELEASE attempt")
            return result
        } catch {
            try undo(after: error)
            throw error
        }
    }

    // Where the disk is full SQLite may have undone the whole transaction by itself. Then there is no savepoint to go
    // back to, and going on would write outside of any transaction.
    private func undo(after error: any Error) throws {
        do {
            try execute("ROLLBACK TO attempt")
            try execute("RELEASE attempt")
        } catch let lost {
            if let error = error as? StorageError, error.isOfTheWholeStore { throw error }
            throw lost
        }
    }

    func setHead(_ head: LogHead) throws {
        var frontier = Data()
        for hash in head.frontier { frontier.append(blob(hash)) }
        try execute(
            "INSERT OR REPLACE INTO head (one, size, frontier, checkpoint, time) VALUES (1, ?, ?, ?, ?)",
            [Int64(head.size), frontier, blob(head.checkpoint), Int64(head.time.seconds)])
    }

    func keep(checkpoint note: [UInt8], size: UInt64) throws {
        try execute("INSERT OR IGNORE INTO checkpoint (size, note) VALUES (?, ?)", [Int64(size), blob(note)])
    }

    func append(_ leaf: LeafRow) throws {
        try execute(
            "INSERT INTO leaf (position, entry, stream, number, record) VALUES (?, ?, ?, ?, ?)",
            [
                Int64(leaf.index), blob(leaf.leaf.entry), leaf.stream?.column ?? blob(StreamID.noColumn),
                Int64(leaf.number),
                leaf.record.map { blob($0) },
            ])
    }

    func setDisclosed(_ note: NoteHash, in stream: StreamID, by index: UInt64) throws {
        try execute(
            "INSERT OR IGNORE INTO disclosed (stream, note, position) VALUES (?, ?, ?)",
            [stream.column, blob(note), Int64(index)])
    }

    func insert(_ card: CardRow, hash: NoteHash) throws {
        try execute(
            "INSERT INTO card (hash, note, issuer, withdrawn, position) VALUES (?, ?, ?, ?, ?)",
            [blob(hash), blob(card.note), card.issuer.map { blob($0.text) }, card.isWithdrawn, Int64(card.index)])
    }

    func withdrawCard(_ hash: NoteHash, index: UInt64) throws {
        try execute(
            "UPDATE card SET withdrawn = 1, withdrawn_position = ? WHERE hash = ?", [Int64(index), blob(hash)])
    }

    func insert(_ matter: CaseRow) throws {
        try execute(
            "INSERT INTO matter (id, card, owner, log_key, recovery_id, recovery) VALUES (?, ?, ?, ?, ?, ?)",
            [
                blob(matter.id), blob(matter.card), blob(matter.owner), blob(matter.logKey), blob(matter.recoveryID),
                blob(matter.recovery),
            ])
    }

    func setCaseCard(_ note: [UInt8], of matter: CaseID) throws {
        try execute("UPDATE matter SET card = ? WHERE id = ?", [blob(note), blob(matter)])
    }

    func setRecovery(_ sealed: [UInt8], of matter: CaseID) throws {
        try execute("UPDATE matter SET recovery = ? WHERE id = ?", [blob(sealed), blob(matter)])
    }

    func insert(_ item: ItemRow) throws {
        try execute(
            """
            INSERT INTO item
                (id, matter, description_id, ingest, new_description, header, description, owners_alone, erased)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                blob(item.id), blob(item.caseID), blob(item.descriptionID), blob(item.ingest),
                item.newDescription.map { blob($0) },
                blob(item.contentHeader), blob(item.description), item.isOwnersAlone, item.isErased,
            ])
    }

    func replaceDescription(of item: AgeFileID, by row: DescriptionRow) throws {
        try execute(
            """
            INSERT INTO description (id, item, note, file)
            SELECT description_id, id, new_description, description FROM item WHERE id = ?
            """, [blob(item)])
        try execute(
            "UPDATE item SET description_id = ?, new_description = ?, description = ? WHERE id = ?",
            [blob(row.id), row.note.map { blob($0) }, blob(row.file), blob(item)])
    }

    func setSigner(_ key: VerifierKey, in matter: CaseID, _ row: SignerRow) throws {
        try execute(
            "INSERT OR REPLACE INTO signer (matter, key, sequence, hash) VALUES (?, ?, ?, ?)",
            [blob(matter), blob(key.text), Int64(row.sequence), blob(row.hash)])
    }

    func insert(
        _ grant: GrantRow, _ texts: LentTexts, of matter: CaseID, to card: NoteHash, notAfter: Timestamp,
        files: [ListedFile]
    ) throws {
        try execute(
            """
            INSERT INTO lending (id, hash, matter, recipient, note, envelope, list, secret, approved, revoked, expired,
                declined, openings, not_after, position, parent, standing)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                blob(grant.id), blob(grant.hash), blob(matter), blob(card), blob(grant.note),
                blob(texts.envelope), blob(texts.list), grant.secret.map { blob($0) }, grant.isApproved,
                grant.isRevoked, grant.isExpired, grant.isDeclined, Int64(grant.openingsUsed),
                Int64(notAfter.seconds), Int64(grant.index), grant.parent.map { blob($0) }, grant.isStanding,
            ])
        try insert(files, in: grant.id, extension: nil)
    }

    func update(_ grant: GrantRow) throws {
        try execute(
            """
            UPDATE lending SET secret = ?, approved = ?, revoked = ?, expired = ?, declined = ?, openings = ? WHERE id = ?
            """,
            [
                grant.secret.map { blob($0) }, grant.isApproved, grant.isRevoked, grant.isExpired, grant.isDeclined,
                Int64(grant.openingsUsed), blob(grant.id),
            ])
    }

    func insert(_ request: RequestRow, hash: NoteHash, grant: GrantID?) throws {
        try execute(
            """
            INSERT INTO request (hash, position, number, stream, granted, lending, response)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                blob(hash), Int64(request.index), Int64(request.number), request.stream.column, request.isGranted,
                grant.map { blob($0) }, request.response.map { blob($0) },
            ])
    }

    func update(_ request: RequestRow, hash: NoteHash) throws {
        try execute(
            "UPDATE request SET position = ?, number = ?, stream = ?, granted = ?, response = ? WHERE hash = ?",
            [
                Int64(request.index), Int64(request.number), request.stream.column, request.isGranted,
                request.response.map { blob($0) }, blob(hash),
            ])
    }

    func deleteResponse(_ hash: NoteHash) throws {
        try execute("UPDATE request SET response = NULL WHERE hash = ?", [blob(hash)])
    }

    func setSetting(_ name: String, _ value: [UInt8]?) throws {
        guard let value else { return try execute("DELETE FROM setting WHERE name = ?", [name]) }
        try execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", [name, blob(value)])
    }
}
