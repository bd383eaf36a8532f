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
