public import MerkleTree
public import SignedNote
public import Sodium

/// What a grant lets its recipient pass on.
public struct LendingOn: Sendable, Equatable {
    /// The most that may be passed on; `none` for nothing.
    public let rights: Right
    /// How many further layers may hang below; 0 for none.
    public let depth: UInt64
    /// Keys of issuers whose cards may receive.
    public let issuers: [VerifierKey]
    /// Whether each needs the owner's yes.
    public let approval: ApprovalRule

    /// Limits of their fields.
    public init(rights: Right, depth: UInt64, issuers: [VerifierKey], approval: ApprovalRule) {
        self.rights = rights
        self.depth = depth
        self.issuers = issuers
        self.approval = approval
    }

    /// Nothing may be lent on.
    public static let nothing = LendingOn(rights: .none, depth: 0, issuers: [], approval: .owner)
}

/// Who may do what with which items, from when until when, for what purpose. Signed by the key on the `from` card.
public struct Grant: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/grant/v1"

    /// The grant's random id.
    public let id: GrantID
    /// The case.
    public let caseID: CaseID
    /// Text hash of the grant this one is lent on from; `nil` when it comes from the owner.
    public let parent: NoteHash?
    /// Text hash of the grantor's card.
    public let from: NoteHash
    /// Text hash of the recipient's card.
    public let to: NoteHash
    /// What the recipient may do.
    public let rights: Right
    /// What the recipient may pass on.
    public let lend: LendingOn
    /// Fixed items, or extended by the owner's program.
    public let scope: GrantScope
    /// Root of the item list's tree.
    public let listRoot: TreeHash
    /// Number of entries of the item list.
    public let listSize: UInt64
    /// The grant counts from this second.
    public let notBefore: Timestamp
    /// The grant counts no longer from this second.
    public let notAfter: Timestamp
    /// How many openings; `nil` for any number.
    public let openings: UInt64?
    /// What for.
    public let purpose: PlainText
    /// Whether requests must name a journal number.
    public let journal: JournalRule
    /// What the grant's log key must match.
    public let logKey: LogKeyCommitment
    /// SHA-256 of the age file to the recipient.
    public let recipientEnvelope: Digest
    /// SHA-256 of the age file to the custodian.
    public let custodianEnvelope: Digest
    /// The custodian that keeps the secret.
    public let custodian: VerifierKey

    /// A grant of its fields.
    public init(
        id: GrantID, caseID: CaseID, parent: NoteHash?, from: NoteHash, to: NoteHash, rights: Right, lend: LendingOn,
        scope: GrantScope, listRoot: TreeHash, listSize: UInt64, notBefore: Timestamp, notAfter: Timestamp,
        openings: UInt64?, purpose: PlainText, journal: JournalRule, logKey: LogKeyCommitment,
        recipientEnvelope: Digest, custodianEnvelope: Digest, custodian: VerifierKey
    ) {
        self.id = id
        self.caseID = caseID
        self.parent = parent
        self.from = from
        self.to = to
        self.rights = rights
        self.lend = lend
        self.scope = scope
        self.listRoot = listRoot
        self.listSize = listSize
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.openings = openings
        self.purpose = purpose
        self.journal = journal
        self.logKey = logKey
        self.recipientEnvelope = recipientEnvelope
        self.custodianEnvelope = custodianEnvelope
        self.custodian = custodian
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        id = try reader.hash("grant")
        caseID = try reader.hash("case")
        parent = try reader.optionalHash("parent")
        from = try reader.hash("from")
        to = try reader.hash("to")
        rights = try reader.word("rights")
        lend = try LendingOn(reading: &reader)
        scope = try reader.word("scope")
        listRoot = try reader.hash("list-root")
        listSize = try reader.number("list-size")
        notBefore = try reader.timestamp("not-before")
        notAfter = try reader.timestamp("not-after")
        openings = try reader.optionalNumber("openings")
        purpose = try reader.plainText("purpose")
        journal = try reader.word("journal")
        logKey = try reader.hash("log-key")
        recipientEnvelope = try reader.hash("recipient-envelope")
        custodianEnvelope = try reader.hash("custodian-envelope")
        custodian = try reader.verifierKey("custodian")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", id)
        writer.add("case", caseID)
        writer.addOptional("parent", parent)
        writer.add("from", from)
        writer.add("to", to)
        writer.add("rights", rights)
        lend.write(to: &writer)
        writer.add("scope", scope)
        writer.add("list-root", listRoot)
        writer.add("list-size", listSize)
        writer.add("not-before", notBefore)
        writer.add("not-after", notAfter)
        writer.addOptional("openings", openings)
        writer.add("purpose", purpose)
        writer.add("journal", journal)
        writer.add("log-key", logKey)
        writer.add("recipient-envelope", recipientEnvelope)
        writer.add("custodian-envelope", custodianEnvelope)
        writer.add("custodian", custodian)
    }
}

extension LendingOn {
    init(reading reader: inout LineTextReader) throws(NoteError) {
        rights = try reader.word("lend")
        depth = try reader.number("lend-depth")
        issuers = try reader.distinctVerifierKeys("lend-issuer")
        approval = try reader.word("approval")
    }

    func write(to writer: inout LineTextWriter) {
        writer.add("lend", rights)
        writer.add("lend-depth", depth)
        for issuer in issuers { writer.add("lend-issuer", issuer) }
        writer.add("approval", approval)
    }
}

/// Ends a grant, and all that hangs below it, at once. Signed by its grantor, a grantor above, or the owner.
public struct Revocation: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/revocation/v1"

    /// The grant's id.
    public let grantID: GrantID
    /// Text hash of the grant.
    public let grant: NoteHash
    /// Text hash of the card of who ends it.
    public let by: NoteHash
    /// When it was signed.
    public let time: Timestamp
    /// Why, in words; `nil` if not said.
    public let reason: PlainText?

    /// A revocation of its fields.
    public init(grantID: GrantID, grant: NoteHash, by: NoteHash, time: Timestamp, reason: PlainText?) {
        self.grantID = grantID
        self.grant = grant
        self.by = by
        self.time = time
        self.reason = reason
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        grant = try reader.hash("grant-text")
        by = try reader.hash("by")
        time = try reader.timestamp("time")
        reason = try reader.optionalPlainText("reason")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        writer.add("grant-text", grant)
        writer.add("by", by)
        writer.add("time", time)
        writer.addOptional("reason", reason)
    }
}
