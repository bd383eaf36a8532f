import AgeFile
public import SignedNote

/// A card as the custodian or a replay knows it.
public struct CardState: Sendable {
    /// The card.
    public let card: Card
    /// Its text hash.
    public let hash: NoteHash
    /// The issuer that vouched for it; `nil` for a private person.
    public let issuer: VerifierKey?
    /// Whether it was taken back, by itself or, for a private person's, with another card of the same key.
    public var isWithdrawn: Bool

    /// A state of its fields.
    public init(card: Card, hash: NoteHash, issuer: VerifierKey?, isWithdrawn: Bool) {
        self.card = card
        self.hash = hash
        self.issuer = issuer
        self.isWithdrawn = isWithdrawn
    }

    /// What stands against using the card at `time`, for anything that it signs or receives.
    package func failures(at time: Timestamp) -> Set<Failure> {
        var failures: Set<Failure> = []
        if isWithdrawn { failures.insert(.cardWithdrawn) }
        if let expires = card.expires, time >= expires { failures.insert(.cardExpired) }
        return failures
    }
}

/// A grant as the custodian or a replay knows it.
public struct GrantState: Sendable {
    /// The grant.
    public let grant: Grant
    /// Its text hash.
    public let hash: NoteHash
    /// Whether the owner's yes is a leaf.
    public var isApproved: Bool
    /// Whether it was revoked.
    public var isRevoked: Bool
    /// Whether an `expired` leaf ended it.
    public var isExpired: Bool
    /// Whether the owner's no is a leaf.
    public var isDeclined: Bool
    /// Openings so far, refused ones not counted.
    public var openingsUsed: UInt64
    /// Whether the recipient's card counts no longer.
    public var recipient: CardState

    /// A state of its fields.
    public init(
        grant: Grant, hash: NoteHash, isApproved: Bool, isRevoked: Bool, isExpired: Bool, isDeclined: Bool = false,
        openingsUsed: UInt64, recipient: CardState
    ) {
        self.grant = grant
        self.hash = hash
        self.isApproved = isApproved
        self.isRevoked = isRevoked
        self.isExpired = isExpired
        self.isDeclined = isDeclined
        self.openingsUsed = openingsUsed
        self.recipient = recipient
    }

    /// Whether nothing may be released under it any more.
    public var hasEnded: Bool { isRevoked || isExpired || isDeclined }

    /// Why nothing is released under it any more at `time`, if so; `isOwn` for the grant that a request names.
    public func ending(at time: Timestamp, isOwn: Bool) -> Failure? {
        guard hasEnded || time >= grant.notAfter else { return nil }
        guard isOwn else { return .grantAboveEnded }
        return isRevoked ? .revoked : isDeclined ? .declined : .expired
    }
}

/// How an item that a request names stands in the grant, or in the case for the owner.
public enum ItemStanding: Sendable, Equatable {
    case present, absent, erased
}

/// All that a decision about a request depends on.
public struct AccessContext: Sendable {
    /// The request, its signature verified with the key on `requester`.
    public let request: AccessRequest
    /// The requester's card.
    public let requester: CardState
    /// The membership that the request names, for what is lent to a unit; `nil` when there is none, or none known.
    public let membership: MembershipState?
    /// From the grant that the request names up to the owner's; empty for the owner's own.
    public let chain: [GrantState]
    /// The case's card; `nil` when the case is not known.
    public let caseCard: CaseCard?
    /// Text hash of `caseCard`.
    public let caseCardHash: NoteHash?
    /// How each item of the request stands, in the request's order.
    public let standings: [ItemStanding]
    /// The deciding custodian.
    public let custodian: VerifierKey
    /// The time that counts: the custodian's clock, or the newest leaf's time where the clock stands behind it.
    public let time: Timestamp
    /// The custodian's clock: `time`, or before it.
    public let clock: Timestamp
    /// The median of the witnesses' times, where there are witnesses.
    public let witnessTime: Timestamp?

    /// A context of its fields.
    /// - Parameter clock: The custodian's clock where it stands behind `time`.
    public init(
        request: AccessRequest, requester: CardState, membership: MembershipState? = nil, chain: [GrantState],
        caseCard: CaseCard?, caseCardHash: NoteHash?, standings: [ItemStanding], custodian: VerifierKey,
        time: Timestamp, clock: Timestamp? = nil, witnessTime: Timestamp?
    ) {
        self.request = request
        self.requester = requester
        self.membership = membership
        self.chain = chain
        self.caseCard = caseCard
        self.caseCardHash = caseCardHash
        self.standings = standings
        self.custodian = custodian
        self.time = time
        self.clock = clock ?? time
        self.witnessTime = witnessTime
    }
}

/// Whether a request is granted: the same pure function for the custodian at the time and an auditor long after.
public enum Decision {
    /// How far a request's time may lie from the custodian's, in seconds.
    public static let clockTolerance: UInt64 = 300

    /// Whether two clocks agree as far as has to be.
    public static func isNear(_ left: Timestamp, _ right: Timestamp) -> Bool {
        left.distance(to: right) <= clockTolerance
    }

    /// Decides on a request.
    ///
    /// How old a request is, and whether a window has begun, is told by the custodian's clock; whether a window is over,
    /// also by the newest leaf. A clock that ran ahead and was set right thus turns nobody's requests away, and no clock
    /// that runs back brings a grant back.
    public static func decide(_ context: AccessContext) -> Verdict {
        let request = context.request
        var failures = context.requester.failures(at: context.time)
        if request.custodian != context.custodian { failures.insert(.wrongCustodian) }
        if !isNear(request.time, context.clock) { failures.insert(.requestTimeOff) }
        if context.standings.contains(.absent) || context.standings.count != request.items.count {
            failures.insert(.notListed)
        }
        if context.standings.contains(.erased) { failures.insert(.erased) }
        if request.grantID == nil {
            failures.formUnion(ownersFailures(context))
        } else {
            failures.formUnion(chainFailures(context))
        }
        return Verdict(failures)
    }

    private static func ownersFailures(_ context: AccessContext) -> Set<Failure> {
        guard let caseCard = context.caseCard, context.request.caseID == caseCard.caseID else { return [.unknownCase] }
        var failures: Set<Failure> = []
        if context.requester.card.key != caseCard.ownerKey { failures.insert(.notOwner) }
        if context.request.membership != nil { failures.insert(.notMember) }
        if context.request.authority != context.caseCardHash { failures.insert(.wrongCase) }
        return failures
    }

    private static func chainFailures(_ context: AccessContext) -> Set<Failure> {
        guard let own = context.chain.first, own.grant.id == context.request.grantID,
            own.hash == context.request.authority
        else { return [.parentMissing] }
        var failures: Set<Failure> = []
        failures.formUnion(requesterFailures(own, context))
        if own.grant.caseID != context.request.caseID { failures.insert(.wrongCase) }
        if context.request.action.needs > own.grant.rights { failures.insert(.rightMissing) }
        for (level, link) in context.chain.enumerated() {
            failures.formUnion(linkFailures(link, isOwn: level == 0, context))
        }
        if !isConnected(context.chain) { failures.insert(.parentMissing) }
        return failures
    }

    /// The grant is to the requester's own card, or to a unit that she is a member of. A unit itself asks for nothing.
    private static func requesterFailures(_ own: GrantState, _ context: AccessContext) -> Set<Failure> {
        guard let named = context.request.membership else {
            return own.grant.to == context.requester.hash && context.requester.card.kind != .unit ? [] : [.notRecipient]
        }
        guard let membership = context.membership, membership.hash == named, context.requester.card.kind != .unit,
            membership.counts(for: context.requester.hash, in: own.grant.to, at: context.time)
        else { return [.notMember] }
        return own.recipient.failures(at: context.time)
    }

    /// Each grant up to the owner's has to stand by itself.
    private static func linkFailures(_ link: GrantState, isOwn: Bool, _ context: AccessContext) -> Set<Failure> {
        // A clock that was corrected by less than clocks may differ does not end what has begun.
        let early = isNear(context.clock, context.time) ? context.time : context.clock
        var failures = link.windowFailures(from: early, to: context.time)
        if let witnessed = context.witnessTime {
            failures.formUnion(link.windowFailures(from: witnessed, to: witnessed))
        }
        if link.isRevoked { failures.insert(.revoked) }
        if link.isExpired { failures.insert(.expired) }
        if link.isDeclined { failures.insert(.declined) }
        if !isOwn {
            failures.formUnion(link.recipient.failures(at: context.time))
            if !failures.isEmpty { failures.insert(.grantAboveEnded) }
        }
        if link.grant.parent != nil, !link.isApproved { failures.insert(.notApproved) }
        if link.grant.custodian != context.custodian { failures.insert(.wrongCustodian) }
        if let limit = link.grant.openings, context.request.action.isOpening, link.openingsUsed >= limit {
            failures.insert(.openingsUsedUp)
        }
        if link.grant.journal == .required, context.request.journal == nil {
            failures.insert(.journalMissing)
        }
        return failures
    }

    /// Whether each grant hangs below the next, given by its recipient, and the last comes from the owner.
    static func isConnected(_ chain: [GrantState]) -> Bool {
        for (lower, upper) in zip(chain, chain.dropFirst())
        where lower.grant.parent != upper.hash || lower.grant.from != upper.grant.to { return false }
        return chain.last?.grant.parent == nil
    }
}

extension GrantState {
    /// - Parameters:
    ///   - early: a time that the window must have begun by.
    ///   - late: a time, `early` or later, that it must not be over by.
    fileprivate func windowFailures(from early: Timestamp, to late: Timestamp) -> Set<Failure> {
        var failures: Set<Failure> = []
        if early < grant.notBefore { failures.insert(.notYetValid) }
        if late >= grant.notAfter { failures.insert(.expired) }
        return failures
    }
}

extension Timestamp {
    /// Seconds between two times, whichever is first.
    package func distance(to other: Timestamp) -> UInt64 {
        seconds > other.seconds ? seconds - other.seconds : other.seconds - seconds
    }
}
