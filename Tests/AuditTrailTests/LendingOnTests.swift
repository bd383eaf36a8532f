import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// Chains, the owner's answers, extensions and units, replayed with the functions that the custodian uses.
@Suite struct LendingOnTests {
    /// What the officer holds and has lent on to a second one; it waits for the owner.
    private struct Chain {
        let scene: Scene
        let second: Person
        let parent: Lent
        let child: Lent

        init(approval: ApprovalRule = .owner) throws {
            scene = try Scene {
                $0.lend = LendingOn(rights: .read, depth: 1, issuers: [], approval: approval)
            }
            second = try scene.log.person("Second", role: "police", organisation: "Police, West")
            let lend = LendingOn(
                rights: .read, depth: 1, issuers: [scene.log.issuer.verifierKey], approval: approval)
            parent = try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer) {
                $0.lend = lend
            }
            child = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.officer, to: second) { [parent] in
                $0.parent = parent
                $0.days = 3
            }
        }

        func open(failures: [Failure] = []) throws {
            try scene.log.open(second, scene.matter, child, [scene.items[0]], failures: failures)
        }

        var findings: [Finding] { scene.log.findings() }
    }

    @Test func approvedChildOpensAndAWaitingOneIsRefused() throws {
        let chain = try Chain()
        try chain.open(failures: [.notApproved])
        try chain.scene.log.approve(chain.child, chain.scene.matter, by: chain.scene.owner)
        try chain.open()
        #expect(chain.findings == [])
        #expect(chain.scene.log.replay(batch: 1_000).findings == [])
        #expect(chain.scene.log.replay(batch: 1).findings == [])
    }

    @Test func openingWithoutTheOwnersYesIsFound() throws {
        let chain = try Chain()
        try chain.open()
        #expect(chain.findings.map(\.kind) == [.grantedAgainstRules])
        #expect(chain.findings.first?.failures == [.notApproved])
    }

    @Test func contentLentOnAsADescriptionIsFound() throws {
        let chain = try Chain()
        let scene = chain.scene
        let disguised = Item(id: scene.items[0].id, description: scene.items[1].id)
        try scene.log.grant(scene.matter, [disguised], from: scene.officer, to: chain.second) {
            $0.parent = chain.parent
            $0.days = 3
        }
        #expect(chain.findings.map(\.kind) == [.grantNotAllowed])
        #expect(chain.findings.first?.failures == [.notListed])
    }

    @Test func yesOfSomebodyElseIsFound() throws {
        let chain = try Chain()
        try chain.scene.log.approve(chain.child, chain.scene.matter, by: chain.scene.officer)
        #expect(chain.findings.map(\.kind) == [.answerNotAllowed])
        #expect(chain.findings.first?.failures == [.notOwner])
    }

    @Test func yesToAnotherTextIsFoundAndApprovesNothing() throws {
        let chain = try Chain()
        try chain.scene.log.approve(
            chain.child, chain.scene.matter, by: chain.scene.owner, of: chain.scene.lent.note.hash)
        try chain.open()
        #expect(chain.findings.map(\.kind) == [.answerNotAllowed, .grantedAgainstRules])
        #expect(chain.findings.first?.failures == [.parentMissing])
    }

    @Test func yesToWhatDoesNotWaitIsFound() throws {
        let chain = try Chain(approval: .none)
        try chain.scene.log.approve(chain.child, chain.scene.matter, by: chain.scene.owner)
        #expect(chain.findings.map(\.kind) == [.answerNotAllowed])
        #expect(chain.findings.first?.failures == [.notWaiting])
    }

    @Test func declinedChildIsRefusedAndOpeningItIsFound() throws {
        let chain = try Chain()
        try chain.scene.log.decline(chain.child, chain.scene.matter, by: chain.scene.owner)
        try chain.open(failures: [.notApproved, .declined])
        #expect(chain.findings == [])
        try chain.open()
        #expect(chain.findings.map(\.kind) == [.grantedAgainstRules])
        try chain.scene.log.approve(chain.child, chain.scene.matter, by: chain.scene.owner)
        #expect(chain.findings.map(\.kind) == [.grantedAgainstRules, .answerNotAllowed])
    }

    @Test func withheldYesIsIncompleteAndNoRuleBroken() throws {
        let chain = try Chain()
        try chain.scene.log.approve(chain.child, chain.scene.matter, by: chain.scene.owner)
        chain.scene.log.records[Int(chain.scene.log.size - 1)] = nil
        try chain.open()
        #expect(chain.findings.map(\.kind) == [.recordWithheld, .grantedAgainstRules])
        #expect(chain.findings.allSatisfy { $0.severity == .incomplete })
    }

    @Test func grantorAboveMayRevokeBelow() throws {
        let chain = try Chain(approval: .none)
        try chain.scene.log.revoke(chain.child, by: chain.scene.officer)
        try chain.open(failures: [.revoked])
        #expect(chain.findings == [])
    }

    // MARK: Standing grants

    private func standing() throws -> (Scene, Lent, Item) {
        let scene = try Scene()
        let lent = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.owner, to: scene.officer) {
            $0.scope = .standing
        }
        return (scene, lent, try scene.log.item(scene.matter))
    }

    @Test func extendedGrantOpensWhatWasAdded() throws {
        let (scene, lent, third) = try standing()
        try scene.log.open(scene.officer, scene.matter, lent, [third], failures: [.notListed])
        try scene.log.extend(lent, scene.matter, by: [third])
        try scene.log.open(scene.officer, scene.matter, lent, [third])
        #expect(scene.log.findings() == [])
        #expect(scene.log.replay(batch: 1_000).findings == [])
    }

    @Test func extensionByAStrangerOrOfAFixedGrantIsFound() throws {
        let (scene, lent, third) = try standing()
        try scene.log.extend(lent, scene.matter, by: [third], signedBy: scene.officer.signer)
        #expect(scene.log.findings().map(\.kind) == [.noteNotSigned])
        let (other, _, fourth) = try standing()
        try other.log.extend(other.lent, other.matter, by: [fourth])
        #expect(other.log.findings().first?.failures == [.notStanding])
    }

    @Test func itemThatStandsInTwoListsIsFound() throws {
        let (scene, lent, third) = try standing()
        try scene.log.extend(lent, scene.matter, by: [third])
        try scene.log.extend(lent, scene.matter, by: [third])
        #expect(scene.log.findings().map(\.kind) == [.grantNotAllowed])
        #expect(scene.log.findings().first?.failures == [.listedTwice])
    }

    @Test func extensionUnderAnIdUsedBeforeIsFound() throws {
        let (scene, lent, third) = try standing()
        let fourth = try scene.log.item(scene.matter)
        let id = try scene.log.extend(lent, scene.matter, by: [third])
        let list = scene.log.lists[id]
        try scene.log.extend(lent, scene.matter, by: [fourth], id: id)
        scene.log.lists[id] = list
        #expect(scene.log.findings().map(\.kind).contains(.grantRepeated))
    }

    // MARK: Units

    private func unit() throws -> (Scene, Person, Lent) {
        let scene = try Scene()
        let unit = try scene.log.unit("Team 4")
        let lent = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.owner, to: unit)
        return (scene, unit, lent)
    }

    private func open(
        _ scene: Scene, _ lent: Lent, _ membership: Verified<Membership>?, failures: [Failure] = []
    ) throws {
        let note = try scene.log.requestNote(
            scene.officer, scene.matter, lent, [scene.items[0].id], membership: membership?.hash)
        try scene.log.log(note, lent, scene.matter, failures: failures)
    }

    @Test func memberOpensByNameAndNobodyElse() throws {
        let (scene, unit, lent) = try unit()
        try open(scene, lent, nil, failures: [.notRecipient])
        let membership = try scene.log.membership(of: scene.officer, in: unit)
        try open(scene, lent, membership)
        #expect(scene.log.findings() == [])
        try scene.log.withdraw(membership, by: scene.log.issuer)
        try open(scene, lent, membership, failures: [.notMember])
        #expect(scene.log.findings() == [])
        try open(scene, lent, membership)
        #expect(scene.log.findings().map(\.kind) == [.grantedAgainstRules])
        #expect(scene.log.findings().first?.failures == [.notMember])
    }

    @Test func membershipBySomebodyElseIsFound() throws {
        let (scene, unit, lent) = try unit()
        let untrue = try scene.log.membership(of: scene.officer, in: unit, signedBy: scene.officer.signer)
        try open(scene, lent, untrue)
        #expect(scene.log.findings().map(\.kind) == [.cardNotVouched, .grantedAgainstRules])
    }

    @Test func membershipWithdrawnByAStrangerIsFound() throws {
        let (scene, unit, _) = try unit()
        let membership = try scene.log.membership(of: scene.officer, in: unit)
        try scene.log.withdraw(membership, by: scene.owner.signer)
        #expect(scene.log.findings().map(\.kind) == [.withdrawalNotAllowed])
    }
}
