import AuditTrail
import Sharing
import SignedNote
import Sodium
import Terminal

/// A signed note of a handover, parsed; its signature still has to be verified.
enum HandedNote {
    case card(Unverified<Card>)
    case caseCard(Unverified<CaseCard>)
    case ingest(Unverified<IngestRecord>)
    case request(Unverified<AccessRequest>)
    case grant(Unverified<Grant>)
    case more(Unverified<Extension>)
    case approval(Unverified<Approval>)
    case decline(Unverified<Decline>)
    case revocation(Unverified<Revocation>)

    /// - Throws: `NoteError`, also for a kind that no handover holds.
    init(parsing bytes: [UInt8]) throws(NoteError) {
        let type = LineTextReader.type(of: bytes)
        func isA<Body: NoteBody>(_: Body.Type) -> Bool { type == Body.type.withUTF8Buffer { [UInt8]($0) } }
        if isA(Card.self) {
            self = .card(try Unverified(parsing: bytes))
        } else if isA(CaseCard.self) {
            self = .caseCard(try Unverified(parsing: bytes))
        } else if isA(IngestRecord.self) {
            self = .ingest(try Unverified(parsing: bytes))
        } else if isA(AccessRequest.self) {
            self = .request(try Unverified(parsing: bytes))
        } else if isA(Grant.self) {
            self = .grant(try Unverified(parsing: bytes))
        } else if isA(Extension.self) {
            self = .more(try Unverified(parsing: bytes))
        } else if isA(Approval.self) {
            self = .approval(try Unverified(parsing: bytes))
        } else if isA(Decline.self) {
            self = .decline(try Unverified(parsing: bytes))
        } else {
            self = .revocation(try Unverified(parsing: bytes))
        }
    }

    var note: UnverifiedNote {
        switch self {
        case .card(let note): note.note
        case .caseCard(let note): note.note
        case .ingest(let note): note.note
        case .request(let note): note.note
        case .grant(let note): note.note
        case .more(let note): note.note
        case .approval(let note): note.note
        case .decline(let note): note.note
        case .revocation(let note): note.note
        }
    }

    /// The case that it names; `nil` where it names none.
    var caseID: CaseID? {
        switch self {
        case .caseCard(let note): note.body.caseID
        case .ingest(let note): note.body.caseID
        case .request(let note): note.body.caseID
        case .grant(let note): note.body.caseID
        case .approval(let note): note.body.caseID
        case .decline(let note): note.body.caseID
        case .card, .more, .revocation: nil
        }
    }

    /// Whether a record of this event names a note of this kind first.
    func suits(_ event: Event) -> Bool {
        switch (event, self) {
        case (.caseOpened, .caseCard), (.caseCardChanged, .caseCard), (.itemAdded, .ingest), (.granted, .grant),
            (.lentOn, .grant), (.expired, .grant), (.extended, .more), (.listed, .request), (.opened, .request),
            (.exported, .request), (.refused, .request), (.approved, .approval), (.declined, .decline),
            (.revoked, .revocation):
            true
        default: false
        }
    }
}

/// The signed notes of a handover by their identities.
struct HandoverNotes {
    private static let folder = "data/custody/notes/"
    private(set) var all: [NoteHash: HandedNote] = [:]
    private let faults: HandoverFaults

    init(_ files: HandoverFiles, _ faults: HandoverFaults) throws(CommandFailure) {
        self.faults = faults
        for place in files.sizes.keys.sorted() where place.hasPrefix(HandoverNotes.folder) {
            let name = place.dropFirst(HandoverNotes.folder.count)
            guard name.hasSuffix(".note"), let hash = try? NoteHash(hex: name.dropLast(5).utf8),
                HandoverNotes.place(hash) == place
            else {
                faults.altered(place, "has a name that no note has")
                continue
            }
            guard let bytes = try files.read(place) else { continue }
            do throws(NoteError) {
                let note = try HandedNote(parsing: bytes)
                guard note.note.hash == hash else {
                    faults.altered(place, "is not the note that its name says")
                    continue
                }
                all[hash] = note
            } catch {
                faults.altered(place, "cannot be read: \(error.reason)")
            }
        }
    }

    static func place(_ hash: NoteHash) -> String { String(decoding: HandoverLayout.note(hash), as: UTF8.self) }

    func card(_ hash: NoteHash?) -> Card? {
        guard case .card(let note)? = hash.flatMap({ all[$0] }) else { return nil }
        return note.body
    }

    var grants: [Unverified<Grant>] {
        all.values.compactMap { note in
            guard case .grant(let grant) = note else { return nil }
            return grant
        }
    }

    /// Checks that each note has its place in the folder and is signed by whom its kind asks for.
    func check(_ lines: [HandoverLine], owner: VerifierKey) {
        let records = lines.map(\.record)
        let parties = grants.flatMap { [$0.body.from, $0.body.to] }
        let named = Set(records.compactMap(\.notes.first) + records.compactMap(\.actor) + parties)
        for card in Set(records.compactMap(\.actor) + parties) where self.card(card) == nil {
            faults.missing(HandoverNotes.place(card), "is missing: the card of somebody who took part")
        }
        for (hash, note) in all.sorted(by: { $0.key.hex.lexicographicallyPrecedes($1.key.hex) }) {
            let place = HandoverNotes.place(hash)
            if !named.contains(hash) { faults.unfitting(place, "is named by no line of the log that is here") }
            guard let key = signer(of: note, hash, records, owner) else {
                faults.missing(place, "cannot be verified: the card of who signed it is missing")
                continue
            }
            guard (try? note.note.verified(by: [key])) != nil else {
                faults.altered(place, "is not signed by the key that has to sign it")
                continue
            }
        }
    }

    private func signer(
        of note: HandedNote, _ hash: NoteHash, _ records: [Record], _ owner: VerifierKey
    ) -> VerifierKey? {
        switch note {
        case .card(let note): note.body.key
        case .caseCard: owner
        case .ingest(let note): note.body.signer
        case .request(let note): card(note.body.card)?.key
        case .grant(let note): card(note.body.from)?.key
        case .more: card(records.first { $0.notes.first == hash }?.actor)?.key
        case .approval(let note): card(note.body.by)?.key
        case .decline(let note): card(note.body.by)?.key
        case .revocation(let note): card(note.body.by)?.key
        }
    }
}
