import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// What is lent on: taken within the grant above, inert until the owner has said yes, and ended with what is above it.
struct LendingOnTests {
    // MARK: Taking

    @Test func childIsALeafInItsParentsStreamAndOpensThroughBothLayers() async throws {
        let stage = try await Stage.make(approval: .none)
        let (scene, child) = (stage.scene, try await stage.lendOn())
        let record = try await scene.newestRecord(in: .grant(stage.parent.id), stage.parent.streamKey)
        #expect(record.event == .lentOn && record.notes == [child.note.hash])
        #expect(record.items == [stage.items[0].id] && record.actor == stage.caseworker.hash)
        let request = try scene.request([stage.items[0]], under: child)
        let keys = try scene.keys(try await scene.handle(request), request, child, above: [stage.parent])
        #expect(keys[stage.items[0].id]?.secret == stage.items[0].contentKey.secret)
        #expect(keys.count == 2)
    }

    @Test func depthShrinksByOneALayer() async throws {
        let stage = try await Stage.make(approval: .none, depth: 2)
        let scene = stage.scene
        let investigator = try await scene.staff("investigator", role: "officer", issuer: scene.issuer)
        func lend(_ depth: UInt64) -> LendingOn {
            LendingOn(rights: .read, depth: depth, issuers: [scene.issuer.verifierKey], approval: .none)
        }
        #expect(try await refusal { try await stage.lendOn { $0.lend = lend(2) } } == .refused)
        let ending = try await stage.lendOn { $0.lend = lend(0) }
        let refused = try stage.below(ending, to: investigator)
        #expect(try await refusal { try await scene.submit(refused) } == .refused)
        let middle = try await stage.lendOn { $0.lend = lend(1) }
        try await scene.submit(try stage.below(middle, to: investigator))
    }

    @Test func deepestLayerOpensAndEveryGrantAboveCounts() async throws {
        let stage = try await Stage.make(approval: .none, depth: 2, openings: 5)
        let scene = stage.scene
        let middle = try await stage.lendOn {
            $0.lend = LendingOn(
                rights: .read, depth: 1, issuers: stage.parent.note.body.lend.issuers, approval: .none)
            $0.openings = 3
        }
        let investigator = try await scene.staff("investigator", role: "officer", issuer: scene.issuer)
        let last = try stage.below(middle, to: investigator, openings: 2)
        try await scene.submit(last)
        let request = try scene.request([stage.items[0]], under: last) {
            ($0.by, $0.signer) = (investigator, investigator.signer)
        }
        let keys = try scene.keys(
            try await scene.handle(request), request, last, above: [middle, stage.parent])
        #expect(keys[stage.items[0].id]?.secret == stage.items[0].contentKey.secret)
        for grant in [last, middle, stage.parent] {
            let row = try await scene.custodian.stores.records.read { try $0.grant(grant.id) }
            #expect(row?.openingsUsed == 1)
        }
    }

    /// The rules themselves are tried one by one where the decision is tested; here each meets the custodian.
    @Test(arguments: Widening.all)
    func childBeyondItsParentIsRefusedAndLeavesNoSecret(_ widening: Widening) async throws {
        let stage = try await Stage.make(approval: .owner, openings: 5, journal: .required)
        let names = try stage.scene.custodian.stores.secrets.names()
        let size = try stage.scene.size
        let code = try await refusal { try await stage.lendOn { try widening.apply(&$0, stage) } }
        #expect(code == widening.code)
        #expect(try stage.scene.size == size)
        #expect(try stage.scene.custodian.stores.secrets.names() == names)
    }

    @Test func childOfAGrantThatHasEndedIsRefused() async throws {
        let stage = try await Stage.make(approval: .none)
        _ = try await stage.scene.custodian.revoke(try stage.scene.revocation(of: stage.parent).bytes)
        #expect(try await refusal { try await stage.lendOn() } == .refused)
    }

    // MARK: The owner's answer

    @Test func childOpensNothingBeforeTheOwnersYesAndOpensAfterIt() async throws {
        let stage = try await Stage.make(approval: .owner)
        let (scene, child) = (stage.scene, try await stage.lendOn())
        let before = try await scene.handle(try scene.request([stage.items[0]], under: child))
        #expect(!before.isGranted)
        #expect(try scene.verify(before.receipt, before.record, in: child.streamKey).failures == [.notApproved])
        let note = try scene.approval(of: child)
        let accepted = try await scene.custodian.approve(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .approved && record.notes == [note.hash] && record.actor == scene.owner.hash)
        let request = try scene.request([stage.items[0]], under: child)
        let keys = try scene.keys(try await scene.handle(request), request, child, above: [stage.parent])
        #expect(keys[stage.items[0].id]?.secret == stage.items[0].contentKey.secret)
        #expect(try await scene.custodian.approve(note.bytes).index == accepted.index)
    }

    @Test func yesOfAnybodyElseIsRefused() async throws {
        let stage = try await Stage.make(approval: .owner)
        let (scene, child) = (stage.scene, try await stage.lendOn())
        for person in [stage.caseworker, scene.officer] {
            let note = try scene.approval(of: child) { $0.by = person }
            #expect(try await refusal { try await scene.custodian.approve(note.bytes) } == .refused)
        }
        // The owner's card, another's signature.
        let forged = try scene.approval(of: child) { $0.signer = stage.caseworker.signer }
        await #expect(throws: NoteError.self) { try await scene.custodian.approve(forged.bytes) }
        #expect(try await !scene.handle(try scene.request([stage.items[0]], under: child)).isGranted)
    }

    @Test func yesToAnotherGrantsTextIsRefused() async throws {
        let stage = try await Stage.make(approval: .owner)
        let scene = stage.scene
        let (first, second) = (try await stage.lendOn(), try await stage.lendOn())
        let replayed = try scene.approval(of: second) { $0.grant = first.note.hash }
        #expect(try await refusal { try await scene.custodian.approve(replayed.bytes) } == .refused)
        let unknown = try scene.approval(of: second) { $0.id = Random.value() }
        #expect(try await refusal { try await scene.custodian.approve(unknown.bytes) } == .unknown)
        #expect(try await !scene.handle(try scene.request([stage.items[0]], under: second)).isGranted)
    }

    @Test func yesToWhatDoesNotWaitIsRefused() async throws {
        let stage = try await Stage.make(approval: .none)
        let scene = stage.scene
        let child = try await stage.lendOn()
        for grant in [stage.parent, child] {
            let note = try scene.approval(of: grant)
            #expect(try await refusal { try await scene.custodian.approve(note.bytes) } == .refused)
        }
    }

    @Test func declinedChildEndsWithItsSecretAndIsNeverApproved() async throws {
        let stage = try await Stage.make(approval: .owner)
        let (scene, child) = (stage.scene, try await stage.lendOn())
        #expect(try scene.custodian.stores.secrets.names().count == 2)
        let note = try scene.decline(of: child)
        let accepted = try await scene.custodian.decline(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .declined && record.notes == [note.hash])
        #expect(try scene.custodian.stores.secrets.names().count == 1)
        let answer = try await scene.handle(try scene.request([stage.items[0]], under: child))
        let failures = try scene.verify(answer.receipt, answer.record, in: child.streamKey).failures
        #expect(failures == [.notApproved, .declined])
        let late = try scene.approval(of: child)
        #expect(try await refusal { try await scene.custodian.approve(late.bytes) } == .refused)
        let again = try scene.decline(of: child, reason: "again")
        #expect(try await refusal { try await scene.custodian.decline(again.bytes) } == .refused)
        scene.clock.advance(by: 2_000_000)
        try await scene.custodian.expireGrants()
        let stillDeclined = try await scene.custodian.stores.records.read { try $0.grant(child.id) }
        #expect(stillDeclined?.isDeclined == true && stillDeclined?.isExpired == false)
    }

    // MARK: Ends

    @Test func revokingTheGrantAboveEndsAllBelowAndErasesTheirSecrets() async throws {
        let stage = try await Stage.make(approval: .none, depth: 2)
        let scene = stage.scene
        let middle = try await stage.lendOn {
            $0.lend = LendingOn(
                rights: .read, depth: 1, issuers: stage.parent.note.body.lend.issuers, approval: .none)
        }
        let investigator = try await scene.staff("investigator", role: "officer", issuer: scene.issuer)
        let last = try stage.below(middle, to: investigator)
        try await scene.submit(last)
        let kept = try await scene.lend([stage.items[0]])
        let request = try scene.request([stage.items[0]], under: middle)
        let waiting = try await scene.handle(request)
        #expect(waiting.isGranted)
        #expect(try scene.custodian.stores.secrets.names().count == 4)
        _ = try await scene.custodian.revoke(try scene.revocation(of: stage.parent).bytes)
        let names = try scene.custodian.stores.secrets.names()
        #expect(names.count == 1 && names.allSatisfy { $0.utf8.starts(with: kept.id.hex) })
        let answer = try await scene.handle(try scene.request([stage.items[0]], under: middle))
        let failures = try scene.verify(answer.receipt, answer.record, in: middle.streamKey).failures
        #expect(failures == [.revoked, .grantAboveEnded])
        // The response that nobody had fetched is withdrawn.
        let retried = try await scene.handle(request)
        #expect(!retried.isGranted && retried.response == nil)
        let deep = try await scene.handle(
            try scene.request([stage.items[0]], under: last) {
                ($0.by, $0.signer) = (investigator, investigator.signer)
            })
        #expect(!deep.isGranted)
    }

    @Test func everyGrantorAboveMayRevokeAndNobodyElse() async throws {
        let stage = try await Stage.make(approval: .none, depth: 2)
        let scene = stage.scene
        let investigator = try await scene.staff("investigator", role: "officer", issuer: scene.issuer)
        for (person, code) in [
            (scene.owner, nil), (stage.caseworker, nil), (scene.officer, nil),
            (investigator, CustodianError.Code.notAuthentic),
        ] as [(Person, CustodianError.Code?)] {
            let middle = try await stage.lendOn {
                $0.lend = LendingOn(
                    rights: .read, depth: 1, issuers: stage.parent.note.body.lend.issuers, approval: .none)
            }
            let last = try stage.below(middle, to: investigator)
            try await scene.submit(last)
            let note = try scene.revocation(of: last, by: person)
            #expect(try await refusal { try await scene.custodian.revoke(note.bytes) } == code)
        }
        // Not a sibling's grantor: an officer does not end what hangs above her.
        let note = try scene.revocation(of: stage.parent, by: scene.officer)
        #expect(try await refusal { try await scene.custodian.revoke(note.bytes) } == .notAuthentic)
    }

    @Test func restartKeepsChainAndAnswers() async throws {
        let stage = try await Stage.make(approval: .owner)
        let (scene, child) = (stage.scene, try await stage.lendOn())
        _ = try await scene.custodian.approve(try scene.approval(of: child).bytes)
        try await scene.restart()
        let request = try scene.request([stage.items[0]], under: child)
        let keys = try scene.keys(try await scene.handle(request), request, child, above: [stage.parent])
        #expect(keys[stage.items[0].id]?.secret == stage.items[0].contentKey.secret)
    }
}

/// One way in which a child goes beyond its parent, or does not hang below it.
struct Widening: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: CustodianError.Code
    let apply: @Sendable (inout GrantDraft, Stage) throws -> Void

    init(
        _ name: String, _ code: CustodianError.Code = .refused,
        apply: @escaping @Sendable (inout GrantDraft, Stage) throws -> Void
    ) {
        testDescription = name
        self.code = code
        self.apply = apply
    }

    static let all: [Widening] = [
        Widening("rights grow") { draft, _ in draft.rights = .export },
        Widening("what may be lent on grows") { draft, stage in
            draft.lend = LendingOn(rights: .export, depth: 0, issuers: [], approval: .owner)
        },
        Widening("items outside") { draft, stage in draft.items = [stage.items[2]] },
        Widening("starts before") { draft, _ in draft.notBefore = Timestamp(seconds: 1_799_998_999) },
        Widening("ends after") { draft, _ in draft.notAfter = Timestamp(seconds: 1_801_209_601) },
        Widening("too deep") { draft, stage in
            draft.lend = LendingOn(
                rights: .read, depth: 1, issuers: stage.parent.note.body.lend.issuers, approval: .owner)
        },
        Widening("more openings") { draft, _ in draft.openings = 6 },
        Widening("any number of openings") { draft, _ in draft.openings = nil },
        Widening("other issuers") { draft, stage in
            draft.lend = LendingOn(
                rights: .none, depth: 0, issuers: [stage.scene.otherIssuer.verifierKey], approval: .owner)
        },
        Widening("approval waived under the owner's wish") { draft, _ in
            draft.lend = LendingOn(rights: .read, depth: 0, issuers: [], approval: .none)
        },
        Widening("journal demand dropped") { draft, _ in draft.journal = .optional },
        Widening("recipient of another issuer") { draft, stage in draft.to = stage.caseworker },
        Widening("recipient without issuer") { draft, stage in draft.to = stage.scene.owner },
        Widening("signed by somebody else") { draft, stage in draft.from = stage.scene.officer },
        Widening("signed by the owner in her place") { draft, stage in draft.from = stage.scene.owner },
        Widening("another custodian") { draft, _ in draft.custodian = try makeSigner("custodian").verifierKey },
        Widening("standing") { draft, _ in draft.scope = .standing },
        Widening("log key of the case's", .malformed) { draft, stage in
            draft.logKey = stage.scene.caseKey.child(draft.id)
        },
        Widening("secret that does not give the parts", .malformed) { draft, _ in draft.sentSecret = .random() },
        Widening("id of its parent", .conflict) { draft, stage in draft.id = stage.parent.id },
    ]
}
