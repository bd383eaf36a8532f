public import Sharing
public import SignedNote

/// One thing that happened, as a person wants to read it.
public struct AuditLine: Sendable {
    /// Somebody as the log knows them: by their card.
    public struct Person: Sendable, Equatable {
        /// Text hash of the card.
        public let card: NoteHash
        /// What the card says; `nil` when the card is not known here.
        public let holder: Holder?

        /// A person of a card.
        public init(card: NoteHash, holder: Holder?) {
            self.card = card
            self.holder = holder
        }
    }

    /// What a card says of its holder.
    public struct Holder: Sendable, Equatable {
        /// The name.
        public let name: PlainText
        /// The role.
        public let role: PlainText
        /// The organisation; `nil` for a private person.
        public let organisation: PlainText?

        init(_ card: Card) {
            name = card.name
            role = card.role
            organisation = card.organisation
        }
    }

    /// Index of the leaf.
    public let index: UInt64
    /// The record.
    public let record: Record
    /// Who did it; `nil` for the custodian itself.
    public internal(set) var actor: Person?
    /// Whom it was done to: the recipient of a grant, the holder of a card.
    public internal(set) var subject: Person?
    /// The case, where one is concerned.
    public internal(set) var caseID: CaseID?
    /// The grant, where one is concerned.
    public internal(set) var grantID: GrantID?
    /// What was asked for; for requests.
    public internal(set) var action: Action?
    /// What for; for grants and requests.
    public internal(set) var purpose: PlainText?
    /// The journal number; for requests.
    public internal(set) var journal: PlainText?
    /// Why; for revocations and withdrawals.
    public internal(set) var reason: PlainText?
    /// From when on something is erased; for what an owner asks.
    public internal(set) var due: Timestamp?
    /// How many of the items named have lost their ingest records: erased since, unless findings say otherwise.
    public internal(set) var erasedCount: UInt64 = 0
    /// For an item: whether its signer is on the owner's case card.
    public internal(set) var isAttested: Bool?

    init(index: UInt64, record: Record) {
        self.index = index
        self.record = record
        switch record.stream {
        case .vault: break
        case .matter(let id): caseID = id
        case .grant(let id): grantID = id
        }
    }
}

/// Numbers about what was replayed.
public struct AuditStatistics: Sendable, Equatable {
    /// Leaves so far.
    public internal(set) var leaves: UInt64 = 0
    /// Records opened and found to be what their leaves commit to.
    public internal(set) var records: UInt64 = 0
    /// Leaves of streams whose keys are not here.
    public internal(set) var foreign: UInt64 = 0
    /// Signatures verified.
    public internal(set) var signatures: UInt64 = 0
    /// Items that their owners had erased.
    public internal(set) var erasedItems: UInt64 = 0
    /// Cases that their owners had erased.
    public internal(set) var erasedCases: UInt64 = 0
    /// Leaves whose records went with erased cases.
    public internal(set) var erasedRecords: UInt64 = 0
    /// Those of them that no key here recognises: that they were of that case, and nothing else, nobody can check.
    public internal(set) var erasedForeign: UInt64 = 0
    /// Time of the first record.
    public internal(set) var first: Timestamp?
    /// Time of the last record.
    public internal(set) var last: Timestamp?
    private var events = [UInt64](repeating: 0, count: Event.allCases.count)

    /// How often `event` happened.
    public func count(_ event: Event) -> UInt64 { events[Int(event.rawValue)] }

    mutating func add(_ record: Record) {
        records += 1
        events[Int(record.event.rawValue)] += 1
        if first == nil { first = record.time }
        last = record.time
    }
}
