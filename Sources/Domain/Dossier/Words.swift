/// A value out of a fixed set of lower-case words.
public protocol DossierWord: CaseIterable, Hashable, Sendable {
    /// The word in a text of ours.
    var literal: StaticString { get }
}

extension DossierWord {
    /// The word's bytes.
    public var word: [UInt8] { literal.withUTF8Buffer { [UInt8]($0) } }

    /// The value of a word, or `nil` for a word that is none.
    public init?(word: [UInt8]) {
        guard let value = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = value
    }
}

extension Precision: DossierWord {
    public var literal: StaticString {
        switch self {
        case .exact: "exact"
        case .about: "about"
        case .day: "day"
        case .unknown: "unknown"
        }
    }
}

/// What kind of thing happened.
public enum IncidentKind: UInt8, DossierWord {
    case call, message, mail, letterOrGift, following, atHome, atWork, surveillance, online, rumours, thirdParty,
        authorities, damage, breakIn, threat, violence, other

    public var literal: StaticString {
        switch self {
        case .call: "call"
        case .message: "message"
        case .mail: "mail"
        case .letterOrGift: "letter-or-gift"
        case .following: "following"
        case .atHome: "at-home"
        case .atWork: "at-work"
        case .surveillance: "surveillance"
        case .online: "online"
        case .rumours: "rumours"
        case .thirdParty: "third-party"
        case .authorities: "authorities"
        case .damage: "damage"
        case .breakIn: "break-in"
        case .threat: "threat"
        case .violence: "violence"
        case .other: "other"
        }
    }
}

/// How sure the owner is of the person that she saw.
public enum Certainty: UInt8, DossierWord {
    case certain, think, unknown

    public var literal: StaticString {
        switch self {
        case .certain: "certain"
        case .think: "think"
        case .unknown: "unknown"
        }
    }
}

/// Whether what happened broke an order, as the owner sees it.
public enum Breach: UInt8, DossierWord {
    case none, possible, reported

    public var literal: StaticString {
        switch self {
        case .none: "none"
        case .possible: "possible"
        case .reported: "reported"
        }
    }
}

/// The kinds of restraining order.
public enum OrderKind: UInt8, DossierWord {
    /// Tilhold, § 1 of the act on restraining orders.
    case tilhold
    /// Opholdsforbud, § 3.
    case opholdsforbud
    /// Strakstilhold, § 2 a: in force until it is replaced.
    case strakstilhold

    public var literal: StaticString {
        switch self {
        case .tilhold: "tilhold"
        case .opholdsforbud: "opholdsforbud"
        case .strakstilhold: "strakstilhold"
        }
    }

    /// The section of the act, `§ 1` and so on.
    public var section: StaticString {
        switch self {
        case .tilhold: "§ 1"
        case .opholdsforbud: "§ 3"
        case .strakstilhold: "§ 2 a"
        }
    }
}
