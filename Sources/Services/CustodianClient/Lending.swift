public import AgeFile
import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
public import Sharing
public import SignedNote
import Sodium
import Vault

/// What somebody decides when she lends.
public struct LendingTerms: Sendable {
    /// What the recipient may do.
    public let rights: Right
    /// From when.
    public let notBefore: Timestamp
    /// Until when.
    public let notAfter: Timestamp
    /// How many openings; `nil` for any number.
    public let openings: UInt64?
    /// What for.
    public let purpose: PlainText
    /// Whether each opening must name a journal number.
    public let journal: JournalRule
    /// What the recipient may pass on.
    public let lend: LendingOn
    /// Fixed items, or extended by the owner's program.
    public let scope: GrantScope

    /// Terms of their fields.
    public init(
        rights: Right, notBefore: Timestamp, notAfter: Timestamp, openings: UInt64?, purpose: PlainText,
        journal: JournalRule, lend: LendingOn = .nothing, scope: GrantScope = .items
    ) {
        self.rights = rights
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.openings = openings
        self.purpose = purpose
        self.journal = journal
        self.lend = lend
        self.scope = scope
    }
}

extension LendingTerms {
    /// In what they go beyond what a grant that is held lets be lent on.
    public func excess(over held: Grant) -> [Excess] {
        GrantLimits(
            rights: rights, lend: lend, scope: scope, notBefore: notBefore, notAfter: notAfter, openings: openings,
            journal: journal, custodian: held.custodian
        ).excess(over: held)
    }
}

/// A file key or a capsule that is sealed anew under a fresh part.
private enum Inner {
    case key(FileKey)
    case capsule(Capsule)
}

/// The files of one grant or extension, sealed under a fresh secret of its own.
struct SealedFiles {
    let id: GrantID = Random.value()
    let secret = GrantSecret.random()
    private(set) var entries: [ItemList.Entry] = []
    private(set) var capsules: [Capsule] = []

    var list: ItemList { ItemList(grantID: id, entries: entries) }

    private mutating func add(_ kind: ListedKind, _ item: AgeFileID, _ file: AgeFileID, _ content: Inner) throws {
        let part = secret.part(for: file, in: id)
        let capsule =
            switch content {
            case .key(let key): Capsule(sealing: key, of: file, in: id, with: part)
            case .capsule(let below): try Capsule(sealing: below, of: file, in: id, with: part)
            }
        entries.append(
            .file(
                ListedFile(
                    kind: kind, item: item, id: file, part: part.hash(for: file, in: id), capsule: capsule.hash)))
        capsules.append(capsule)
    }

    /// Items of the owner's case, their keys opened with the case key.
    init(_ items: [SealedItem], of own: OwnCase) throws {
        for item in items {
            guard own.card.reach(of: item.ingest) == .lendable else {
                throw ClientError(.refused, "what the owner keeps for herself alone cannot be lent")
            }
            // Whoever lends answers for the keys: those that an item's maker hid behind false commitments are not lent.
            let keys = try item.keys(of: own)
            try add(.content, item.id, item.id, .key(keys.content))
            try add(.description, item.id, item.description.id, .key(keys.description))
        }
    }

    /// Items that are held: each capsule gets one more layer, and stays closed.
    init(_ items: [AgeFileID], of held: HeldGrant) throws {
        let wanted = Set(items)
        for file in held.files where wanted.contains(file.layer.entry.item) {
            let entry = file.layer.entry
            try add(entry.kind, entry.item, entry.id, .capsule(file.capsule))
        }
        guard Set(list.files.map(\.item)) == wanted else {
            throw ClientError(.refused, "an item is not part of the grant that you hold")
        }
    }
}

extension VaultSession {
    /// Lends items of a case to the holder of a card: capsules to the recipient, the secret to the custodian.
    public func lend(
        _ items: [SealedItem], of own: OwnCase, to card: Unverified<Card>, terms: LendingTerms, by caller: Caller
    ) throws -> (id: GrantID, receipt: Receipt) {
        let files = try SealedFiles(items, of: own)
        let place = Place(caseID: own.card.caseID, parent: nil, streamKey: own.streamKey, above: [])
        let signed = try signedNotes(of: items, in: own, by: caller)
        return try give(files, signed, at: place, to: card, terms, by: caller)
    }

    /// Lends on items of a grant that is held, within what it lets be lent on. The capsules stay closed: she need not
    /// be able to read.
    public func lendOn(
        _ items: [AgeFileID], of held: HeldGrant, to card: Unverified<Card>, terms: LendingTerms, by caller: Caller
    ) throws -> (id: GrantID, receipt: Receipt) {
        guard held.erased.isDisjoint(with: items) else {
            throw ClientError(.refused, "an item was erased and cannot be lent on")
        }
        let files = try SealedFiles(items, of: held)
        let ids = Set(files.list.files.map(\.id))
        // The own note first, then those of its extensions that list something lent on, then everything above.
        let own = held.own.enumerated().filter { place, entry in
            place == 0 || entry.list.files.contains { ids.contains($0.id) }
        }
        let place = Place(
            caseID: held.grant.caseID, parent: held.hash, streamKey: held.streamKey,
            above: (own.map(\.element) + held.aboveOfEnvelope).map {
                GrantAbove(note: $0.note, list: $0.list.showing(ids))
            })
        return try give(files, held.signed.notes(of: items), at: place, to: card, terms, by: caller)
    }

    /// Where a grant hangs.
    fileprivate struct Place {
        let caseID: CaseID
        let parent: NoteHash?
        /// The case's key, or that of the grant above.
        let streamKey: StreamKey
        let above: [GrantAbove]
    }

    private func give(
        _ files: SealedFiles, _ signed: ItemNotes, at place: Place, to card: Unverified<Card>, _ terms: LendingTerms,
        by caller: Caller
    ) throws -> (id: GrantID, receipt: Receipt) {
        let (id, list) = (files.id, files.list)
        let logKey = place.streamKey.child(id)
        let recipientEnvelope = RecipientEnvelope(
            grantID: id, from: caller.card, to: card.hash, purpose: terms.purpose, logKey: logKey.secret, list: list,
            capsules: files.capsules, ingestRecords: signed.ingest, newDescriptions: signed.newDescriptions,
            caseCards: signed.caseCards, above: place.above)
        let custodianEnvelope = CustodianEnvelope(
            grantID: id, from: caller.card, custodian: custodian, purpose: terms.purpose, secret: files.secret,
            list: list)
        let recipient = try oneTimeRecipient()
        let toRecipient = try sealed(recipientEnvelope, to: card.body.recipient)
        let toCustodian = try sealed(custodianEnvelope, to: recipient)
        let grant = Grant(
            id: id, caseID: place.caseID, parent: place.parent, from: caller.card, to: card.hash,
            rights: terms.rights, lend: terms.lend, scope: terms.scope, listRoot: list.root,
            listSize: UInt64(list.entries.count), notBefore: terms.notBefore, notAfter: terms.notAfter,
            openings: terms.openings, purpose: terms.purpose, journal: terms.journal,
            logKey: logKey.commitment(to: id), recipientEnvelope: SHA256.hash(toRecipient),
            custodianEnvelope: SHA256.hash(toCustodian), custodian: custodian)
        let note = try Verified(grant, signedBy: caller.signer)
        let message = Wire.AddGrant(
            grant: text(note.bytes), envelope: Data(toCustodian), recipient: text(recipient.text),
            recipientEnvelope: Data(toRecipient))
        let receipt = try accept(try connection.post("/v1/grants", message))
        try check(receipt, place.parent == nil ? .granted : .lentOn, names: note.hash, place.streamKey)
        return (id, receipt)
    }

    func sealed(_ envelope: some NoteBody, to recipient: AgeRecipient) throws -> [UInt8] {
        var text = envelope.text
        defer { Wipe.array(&text) }
        return try AgeFile.seal(text, to: [recipient]).bytes
    }

    /// Adds items of a case to a standing grant, under a fresh id and secret.
    public func extend(
        _ given: GivenGrant, by items: [SealedItem], of own: OwnCase, by caller: Caller
    ) throws -> Receipt {
        let files = try SealedFiles(items, of: own)
        let (grant, list) = (given.grant, files.list)
        let signed = try signedNotes(of: items, in: own, by: caller)
        let recipientEnvelope = RecipientEnvelope(
            grantID: files.id, from: grant.from, to: grant.to, purpose: grant.purpose,
            logKey: given.streamKey.secret, list: list, capsules: files.capsules,
            ingestRecords: signed.ingest, newDescriptions: signed.newDescriptions, caseCards: signed.caseCards)
        let custodianEnvelope = CustodianEnvelope(
            grantID: files.id, from: grant.from, custodian: custodian, purpose: grant.purpose, secret: files.secret,
            list: list)
        let recipient = try oneTimeRecipient()
        let toRecipient = try sealed(recipientEnvelope, to: given.to.recipient)
        let toCustodian = try sealed(custodianEnvelope, to: recipient)
        let body = Extension(
            grantID: grant.id, grant: given.hash, id: files.id, time: clock(), listRoot: list.root,
            listSize: UInt64(list.entries.count), recipientEnvelope: SHA256.hash(toRecipient),
            custodianEnvelope: SHA256.hash(toCustodian))
        let note = try Verified(body, signedBy: caller.signer)
        let message = Wire.AddGrant(
            grant: text(note.bytes), envelope: Data(toCustodian), recipient: text(recipient.text),
            recipientEnvelope: Data(toRecipient))
        let receipt = try accept(try connection.post("/v1/extensions", message))
        try check(receipt, .extended, names: note.hash, own.streamKey)
        return receipt
    }
}
