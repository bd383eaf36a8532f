import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// Standing grants grow by extensions, each under an id and a secret of its own.
struct StandingTests {
    /// A standing grant of the first item, and a second item that came later.
    private func standing() async throws -> (Scene, SignedGrant, [TestItem]) {
        let scene = try await Scene.make()
        let first = try await scene.addItem("first")
        let grant = try await scene.lend([first]) { $0.scope = .standing }
        return (scene, grant, [first, try await scene.addItem("second")])
    }

    private func opened(
        _ items: [TestItem], _ lists: [SignedGrant], _ grant: SignedGrant, _ scene: Scene
    ) async throws -> [AgeFileID: FileKey] {
        let request = try scene.request(items, under: grant)
        let answer = try await scene.handle(request)
        guard answer.isGranted else { return [:] }
        var keys: [AgeFileID: FileKey] = [:]
        for list in lists { keys.merge(try scene.keys(answer, request, list)) { first, _ in first } }
        return keys
    }

    @Test func extensionIsALeafAndOpensWhatWasAdded() async throws {
        let (scene, grant, items) = try await standing()
        #expect(try await opened([items[1]], [grant], grant, scene).isEmpty)
        let more = try scene.extend(grant, by: [items[1]])
        let accepted = try await scene.submit(extension: more)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .extended && record.notes == [more.note.hash] && record.items == [items[1].id])
        let keys = try await opened(items, [grant, more.asGrant], grant, scene)
        #expect(keys[items[0].id]?.secret == items[0].contentKey.secret)
        #expect(keys[items[1].id]?.secret == items[1].contentKey.secret)
        #expect(try await scene.submit(extension: more).index == accepted.index)
        #expect(try scene.custodian.stores.secrets.names().count == 2)
        try await scene.restart()
        #expect(try await opened([items[1]], [more.asGrant], grant, scene).count == 2)
    }

    @Test func ownerIsToldWhatAStandingGrantLacks() async throws {
        let (scene, grant, items) = try await standing()
        func behind() async throws -> [GrantID] {
            let query = Query(
                subject: .pending, custodian: try scene.custodian.verifierKey, card: scene.owner.hash, scope: nil,
                time: scene.clock.time, nonce: Random.value())
            let note = try Verified(query, signedBy: scene.owner.signer).bytes
            let (body, card) = try await scene.custodian.authorise(note)
            return try await scene.custodian.pending(body, card, from: 0).behind.map(\.row.id)
        }
        #expect(try await behind() == [grant.id])
        try await scene.submit(extension: try scene.extend(grant, by: [items[1]]))
        #expect(try await behind() == [])
        _ = try await scene.addItem("third")
        #expect(try await behind() == [grant.id])
        _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        #expect(try await behind() == [])
    }

    @Test func itemStandsInOneListOnly() async throws {
        let (scene, grant, items) = try await standing()
        let size = try scene.size
        let again = try scene.extend(grant, by: [items[0]])
        #expect(try await refusal { try await scene.submit(extension: again) } == .refused)
        try await scene.submit(extension: try scene.extend(grant, by: [items[1]]))
        let twice = try scene.extend(grant, by: [items[1]])
        #expect(try await refusal { try await scene.submit(extension: twice) } == .refused)
        #expect(try scene.size == size + 1)
        #expect(try scene.custodian.stores.secrets.names().count == 2)
    }

    @Test func idsAreNeverUsedTwice() async throws {
        let (scene, grant, items) = try await standing()
        let same = try scene.extend(grant, by: [items[1]], id: grant.id)
        #expect(try await refusal { try await scene.submit(extension: same) } == .conflict)
        let more = try scene.extend(grant, by: [items[1]])
        try await scene.submit(extension: more)
        let grantUnderIt = try scene.sign(try scene.draft([items[1]]) { $0.id = more.note.body.id })
        #expect(try await refusal { try await scene.submit(grantUnderIt) } == .conflict)
    }

    @Test func onlyTheGrantorExtendsAndOnlyAStandingGrant() async throws {
        let (scene, grant, items) = try await standing()
        let forged = try scene.extend(grant, by: [items[1]], signer: scene.officer.signer)
        await #expect(throws: NoteError.self) { try await scene.submit(extension: forged) }
        let fixed = try await scene.lend([items[0]])
        let more = try scene.extend(fixed, by: [items[1]])
        #expect(try await refusal { try await scene.submit(extension: more) } == .refused)
        let foreign = try scene.extend(grant, by: [try scene.nextItem("not here")])
        #expect(try await refusal { try await scene.submit(extension: foreign) } == .refused)
        let wrong = try scene.extend(grant, by: [items[1]], sentSecret: .random())
        #expect(try await refusal { try await scene.submit(extension: wrong) } == .malformed)
        #expect(try scene.custodian.stores.secrets.names().count == 2)
    }

    @Test(arguments: [true, false]) func endErasesEveryExtensionsSecret(byRevoking: Bool) async throws {
        let (scene, grant, items) = try await standing()
        try await scene.submit(extension: try scene.extend(grant, by: [items[1]]))
        let third = try await scene.addItem("third")
        try await scene.submit(extension: try scene.extend(grant, by: [third]))
        #expect(try scene.custodian.stores.secrets.names().count == 3)
        if byRevoking {
            _ = try await scene.custodian.revoke(try scene.revocation(of: grant).bytes)
        } else {
            scene.clock.advance(by: 2_000_000)
            try await scene.custodian.expireGrants()
        }
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
        let late = try scene.extend(grant, by: [try await scene.addItem("fourth")])
        #expect(try await refusal { try await scene.submit(extension: late) } == .refused)
        #expect(try scene.custodian.stores.secrets.names().isEmpty)
    }

    @Test func childOfAStandingGrantOpensThroughTheExtensionsPart() async throws {
        let scene = try await Scene.make()
        let caseworker = try await scene.staff("caseworker", role: "caseworker", issuer: scene.otherIssuer)
        let items = [try await scene.addItem("first"), try await scene.addItem("second")]
        let lend = LendingOn(rights: .read, depth: 1, issuers: [scene.issuer.verifierKey], approval: .none)
        let grant = try await scene.lend([items[0]]) {
            ($0.scope, $0.to, $0.rights, $0.lend) = (.standing, caseworker, .none, lend)
        }
        let early = try scene.sign(
            try scene.draft([items[1]]) { ($0.parent, $0.from) = (grant, caseworker) })
        #expect(try await refusal { try await scene.submit(early) } == .refused)
        let more = try scene.extend(grant, by: [items[1]])
        try await scene.submit(extension: more)
        let parent = more.asGrant(named: grant)
        let child = try await scene.lend([items[1]]) { ($0.parent, $0.from) = (parent, caseworker) }
        let request = try scene.request([items[1]], under: child)
        let keys = try scene.keys(try await scene.handle(request), request, child, above: [more.asGrant])
        #expect(keys[items[1].id]?.secret == items[1].contentKey.secret)
    }
}

/// What is lent to a unit, through the custodian.
struct UnitTests {
    private func unit(_ scene: Scene) async throws -> Person {
        let unit = try Person.unit("Team 4", issuer: scene.issuer)
        _ = try await scene.custodian.addCard(unit.note)
        return unit
    }

    private func membership(
        _ unit: Person, _ person: Person, _ signer: NoteSigner
    ) throws -> Verified<Membership> {
        try Verified(
            Membership(
                unit: unit.hash, member: person.hash, issuer: signer.verifierKey,
                issued: Timestamp(seconds: 1_700_000_000), expires: nil), signedBy: signer)
    }

    private func failures(
        _ scene: Scene, _ grant: SignedGrant, _ item: TestItem, _ membership: NoteHash?
    ) async throws -> [Failure] {
        let answer = try await scene.handle(
            try scene.request([item], under: grant) { $0.membership = membership })
        return try scene.verify(answer.receipt, answer.record, in: grant.streamKey).failures
    }

    @Test func memberOpensAndAWithdrawnOneDoesNot() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let unit = try await unit(scene)
        let grant = try await scene.lend([item]) { $0.to = unit }
        #expect(try await failures(scene, grant, item, nil) == [.notRecipient])
        let note = try membership(unit, scene.officer, scene.issuer)
        #expect(try await failures(scene, grant, item, note.hash) == [.notMember])
        let accepted = try await scene.custodian.addMembership(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.vaultKey)
        #expect(record.event == .memberAdded && record.notes == [note.hash])
        let request = try scene.request([item], under: grant) { $0.membership = note.hash }
        let answer = try await scene.handle(request)
        #expect(try scene.keys(answer, request, grant)[item.id]?.secret == item.contentKey.secret)
        #expect(try scene.verify(answer.receipt, answer.record, in: grant.streamKey).actor == scene.officer.hash)
        let withdrawal = Withdrawal(
            card: note.hash, time: scene.clock.time, reason: nil, by: scene.issuer.verifierKey)
        _ = try await scene.custodian.withdrawCard(try Verified(withdrawal, signedBy: scene.issuer).bytes)
        #expect(try await failures(scene, grant, item, note.hash) == [.notMember])
        // The same text again is answered with its first receipt, and brings nobody back.
        #expect(try await scene.custodian.addMembership(note.bytes).index == accepted.index)
        #expect(try await failures(scene, grant, item, note.hash) == [.notMember])
    }

    @Test func onlyTheUnitsIssuerNamesMembersAndTakesThemBack() async throws {
        let scene = try await Scene.make()
        let unit = try await unit(scene)
        let foreign = try membership(unit, scene.officer, scene.otherIssuer)
        #expect(try await refusal { try await scene.custodian.addMembership(foreign.bytes) } == .notAuthentic)
        let ofAPerson = try membership(scene.officer, scene.owner, scene.issuer)
        #expect(try await refusal { try await scene.custodian.addMembership(ofAPerson.bytes) } == .notAuthentic)
        let note = try membership(unit, scene.officer, scene.issuer)
        _ = try await scene.custodian.addMembership(note.bytes)
        let body = Withdrawal(
            card: note.hash, time: scene.clock.time, reason: nil, by: scene.owner.signer.verifierKey)
        let stranger = try Verified(body, signedBy: scene.owner.signer)
        #expect(try await refusal { try await scene.custodian.withdrawCard(stranger.bytes) } == .notAuthentic)
    }

    @Test func unitIsNoMemberOfAUnit() async throws {
        let scene = try await Scene.make()
        let (unit, other) = (try await unit(scene), try Person.unit("Team 5", issuer: scene.issuer))
        _ = try await scene.custodian.addCard(other.note)
        let note = try membership(unit, other, scene.issuer)
        #expect(try await refusal { try await scene.custodian.addMembership(note.bytes) } == .malformed)
    }

    @Test func unitWithAnotherKeyThanItsIssuersIsRefused() async throws {
        let scene = try await Scene.make()
        let unit = try Person.unit("Team 4", issuer: scene.issuer, key: scene.officer.signer)
        #expect(try await refusal { try await scene.custodian.addCard(unit.note) } == .notAuthentic)
        let alone = try Person.unit("Team 4", issuer: try makeSigner("issuer/nobody"))
        #expect(try await refusal { try await scene.custodian.addCard(alone.note) } == .notAuthentic)
    }

    @Test func unitItselfAsksForNothing() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let unit = try await unit(scene)
        let grant = try await scene.lend([item]) { $0.to = unit }
        let answer = try await scene.handle(
            try scene.request([item], under: grant) { ($0.by, $0.signer) = (unit, scene.issuer) })
        #expect(try scene.verify(answer.receipt, answer.record, in: grant.streamKey).failures == [.notRecipient])
        let query = Query(
            subject: .grants, custodian: try scene.custodian.verifierKey, card: unit.hash, scope: nil,
            time: scene.clock.time, nonce: Random.value())
        let note = try Verified(query, signedBy: scene.issuer).bytes
        #expect(try await refusal { try await scene.custodian.authorise(note) } == .notAuthentic)
    }
}
