public import AgeFile
public import MerkleTree
public import SignedNote
public import Sodium

/// Adds items to a standing grant, under a fresh id and secret of its own. Signed by the key that signed the grant.
public struct Extension: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/extension/v1"

    /// The standing grant's id.
    public let grantID: GrantID
    /// Text hash of the standing grant.
    public let grant: NoteHash
    /// The extension's own random id (*xid*), which stands for the grant's in the formulas of parts and capsules.
    public let id: GrantID
    /// When it was signed.
    public let time: Timestamp
    /// Root of the item list's tree.
    public let listRoot: TreeHash
    /// Number of entries of the item list.
    public let listSize: UInt64
    /// SHA-256 of the age file to the recipient.
    public let recipientEnvelope: Digest
    /// SHA-256 of the age file to the custodian.
    public let custodianEnvelope: Digest

    /// An extension of its fields.
    public init(
        grantID: GrantID, grant: NoteHash, id: GrantID, time: Timestamp, listRoot: TreeHash, listSize: UInt64,
        recipientEnvelope: Digest, custodianEnvelope: Digest
    ) {
        self.grantID = grantID
        self.grant = grant
        self.id = id
        self.time = time
        self.listRoot = listRoot
        self.listSize = listSize
        self.recipientEnvelope = recipientEnvelope
        self.custodianEnvelope = custodianEnvelope
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        grant = try reader.hash("grant-text")
        id = try reader.hash("extension")
        time = try reader.timestamp("time")
        listRoot = try reader.hash("list-root")
        listSize = try reader.number("list-size")
        recipientEnvelope = try reader.hash("recipient-envelope")
        custodianEnvelope = try reader.hash("custodian-envelope")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        writer.add("grant-text", grant)
        writer.add("extension", id)
        writer.add("time", time)
        writer.add("list-root", listRoot)
        writer.add("list-size", listSize)
        writer.add("recipient-envelope", recipientEnvelope)
        writer.add("custodian-envelope", custodianEnvelope)
    }
}

extension ItemList {
    /// Whether this is the list that `extension` names.
    public func belongs(to more: Extension) -> Bool {
        grantID == more.id && root == more.listRoot && UInt64(entries.count) == more.listSize
    }

    /// The same list with only the entries of `ids` to be seen.
    public func showing(_ ids: Set<AgeFileID>) -> ItemList {
        ItemList(
            grantID: grantID,
            entries: entries.map { entry in
                guard case .file(let file) = entry, !ids.contains(file.id) else { return entry }
                return .hidden(entry.hash)
            })
    }
}

/// All that taking an extension depends on.
public struct ExtensionContext: Sendable {
    /// The extension.
    public let body: Extension
    /// The key that signed it, its signature verified.
    public let signer: VerifierKey
    /// The standing grant; `nil` when it is not known.
    public let grant: GrantState?
    /// The grantor's card.
    public let from: CardState
    /// The case's card; `nil` when the case is not known.
    public let caseCard: CaseCard?
    /// Whether every file of the list is of the case.
    public let filesAreHeld: Bool
    /// Whether no file of the list is lent by the grant already.
    public let filesAreNew: Bool
    /// The custodian's clock.
    public let time: Timestamp

    /// A context of its fields.
    public init(
        body: Extension, signer: VerifierKey, grant: GrantState?, from: CardState, caseCard: CaseCard?,
        filesAreHeld: Bool, filesAreNew: Bool, time: Timestamp
    ) {
        self.body = body
        self.signer = signer
        self.grant = grant
        self.from = from
        self.caseCard = caseCard
        self.filesAreHeld = filesAreHeld
        self.filesAreNew = filesAreNew
        self.time = time
    }
}

extension Decision {
    /// Decides whether a custodian takes an extension, and whether an auditor agrees that it could.
    public static func extend(_ context: ExtensionContext) -> Verdict {
        guard let lent = context.grant, lent.hash == context.body.grant, lent.grant.id == context.body.grantID else {
            return Verdict([.parentMissing])
        }
        var failures = context.from.failures(at: context.time).union(lent.recipient.failures(at: context.time))
        if lent.grant.scope != .standing || lent.grant.parent != nil { failures.insert(.notStanding) }
        if context.from.hash != lent.grant.from || context.from.card.key != context.signer {
            failures.insert(.notGrantor)
        }
        if let caseCard = context.caseCard, caseCard.caseID == lent.grant.caseID {
            if context.signer != caseCard.ownerKey { failures.insert(.notOwner) }
        } else {
            failures.insert(.unknownCase)
        }
        if lent.isRevoked { failures.insert(.revoked) }
        if lent.isExpired || context.time >= lent.grant.notAfter { failures.insert(.expired) }
        if context.body.listSize == 0 { failures.insert(.nothingLent) }
        if !context.filesAreHeld { failures.insert(.notListed) }
        if !context.filesAreNew { failures.insert(.listedTwice) }
        return Verdict(failures)
    }
}
