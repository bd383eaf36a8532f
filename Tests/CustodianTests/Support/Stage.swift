import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Testing

@testable import Custodian

/// A scene with a caseworker who holds a grant that she may lend on to the police, and may not read herself.
struct Stage: Sendable {
    nonisolated(unsafe) let scene: Scene
    let caseworker: Person
    /// The first two are lent to the caseworker.
    let items: [TestItem]
    let parent: SignedGrant

    static func make(
        approval: ApprovalRule, depth: UInt64 = 1, openings: UInt64? = nil, journal: JournalRule = .optional
    ) async throws -> Stage {
        let scene = try await Scene.make()
        let caseworker = try await scene.staff("caseworker", role: "caseworker", issuer: scene.otherIssuer)
        var items: [TestItem] = []
        for text in ["first", "second", "third"] { items.append(try await scene.addItem(text)) }
        let lend = LendingOn(
            rights: .read, depth: depth, issuers: [scene.issuer.verifierKey], approval: approval)
        let parent = try await scene.lend(Array(items[..<2])) {
            ($0.to, $0.rights, $0.lend, $0.openings, $0.journal) = (caseworker, .list, lend, openings, journal)
        }
        return Stage(scene: scene, caseworker: caseworker, items: items, parent: parent)
    }

    /// Lends the first item on to the officer, as the parent allows.
    @discardableResult
    func lendOn(_ change: (inout GrantDraft) throws -> Void = { _ in }) async throws -> SignedGrant {
        try await scene.lend([items[0]]) { draft in
            (draft.parent, draft.from) = (parent, caseworker)
            (draft.openings, draft.journal) = (parent.note.body.openings, parent.note.body.journal)
            try change(&draft)
        }
    }

    /// A grant of the officer below one that she holds.
    func below(_ held: SignedGrant, to person: Person, openings: UInt64? = nil) throws -> SignedGrant {
        try scene.sign(
            try scene.draft([items[0]]) {
                ($0.parent, $0.from, $0.to) = (held, scene.officer, person)
                $0.openings = openings ?? held.note.body.openings
            })
    }
}

/// An answer of the owner, each part of which a test may make wrong.
struct AnswerDraft {
    var id: GrantID
    var grant: NoteHash
    var by: Person
    /// Who signs, where it is not the key on the card.
    var signer: NoteSigner?
}

extension Scene {
    /// Somebody of an organisation, whose card is registered.
    func staff(_ name: String, role: String, issuer: NoteSigner) async throws -> Person {
        let person = try Person(name, role: role, organisation: "Organisation", issuer: issuer)
        _ = try await custodian.addCard(person.note)
        return person
    }

    func approval(
        of grant: SignedGrant, _ change: (inout AnswerDraft) -> Void = { _ in }
    ) throws -> Verified<Approval> {
        var draft = AnswerDraft(id: grant.id, grant: grant.note.hash, by: owner)
        change(&draft)
        let body = Approval(
            grantID: draft.id, grant: draft.grant, caseID: caseID, by: draft.by.hash, time: clock.time)
        return try Verified(body, signedBy: draft.signer ?? draft.by.signer)
    }

    func decline(of grant: SignedGrant, reason: String? = nil) throws -> Verified<Decline> {
        let body = Decline(
            grantID: grant.id, grant: grant.note.hash, caseID: caseID, by: owner.hash, time: clock.time,
            reason: try reason.map { try plain($0) })
        return try Verified(body, signedBy: owner.signer)
    }
}

/// An extension that was signed, with what each side gets.
struct SignedExtension: Sendable {
    let note: Verified<Extension>
    let envelope: [UInt8]
    let recipient: AgeRecipient
    let recipientEnvelope: [UInt8]
    /// Its files in the form of a grant, for looking up layers.
    let asGrant: SignedGrant

    /// A grant's note with the extension's files: what a lender holds of a standing grant.
    func asGrant(named grant: SignedGrant) -> SignedGrant {
        SignedGrant(
            items: asGrant.items, note: grant.note, secret: asGrant.secret, envelope: envelope, recipient: recipient,
            recipientEnvelope: recipientEnvelope, list: asGrant.list, capsules: asGrant.capsules,
            streamKey: grant.streamKey)
    }
}

extension Scene {
    /// An extension of a standing grant by items.
    func extend(
        _ grant: SignedGrant, by items: [TestItem], id: GrantID? = nil, signer: NoteSigner? = nil,
        sentSecret: GrantSecret? = nil
    ) throws -> SignedExtension {
        let (id, secret, body) = (id ?? Random.value(), GrantSecret.random(), grant.note.body)
        let (list, capsules) = try files(items, id, secret)
        let recipient = try oneTimeRecipient()
        let envelope = try AgeFile.seal(
            CustodianEnvelope(
                grantID: id, from: body.from, custodian: body.custodian, purpose: body.purpose,
                secret: sentSecret ?? secret, list: list
            ).text, to: [recipient]
        ).bytes
        let recipientEnvelope = Array("sealed to the recipient".utf8)
        let note = Extension(
            grantID: grant.id, grant: grant.note.hash, id: id, time: clock.time, listRoot: list.root,
            listSize: UInt64(list.entries.count), recipientEnvelope: SHA256.hash(recipientEnvelope),
            custodianEnvelope: SHA256.hash(envelope))
        let signed = try Verified(note, signedBy: signer ?? owner.signer)
        let asGrant = SignedGrant(
            items: items, note: try renamed(grant, id), secret: secret, envelope: envelope, recipient: recipient,
            recipientEnvelope: recipientEnvelope, list: list, capsules: capsules, streamKey: grant.streamKey)
        return SignedExtension(
            note: signed, envelope: envelope, recipient: recipient, recipientEnvelope: recipientEnvelope,
            asGrant: asGrant)
    }

    /// The grant's terms under an extension's id.
    private func renamed(_ grant: SignedGrant, _ id: GrantID) throws -> Verified<Grant> {
        let old = grant.note.body
        return try Verified(
            Grant(
                id: id, caseID: old.caseID, parent: old.parent, from: old.from, to: old.to, rights: old.rights,
                lend: old.lend, scope: old.scope, listRoot: old.listRoot, listSize: old.listSize,
                notBefore: old.notBefore, notAfter: old.notAfter, openings: old.openings, purpose: old.purpose,
                journal: old.journal, logKey: old.logKey, recipientEnvelope: old.recipientEnvelope,
                custodianEnvelope: old.custodianEnvelope, custodian: old.custodian), signedBy: owner.signer)
    }

    @discardableResult
    func submit(extension more: SignedExtension) async throws -> Acceptance {
        try await custodian.extend(
            more.note.bytes, envelope: more.envelope, to: more.recipient, recipientEnvelope: more.recipientEnvelope)
    }
}
