import AgeFile
import Sharing
import SignedNote

/// The note that a record's event is about, parsed; its signature still has to be verified.
enum NamedNote: Sendable {
    case card(Unverified<Card>)
    case withdrawal(Unverified<Withdrawal>)
    case trust(Unverified<Trust>)
    case caseCard(Unverified<CaseCard>)
    case ingest(Unverified<IngestRecord>)
    case newDescription(Unverified<NewDescription>)
    case verification(Unverified<Verification>)
    case heartbeat(Unverified<Heartbeat>)
    case grant(Unverified<Grant>)
    case revocation(Unverified<Revocation>)
    case recovery(Unverified<RecoveryUpdate>)
    case request(Unverified<AccessRequest>)
    case approval(Unverified<Approval>)
    case decline(Unverified<Decline>)
    case more(Unverified<Extension>)
    case membership(Unverified<Membership>)
    case erasure(Unverified<Erasure>)
    case cancellation(Unverified<ErasureCancellation>)

    /// Reads the kind of note that `event` is about; `nil` for an event that needs none or is not known here.
    init?(_ bytes: [UInt8], for event: Event) throws(NoteError) {
        switch event {
        case .cardAdded: self = .card(try Unverified(parsing: bytes))
        case .cardWithdrawn, .memberWithdrawn: self = .withdrawal(try Unverified(parsing: bytes))
        case .trustChanged: self = .trust(try Unverified(parsing: bytes))
        case .caseOpened, .caseCardChanged: self = .caseCard(try Unverified(parsing: bytes))
        case .itemAdded: self = .ingest(try Unverified(parsing: bytes))
        case .described: self = .newDescription(try Unverified(parsing: bytes))
        case .verified: self = .verification(try Unverified(parsing: bytes))
        case .heartbeat: self = .heartbeat(try Unverified(parsing: bytes))
        case .granted, .lentOn: self = .grant(try Unverified(parsing: bytes))
        case .revoked: self = .revocation(try Unverified(parsing: bytes))
        case .keyChanged: self = .recovery(try Unverified(parsing: bytes))
        case .listed, .opened, .exported, .refused: self = .request(try Unverified(parsing: bytes))
        case .approved: self = .approval(try Unverified(parsing: bytes))
        case .declined: self = .decline(try Unverified(parsing: bytes))
        case .extended: self = .more(try Unverified(parsing: bytes))
        case .memberAdded: self = .membership(try Unverified(parsing: bytes))
        case .erasureAsked, .caseErased: self = .erasure(try Unverified(parsing: bytes))
        case .erasureCancelled: self = .cancellation(try Unverified(parsing: bytes))
        case .backedUp, .clockMovedBack, .itemErased, .expired: return nil
        }
    }

    /// The note's identity, hashed anew at each call.
    var hash: NoteHash {
        switch self {
        case .card(let note): note.hash
        case .withdrawal(let note): note.hash
        case .trust(let note): note.hash
        case .caseCard(let note): note.hash
        case .ingest(let note): note.hash
        case .newDescription(let note): note.hash
        case .verification(let note): note.hash
        case .heartbeat(let note): note.hash
        case .grant(let note): note.hash
        case .revocation(let note): note.hash
        case .recovery(let note): note.hash
        case .request(let note): note.hash
        case .approval(let note): note.hash
        case .decline(let note): note.hash
        case .more(let note): note.hash
        case .membership(let note): note.hash
        case .erasure(let note): note.hash
        case .cancellation(let note): note.hash
        }
    }
}

extension Event {
    /// Whether the record says everything, or names only notes that were shown before.
    fileprivate var isAboutNoNote: Bool {
        switch self {
        case .backedUp, .clockMovedBack, .itemErased, .expired: true
        case .approved, .declined, .extended, .memberAdded, .memberWithdrawn: false
        case .erasureAsked, .erasureCancelled, .caseErased: false
        case .cardAdded, .cardWithdrawn, .trustChanged, .caseOpened, .caseCardChanged, .itemAdded, .described,
            .verified, .heartbeat, .granted, .lentOn,
            .listed, .opened, .exported, .refused, .revoked, .keyChanged:
            false
        }
    }
}

/// A record that was opened and found to be what its leaf commits to.
struct OpenedRecord: Sendable {
    let record: Record
    /// The first note that the record names, if it lies beside it and its event calls for it. Its text hash is the
    /// first of the record's.
    let note: NamedNote?
}

/// A leaf, and what was found behind it.
struct OpenedLeaf: Sendable {
    enum Outcome: Sendable {
        case opened(OpenedRecord)
        case failed(Finding.Kind)
        case foreign
    }

    let index: UInt64
    /// `nil` for a foreign leaf.
    let stream: StreamID?
    let outcome: Outcome
    /// What the leaf's place in its stream tells by itself.
    let sighting: Finding.Kind?
}

/// Opens the records of some leaves of one stream. Needs nothing but what it holds, so many can run at once.
struct OpeningTask: Sendable {
    struct Item: Sendable {
        let index: UInt64
        let leaf: Leaf
        let number: UInt64
        let sealed: [UInt8]?
        let sighting: Finding.Kind?
    }

    let stream: StreamID
    /// Where the stream's key stands in `rack`.
    let place: Int
    let rack: KeyRack
    var items: [Item]

    func run() -> [OpenedLeaf] {
        let identity = rack[place].recordIdentity
        return items.map { item in
            OpenedLeaf(
                index: item.index, stream: stream, outcome: open(item, identity), sighting: item.sighting)
        }
    }

    private func open(_ item: Item, _ identity: AgeIdentity) -> OpenedLeaf.Outcome {
        guard let sealed = item.sealed else { return .failed(.recordWithheld) }
        guard let disclosed = try? DisclosedRecord(opening: sealed, with: identity) else {
            return .failed(.recordUnreadable)
        }
        guard disclosed.salt.commitment(to: disclosed.recordText) == item.leaf.commitment else {
            return .failed(.recordDiffers)
        }
        guard disclosed.record.stream == stream, disclosed.record.number == item.number else {
            return .failed(.recordMisplaced)
        }
        return disclosed.outcome
    }
}

extension DisclosedRecord {
    /// The record with the note that its event is about, once the leaf's commitment was checked.
    var outcome: OpenedLeaf.Outcome {
        var named: NamedNote?
        for bytes in notes {
            // Most notes are the one that the event is about: it is read, and its text hashed, only once.
            if named == nil, let note = try? NamedNote(bytes, for: record.event), note.hash == record.notes.first {
                named = note
                continue
            }
            guard let note = try? UnverifiedNote(parsing: bytes), let place = record.notes.firstIndex(of: note.hash),
                place > 0 || record.event.isAboutNoNote
            else { return .failed(.noteMalformed) }
        }
        return .opened(OpenedRecord(record: record, note: named))
    }
}
