import SignedNote
import Testing

@testable import Sharing

/// What is lent to a unit opens for its members, each by name, and for nobody else.
@Suite struct UnitTests {
    /// A request of a member under a grant to her unit.
    private func scene() throws -> Scene {
        var scene = try Scene(length: 1)
        let police = try signer("police.example").verifierKey
        let unit = try cardState("unit.example", issuer: police).asUnit()
        scene.links[0].draft.to = unit.hash
        scene.links[0].recipient = unit
        scene.membership = MembershipState(
            membership: Membership(
                unit: unit.hash, member: scene.requester.hash, issuer: police, issued: moment(0), expires: nil),
            hash: fixed("membership"), unit: unit, isWithdrawn: false)
        scene.named = fixed("membership")
        return scene
    }

    private func changed(
        _ change: (Membership) throws -> Membership, isWithdrawn: Bool = false, unit: CardState? = nil
    ) throws -> Scene {
        var scene = try scene()
        let state = try #require(scene.membership)
        scene.membership = MembershipState(
            membership: try change(state.membership), hash: state.hash, unit: unit ?? state.unit,
            isWithdrawn: isWithdrawn)
        return scene
    }

    private func copy(
        _ old: Membership, unit: NoteHash? = nil, member: NoteHash? = nil, issuer: VerifierKey? = nil,
        expires: Timestamp? = nil
    ) -> Membership {
        Membership(
            unit: unit ?? old.unit, member: member ?? old.member, issuer: issuer ?? old.issuer, issued: old.issued,
            expires: expires)
    }

    @Test func memberOpensWhatIsLentToHerUnit() throws { #expect(try scene().failures == []) }

    @Test func personWithoutMembershipIsRefused() throws {
        var scene = try scene()
        scene.named = nil
        #expect(try scene.failures == [.notRecipient])
        scene.named = fixed("another membership")
        #expect(try scene.failures == [.notMember])
        scene.named = fixed("membership")
        scene.membership = nil
        #expect(try scene.failures == [.notMember])
    }

    @Test func unitThatWasMadeAMemberIsRefused() throws {
        var scene = try scene()
        scene.requester = scene.requester.asUnit()
        #expect(try scene.failures == [.notMember])
    }

    @Test func membershipOfSomebodyElseIsRefused() throws {
        #expect(try changed { copy($0, member: fixed("another card")) }.failures == [.notMember])
        #expect(try changed { copy($0, unit: fixed("another unit")) }.failures == [.notMember])
    }

    @Test func withdrawnOrExpiredMemberIsRefused() throws {
        #expect(try changed({ $0 }, isWithdrawn: true).failures == [.notMember])
        #expect(try changed { copy($0, expires: moment(5_000)) }.failures == [.notMember])
        #expect(try changed { copy($0, expires: moment(5_001)) }.failures == [])
        var scene = try scene()
        scene.requester = scene.requester.withdrawn()
        #expect(try scene.failures == [.cardWithdrawn])
    }

    @Test func membershipByAnotherIssuerThanTheUnitsIsRefused() throws {
        let other = try signer("other.example").verifierKey
        #expect(try changed { copy($0, issuer: other) }.failures == [.notMember])
    }

    @Test func withdrawnUnitOpensNothing() throws {
        var scene = try scene()
        scene.links[0].recipient = scene.links[0].recipient.withdrawn()
        #expect(try scene.failures == [.cardWithdrawn])
    }

    @Test func membershipOfACardThatIsNoUnitIsRefused() throws {
        let state = try #require(try scene().membership)
        let person = CardState(
            card: try cardState("unit.example").card, hash: state.unit.hash, issuer: state.unit.issuer,
            isWithdrawn: false)
        #expect(try changed({ $0 }, unit: person).failures == [.notMember])
    }
}
