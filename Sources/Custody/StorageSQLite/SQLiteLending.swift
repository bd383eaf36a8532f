import AgeFile
import Foundation
import GRDB
import Sharing
import SignedNote
import Sodium
import Storage

// Grants below others, extensions of standing grants, and memberships.

extension SQLiteReader {
    /// All but what is only passed on, which may be large.
    static let grantColumns =
        "id, hash, parent, standing, note, secret, approved, revoked, expired, declined, openings, position"
    private static let extensionColumns = "id, lending, hash, note, secret, position"

    func lentTexts(_ id: GrantID) throws -> LentTexts? {
        try row(
            """
            SELECT envelope, list FROM lending WHERE id = ?
            UNION ALL SELECT envelope, list FROM extension WHERE id = ?
            """, [blob(id), blob(id)]
        ).map { LentTexts(envelope: try $0.bytes("envelope"), list: try $0.bytes("list")) }
    }

    func itemLists(from index: UInt64, limit: Int) throws -> [ListRow] {
        let first = Int64(clamping: index)
        return try rows(
            """
            SELECT id, position FROM lending WHERE position >= ?
            UNION ALL SELECT id, position FROM extension WHERE position >= ? ORDER BY position LIMIT ?
            """, [first, first, limit]
        ).compactMap { row in
            let id: GrantID = try row.value("id")
            return ListRow(id: id, list: try lentTexts(id)?.list ?? [], index: try row.number("position"))
        }
    }

    func grants(under parent: NoteHash) throws -> [GrantRow] {
        try rows("SELECT \(SQLiteReader.grantColumns) FROM lending WHERE parent = ? ORDER BY serial", [blob(parent)])
            .map(grant)
    }

    func grantsWaiting(of matter: CaseID) throws -> [GrantRow] {
        try rows(
            """
            SELECT \(SQLiteReader.grantColumns) FROM lending WHERE matter = ? AND approved = 0 AND revoked = 0 AND expired = 0 AND declined = 0
            ORDER BY serial
            """, [blob(matter)]
        ).map(grant)
    }

    func standingGrants(of matter: CaseID) throws -> [GrantRow] {
        try rows(
            """
            SELECT \(SQLiteReader.grantColumns) FROM lending WHERE matter = ? AND standing = 1 AND revoked = 0 AND expired = 0 ORDER BY serial
            """, [blob(matter)]
        ).map(grant)
    }

    func grantExtension(_ id: GrantID) throws -> ExtensionRow? {
        try row("SELECT \(SQLiteReader.extensionColumns) FROM extension WHERE id = ?", [blob(id)]).map(grantExtension)
    }

    func grantExtensions(of grant: GrantID) throws -> [ExtensionRow] {
        try rows(
            "SELECT \(SQLiteReader.extensionColumns) FROM extension WHERE lending = ? ORDER BY serial", [blob(grant)]
        ).map(grantExtension)
    }

    private func grantExtension(_ row: Row) throws -> ExtensionRow {
        ExtensionRow(
            id: try row.value("id"), grant: try row.value("lending"), hash: try row.value("hash"),
            note: try row.bytes("note"), secret: row.optionalBytes("secret"), index: try row.number("position"))
    }

    func grantExtension(of grant: GrantID, listing file: AgeFileID, item: AgeFileID) throws -> GrantID? {
        try row(
            "SELECT extension FROM lent_file WHERE lending = ? AND item = ? AND id = ?",
            [blob(grant), blob(item), blob(file)])?
            .optionalBytes("extension").map { try GrantID(copying: $0) }
    }

    func unlistedCount(in grant: GrantID, of matter: CaseID) throws -> UInt64 {
        try row(
            """
            SELECT count(*) AS count FROM item WHERE matter = ? AND erased = 0 AND owners_alone = 0
                AND NOT EXISTS (SELECT 1 FROM lent_file WHERE lending = ? AND lent_file.item = item.id)
            """, [blob(matter), blob(grant)])?.number("count") ?? 0
    }

    func membership(_ hash: NoteHash) throws -> MembershipRow? {
        try row("SELECT * FROM membership WHERE hash = ?", [blob(hash)]).map(membership)
    }

    func memberships(of member: NoteHash) throws -> [MembershipRow] {
        try rows("SELECT * FROM membership WHERE member = ? ORDER BY position", [blob(member)]).map(membership)
    }

    private func membership(_ row: Row) throws -> MembershipRow {
        MembershipRow(
            hash: try row.value("hash"), member: try row.value("member"), note: try row.bytes("note"),
            isWithdrawn: try row.flag("withdrawn"), index: try row.number("position"),
            withdrawnIndex: (row["withdrawn_position"] as Int64?).map { UInt64($0) })
    }
}

extension SQLiteTransaction {
    func insert(_ files: [ListedFile], in grant: GrantID, extension more: GrantID?) throws {
        for file in files {
            try execute(
                "INSERT INTO lent_file (lending, item, kind, id, extension) VALUES (?, ?, ?, ?, ?)",
                [blob(grant), blob(file.item), Int64(file.kind.rawValue), blob(file.id), more.map { blob($0) }])
        }
    }

    func insert(_ row: ExtensionRow, _ texts: LentTexts, files: [ListedFile]) throws {
        try execute(
            """
            INSERT INTO extension (id, lending, hash, note, envelope, list, secret, position)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                blob(row.id), blob(row.grant), blob(row.hash), blob(row.note), blob(texts.envelope),
                blob(texts.list), row.secret.map { blob($0) }, Int64(row.index),
            ])
        try insert(files, in: row.grant, extension: row.id)
    }

    func deleteExtensionSecrets(of grant: GrantID) throws {
        try execute("UPDATE extension SET secret = NULL WHERE lending = ?", [blob(grant)])
    }

    func insert(_ membership: MembershipRow) throws {
        try execute(
            "INSERT INTO membership (hash, member, note, withdrawn, position) VALUES (?, ?, ?, ?, ?)",
            [
                blob(membership.hash), blob(membership.member), blob(membership.note), membership.isWithdrawn,
                Int64(membership.index),
            ])
    }

    func withdrawMembership(_ hash: NoteHash, index: UInt64) throws {
        try execute(
            "UPDATE membership SET withdrawn = 1, withdrawn_position = ? WHERE hash = ?", [Int64(index), blob(hash)])
    }
}
