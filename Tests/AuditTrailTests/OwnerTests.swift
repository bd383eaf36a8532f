import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Testing

/// What an owner can check with her case's key alone.
@Suite struct OwnerTests {
    private func attached(_ scene: Scene) throws -> [Int: DisclosedRecord] {
        var attached: [Int: DisclosedRecord] = [:]
        for (index, sealed) in scene.log.records.enumerated() {
            guard let sealed, let disclosed = try? DisclosedRecord(opening: sealed, with: scene.log.vaultKey)
            else { continue }
            attached[index] = disclosed
        }
        return attached
    }

    private func replay(_ scene: Scene, trust: Trust?, attached: [Int: DisclosedRecord]) -> Replay {
        scene.log.replay(
            TrustAnchor(
                policy: scene.log.policy, custodian: scene.log.custodian.verifierKey, trust: trust),
            keys: ReplayKeys(of: scene.matter.id, scene.matter.key), attached: attached)
    }

    private var trust: (Scene) throws -> Trust {
        { scene in
            let disclosed = try #require(
                try scene.log.records[0].map { try DisclosedRecord(opening: $0, with: scene.log.vaultKey) })
            return try Unverified<Trust>(parsing: disclosed.notes[0]).body
        }
    }

    @Test func anHonestCaseIsIntact() throws {
        let scene = try Scene()
        try scene.play()
        let other = try scene.log.matter(of: try scene.log.person("Berta"))
        try scene.log.item(other)
        var attached = try attached(scene)
        // She gets the records of the cards that concern her, and of her case's opening.
        attached[0] = nil
        attached = attached.filter { $0.key < 5 || $0.value.record.event == .cardWithdrawn }
        let replay = replay(scene, trust: try trust(scene), attached: attached)
        #expect(replay.findings == [])
        #expect(replay.statistics.foreign == 4)
    }

    @Test func withoutATrustNoteIssuersAreUnchecked() throws {
        let scene = try Scene()
        var attached = try attached(scene)
        attached[0] = nil
        let replay = replay(scene, trust: nil, attached: attached)
        #expect(replay.findings.map(\.kind) == [.issuerUnchecked])
    }

    @Test func attachedTrustNotesOfTheDayAreCheckedAgainst() throws {
        let scene = try Scene()
        try scene.log.trust(issuers: false)
        try scene.log.trust()
        let colleague = try scene.log.person("Colleague", role: "police", organisation: "Police, East")
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: colleague)
        var attached = try attached(scene)
        // Of the trust notes she gets those that counted for her cards: the first and the last.
        let trusts = attached.filter { $0.value.record.event == .trustChanged }.keys.sorted()
        #expect(trusts.count == 3)
        attached[trusts[1]] = nil
        #expect(replay(scene, trust: nil, attached: attached).findings == [])
        #expect(replay(scene, trust: try trust(scene), attached: attached).findings == [])
    }

    @Test func cardThatTheAttachedTrustNoteDoesNotAllowIsFound() throws {
        let scene = try Scene()
        try scene.log.trust(issuers: false)
        let stranger = try scene.log.person("Stranger", role: "police", organisation: "Police, East")
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: stranger)
        let replay = replay(scene, trust: nil, attached: try attached(scene))
        #expect(replay.findings.map(\.kind) == [.cardNotVouched])
        #expect(replay.findings.map(\.severity) == [.ruleBroken])
    }

    @Test func attachedTrustNoteOfAnotherOperatorIsFound() throws {
        let scene = try Scene()
        let replay = scene.log.replay(
            TrustAnchor(
                policy: scene.log.policy, custodian: scene.log.custodian.verifierKey,
                operatorKey: signer("example.org/other").verifierKey),
            keys: ReplayKeys(of: scene.matter.id, scene.matter.key), attached: try attached(scene))
        #expect(replay.findings.map(\.kind) == [.trustNotNext, .issuerUnchecked])
    }

    @Test func attachedTrustNotesInFalseOrderAreFound() throws {
        let scene = try Scene()
        scene.log.setTrustNumber(0)
        scene.log.now += 1
        try scene.log.trust()
        let replay = replay(scene, trust: nil, attached: try attached(scene))
        #expect(replay.findings.map(\.kind) == [.trustNotNext])
    }

    @Test func attachedRecordOfAnotherLeafIsFound() throws {
        let scene = try Scene()
        var attached = try attached(scene)
        attached[0] = attached[1]
        let replay = replay(scene, trust: try trust(scene), attached: attached)
        #expect(replay.findings.map(\.kind).contains(.recordDiffers))
    }

    @Test func openingAfterRevocationIsFound() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.owner)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        var attached = try attached(scene)
        attached[0] = nil
        let replay = replay(scene, trust: try trust(scene), attached: attached)
        #expect(replay.findings.map(\.kind) == [.grantedAgainstRules])
        #expect(replay.findings.map(\.severity) == [.ruleBroken])
    }

    @Test func skippedNumberIsFound() throws {
        let scene = try Scene()
        scene.log.setNumber(scene.lent.stream, 3)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        var attached = try attached(scene)
        attached[0] = nil
        let replay = replay(scene, trust: try trust(scene), attached: attached)
        #expect(replay.findings.map(\.kind) == [.numberSkipped])
    }
}
