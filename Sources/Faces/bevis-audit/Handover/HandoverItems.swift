import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Terminal

/// The items of a handover: each original tied to its ingest record and to the line of the log that took it in.
struct HandoverItems {
    private static let folder = "data/custody/items/"
    private let files: HandoverFiles
    private let faults: HandoverFaults
    /// In the order of their ids.
    private(set) var all: [HandoverItem] = []
    /// Those whose ingest record was signed by a key that no case card named when they were taken in.
    private(set) var unattested: [HandoverItem] = []
    /// Items whose ingest record and line of the log fit what is said of them.
    private var attached: Set<AgeFileID> = []
    /// Paths of the originals that are the ones which were taken in.
    private(set) var proven: Set<String> = []

    init(_ files: HandoverFiles, _ faults: HandoverFaults) throws(CommandFailure) {
        self.files = files
        self.faults = faults
        for place in files.sizes.keys.sorted() where place.hasPrefix(HandoverItems.folder) {
            guard let bytes = try files.read(place) else { continue }
            do throws(NoteError) {
                let item = try HandoverItem(parsing: bytes)
                guard HandoverItems.place(item) == place else {
                    faults.altered(place, "speaks of another item than its name")
                    continue
                }
                all.append(item)
            } catch {
                faults.altered(place, "cannot be read: \(error.reason)")
            }
        }
    }

    private static func place(_ item: HandoverItem) -> String {
        String(decoding: HandoverLayout.item(item.item), as: UTF8.self)
    }

    mutating func check(
        _ lines: [HandoverLine], _ notes: HandoverNotes, _ digests: [String: Digest], _ note: HandoverNote
    ) throws(CommandFailure) {
        let cards = cards(lines, notes, note)
        let entries = Dictionary(lines.map { ($0.entry, $0.record) }, uniquingKeysWith: { first, _ in first })
        for item in all {
            guard let record = intake(item, entries, notes, note.caseID) else { continue }
            attached.insert(item.item)
            let card = cards.last { $0.entry < item.entry }?.card
            if card?.attests(record.signer) != true { unattested.append(item) }
        }
        try checkFiles(digests)
        try checkSums(digests)
    }

    /// The ingest record, where line, record and commitment fit the item.
    private func intake(
        _ item: HandoverItem, _ entries: [UInt64: Record], _ notes: HandoverNotes, _ matter: CaseID
    ) -> IngestRecord? {
        let place = HandoverItems.place(item)
        guard let line = entries[item.entry] else {
            faults.missing(place, "names entry \(item.entry) of the log, which is not here")
            return nil
        }
        guard line.event == .itemAdded, line.items == [item.item], line.notes.first == item.ingest else {
            faults.altered(place, "names an entry of the log that did not take it in")
            return nil
        }
        guard let note = notes.all[item.ingest] else { return nil }  // told where the line is checked
        guard case .ingest(let ingest) = note, ingest.body.caseID == matter, ingest.body.content.id == item.item else {
            faults.altered(place, "names an ingest record of another item")
            return nil
        }
        guard IngestRecord.commitment(toOriginal: item.digest, salt: item.salt) == ingest.body.original else {
            faults.altered(place, "states a hash that is not the one which was signed when it was taken in")
            return nil
        }
        return ingest.body
    }

    /// The case cards in the log's order, each following the one before.
    private func cards(
        _ lines: [HandoverLine], _ notes: HandoverNotes, _ note: HandoverNote
    ) -> [(entry: UInt64, card: CaseCard)] {
        var cards: [(entry: UInt64, card: CaseCard)] = []
        var last: (hash: NoteHash, card: CaseCard)?
        for line in lines where [.caseOpened, .caseCardChanged].contains(line.record.event) {
            guard let first = line.record.notes.first, case .caseCard(let next)? = notes.all[first] else { continue }
            let fits =
                last.map { next.body.follows($0.card, hash: $0.hash) && line.record.event == .caseCardChanged }
                ?? (next.body.number == 0 && line.record.event == .caseOpened)
            guard fits, next.body.ownerKey == note.owner, next.body.caseID == note.caseID else {
                faults.unfitting(line.place, "names a case card that does not follow the one before it")
                continue
            }
            last = (first, next.body)
            cards.append((line.entry, next.body))
        }
        if cards.isEmpty { faults.missing("data/custody/log", "lacks the line that opened the case") }
        return cards
    }

    /// Every file for people is named by the item that it belongs to, and is what that item says.
    private mutating func checkFiles(_ digests: [String: Digest]) throws(CommandFailure) {
        var named: Set<String> = []
        for item in all {
            let paths = ([item.file] + item.copies.map { $0.path }).compactMap { $0 }
            for path in paths.map({ String(decoding: $0.bytes, as: UTF8.self) }) {
                if !named.insert(path).inserted { faults.altered(path, "is named by two items") }
                if !files.contains(path) { faults.missing(path) }
            }
            guard let file = item.file.map({ String(decoding: $0.bytes, as: UTF8.self) }), files.contains(file) else {
                continue
            }
            // Where the manifest is missing, the original may still be the one.
            var digest = digests[file]
            if digest == nil { digest = try files.digest(of: file) }
            if digest != item.digest || files.sizes[file] != item.size {
                faults.altered(file, "is not the original that was taken in")
            } else if attached.contains(item.item) {
                proven.insert(file)
            }
        }
        for place in files.sizes.keys.sorted() where isForPeople(place) && !named.contains(place) {
            faults.unfitting(place, "belongs to no item: nothing proves where it comes from")
        }
    }

    private func isForPeople(_ place: String) -> Bool {
        place.hasPrefix("data/copies/") || place.hasPrefix("data/texts/")
            || place.hasPrefix("data/exhibits/") && !isSum(place)
    }

    private func isSum(_ place: String) -> Bool {
        place.hasPrefix("data/exhibits/") && place.hasSuffix(".sha256") && files.contains(String(place.dropLast(7)))
    }

    /// What `sha256sum -c` would read beside each original.
    private func checkSums(_ digests: [String: Digest]) throws(CommandFailure) {
        for place in files.sizes.keys.sorted() where isSum(place) {
            let original = String(place.dropLast(7))
            guard let bytes = try files.read(place), let digest = digests[original] else { continue }
            let name = original.split(separator: "/").last.map { Array($0.utf8) } ?? []
            if bytes != digest.hex + [0x20, 0x20] + name + [0x0A] {
                faults.altered(place, "does not give the hash of the file beside it")
            }
        }
    }
}
