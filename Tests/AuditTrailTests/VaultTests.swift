import AgeFile
import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// Cards, trust, cases and items.
@Suite struct VaultTests {
    @Test func staffCardWithoutItsIssuerIsFound() throws {
        let scene = try Scene()
        _ = try scene.log.person("Impostor", role: "police", organisation: "Police", isVouched: false)
        #expect(scene.log.findings().map(\.kind) == [.cardNotVouched])
    }

    @Test func staffCardOfAnotherRoleIsFound() throws {
        let scene = try Scene()
        _ = try scene.log.person("Impostor", role: "auditor", organisation: "Police")
        #expect(scene.log.findings().map(\.kind) == [.cardNotVouched])
    }

    @Test func cardRegisteredTwiceIsFound() throws {
        let scene = try Scene()
        try scene.log.append(
            .cardAdded, in: .vault, by: scene.owner.hash, notes: [LogFixture.Named(scene.owner.card)])
        #expect(scene.log.findings().map(\.kind) == [.noteWithheld])
        let record = Record(
            stream: .vault, number: scene.log.number(.vault) + 1, time: scene.log.time, event: .cardAdded,
            actor: scene.owner.hash, notes: [scene.owner.hash])
        scene.log.setNumber(.vault, record.number)
        try scene.log.append(record, notes: [scene.owner.card.bytes])
        #expect(scene.log.findings().map(\.kind) == [.noteWithheld, .cardRepeated])
    }

    @Test func withdrawalBySomebodyElseIsFound() throws {
        let scene = try Scene()
        try scene.log.withdraw(scene.officer, by: scene.owner.signer)
        #expect(scene.log.findings().map(\.kind) == [.withdrawalNotAllowed])
    }

    @Test func trustNoteOfAnotherOperatorIsFound() throws {
        let scene = try Scene()
        var anchor = scene.log.anchor
        anchor = TrustAnchor(
            policy: anchor.policy, custodian: anchor.custodian, operatorKey: signer("other/operator").verifierKey)
        #expect(scene.log.replay(anchor).findings.map(\.kind).first == .trustNotNext)
    }

    @Test func trustNoteOutOfTurnIsFound() throws {
        let scene = try Scene()
        let body = Trust(
            operatorKey: scene.log.operatorSigner.verifierKey, number: 7, time: scene.log.time,
            custodian: scene.log.custodian.verifierKey, log: scene.log.log.verifierKey, issuers: [], auditors: [])
        let note = try Verified(body, signedBy: scene.log.operatorSigner)
        try scene.log.append(.trustChanged, in: .vault, by: nil, notes: [LogFixture.Named(note)])
        #expect(scene.log.findings().map(\.kind) == [.trustNotNext])
    }

    @Test func trustNoteUnlikeTheTrustedOneIsFound() throws {
        let log = LogFixture()
        let first = try log.trust()
        let other = Trust(
            operatorKey: first.body.operatorKey, number: 0, time: first.body.time, custodian: first.body.custodian,
            log: first.body.log, issuers: [], auditors: [])
        let same = TrustAnchor(policy: log.policy, trust: first.body)
        #expect(log.replay(same).findings == [])
        let anchor = TrustAnchor(policy: log.policy, trust: other)
        #expect(log.replay(anchor).findings.map(\.kind) == [.trustDiffers])
    }

    @Test func anotherCustodianIsFound() throws {
        let scene = try Scene()
        let anchor = TrustAnchor(
            policy: scene.log.policy, custodian: signer("other/custodian").verifierKey,
            operatorKey: scene.log.operatorSigner.verifierKey)
        let replay = scene.log.replay(anchor)
        #expect(replay.findings.map(\.kind) == [.trustDiffers, .grantNotAllowed])
    }

    @Test func caseOpenedBySomebodyElseIsFound() throws {
        let scene = try Scene()
        let other = try scene.log.person("Other")
        _ = try scene.log.matter(of: scene.owner, by: other)
        #expect(scene.log.findings().map(\.kind) == [.caseNotAllowed])
    }

    @Test func caseOfAnOfficialIsFound() throws {
        let scene = try Scene()
        _ = try scene.log.matter(of: scene.officer)
        #expect(scene.log.findings().map(\.kind) == [.caseNotAllowed])
    }

    @Test func caseKeyUnlikeItsCommitmentIsFound() throws {
        let scene = try Scene()
        let keys = AuditKeys(
            vault: scene.log.vaultKey, matters: [AuditKeys.Matter(id: scene.matter.id, key: .random())])
        #expect(scene.log.replay(keys: ReplayKeys(keys)).findings.first?.kind == .keyDiffers)
    }

    @Test func itemByAStrangerAsDeviceIsFound() throws {
        let scene = try Scene()
        let stranger = try scene.log.person("Stranger")
        try scene.log.item(scene.matter, by: stranger, asDevice: true)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed])
    }

    @Test func itemByAStrangersCardIsUnattested() throws {
        let scene = try Scene()
        let stranger = try scene.log.person("Stranger")
        try scene.log.item(scene.matter, by: stranger)
        var replay = scene.log.replay()
        #expect(replay.findings == [])
        let lines = replay.takeLines().filter { $0.record.event == .itemAdded }
        #expect(lines.map(\.isAttested) == [true, true, false])
    }

    @Test func itemByAWithdrawnCardIsFound() throws {
        let scene = try Scene()
        try scene.log.withdraw(scene.owner)
        try scene.log.item(scene.matter)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed])
    }

    @Test func itemByTheOwnersKeyWithoutACardIsFound() throws {
        let scene = try Scene()
        try scene.log.item(scene.matter, asDevice: true)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed])
    }

    @Test func whatAnExpiredCardDoesIsFound() throws {
        let scene = try Scene(ownerExpires: 1000)
        scene.log.now += 999
        try scene.log.item(scene.matter)
        #expect(scene.log.findings() == [])
        scene.log.now += 1
        try scene.log.item(scene.matter)
        try scene.log.revoke(scene.lent, by: scene.owner)
        _ = try scene.log.matter(of: scene.owner)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed, .endNotAllowed, .caseNotAllowed])
    }

    @Test func newCardOfAWithdrawnPrivateKeyIsFound() throws {
        let scene = try Scene()
        try scene.log.withdraw(scene.owner)
        let again = try scene.log.renewed(scene.owner)
        try scene.log.item(scene.matter, by: again)
        #expect(scene.log.findings().map(\.kind) == [.keyWithdrawn, .itemNotAllowed])
    }

    @Test func otherCardOfAWithdrawnPrivateKeyCountsNoLonger() throws {
        let scene = try Scene()
        let other = try scene.log.renewed(scene.owner)
        try scene.log.item(scene.matter, by: other)
        #expect(scene.log.findings() == [])
        try scene.log.withdraw(scene.owner)
        try scene.log.item(scene.matter, by: other)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed])
    }

    @Test func newCardThatAnIssuerSignsForAWithdrawnOnesKeyCounts() throws {
        let scene = try Scene()
        try scene.log.withdraw(scene.officer, by: scene.log.issuer)
        let moved = try scene.log.renewed(scene.officer)
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: moved)
        #expect(scene.log.findings() == [])
    }

    @Test func ingestRecordOutOfTurnIsFound() throws {
        let scene = try Scene()
        try scene.log.item(scene.matter, sequence: 5)
        #expect(scene.log.findings().map(\.kind) == [.ingestChainBroken])
    }

    @Test func itemAddedTwiceIsFound() throws {
        let scene = try Scene()
        try scene.log.item(scene.matter, content: scene.items[0].id)
        #expect(scene.log.findings().map(\.kind) == [.itemRepeated])
    }
}
