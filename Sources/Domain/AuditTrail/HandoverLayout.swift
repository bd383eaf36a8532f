public import AgeFile
public import SignedNote
import Sodium

/// Where things lie in a handover folder, each path from the folder.
public enum HandoverLayout {
    /// What an officer opens.
    public static let index: [UInt8] = Array("index.html".utf8)
    /// The handover note, written last.
    public static let note: [UInt8] = Array("handover.note".utf8)
    /// BagIt's declaration.
    public static let bag: [UInt8] = Array("bagit.txt".utf8)
    /// BagIt's facts for people.
    public static let bagInfo: [UInt8] = Array("bag-info.txt".utf8)
    /// Names every file below `data/`.
    public static let manifest: [UInt8] = Array("manifest-sha256.txt".utf8)
    /// Names the files beside `data/`.
    public static let tagManifest: [UInt8] = Array("tagmanifest-sha256.txt".utf8)
    /// The pages as PDF.
    public static let pdf: [UInt8] = Array("data/dossier.pdf".utf8)
    /// The incidents as a table.
    public static let table: [UInt8] = Array("data/incidents.csv".utf8)
    /// Exhibits and actions in CASE/UCO.
    public static let linkedData: [UInt8] = Array("data/case.jsonld".utf8)
    /// The checker, as text.
    public static let checker: [UInt8] = Array("data/custody/check-handover.txt".utf8)

    /// An original; `name` is ASCII and safe on every system.
    public static func original(_ exhibit: UInt64, _ name: [UInt8]) -> [UInt8] {
        Array("data/exhibits/".utf8) + digits(exhibit, 3) + [0x2D] + name
    }

    /// A copy made from an original.
    public static func copy(_ exhibit: UInt64, _ name: [UInt8]) -> [UInt8] {
        Array("data/copies/".utf8) + digits(exhibit, 3) + [0x2D] + name
    }

    /// The text of an incident.
    public static func incident(_ number: UInt64) -> [UInt8] {
        Array("data/texts/incident-".utf8) + digits(number, 1) + Array(".txt".utf8)
    }

    /// The text of an order.
    public static func order(_ number: UInt64) -> [UInt8] {
        Array("data/texts/order-".utf8) + digits(number, 1) + Array(".txt".utf8)
    }

    /// What is said of an item.
    public static func item(_ id: AgeFileID) -> [UInt8] {
        Array("data/custody/items/".utf8) + id.hex + Array(".txt".utf8)
    }

    /// A signed note by its identity.
    public static func note(_ hash: NoteHash) -> [UInt8] {
        Array("data/custody/notes/".utf8) + hash.hex + Array(".note".utf8)
    }

    /// The four files of a line of the log: record, salt, tag and proof.
    public static func line(_ entry: UInt64) -> (record: [UInt8], salt: [UInt8], tag: [UInt8], proof: [UInt8]) {
        let stem = Array("data/custody/log/".utf8) + digits(entry, 6)
        return (
            stem + Array(".record".utf8), stem + Array(".salt".utf8), stem + Array(".tag".utf8),
            stem + Array(".tlog-proof".utf8)
        )
    }

    private static func digits(_ number: UInt64, _ width: Int) -> [UInt8] {
        let text = NoteText.decimal(number)
        return [UInt8](repeating: 0x30, count: max(0, width - text.count)) + text
    }
}
