import AgeFile
import AuditTrail
import Foundation
import GRDB
import Sharing
import SignedNote
import Sodium
import Storage

// What is to be erased, and erasing it.

extension SQLiteReader {
    func erasures(of matter: CaseID) throws -> [ErasureRow] {
        try rows("SELECT * FROM erasure WHERE matter = ? ORDER BY position", [blob(matter)]).map(erasure)
    }

    func erasures(dueAt time: Timestamp) throws -> [ErasureRow] {
        try rows("SELECT * FROM erasure WHERE due <= ? ORDER BY due, position", [Int64(clamping: time.seconds)])
            .map(erasure)
    }

    func erasure(_ hash: NoteHash) throws -> ErasureRow? {
        try row("SELECT * FROM erasure WHERE hash = ?", [blob(hash)]).map(erasure)
    }

    private func erasure(_ row: Row) throws -> ErasureRow {
        ErasureRow(
            hash: try row.value("hash"), caseID: try row.value("matter"), note: try row.bytes("note"),
            due: Timestamp(seconds: try row.number("due")), index: try row.number("position"))
    }

    func earlierDescriptions(of item: AgeFileID) throws -> [DescriptionRow] {
        try rows("SELECT id, note, file FROM description WHERE item = ?", [blob(item)]).map { row in
            DescriptionRow(
                id: try row.value("id"), note: row.optionalBytes("note"), file: try row.bytes("file"))
        }
    }

    func positions(of stream: StreamID) throws -> [UInt64] {
        try rows("SELECT position FROM leaf WHERE stream = ? ORDER BY number", [stream.column])
            .map { try $0.number("position") }
    }

    func grants(of matter: CaseID, listing item: AgeFileID) throws -> [GrantRow] {
        try rows(
            """
            SELECT \(SQLiteReader.grantColumns) FROM lending WHERE matter = ?
                AND EXISTS (SELECT 1 FROM lent_file WHERE lent_file.lending = lending.id AND lent_file.item = ?)
            ORDER BY serial
            """, [blob(matter), blob(item)]
        ).map(grant)
    }

    func erasedItems(in grant: GrantID) throws -> [AgeFileID] {
        try rows(
            """
            SELECT DISTINCT item.serial, item.id FROM lent_file JOIN item ON item.id = lent_file.item
            WHERE lent_file.lending = ? AND item.erased = 1 ORDER BY item.serial
            """, [blob(grant)]
        ).map { try $0.value("id") }
    }

    func erasedMatter(_ id: CaseID) throws -> ErasedCaseRow? {
        try row("SELECT * FROM erased_matter WHERE id = ?", [blob(id)]).map(erasedMatter)
    }

    func erasedMatters() throws -> [ErasedCaseRow] {
        try rows("SELECT * FROM erased_matter ORDER BY position").map(erasedMatter)
    }

    private func erasedMatter(_ row: Row) throws -> ErasedCaseRow {
        ErasedCaseRow(
            id: try row.value("id"), opened: try row.number("opened"), erased: try row.number("position"))
    }

    func isToBeDestroyed(_ id: AgeFileID) throws -> Bool {
        try row("SELECT 1 FROM erased_object WHERE id = ?", [blob(id)]) != nil
    }

    func objectsToDestroy() throws -> [AgeFileID] {
        try rows("SELECT id FROM erased_object ORDER BY id").map { try $0.value("id") }
    }
}

extension SQLiteTransaction {
    func insert(_ row: ErasureRow) throws {
        try execute(
            "INSERT INTO erasure (hash, matter, note, due, position) VALUES (?, ?, ?, ?, ?)",
            [blob(row.hash), blob(row.caseID), blob(row.note), Int64(clamping: row.due.seconds), Int64(row.index)])
    }

    func deleteErasure(_ hash: NoteHash) throws { try execute("DELETE FROM erasure WHERE hash = ?", [blob(hash)]) }

    func setRecord(_ sealed: [UInt8], at index: UInt64) throws {
        try execute("UPDATE leaf SET record = ? WHERE position = ?", [blob(sealed), Int64(index)])
    }

    func setList(_ sealed: [UInt8], of id: GrantID) throws {
        try execute("UPDATE lending SET list = ? WHERE id = ?", [blob(sealed), blob(id)])
        try execute("UPDATE extension SET list = ? WHERE id = ?", [blob(sealed), blob(id)])
    }

    func erase(item: AgeFileID) throws {
        // The description's id has to be something that stands once, and that nobody can have given a file: the item's own
        // id may be that of somebody's description.
        let gone = SHA256.hash(Array("bevis erased description".utf8) + item.bytes.array)
        try execute(
            """
            UPDATE item SET ingest = x'', header = x'', description = x'', description_id = ?, new_description = NULL,
                erased = 1 WHERE id = ?
            """, [blob(gone), blob(item)])
        try execute(
            "DELETE FROM lent_file WHERE item = ? AND kind = ?",
            [blob(item), Int64(ListedKind.description.rawValue)])
        try execute("DELETE FROM description WHERE item = ?", [blob(item)])
        try execute("INSERT OR IGNORE INTO erased_object (id) VALUES (?)", [blob(item)])
    }

    func erase(_ matter: ErasedCaseRow) throws {
        let id = blob(matter.id)
        let grants = try rows("SELECT id FROM lending WHERE matter = ?", [id]).map { try $0.value("id") as GrantID }
        for stream in [StreamID.matter(matter.id)] + grants.map({ .grant($0) }) {
            try execute(
                "UPDATE leaf SET record = NULL, number = position, stream = ? WHERE stream = ?",
                [blob(StreamID.noColumn), stream.column])
            try execute("DELETE FROM disclosed WHERE stream = ?", [stream.column])
        }
        try execute("DELETE FROM request WHERE stream = ?", [StreamID.matter(matter.id).column])
        try execute("DELETE FROM request WHERE lending IN (SELECT id FROM lending WHERE matter = ?)", [id])
        for grant in grants {
            try execute("DELETE FROM lent_file WHERE lending = ?", [blob(grant)])
            try execute("DELETE FROM extension WHERE lending = ?", [blob(grant)])
        }
        try execute("DELETE FROM description WHERE item IN (SELECT id FROM item WHERE matter = ?)", [id])
        try execute("INSERT OR IGNORE INTO erased_object (id) SELECT id FROM item WHERE matter = ?", [id])
        for table in ["lending", "item", "signer", "erasure"] {
            try execute("DELETE FROM \(table) WHERE matter = ?", [id])
        }
        try execute("DELETE FROM matter WHERE id = ?", [id])
        try execute(
            "INSERT INTO erased_matter (id, opened, position) VALUES (?, ?, ?)",
            [id, Int64(matter.opened), Int64(matter.erased)])
    }

    func deleteObjectToDestroy(_ id: AgeFileID) throws {
        try execute("DELETE FROM erased_object WHERE id = ?", [blob(id)])
    }

    func deleteSettings(startingWith prefix: String) throws {
        try execute("DELETE FROM setting WHERE substr(name, 1, length(?1)) = ?1", [prefix])
    }
}
