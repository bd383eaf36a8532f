import AgeFile
import AuditTrail
import CustodianClient
import Handover
import Sharing
import SignedNote
import Sodium
import TransparencyLog

/// What the log says of the items that are handed over: each line, and whether it can go along with its proof.
struct CustodyExtract {
    /// A line of the log that concerns an item that is handed over.
    struct Line {
        let index: UInt64
        let disclosed: DisclosedRecord
        let leaf: Leaf
        /// Who did it; `nil` for the custodian or a device.
        let actor: Card?
        /// To whom, where something was lent.
        let recipient: Card?
        /// The text hash of that card.
        let recipientHash: NoteHash?
        let request: AccessRequest?
        /// The grant under which it happened, or that it gives, ends or decides on.
        let grantID: GrantID?
        /// Purposes and reasons that stand in the notes that go along with it.
        let texts: [PlainText]
        /// The items concerned that are handed over.
        let items: [AgeFileID]
        /// Whether the record says nothing of other items.
        let isProvable: Bool

        var record: Record { disclosed.record }

        /// Who did it, and to whom something was lent, with the text hashes of their cards.
        var people: [(hash: NoteHash, card: Card)] {
            var people: [(hash: NoteHash, card: Card)] = []
            if let hash = record.actor, let actor { people.append((hash, actor)) }
            if let recipient, let recipientHash { people.append((recipientHash, recipient)) }
            return people
        }
    }

    /// The lines that tell of items handed over, in the log's order.
    let lines: [Line]
    /// The case's cards, as lines.
    let cards: [Line]
    private let notes: [NoteHash: [UInt8]]

    /// Looks through all streams of the case for what concerns `items`.
    init(_ streams: CaseStreams, of items: Set<AgeFileID>, _ own: OwnCase) throws {
        var notes: [NoteHash: [UInt8]] = [:]
        for branch in streams.branches {
            for entry in branch.reading.attached + branch.reading.entries {
                for bytes in entry.disclosed.notes {
                    if let note = try? UnverifiedNote(parsing: bytes) { notes[note.hash] = bytes }
                }
            }
        }
        self.notes = notes
        let reader = LineReader(notes: notes, entries: streams.entries, wanted: items)
        let lent = CustodyExtract.lent(streams, notes)
        var cards: [Line] = []
        var lines: [Line] = []
        for branch in streams.branches {
            if branch.grant == nil {
                for entry in branch.reading.attached where reader.opens(own.card.caseID, entry) {
                    cards.append(try reader.line(entry, [], isProvable: true))
                }
            }
            for entry in branch.reading.entries {
                let record = entry.disclosed.record
                if record.event == .caseCardChanged { cards.append(try reader.line(entry, [], isProvable: true)) }
                let concerned = reader.concerned(record, lent)
                let handed = concerned.filter { items.contains($0) }
                guard !handed.isEmpty else { continue }
                lines.append(try reader.line(entry, handed, isProvable: handed.count == concerned.count))
            }
        }
        self.cards = cards.sorted { $0.index < $1.index }
        self.lines = lines.sorted { $0.index < $1.index }
    }

    /// All items that each grant lends, later ones included.
    private static func lent(_ streams: CaseStreams, _ notes: [NoteHash: [UInt8]]) -> [GrantID: [AgeFileID]] {
        var lent: [GrantID: [AgeFileID]] = [:]
        for record in streams.branches.flatMap(\.reading.entries).map(\.disclosed.record) {
            guard let bytes = record.notes.first.flatMap({ notes[$0] }),
                let note = try? UnverifiedNote(parsing: bytes)
            else { continue }
            switch record.event {
            case .granted, .lentOn:
                if let grant = try? Grant(parsing: note.text) { lent[grant.id, default: []] += record.items }
            case .extended:
                if let more = try? Extension(parsing: note.text) { lent[more.grantID, default: []] += record.items }
            default: continue
            }
        }
        return lent
    }

    /// The signed notes that go along with a line: the one that it is about, and the cards behind it.
    func notes(with line: Line) -> [NoteHash: [UInt8]] {
        let record = line.record
        var hashes = [record.notes.first, record.actor].compactMap { $0 }
        if let first = record.notes.first.flatMap({ notes[$0] }), let note = try? UnverifiedNote(parsing: first),
            let grant = try? Grant(parsing: note.text)
        {
            hashes += [grant.from, grant.to]
        }
        return hashes.reduce(into: [:]) { found, hash in found[hash] = notes[hash] }
    }

    /// The lines that can go along with their proofs, where `held` does not name who stands in them, or what for.
    func provable(holding held: Set<Place>) -> [Line] {
        let open = lines.filter { line in
            line.isProvable && !held.contains(.purpose(line.index))
                && line.people.allSatisfy { !held.contains(.person($0.hash)) }
        }
        // A line that ends a grant, or decides on it, is understood only beside the line that gave it.
        let given = Set(open.filter { [.granted, .lentOn].contains($0.record.event) }.compactMap(\.grantID))
        return open.filter { line in
            guard [.approved, .declined, .revoked, .expired].contains(line.record.event) else { return true }
            return line.grantID.map { given.contains($0) } ?? false
        }
    }

    /// The line that took an item in.
    func intake(of item: AgeFileID) -> Line? {
        lines.first { $0.record.event == .itemAdded && $0.record.items == [item] }
    }
}

/// Makes lines of records.
private struct LineReader {
    let notes: [NoteHash: [UInt8]]
    let entries: [[UInt8]]
    let wanted: Set<AgeFileID>

    /// Whether a record of the vault's stream opened this case.
    func opens(_ matter: CaseID, _ entry: StreamReading.Entry) -> Bool {
        guard entry.disclosed.record.event == .caseOpened else { return false }
        return (note(entry.disclosed.record.notes.first, CaseCard.self))?.caseID == matter
    }

    /// The items that a record concerns: those that it names, or all of the grant that it ends or decides on.
    func concerned(_ record: Record, _ lent: [GrantID: [AgeFileID]]) -> [AgeFileID] {
        switch record.event {
        case .itemAdded, .granted, .lentOn, .extended, .listed, .opened, .exported, .refused: return record.items
        case .approved, .declined, .revoked, .expired:
            return grant(record).flatMap { lent[$0] } ?? []
        default: return []
        }
    }

    func line(_ entry: StreamReading.Entry, _ items: [AgeFileID], isProvable: Bool) throws -> CustodyExtract.Line {
        let record = entry.disclosed.record
        let lent = [.granted, .lentOn].contains(record.event) ? note(record.notes.first, Grant.self) : nil
        return CustodyExtract.Line(
            index: entry.index, disclosed: entry.disclosed, leaf: try Leaf(entry: entries[Int(entry.index)]),
            actor: note(record.actor, Card.self),
            recipient: note(lent?.to, Card.self), recipientHash: lent?.to,
            request: note(record.notes.first, AccessRequest.self), grantID: grant(record), texts: texts(record),
            items: items, isProvable: isProvable)
    }

    private func texts(_ record: Record) -> [PlainText] {
        let first = record.notes.first
        return [
            note(first, AccessRequest.self)?.purpose, note(first, Grant.self)?.purpose,
            note(first, Decline.self)?.reason, note(first, Revocation.self)?.reason,
        ].compactMap { $0 }
    }

    private func grant(_ record: Record) -> GrantID? {
        if case .grant(let id) = record.stream, record.event != .lentOn { return id }
        let first = record.notes.first
        return note(first, Grant.self)?.id ?? note(first, Approval.self)?.grantID ?? note(first, Decline.self)?.grantID
            ?? note(first, Extension.self)?.grantID
    }

    private func note<Body: NoteBody>(_ hash: NoteHash?, _: Body.Type) -> Body? {
        guard let bytes = hash.flatMap({ notes[$0] }), let note = try? UnverifiedNote(parsing: bytes) else {
            return nil
        }
        return try? Body(parsing: note.text)
    }
}
