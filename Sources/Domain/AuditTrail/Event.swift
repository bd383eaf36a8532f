public import Sharing

/// What a record tells of.
public enum Event: UInt8, CaseIterable, Sendable {
    // In the vault's stream.
    case cardAdded, cardWithdrawn, trustChanged, caseOpened, caseErased, verified, backedUp, clockMovedBack
    // In a case's stream.
    case caseCardChanged, itemAdded, described, granted, approved, declined, extended, itemErased, keyChanged
    case heartbeat
    // In a case's stream for the owner, in a grant's for a recipient.
    case listed, opened, exported, refused
    // In a grant's stream.
    case lentOn, revoked, expired
    // In the vault's stream: who belongs to a unit.
    case memberAdded, memberWithdrawn
    // In a case's stream: the owner asks that something be erased, and takes it back.
    case erasureAsked, erasureCancelled

    /// The word that records carry.
    public var literal: StaticString {
        switch self {
        case .cardAdded: "card-added"
        case .cardWithdrawn: "card-withdrawn"
        case .trustChanged: "trust-changed"
        case .caseOpened: "case-opened"
        case .caseErased: "case-erased"
        case .verified: "verified"
        case .backedUp: "backed-up"
        case .clockMovedBack: "clock-moved-back"
        case .caseCardChanged: "case-card-changed"
        case .itemAdded: "item-added"
        case .described: "described"
        case .granted: "granted"
        case .approved: "approved"
        case .declined: "declined"
        case .extended: "extended"
        case .itemErased: "item-erased"
        case .keyChanged: "key-changed"
        case .heartbeat: "heartbeat"
        case .listed: "listed"
        case .opened: "opened"
        case .exported: "exported"
        case .refused: "refused"
        case .lentOn: "lent-on"
        case .revoked: "revoked"
        case .expired: "expired"
        case .memberAdded: "member-added"
        case .memberWithdrawn: "member-withdrawn"
        case .erasureAsked: "erasure-asked"
        case .erasureCancelled: "erasure-cancelled"
        }
    }

    /// The word's bytes.
    public var word: [UInt8] { literal.withUTF8Buffer { [UInt8]($0) } }

    /// The event that a record's word stands for.
    public init?(word: [UInt8]) {
        guard let event = Event.allCases.first(where: { $0.word == word }) else { return nil }
        self = event
    }

    /// Whether parts were released with it.
    public var isOpening: Bool {
        switch self {
        case .listed, .opened, .exported: true
        default: false
        }
    }

    /// The event that an accepted request leaves.
    public init(_ action: Action) {
        switch action {
        case .list: self = .listed
        case .read: self = .opened
        case .export: self = .exported
        }
    }
}

/// The stream that a leaf belongs to.
public enum StreamID: Hashable, Sendable {
    case vault
    case matter(CaseID)
    case grant(GrantID)
}
