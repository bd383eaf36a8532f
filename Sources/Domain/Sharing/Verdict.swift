/// A rule that a request or a grant breaks.
public enum Failure: UInt8, NoteWord, Comparable {
    case unknownCase, wrongCustodian, wrongCase, notOwner, notRecipient, notGrantor
    case cardWithdrawn, cardExpired, requestTimeOff
    case notYetValid, expired, revoked, grantAboveEnded, notApproved
    case notListed, erased, rightMissing, openingsUsedUp, journalMissing
    case emptyWindow, nothingLent, parentMissing, broaderThanParent, issuerNotAccepted
    case noRoom
    case declined, notWaiting, notMember, notStanding, listedTwice

    /// The word that records carry.
    public var literal: StaticString {
        switch self {
        case .unknownCase: "unknown-case"
        case .wrongCustodian: "wrong-custodian"
        case .wrongCase: "wrong-case"
        case .notOwner: "not-owner"
        case .notRecipient: "not-recipient"
        case .notGrantor: "not-grantor"
        case .cardWithdrawn: "card-withdrawn"
        case .cardExpired: "card-expired"
        case .requestTimeOff: "request-time-off"
        case .notYetValid: "not-yet-valid"
        case .expired: "expired"
        case .revoked: "revoked"
        case .grantAboveEnded: "grant-above-ended"
        case .notApproved: "not-approved"
        case .notListed: "not-listed"
        case .erased: "erased"
        case .rightMissing: "right-missing"
        case .openingsUsedUp: "openings-used-up"
        case .journalMissing: "journal-missing"
        case .emptyWindow: "empty-window"
        case .nothingLent: "nothing-lent"
        case .parentMissing: "parent-missing"
        case .broaderThanParent: "broader-than-parent"
        case .issuerNotAccepted: "issuer-not-accepted"
        case .noRoom: "no-room"
        case .declined: "declined"
        case .notWaiting: "not-waiting"
        case .notMember: "not-member"
        case .notStanding: "not-standing"
        case .listedTwice: "listed-twice"
        }
    }

    /// What it means, for people.
    public var sentence: StaticString {
        switch self {
        case .unknownCase: "the case is not known here"
        case .wrongCustodian: "the note is meant for another custodian"
        case .wrongCase: "the note names another case"
        case .notOwner: "only the case's owner may do this"
        case .notRecipient: "the grant was given to somebody else"
        case .notGrantor: "the grant was not signed by the person it names as its grantor"
        case .cardWithdrawn: "the card was withdrawn"
        case .cardExpired: "the card has expired"
        case .requestTimeOff: "the request's time is more than five minutes away from the custodian's clock"
        case .notYetValid: "the grant does not count yet"
        case .expired: "the grant has expired"
        case .revoked: "the grant was revoked"
        case .grantAboveEnded: "a grant above this one has ended"
        case .notApproved: "the owner has not approved the grant"
        case .notListed: "an item is not part of the grant"
        case .erased: "an item was erased"
        case .rightMissing: "the grant does not give this right"
        case .openingsUsedUp: "the grant's number of openings is used up"
        case .journalMissing: "the grant demands a journal number"
        case .emptyWindow: "the grant's window is empty or already over"
        case .nothingLent: "the grant lends nothing"
        case .parentMissing: "the grant hangs below one that is not known here"
        case .broaderThanParent: "the grant gives more than the one above allows"
        case .noRoom: "disk full: access refused"
        case .issuerNotAccepted: "the recipient's issuer is not accepted by the grant above"
        case .declined: "the owner has declined the grant"
        case .notWaiting: "the grant does not wait for the owner's approval"
        case .notMember: "the requester is not, or no longer, a member of the unit"
        case .notStanding: "the grant is no standing one and is not extended"
        case .listedTwice: "an item is part of the grant already"
        }
    }

    public static func < (left: Failure, right: Failure) -> Bool { left.rawValue < right.rawValue }

    /// The failure that a record's word stands for.
    public init?(word: [UInt8]) {
        guard let failure = Failure.allCases.first(where: { $0.word == word }) else { return nil }
        self = failure
    }

    /// The word's bytes.
    public var wordBytes: [UInt8] { word }
}

/// The outcome of a decision: granted, or every rule that was broken, each once, in a fixed order.
public struct Verdict: Sendable, Equatable {
    /// The broken rules; none when granted.
    public let failures: [Failure]
    /// Whether nothing stands against it.
    public var isGranted: Bool { failures.isEmpty }

    /// A verdict of the failures found.
    public init(_ failures: Set<Failure>) { self.failures = failures.sorted() }
}
