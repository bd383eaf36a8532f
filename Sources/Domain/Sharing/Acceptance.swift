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
        if grant.from != context.from.hash || context.from.card.key != context.signer { failures.insert(.notGrantor) }
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
    func isWithin(_ parent: Grant) -> Bool {
        let limits = parent.lend
        guard rights <= limits.rights, lend.rights <= limits.rights, scope == .items, limits.depth > 0,
            lend.depth < limits.depth, notBefore >= parent.notBefore, notAfter <= parent.notAfter,
            custodian == parent.custodian
        else { return false }
        if let limit = parent.openings { guard let openings, openings <= limit else { return false } }
        if limits.approval == .owner, lend.approval == .none { return false }
        if parent.journal == .required, journal == .optional { return false }
        return lend.issuers.allSatisfy { limits.issuers.contains($0) }
    }
}
