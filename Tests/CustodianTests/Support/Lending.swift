import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import TransparencyLog

@testable import Custodian

/// A grant as its grantor makes it, each part of which a test may make wrong.
struct GrantDraft {
    var id: GrantID = Random.value()
    var secret = GrantSecret.random()
    var items: [TestItem]
    var rights = Right.read
    var lend = LendingOn.nothing
    var scope = GrantScope.items
    /// The grant that it is lent on from.
    var parent: SignedGrant?
    var from: Person
    var to: Person
    var notBefore = Timestamp(seconds: 1_799_999_000)
    var notAfter = Timestamp(seconds: 1_801_209_600)
    var openings: UInt64?
    var journal = JournalRule.optional
    var logKey: StreamKey?
    var custodian: VerifierKey?
    /// The secret that goes to the custodian, where it is not the one that made the parts.
    var sentSecret: GrantSecret?
    /// Keys that the capsules hold in place of the files' own.
    var falseKeys: [AgeFileID: FileKey] = [:]
    /// How many bytes the recipient's envelope has beyond what it needs.
    var padding = 0
    /// Bytes that the custodian is sent in place of the envelope that the note names.
    var sentEnvelope: [UInt8]?
}

/// A grant that was signed, with what each side gets.
struct SignedGrant: Sendable {
    let items: [TestItem]
    let note: Verified<Grant>
    let secret: GrantSecret
    let envelope: [UInt8]
    let recipient: AgeRecipient
    let recipientEnvelope: [UInt8]
    let list: ItemList
    let capsules: [Capsule]
    let streamKey: StreamKey

    var id: GrantID { note.body.id }

    func capsule(of file: AgeFileID) -> Capsule? {
        list.files.firstIndex { $0.id == file }.map { capsules[$0] }
    }

    /// What the list says of a file, as a layer of its capsule.
    func layer(of file: AgeFileID) -> CapsuleLayer? {
        list.files.first { $0.id == file }
            .map { CapsuleLayer(grant: id, grantor: note.body.from, entry: $0) }
    }
}

extension Scene {
    func draft(_ items: [TestItem], _ change: (inout GrantDraft) throws -> Void = { _ in }) throws -> GrantDraft {
        var draft = GrantDraft(items: items, from: owner, to: officer)
        try change(&draft)
        return draft
    }

    func sign(_ draft: GrantDraft) throws -> SignedGrant {
        let (list, capsules) = try files(
            draft.items, draft.id, draft.secret, below: draft.parent, falseKeys: draft.falseKeys)
        return try sign(draft, list, capsules)
    }

    /// The list and capsules of items under a fresh secret; one more layer where they are lent on.
    func files(
        _ items: [TestItem], _ id: GrantID, _ secret: GrantSecret, below parent: SignedGrant? = nil,
        falseKeys: [AgeFileID: FileKey] = [:]
    ) throws -> (ItemList, [Capsule]) {
        var entries: [ItemList.Entry] = []
        var capsules: [Capsule] = []
        for item in items {
            let files: [(ListedKind, AgeFileID, FileKey)] = [
                (.content, item.id, item.contentKey), (.description, item.description.id, item.descriptionKey),
            ]
            for (kind, file, key) in files {
                let part = secret.part(for: file, in: id)
                let held = parent.flatMap { inner(of: file, $0, falseKeys[file]) }
                let capsule =
                    try held.map { try Capsule(sealing: $0, of: file, in: id, with: part) }
                    ?? Capsule(sealing: falseKeys[file] ?? key, of: file, in: id, with: part)
                capsules.append(capsule)
                entries.append(
                    .file(
                        ListedFile(
                            kind: kind, item: item.id, id: file, part: part.hash(for: file, in: id),
                            capsule: capsule.hash)))
            }
        }
        return (ItemList(grantID: id, entries: entries), capsules)
    }

    /// What a layer is sealed around: the capsule held, or one that is not it; `nil` where none is held.
    private func inner(of file: AgeFileID, _ parent: SignedGrant, _ falseKey: FileKey?) -> Capsule? {
        guard let falseKey else { return parent.capsule(of: file) }
        return Capsule(
            sealing: falseKey, of: file, in: parent.id, with: GrantSecret.random().part(for: file, in: parent.id))
    }

    private func sign(_ draft: GrantDraft, _ list: ItemList, _ capsules: [Capsule]) throws -> SignedGrant {
        let purpose = try plain("investigation")
        let key = draft.logKey ?? (draft.parent?.streamKey ?? caseKey).child(draft.id)
        let custodian = try draft.custodian ?? custodian.verifierKey
        let recipient = try oneTimeRecipient()
        let toCustodian = CustodianEnvelope(
            grantID: draft.id, from: draft.from.hash, custodian: custodian, purpose: purpose,
            secret: draft.sentSecret ?? draft.secret, list: list)
        let toRecipient = RecipientEnvelope(
            grantID: draft.id, from: draft.from.hash, to: draft.to.hash, purpose: purpose, logKey: key.secret,
            list: list, capsules: capsules, ingestRecords: draft.items.map(\.record.bytes))
        let envelope = try AgeFile.seal(toCustodian.text, to: [recipient]).bytes
        let recipientEnvelope =
            try AgeFile.seal(toRecipient.text, to: [draft.to.card.recipient]).bytes
            + [UInt8](repeating: 0, count: draft.padding)
        let grant = Grant(
            id: draft.id, caseID: caseID, parent: draft.parent?.note.hash, from: draft.from.hash, to: draft.to.hash,
            rights: draft.rights, lend: draft.lend, scope: draft.scope, listRoot: list.root,
            listSize: UInt64(list.entries.count), notBefore: draft.notBefore, notAfter: draft.notAfter,
            openings: draft.openings, purpose: purpose, journal: draft.journal,
            logKey: key.commitment(to: draft.id), recipientEnvelope: SHA256.hash(recipientEnvelope),
            custodianEnvelope: SHA256.hash(envelope), custodian: custodian)
        return SignedGrant(
            items: draft.items, note: try Verified(grant, signedBy: draft.from.signer), secret: draft.secret,
            envelope: draft.sentEnvelope ?? envelope, recipient: recipient, recipientEnvelope: recipientEnvelope,
            list: list, capsules: capsules, streamKey: key)
    }

    @discardableResult
    func submit(_ grant: SignedGrant) async throws -> Acceptance {
        try await custodian.addGrant(
            grant.note.bytes, envelope: grant.envelope, to: grant.recipient,
            recipientEnvelope: grant.recipientEnvelope)
    }

    /// Lends items and returns the grant that was taken.
    func lend(
        _ items: [TestItem], _ change: (inout GrantDraft) throws -> Void = { _ in }
    ) async throws -> SignedGrant {
        let grant = try sign(try draft(items, change))
        try await submit(grant)
        return grant
    }

    func revocation(of grant: SignedGrant, by person: Person? = nil) throws -> Verified<Revocation> {
        let person = person ?? owner
        let body = Revocation(
            grantID: grant.id, grant: grant.note.hash, by: person.hash, time: clock.time, reason: nil)
        return try Verified(body, signedBy: person.signer)
    }
}
