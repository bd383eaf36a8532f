public import SignedNote

/// The owner's yes to what somebody lends on: until it is a leaf, nothing can be released under the grant. Signed by
/// the owner's key.
public struct Approval: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/approval/v1"

    /// The grant's id.
    public let grantID: GrantID
    /// Text hash of the grant: the yes is to this text and to no other.
    public let grant: NoteHash
    /// The case.
    public let caseID: CaseID
    /// Text hash of the owner's card.
    public let by: NoteHash
    /// When it was signed.
    public let time: Timestamp

    /// An approval of its fields.
    public init(grantID: GrantID, grant: NoteHash, caseID: CaseID, by: NoteHash, time: Timestamp) {
        self.grantID = grantID
        self.grant = grant
        self.caseID = caseID
        self.by = by
        self.time = time
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        grant = try reader.hash("grant-text")
        caseID = try reader.hash("case")
        by = try reader.hash("by")
        time = try reader.timestamp("time")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        writer.add("grant-text", grant)
        writer.add("case", caseID)
        writer.add("by", by)
        writer.add("time", time)
    }
}

/// The owner's no to what somebody lends on: it ends the grant. Signed by the owner's key.
public struct Decline: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/decline/v1"

    /// The grant's id.
    public let grantID: GrantID
    /// Text hash of the grant.
    public let grant: NoteHash
    /// The case.
    public let caseID: CaseID
    /// Text hash of the owner's card.
    public let by: NoteHash
    /// When it was signed.
    public let time: Timestamp
    /// Why, in words; `nil` if not said.
    public let reason: PlainText?

    /// A decline of its fields.
    public init(
        grantID: GrantID, grant: NoteHash, caseID: CaseID, by: NoteHash, time: Timestamp, reason: PlainText?
    ) {
        self.grantID = grantID
        self.grant = grant
        self.caseID = caseID
        self.by = by
        self.time = time
        self.reason = reason
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        grant = try reader.hash("grant-text")
        caseID = try reader.hash("case")
        by = try reader.hash("by")
        time = try reader.timestamp("time")
        reason = try reader.optionalPlainText("reason")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        writer.add("grant-text", grant)
        writer.add("case", caseID)
        writer.add("by", by)
        writer.add("time", time)
        writer.addOptional("reason", reason)
    }
}

/// All that taking the owner's yes or no depends on.
public struct AnswerContext: Sendable {
    /// Text hash of the grant that the answer names.
    public let grant: NoteHash
    /// The case that the answer names.
    public let caseID: CaseID
    /// The signer's card, its signature under the answer verified.
    public let by: CardState
    /// From the grant that the answer names by its id up to the owner's.
    public let chain: [GrantState]
    /// The case's card; `nil` when the case is not known.
    public let caseCard: CaseCard?
    /// The custodian's clock.
    public let time: Timestamp

    /// A context of its fields.
    public init(
        grant: NoteHash, caseID: CaseID, by: CardState, chain: [GrantState], caseCard: CaseCard?, time: Timestamp
    ) {
        self.grant = grant
        self.caseID = caseID
        self.by = by
        self.chain = chain
        self.caseCard = caseCard
        self.time = time
    }
}

extension Decision {
    /// Decides whether the owner's yes counts.
    public static func approve(_ context: AnswerContext) -> Verdict {
        var failures = answerFailures(context)
        if context.chain.dropFirst().contains(where: { $0.hasEnded || context.time >= $0.grant.notAfter }) {
            failures.insert(.grantAboveEnded)
        }
        if context.chain.dropFirst().contains(where: { $0.grant.parent != nil && !$0.isApproved }) {
            failures.insert(.notApproved)
        }
        return Verdict(failures)
    }

    /// Decides whether the owner's no counts. What is approved already ends by a revocation.
    public static func decline(_ context: AnswerContext) -> Verdict { Verdict(answerFailures(context)) }

    private static func answerFailures(_ context: AnswerContext) -> Set<Failure> {
        guard let own = context.chain.first, own.hash == context.grant, isConnected(context.chain) else {
            return [.parentMissing]
        }
        var failures = context.by.failures(at: context.time)
        if own.grant.caseID != context.caseID { failures.insert(.wrongCase) }
        if let caseCard = context.caseCard, caseCard.caseID == own.grant.caseID {
            if context.by.card.key != caseCard.ownerKey { failures.insert(.notOwner) }
        } else {
            failures.insert(.unknownCase)
        }
        if own.grant.parent == nil || own.isApproved || own.hasEnded || context.time >= own.grant.notAfter {
            failures.insert(.notWaiting)
        }
        return failures
    }
}
