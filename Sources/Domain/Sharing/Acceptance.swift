public import SignedNote

/// All that taking a new grant depends on.
public struct AcceptanceContext: Sendable {
    /// The grant.
    public let grant: Grant
    /// The key that signed it, its signature verified.
    public let signer: VerifierKey
    /// The grantor's card.
    public let from: CardState
    /// The recipient's card.
    public let to: CardState
    /// The case's card; `nil` when the case is not known.
    public let caseCard: CaseCard?
    /// From the grant above up to the owner's; empty when the owner lends.
    public let above: [GrantState]
    /// Whether every file of the grant's list is lent by the grant above, or of the case when the owner lends.
    public let filesAreHeld: Bool
    /// The deciding custodian.
    public let custodian: VerifierKey
    /// The custodian's clock.
    public let time: Timestamp

    /// A context of its fields.
    public init(
        grant: Grant, signer: VerifierKey, from: CardState, to: CardState, caseCard: CaseCard?, above: [GrantState],
        filesAreHeld: Bool, custodian: VerifierKey, time: Timestamp
    ) {
        self.grant = grant
        self.signer = signer
        self.from = from
        self.to = to
        self.caseCard = caseCard
        self.above = above
        self.filesAreHeld = filesAreHeld
        self.custodian = custodian
        self.time = time
    }
}

extension Decision {
    /// Decides whether a custodian takes a new grant, and whether an auditor agrees that it could.
    public static func accept(_ context: AcceptanceContext) -> Verdict {
        let grant = context.grant
        var failures: Set<Failure> = []
        if grant.custodian != context.custodian { failures.insert(.wrongCustodian) }
        if grant.notBefore >= grant.notAfter || context.time >= grant.notAfter { failures.insert(.emptyWindow) }
        if grant.listSize == 0 && grant.scope == .items || grant.rights == .none && grant.lend.rights == .none {
            failures.insert(.nothingLent)
        }
        // A unit has no key that signs: what is lent to it stays with its members.
        if grant.from != context.from.hash || context.from.card.key != context.signer
            || context.from.card.kind == .unit
        {
            failures.insert(.notGrantor)
        }
        if grant.to != context.to.hash { failures.insert(.notRecipient) }
        if !context.filesAreHeld { failures.insert(.notListed) }
        failures.formUnion(context.from.failures(at: context.time))
        failures.formUnion(context.to.failures(at: context.time))
        failures.formUnion(grant.parent == nil ? rootFailures(context) : childFailures(context))
        return Verdict(failures)
    }

    private static func rootFailures(_ context: AcceptanceContext) -> Set<Failure> {
        guard let caseCard = context.caseCard, caseCard.caseID == context.grant.caseID else { return [.unknownCase] }
        return context.signer == caseCard.ownerKey ? [] : [.notOwner]
    }

    private static func childFailures(_ context: AcceptanceContext) -> Set<Failure> {
        guard let parent = context.above.first, context.grant.parent == parent.hash else { return [.parentMissing] }
        var failures: Set<Failure> = []
        if context.above.contains(where: { $0.hasEnded || context.time >= $0.grant.notAfter }) {
            failures.insert(.grantAboveEnded)
        }
        // The parent's recipient is the grantor, whose card was looked at.
        for link in context.above.dropFirst() {
            let cardFailures = link.recipient.failures(at: context.time)
            if !cardFailures.isEmpty { failures.formUnion(cardFailures.union([.grantAboveEnded])) }
        }
        if !Decision.isConnected(context.above) { failures.insert(.parentMissing) }
        if context.above.contains(where: { $0.grant.parent != nil && !$0.isApproved }) { failures.insert(.notApproved) }
        if context.grant.from != parent.grant.to { failures.insert(.notGrantor) }
        if context.grant.caseID != parent.grant.caseID { failures.insert(.wrongCase) }
        if !context.grant.isWithin(parent.grant) { failures.insert(.broaderThanParent) }
        if let issuer = context.to.issuer, parent.grant.lend.issuers.contains(issuer) { return failures }
        failures.insert(.issuerNotAccepted)
        return failures
    }
}

extension Grant {
    /// Whether this grant gives no more than `parent` lets its recipient lend on. Items are compared apart.
    func isWithin(_ parent: Grant) -> Bool { excess(over: parent).isEmpty }

    /// In what this grant gives more than `parent` lets its recipient lend on. Items are compared apart.
    public func excess(over parent: Grant) -> [Excess] { limits.excess(over: parent) }

    private var limits: GrantLimits {
        GrantLimits(
            rights: rights, lend: lend, scope: scope, notBefore: notBefore, notAfter: notAfter, openings: openings,
            journal: journal, custodian: custodian)
    }
}

/// What a grant gives, apart from its items and people.
public struct GrantLimits: Sendable {
    private let rights: Right
    private let lend: LendingOn
    private let scope: GrantScope
    private let notBefore: Timestamp
    private let notAfter: Timestamp
    private let openings: UInt64?
    private let journal: JournalRule
    private let custodian: VerifierKey

    /// Limits of their fields, as a grant has them.
    public init(
        rights: Right, lend: LendingOn, scope: GrantScope, notBefore: Timestamp, notAfter: Timestamp,
        openings: UInt64?, journal: JournalRule, custodian: VerifierKey
    ) {
        self.rights = rights
        self.lend = lend
        self.scope = scope
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.openings = openings
        self.journal = journal
        self.custodian = custodian
    }

    /// In what they go beyond what `parent` lets its recipient lend on.
    public func excess(over parent: Grant) -> [Excess] {
        let limits = parent.lend
        var excess: [Excess] = []
        if rights > limits.rights { excess.append(.rights) }
        if lend.rights > limits.rights { excess.append(.lend) }
        if scope != .items { excess.append(.scope) }
        if limits.depth == 0 || lend.depth >= limits.depth { excess.append(.depth) }
        if notBefore < parent.notBefore || notAfter > parent.notAfter { excess.append(.window) }
        if let limit = parent.openings, openings.map({ $0 > limit }) ?? true { excess.append(.openings) }
        if limits.approval == .owner, lend.approval == .none { excess.append(.approval) }
        if parent.journal == .required, journal == .optional { excess.append(.journal) }
        if !lend.issuers.allSatisfy({ limits.issuers.contains($0) }) { excess.append(.issuers) }
        if custodian != parent.custodian { excess.append(.custodian) }
        return excess
    }
}

/// In what a grant can go beyond the one above it.
public enum Excess: UInt8, CaseIterable, Sendable {
    case rights, lend, scope, depth, window, openings, approval, journal, issuers, custodian

    /// What it means, for people.
    public var sentence: StaticString {
        switch self {
        case .rights: "it gives more rights than may be lent on"
        case .lend: "it lets more be lent on than may be lent on"
        case .scope: "what is lent on cannot be a standing grant"
        case .depth: "no further layer may be lent on"
        case .window: "it counts before or after the grant above does"
        case .openings: "it allows more openings than the grant above"
        case .approval: "only the owner can waive her own approval"
        case .journal: "the grant above demands a journal number"
        case .issuers: "it accepts issuers that the grant above does not"
        case .custodian: "it names another custodian than the grant above"
        }
    }
}
