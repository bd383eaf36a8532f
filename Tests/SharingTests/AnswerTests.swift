import SignedNote
import Testing

@testable import Sharing

/// The owner's yes and no: hers alone, to one text, while it waits.
@Suite struct AnswerTests {
    /// An answer that counts, and every part of it open to change.
    private struct Answer {
        var grant: NoteHash = fixed("text 0")
        var caseID: CaseID = fixed("case")
        var by: CardState
        var links: [Link]
        var caseCard: CaseCard?
        var time = moment(5_000)

        init(length: Int = 2) throws {
            let scene = try Scene(length: length)
            by = try cardState("owner.example")
            links = scene.links
            links[0].isApproved = false
            caseCard = scene.caseCard
        }

        private var context: AnswerContext {
            AnswerContext(
                grant: grant, caseID: caseID, by: by, chain: links.map(\.state), caseCard: caseCard, time: time)
        }

        var approved: [Failure] { Decision.approve(context).failures }
        var declined: [Failure] { Decision.decline(context).failures }
    }

    private func expect(
        _ failures: Failure..., length: Int = 2, _ place: SourceLocation = #_sourceLocation,
        _ change: (inout Answer) throws -> Void
    ) throws {
        var answer = try Answer(length: length)
        try change(&answer)
        #expect(answer.approved == failures.sorted(), sourceLocation: place)
        #expect(answer.declined == failures.sorted(), sourceLocation: place)
    }

    @Test func ownersAnswerToWhatWaitsCounts() throws {
        for length in 2...4 { try expect(length: length) { _ in } }
    }

    @Test func answerOfSomebodyElseIsRefused() throws {
        try expect(.notOwner) { $0.by = try cardState("holder-1.example") }
        try expect(.cardWithdrawn) { $0.by = $0.by.withdrawn() }
        try expect(.cardExpired) { $0.by = $0.by.expiring(moment(5_000)) }
    }

    @Test func answerToAnotherTextOrCaseIsRefused() throws {
        try expect(.parentMissing) { $0.grant = fixed("text 1") }
        try expect(.parentMissing) { $0.links = [] }
        try expect(.parentMissing) { $0.links.removeLast() }
        try expect(.wrongCase) { $0.caseID = fixed("case 2") }
        try expect(.unknownCase) { $0.caseCard = nil }
        try expect(.wrongCase, .unknownCase) { $0.links[0].draft.caseID = fixed("case 2") }
    }

    @Test func answerToWhatDoesNotWaitIsRefused() throws {
        try expect(.notWaiting) { $0.links[0].isApproved = true }
        try expect(.notWaiting) { $0.links[0].isRevoked = true }
        try expect(.notWaiting) { $0.links[0].isExpired = true }
        try expect(.notWaiting) { $0.links[0].isDeclined = true }
        try expect(.notWaiting) { $0.links[0].draft.notAfter = moment(5_000) }
        try expect(.notWaiting, length: 1) { _ in }
    }

    /// A no needs nothing but that it waits; a yes needs what is above it.
    @Test func yesBelowWhatHasEndedOrWaitsIsRefusedAndNoIsNot() throws {
        let changes: [(Failure, (inout Answer) -> Void)] = [
            (.grantAboveEnded, { $0.links[1].isRevoked = true }), (.grantAboveEnded, { $0.links[2].isExpired = true }),
            (.grantAboveEnded, { $0.links[1].isDeclined = true }),
            (.grantAboveEnded, { $0.links[2].draft.notAfter = moment(5_000) }),
            (.notApproved, { $0.links[1].isApproved = false }),
        ]
        for (failure, change) in changes {
            var answer = try Answer(length: 3)
            change(&answer)
            #expect(answer.approved == [failure])
            #expect(answer.declined == [])
        }
    }
}

/// Extensions of standing grants.
@Suite struct ExtendTests {
    private struct Offered {
        var draft: Draft
        var hash: NoteHash = fixed("text 0")
        var named: NoteHash = fixed("text 0")
        var namedID: GrantID = fixed("grant 0")
        var isRevoked = false
        var isExpired = false
        var recipient: CardState
        var from: CardState
        var signer: VerifierKey
        var caseCard: CaseCard?
        var listSize: UInt64 = 2
        var filesAreHeld = true
        var filesAreNew = true
        var isKnown = true
        var time = moment(5_000)

        init() throws {
            let scene = try Scene(length: 1)
            draft = scene.links[0].draft
            draft.scope = .standing
            recipient = scene.links[0].recipient
            from = try cardState("owner.example")
            signer = from.card.key
            caseCard = scene.caseCard
        }

        var failures: [Failure] {
            let grant = GrantState(
                grant: draft.grant, hash: hash, isApproved: true, isRevoked: isRevoked, isExpired: isExpired,
                openingsUsed: 0, recipient: recipient)
            let body = Extension(
                grantID: namedID, grant: named, id: fixed("extension"), time: time, listRoot: fixed("root"),
                listSize: listSize, recipientEnvelope: fixed("to recipient"),
                custodianEnvelope: fixed("to custodian"))
            return Decision.extend(
                ExtensionContext(
                    body: body, signer: signer, grant: isKnown ? grant : nil, from: from, caseCard: caseCard,
                    filesAreHeld: filesAreHeld, filesAreNew: filesAreNew, time: time)
            ).failures
        }
    }

    private func expect(
        _ failures: Failure..., place: SourceLocation = #_sourceLocation, _ change: (inout Offered) throws -> Void
    ) throws {
        var offered = try Offered()
        try change(&offered)
        #expect(offered.failures == failures.sorted(), sourceLocation: place)
    }

    @Test func ownersExtensionOfAStandingGrantIsTaken() throws { try expect { _ in } }

    @Test func extensionOfAnotherTextOrGrantIsRefused() throws {
        try expect(.parentMissing) { $0.isKnown = false }
        try expect(.parentMissing) { $0.named = fixed("text 1") }
        try expect(.parentMissing) { $0.namedID = fixed("grant 1") }
    }

    @Test func extensionOfAFixedGrantIsRefused() throws {
        try expect(.notStanding) { $0.draft.scope = .items }
        try expect(.notStanding) { $0.draft.parent = fixed("text 1") }
    }

    @Test func extensionBySomebodyElseIsRefused() throws {
        try expect(.notGrantor, .notOwner) { $0.signer = try SharingTests.signer("stranger.example").verifierKey }
        try expect(.notGrantor) { $0.draft.from = fixed("another card") }
        try expect(.unknownCase) { $0.caseCard = nil }
        try expect(.cardWithdrawn) { $0.from = $0.from.withdrawn() }
        try expect(.cardWithdrawn) { $0.recipient = $0.recipient.withdrawn() }
    }

    @Test func extensionAfterTheEndIsRefused() throws {
        try expect(.revoked) { $0.isRevoked = true }
        try expect(.expired) { $0.isExpired = true }
        try expect(.expired) { $0.time = moment(9_000) }
    }

    @Test func extensionByNothingOrByWhatIsThereIsRefused() throws {
        try expect(.nothingLent) { $0.listSize = 0 }
        try expect(.notListed) { $0.filesAreHeld = false }
        try expect(.listedTwice) { $0.filesAreNew = false }
    }
}
