import AgeFile
import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
public import Sharing
public import SignedNote
import Sodium
import Vault

/// What an owner decides when she lends.
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

    /// Terms of their fields.
    public init(
        rights: Right, notBefore: Timestamp, notAfter: Timestamp, openings: UInt64?, purpose: PlainText,
        journal: JournalRule
    ) {
        self.rights = rights
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.openings = openings
        self.purpose = purpose
        self.journal = journal
    }
}

/// A grant as the owner sees it.
public struct GivenGrant: Sendable {
    /// The grant, its signature verified.
    public let grant: Grant
    /// Its text hash.
    public let hash: NoteHash
    /// The recipient's card.
    public let to: Card
    /// Whether it was revoked, by the custodian's word.
    public let isRevoked: Bool
    /// Whether it has expired, by the custodian's word.
    public let isExpired: Bool
    /// Openings so far, by the custodian's word.
    public let openings: UInt64
}

extension VaultSession {
    /// Lends items of a case to the holder of a card: capsules to the recipient, the secret to the custodian.
    public func lend(
        _ items: [SealedItem], of own: OwnCase, to card: Unverified<Card>, terms: LendingTerms, by caller: Caller
    ) throws -> (id: GrantID, receipt: Receipt) {
        let id: GrantID = Random.value()
        let secret = GrantSecret.random()
        let (list, capsules) = try capsules(items, own, id, secret)
        let logKey = own.streamKey.child(id)
        let recipientEnvelope = RecipientEnvelope(
            grantID: id, from: caller.card, to: card.hash, purpose: terms.purpose, logKey: logKey.secret, list: list,
            capsules: capsules, ingestRecords: items.map(\.ingestNote))
        let custodianEnvelope = CustodianEnvelope(
            grantID: id, from: caller.card, custodian: custodian, purpose: terms.purpose, secret: secret, list: list)
        let recipient = try oneTimeRecipient()
        let toRecipient = try sealed(recipientEnvelope, to: card.body.recipient)
        let toCustodian = try sealed(custodianEnvelope, to: recipient)
        let grant = Grant(
            id: id, caseID: own.card.caseID, parent: nil, from: caller.card, to: card.hash, rights: terms.rights,
            lend: .nothing, scope: .items, listRoot: list.root, listSize: UInt64(list.entries.count),
            notBefore: terms.notBefore, notAfter: terms.notAfter, openings: terms.openings, purpose: terms.purpose,
            journal: terms.journal, logKey: logKey.commitment(to: id), recipientEnvelope: SHA256.hash(toRecipient),
            custodianEnvelope: SHA256.hash(toCustodian), custodian: custodian)
        let note = try Verified(grant, signedBy: caller.signer)
        let message = Wire.AddGrant(
            grant: text(note.bytes), envelope: Data(toCustodian), recipient: text(recipient.text),
            recipientEnvelope: Data(toRecipient))
        let receipt = try accept(try connection.post("/v1/grants", message))
        try check(receipt, .granted, names: note.hash, own.streamKey)
        return (id, receipt)
    }

    private func sealed(_ envelope: some NoteBody, to recipient: AgeRecipient) throws -> [UInt8] {
        var text = envelope.text
        defer { Wipe.array(&text) }
        return try AgeFile.seal(text, to: [recipient]).bytes
    }

    private func capsules(
        _ items: [SealedItem], _ own: OwnCase, _ id: GrantID, _ secret: GrantSecret
    ) throws -> (ItemList, [Capsule]) {
        var entries: [ItemList.Entry] = []
        var capsules: [Capsule] = []
        for item in items {
            guard own.card.reach(of: item.ingest) == .lendable else {
                throw ClientError(.refused, "what the owner keeps for herself alone cannot be lent")
            }
            guard let description = item.description else {
                throw ClientError(.refused, "an item was erased and cannot be lent")
            }
            let identity = [own.keys.identity]
            let files: [(ListedKind, AgeFileID, FileKey)] = [
                (.content, item.id, try item.header.open(with: identity)),
                (.description, description.id, try description.header.open(with: identity)),
            ]
            for (kind, file, key) in files {
                let part = secret.part(for: file, in: id)
                let capsule = Capsule(sealing: key, of: file, in: id, with: part)
                let entry = ListedFile(
                    kind: kind, item: item.id, id: file, part: part.hash(for: file, in: id), capsule: capsule.hash)
                entries.append(.file(entry))
                capsules.append(capsule)
            }
        }
        return (ItemList(grantID: id, entries: entries), capsules)
    }

    /// Ends a grant at once.
    public func revoke(
        _ given: GivenGrant, of own: OwnCase, reason: PlainText?, by caller: Caller
    ) throws -> Receipt {
        let body = Revocation(
            grantID: given.grant.id, grant: given.hash, by: caller.card, time: clock(), reason: reason)
        let note = try Verified(body, signedBy: caller.signer)
        let receipt = try accept(try connection.post("/v1/revocations", note: note.bytes))
        try check(receipt, .revoked, names: note.hash, own.streamKey.child(given.grant.id))
        return receipt
    }

    /// All grants of a case, for its owner.
    public func givenGrants(of own: OwnCase, by caller: Caller) throws -> [GivenGrant] {
        let grants: [Wire.Grant] = try connection.post(
            "/v1/grant-listings", try ask(.caseStream, Nonce(own.card.caseID.bytes), by: caller))
        return try grants.map { wire in
            let note = try Unverified<Grant>(parsing: Array(wire.note.utf8)).verified(by: caller.signer.verifierKey)
            let card = try Unverified<Card>(parsing: Array(wire.to.utf8))
            guard card.hash == note.body.to, let to = try? card.verified(by: card.body.key) else {
                throw ClientError(.notProven, "the custodian shows another recipient than the grant names")
            }
            return GivenGrant(
                grant: note.body, hash: note.hash, to: to.body, isRevoked: wire.revoked, isExpired: wire.expired,
                openings: wire.openings)
        }
    }
}
