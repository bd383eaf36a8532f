import AgeFile
import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

@Suite struct GrantTests {
    @Test func grantBySomebodyElseThanTheOwnerIsFound() throws {
        let scene = try Scene()
        try scene.log.grant(scene.matter, scene.items, from: scene.officer, to: scene.owner)
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.grantNotAllowed])
        #expect(findings.first?.failures == [.notOwner])
    }

    @Test func grantSignedWithAnotherKeyIsFound() throws {
        let scene = try Scene()
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer) {
            $0.signedBy = signer("bevis.example/person")
        }
        #expect(scene.log.findings().map(\.kind) == [.noteNotSigned])
    }

    @Test func grantOfAnotherCasesItemIsFound() throws {
        let scene = try Scene()
        let other = try scene.log.matter(of: try scene.log.person("Berta"))
        let foreign = try scene.log.item(other)
        try scene.log.grant(scene.matter, [foreign], from: scene.owner, to: scene.officer)
        #expect(scene.log.findings().map(\.kind) == [.grantNotAllowed])
        #expect(scene.log.findings().first?.failures == [.notListed])
    }

    @Test func grantOfWhatTheOwnerKeepsForHerselfIsFound() throws {
        let scene = try Scene()
        let own = try scene.log.item(scene.matter, recipient: AgeIdentity.random().recipient)
        #expect(scene.log.findings() == [])
        let lent = try scene.log.grant(scene.matter, [own], from: scene.owner, to: scene.officer)
        #expect(scene.log.findings().map(\.kind) == [.grantNotAllowed])
        #expect(scene.log.findings().first?.failures == [.notListed])
        scene.log.lists[lent.id] = nil
        #expect(scene.log.findings().contains { $0.kind == .grantNotAllowed && $0.failures == [.notListed] })
    }

    @Test func itemOfAnotherSealedToAnotherKeyIsFound() throws {
        let scene = try Scene()
        try scene.log.item(scene.matter, by: scene.officer, recipient: AgeIdentity.random().recipient)
        #expect(scene.log.findings().map(\.kind) == [.itemNotAllowed])
    }

    @Test func grantToAWithdrawnCardIsFound() throws {
        let scene = try Scene()
        try scene.log.withdraw(scene.officer, by: scene.log.issuer)
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer)
        #expect(scene.log.findings().first?.failures == [.cardWithdrawn])
    }

    @Test func grantWithAnIdUsedBeforeIsFound() throws {
        let scene = try Scene()
        let id = scene.lent.id
        let list = scene.log.lists[id]
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer) { $0.id = id }
        scene.log.lists[id] = list
        #expect(scene.log.findings().map(\.kind) == [.grantRepeated])
    }

    @Test func grantWhoseLogKeyDoesNotFollowIsFound() throws {
        let scene = try Scene()
        try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer) { $0.logsItsKey = false }
        #expect(scene.log.findings().map(\.kind) == [.keyDiffers])
    }

    @Test func missingListIsIncomplete() throws {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        scene.log.lists[scene.lent.id] = nil
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.listWithheld])
        #expect(findings.map(\.severity) == [.incomplete])
    }

    @Test func listOfAnotherGrantIsFound() throws {
        let scene = try Scene()
        let other = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.owner, to: scene.officer)
        scene.log.lists[scene.lent.id] = scene.log.lists[other.id]
        #expect(scene.log.findings().map(\.kind) == [.listDiffers])
    }

    @Test func revocationByTheRecipientIsFound() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.officer)
        #expect(scene.log.findings().map(\.kind) == [.endNotAllowed])
    }

    @Test func revocationAfterTheEndIsFound() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.owner)
        scene.log.now += 1
        try scene.log.revoke(scene.lent, by: scene.owner)
        #expect(scene.log.findings().map(\.kind) == [.endNotAllowed])
    }

    @Test func expiryBeforeTheEndIsFound() throws {
        let scene = try Scene()
        scene.log.now += 86_400
        try scene.log.expire(scene.lent)
        #expect(scene.log.findings().map(\.kind) == [.endNotAllowed])
    }

    // MARK: Lending on

    private func lending(_ scene: Scene) -> LendingOn {
        LendingOn(rights: .read, depth: 1, issuers: [scene.log.issuer.verifierKey], approval: .none)
    }

    @Test func lendingOnWithinTheLimitsIsFine() throws {
        let scene = try Scene()
        let second = try scene.log.person("Second", role: "police", organisation: "Police, West")
        let parent = try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer) {
            $0.lend = lending(scene)
        }
        let child = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.officer, to: second) {
            $0.parent = parent
            $0.days = 3
        }
        try scene.log.open(second, scene.matter, child, [scene.items[0]])
        #expect(scene.log.findings() == [])
        #expect(scene.log.replay(batch: 1_000).findings == [])
        // The child dies with its parent.
        try scene.log.revoke(parent, by: scene.owner)
        try scene.log.open(second, scene.matter, child, [scene.items[0]])
        #expect(scene.log.findings().map(\.kind) == [.grantedAgainstRules])
    }

    @Test func lendingOnBeyondTheLimitsIsFound() throws {
        let scene = try Scene()
        let second = try scene.log.person("Second", role: "police", organisation: "Police, West")
        let parent = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.owner, to: scene.officer) {
            $0.lend = lending(scene)
        }
        try scene.log.grant(scene.matter, scene.items, from: scene.officer, to: second) {
            $0.parent = parent
            $0.rights = .export
        }
        #expect(scene.log.findings().first?.failures == [.notListed, .broaderThanParent])
    }

    @Test func lendingOnToAStrangersIssuerIsFound() throws {
        let scene = try Scene()
        let friend = try scene.log.person("Friend")
        let parent = try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer) {
            $0.lend = lending(scene)
        }
        try scene.log.grant(scene.matter, [scene.items[0]], from: scene.officer, to: friend) { $0.parent = parent }
        #expect(scene.log.findings().first?.failures == [.issuerNotAccepted])
    }
}
