import AgeFile
import Sharing
import SignedNote
import Sodium

/// What a replay knows, built from the records alone.
struct ReplayState {
    struct Matter {
        var card: CaseCard
        var hash: NoteHash
        /// Index of its `case-opened` leaf.
        let index: UInt64
    }

    struct Item {
        let caseID: CaseID
        /// Index of its `item-added` leaf.
        let index: UInt64
        /// `nil` where the note that gave the description is not there.
        var descriptionID: AgeFileID?
        /// Text hash of the note that gave the description.
        var describedBy: NoteHash
        /// Whether its ingest record is there.
        var isWhole = true
        /// Whether no grant may list it.
        let isPrivate: Bool
        var isErased = false
    }

    /// One signer's newest ingest record in one case.
    struct Chain {
        let sequence: UInt64
        let hash: NoteHash
    }

    struct ChainID: Hashable {
        let caseID: CaseID
        let signer: VerifierKey
    }

    /// What of an item is lent, whatever its parts and capsules are.
    struct LentFile: Hashable {
        let kind: UInt8
        let item: AgeFileID
        let id: AgeFileID

        init(_ file: ListedFile) { (kind, item, id) = (file.kind.rawValue, file.item, file.id) }
    }

    struct Lent {
        let grant: Grant
        let hash: NoteHash
        var isApproved: Bool
        var isRevoked = false
        var isExpired = false
        var isDeclined = false
        var openingsUsed: UInt64 = 0
        /// Items of which at least one file is lent.
        var items: Set<AgeFileID>
        /// The files lent, each as what of which item; empty where nothing may be lent on.
        var files: Set<LentFile>
        /// Whether the item list was there; else `items` holds only what the record names.
        var isListKnown: Bool

        var hasEnded: Bool { isRevoked || isExpired || isDeclined }
    }

    /// Who belongs to a unit.
    struct Member {
        let membership: Membership
        var isWithdrawn = false
    }

    /// What an owner asked to be erased.
    struct AskedErasure {
        let body: Erasure
        /// Whether it was carried out or taken back.
        var isOver = false
    }

    /// A request that was decided, in eight bytes: there may be millions.
    struct Decided {
        private var bits: UInt64

        /// - Parameter subject: fingerprint of the stream, the requester's card and the items; two bits of it give way.
        init(subject: UInt64, wasGranted: Bool) { bits = subject & ~3 | (wasGranted ? 1 : 0) }

        var wasGranted: Bool { bits & 1 != 0 }
        /// Whether its response was withdrawn because the grant ended before it was fetched.
        var isWithdrawn: Bool { bits & 2 != 0 }

        func concerns(_ subject: UInt64) -> Bool { bits & ~3 == subject & ~3 }
        mutating func withdraw() { bits |= 2 }
    }

    /// The first half of a request's text hash: to make two of them meet by chance is out of reach, and to make them
    /// meet on purpose only brings a finding upon oneself.
    struct RequestID: Hashable {
        private let half: LeafTag

        init(_ hash: NoteHash) { half = LeafTag(truncating: hash.bytes) }
    }

    var cards: [NoteHash: CardState] = [:]
    /// Private persons' keys that were withdrawn with a card.
    var withdrawnKeys: Set<VerifierKey> = []
    var trust: Trust?
    /// Whether `trust` is what the log says, and not what was given besides.
    var isTrustFromLog = false
    var custodian: VerifierKey?
    var operatorKey: VerifierKey?
    var matters: [CaseID: Matter] = [:]
    var items: [AgeFileID: Item] = [:]
    /// Indices of the `described` leaves of items that have some.
    var described: [AgeFileID: [UInt64]] = [:]
    var chains: [ChainID: Chain] = [:]
    var grants: [GrantID: Lent] = [:]
    var grantIDs: [NoteHash: GrantID] = [:]
    /// Extensions of standing grants that were taken.
    var extensions: Set<GrantID> = []
    var memberships: [NoteHash: Member] = [:]
    var requests: [RequestID: Decided] = [:]
    var erasures: [NoteHash: AskedErasure] = [:]
    /// Signs of life of devices, by their text hashes.
    var heartbeats: Set<NoteHash> = []
    /// The newest record's time.
    var time = Timestamp(seconds: 0)
    /// The time at which the vault's stream last said that the clock had moved back.
    var announced: Timestamp?
    /// Streams of which a record is withheld or unreadable.
    var doubts: Set<StreamID> = []
    /// Whether the leaf before was opened, so that `time` is the newest leaf's.
    var isTimeKnown = true

    /// Withdraws a card, and with a private person's her key and every card of it.
    mutating func withdraw(_ card: CardState) {
        cards[card.hash]?.isWithdrawn = true
        guard !card.card.needsIssuer else { return }
        withdrawnKeys.insert(card.card.key)
        for (hash, other) in cards where other.card.key == card.card.key && !other.card.needsIssuer {
            cards[hash]?.isWithdrawn = true
        }
    }

    /// Forgets a case that was erased: from then on it is as unknown here as to the custodian.
    mutating func forget(_ matter: CaseID) {
        matters[matter] = nil
        doubts.remove(.matter(matter))
        for (id, lent) in grants where lent.grant.caseID == matter {
            grants[id] = nil
            grantIDs[lent.hash] = nil
            doubts.remove(.grant(id))
        }
        for (id, item) in items where item.caseID == matter {
            items[id] = nil
            described[id] = nil
        }
    }

    /// From the grant up to the owner's, as far as they are known; `nil` when a recipient's card is not.
    func chain(_ id: GrantID?) -> [GrantState]? {
        var chain: [GrantState] = []
        var next = id.flatMap { grants[$0] }
        while let link = next {
            guard let recipient = cards[link.grant.to] else { return nil }
            chain.append(
                GrantState(
                    grant: link.grant, hash: link.hash, isApproved: link.isApproved, isRevoked: link.isRevoked,
                    isExpired: link.isExpired, isDeclined: link.isDeclined, openingsUsed: link.openingsUsed,
                    recipient: recipient))
            next = link.grant.parent.flatMap { grantIDs[$0] }.flatMap { grants[$0] }
        }
        return chain
    }

    /// The membership that a request names, if it and the unit's card are known.
    func membership(_ hash: NoteHash?) -> MembershipState? {
        guard let hash, let member = memberships[hash], let unit = cards[member.membership.unit] else { return nil }
        return MembershipState(
            membership: member.membership, hash: hash, unit: unit, isWithdrawn: member.isWithdrawn)
    }

    /// Streams whose records a decision under a grant depends on.
    func streams(deciding caseID: CaseID?, _ chain: [GrantState]) -> [StreamID] {
        var streams: [StreamID] = [.vault]
        if let caseID { streams.append(.matter(caseID)) }
        for link in chain { streams.append(.grant(link.grant.id)) }
        return streams
    }

    func hasDecided(_ request: NoteHash) -> Bool { requests[RequestID(request)] != nil }

    static func subject(_ record: Record) -> UInt64 {
        var hash = SHA256()
        // Under which grant, too: an end of another one withdraws nothing.
        switch record.stream {
        case .vault: break
        case .matter(let id): hash.update(id)
        case .grant(let id): hash.update(id)
        }
        if let actor = record.actor { hash.update(actor) }
        for item in record.items { hash.update(item) }
        return hash.finish().bytes.withUnsafeBytes { $0.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }
    }
}
