import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// A line of the log that a handover holds, its proof checked.
struct HandoverLine {
    let entry: UInt64
    /// The path of its record.
    let place: String
    let record: Record
}

/// The lines of the log: each proven under the one checkpoint that the owner signed.
struct HandoverTrail {
    private static let folder = "data/custody/log/"
    private static let endings = [".record", ".salt", ".tag", ".tlog-proof"]
    private let files: HandoverFiles
    private let faults: HandoverFaults
    /// In the log's order.
    private(set) var lines: [HandoverLine] = []

    /// - Parameter checkpoint: the signed note's bytes, and what it says.
    init(
        _ files: HandoverFiles, _ checkpoint: (bytes: [UInt8], head: Checkpoint), _ faults: HandoverFaults
    ) throws(CommandFailure) {
        self.files = files
        self.faults = faults
        var entries: Set<UInt64> = []
        for place in files.sizes.keys.sorted() where place.hasPrefix(HandoverTrail.folder) {
            guard let entry = HandoverTrail.entry(place) else {
                faults.altered(place, "has a name that no line of the log has")
                continue
            }
            entries.insert(entry)
        }
        for entry in entries.sorted() {
            if let line = try line(entry, checkpoint) { lines.append(line) }
        }
    }

    private static func places(_ entry: UInt64) -> [String] {
        let line = HandoverLayout.line(entry)
        return [line.record, line.salt, line.tag, line.proof].map { String(decoding: $0, as: UTF8.self) }
    }

    private static func entry(_ place: String) -> UInt64? {
        let name = place.dropFirst(folder.count)
        guard let ending = endings.first(where: { name.hasSuffix($0) }),
            let entry = UInt64(name.dropLast(ending.count)),
            places(entry).contains(place)
        else { return nil }
        return entry
    }

    private func line(
        _ entry: UInt64, _ checkpoint: (bytes: [UInt8], head: Checkpoint)
    ) throws(CommandFailure) -> HandoverLine? {
        let places = HandoverTrail.places(entry)
        var parts: [[UInt8]] = []
        for place in places {
            guard let bytes = try files.read(place) else { return nil }
            parts.append(bytes)
        }
        guard let salt = HandoverTrail.hex(parts[1], 32), let salt = try? RecordSalt(copying: salt) else {
            faults.altered(places[1], "is not 64 hexadecimal digits and a line end")
            return nil
        }
        guard let tag = HandoverTrail.hex(parts[2], 16) else {
            faults.altered(places[2], "is not 32 hexadecimal digits and a line end")
            return nil
        }
        let hash = TreeHash.leaf(tag + salt.commitment(to: parts[0]).bytes.array)
        guard let proof = try? LogProof(parsing: parts[3]), proof.bytes == parts[3], proof.extra == nil,
            proof.index == entry
        else {
            faults.altered(places[3], "is not the proof of entry \(entry)")
            return nil
        }
        if proof.checkpointNote != checkpoint.bytes {
            faults.altered(places[3], "leads to another checkpoint than the one that the owner signed")
        }
        let inclusion = InclusionProof(index: entry, size: checkpoint.head.size, hashes: proof.hashes)
        guard (try? inclusion.verify(leaf: hash, root: checkpoint.head.root)) != nil else {
            faults.altered(places[0], "is not what the log holds at entry \(entry): record, salt, tag or proof differs")
            return nil
        }
        do throws(NoteError) {
            return HandoverLine(entry: entry, place: places[0], record: try Record(parsing: parts[0]))
        } catch {
            faults.altered(places[0], "cannot be read: \(error.reason)")
            return nil
        }
    }

    private static func hex(_ line: [UInt8], _ count: Int) -> [UInt8]? {
        guard line.count == 2 * count + 1, line.last == 0x0A else { return nil }
        return try? Hex.decode(line.dropLast())
    }

    /// Checks what each line says: of this case, of items that are here, with the notes behind it.
    func check(_ notes: HandoverNotes, items: Set<AgeFileID>, of matter: CaseID) {
        let lent = Set(
            lines.filter { [.granted, .lentOn].contains($0.record.event) }.compactMap { line -> GrantID? in
                guard case .grant(let grant)? = line.record.notes.first.flatMap({ notes.all[$0] }) else { return nil }
                return grant.body.id
            })
        for line in lines {
            let record = line.record
            if !items.isSuperset(of: record.items) {
                faults.unfitting(line.place, "tells of an item that the folder says nothing of")
            }
            guard let first = record.notes.first else {
                faults.altered(line.place, "names no note")
                continue
            }
            guard let note = notes.all[first] else {
                faults.missing(HandoverNotes.place(first), "is missing: the note behind entry \(line.entry) of the log")
                continue
            }
            guard note.suits(record.event) else {
                faults.altered(line.place, "names a note of another kind than its event")
                continue
            }
            if !HandoverTrail.belongs(record, note, matter, lent) {
                faults.unfitting(line.place, "is of another case")
            }
        }
    }

    private static func belongs(_ record: Record, _ note: HandedNote, _ matter: CaseID, _ lent: Set<GrantID>) -> Bool {
        guard note.caseID == matter || note.caseID == nil else { return false }
        switch record.stream {
        case .vault: return record.event == .caseOpened
        case .matter(let id): return id == matter && record.event != .caseOpened
        case .grant:
            if case .revocation(let revocation) = note { return lent.contains(revocation.body.grantID) }
            return note.caseID == matter && record.event != .caseOpened
        }
    }
}
