import SignedNote
import Testing

@testable import Sharing

/// One change to a grant that would be taken, and what the decision then says.
struct OfferBreach: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Number of grants above.
    let above: Int
    let failures: [Failure]
    let apply: @Sendable (inout Offer) throws -> Void

    init(
        _ name: String, above: Int = 0, _ failures: Failure..., apply: @escaping @Sendable (inout Offer) throws -> Void
    ) {
        testDescription = name
        self.above = above
        self.failures = failures.sorted()
        self.apply = apply
    }

    static let all: [OfferBreach] = [0, 1, 2].flatMap(anywhere) + roots + [1, 2].flatMap(children) + chains

    private static func anywhere(above: Int) -> [OfferBreach] {
        [
            OfferBreach("signed by a key that is not on the card, \(above) above", above: above, .notGrantor) {
                $0.from = CardState(
                    card: try cardState("stranger.example").card, hash: $0.from.hash, issuer: nil, isWithdrawn: false)
            },
            OfferBreach("another grantor's card, \(above) above", above: above, .notGrantor) {
                $0.from = CardState(card: $0.from.card, hash: fixed("card"), issuer: nil, isWithdrawn: false)
            },
            OfferBreach("another recipient's card, \(above) above", above: above, .notRecipient) {
                $0.to = CardState(card: $0.to.card, hash: fixed("card"), issuer: $0.to.issuer, isWithdrawn: false)
            },
            OfferBreach("file that the grantor does not hold, \(above) above", above: above, .notListed) {
                $0.filesAreHeld = false
            },
            OfferBreach("grantor's card withdrawn, \(above) above", above: above, .cardWithdrawn) {
                $0.from = $0.from.withdrawn()
            },
            OfferBreach("recipient's card withdrawn, \(above) above", above: above, .cardWithdrawn) {
                $0.to = $0.to.withdrawn()
            },
            OfferBreach("grantor's card expired, \(above) above", above: above, .cardExpired) {
                $0.from = $0.from.expiring(moment(5_000))
            },
            OfferBreach("recipient's card expired, \(above) above", above: above, .cardExpired) {
                $0.to = $0.to.expiring(moment(5_000))
            },
            OfferBreach("lent by a unit, \(above) above", above: above, .notGrantor) { $0.from = $0.from.asUnit() },
            OfferBreach("empty window, \(above) above", above: above, .emptyWindow) {
                ($0.draft.notBefore, $0.draft.notAfter) = (moment(7_000), moment(7_000))
            },
            OfferBreach("window that ends before it starts, \(above) above", above: above, .emptyWindow) {
                ($0.draft.notBefore, $0.draft.notAfter) = (moment(7_001), moment(7_000))
            },
            OfferBreach("window already over, \(above) above", above: above, .emptyWindow) {
                $0.draft.notAfter = moment(5_000)
            },
            OfferBreach("no files, \(above) above", above: above, .nothingLent) { $0.draft.listSize = 0 },
            OfferBreach("no right to use or to lend on, \(above) above", above: above, .nothingLent) {
                ($0.draft.rights, $0.draft.lend) = (.none, .none)
            },
        ]
    }

    private static let roots: [OfferBreach] = [
        OfferBreach("meant for another custodian", .wrongCustodian) {
            $0.draft.custodian = try signer("other.example").verifierKey
        },
        OfferBreach("case not known", .unknownCase) { $0.caseCard = nil },
        OfferBreach("case of another card", .unknownCase) { $0.draft.caseID = fixed("case 2") },
        OfferBreach("lent by somebody else than the owner", .notOwner) {
            $0.from = try cardState("holder-0.example")
            ($0.signer, $0.draft.from) = ($0.from.card.key, $0.from.hash)
        },
    ]

    private static func children(above: Int) -> [OfferBreach] {
        [
            OfferBreach(
                "meant for another custodian, \(above) above", above: above, .wrongCustodian, .broaderThanParent
            ) { $0.draft.custodian = try signer("other.example").verifierKey },
            OfferBreach("grant above not known, \(above) above", above: above, .parentMissing) { $0.above = [] },
            OfferBreach("another grant above, \(above) above", above: above, .parentMissing) {
                $0.draft.parent = fixed("text 7")
            },
            OfferBreach("another case than above, \(above) above", above: above, .wrongCase) {
                $0.draft.caseID = fixed("case 2")
            },
            OfferBreach("lent on by somebody else, \(above) above", above: above, .notGrantor) {
                $0.from = try cardState("stranger.example")
                ($0.signer, $0.draft.from) = ($0.from.card.key, $0.from.hash)
            },
            OfferBreach("recipient of another issuer, \(above) above", above: above, .issuerNotAccepted) {
                $0.to = CardState(
                    card: $0.to.card, hash: $0.to.hash, issuer: try signer("other.example").verifierKey,
                    isWithdrawn: false)
            },
            OfferBreach("recipient without issuer, \(above) above", above: above, .issuerNotAccepted) {
                $0.to = CardState(card: $0.to.card, hash: $0.to.hash, issuer: nil, isWithdrawn: false)
            },
            OfferBreach("nobody accepted above, \(above) above", above: above, .issuerNotAccepted) {
                $0.above[0].draft.issuers = []
            },
            OfferBreach("broader than above, \(above) above", above: above, .broaderThanParent) {
                $0.draft.rights = .export
            },
        ]
    }

    /// What stands against the grants above, at each level.
    private static let chains: [OfferBreach] =
        [0, 1].flatMap { level in
            [
                OfferBreach("revoked at level \(level)", above: 2, .grantAboveEnded) {
                    $0.above[level].isRevoked = true
                },
                OfferBreach("ended by a leaf at level \(level)", above: 2, .grantAboveEnded) {
                    $0.above[level].isExpired = true
                },
            ]
        } + [
            OfferBreach("window over above the grant above", above: 2, .grantAboveEnded) {
                $0.above[1].draft.notAfter = moment(5_000)
            },
            OfferBreach("window of the grant above over", above: 1, .grantAboveEnded, .broaderThanParent) {
                $0.above[0].draft.notAfter = moment(5_000)
            },
            OfferBreach("grant above not approved", above: 2, .notApproved) { $0.above[0].isApproved = false },
            OfferBreach("card of the grantor above withdrawn", above: 2, .cardWithdrawn, .grantAboveEnded) {
                $0.above[1].recipient = $0.above[1].recipient.withdrawn()
            },
            OfferBreach("card of the grantor above expired", above: 2, .cardExpired, .grantAboveEnded) {
                $0.above[1].recipient = $0.above[1].recipient.expiring(moment(5_000))
            },
            OfferBreach("chain that does not reach the owner", above: 2, .parentMissing) { $0.above.removeLast() },
            OfferBreach("chain with another grant in its middle", above: 2, .parentMissing) {
                $0.above[1].hash = fixed("another text")
            },
        ]
}

@Suite struct AcceptTests {
    @Test(arguments: 0...3)
    func soundGrantIsTaken(_ above: Int) throws {
        let offer = try Offer(above: above)
        #expect(offer.failures == [])
        #expect(Decision.accept(offer.context).isGranted)
    }

    @Test(arguments: OfferBreach.all)
    func breachIsRefusedForExactlyItsReasons(_ breach: OfferBreach) throws {
        var offer = try Offer(above: breach.above)
        #expect(offer.failures == [])
        try breach.apply(&offer)
        #expect(offer.failures == breach.failures)
    }

    @Test(arguments: OfferBreach.all)
    func sameInputGivesTheSameVerdict(_ breach: OfferBreach) throws {
        var offer = try Offer(above: breach.above)
        try breach.apply(&offer)
        let context = offer.context
        #expect(Decision.accept(context) == Decision.accept(context))
        #expect(Decision.accept(offer.context) == Decision.accept(context))
    }

    @Test func everyFailureIsListed() throws {
        let names: Set<String> = [
            "another grantor's card, 1 above", "another recipient's card, 1 above",
            "file that the grantor does not hold, 1 above", "no files, 1 above", "another case than above, 1 above",
            "nobody accepted above, 1 above", "broader than above, 1 above", "window of the grant above over",
            "empty window, 1 above", "recipient's card withdrawn, 1 above",
        ]
        let breaches = OfferBreach.all.filter { names.contains($0.testDescription) }
        #expect(breaches.count == names.count)
        var random = SeededRandom(seed: 6)
        for _ in 0..<400 {
            var offer = try Offer(above: 1)
            var expected: Set<Failure> = []
            for breach in breaches where random.once(in: 2) {
                let to = offer.to.isWithdrawn
                try breach.apply(&offer)
                if to { offer.to = offer.to.withdrawn() }
                expected.formUnion(breach.failures)
            }
            #expect(offer.failures == expected.sorted())
        }
    }

    @Test func standingGrantMayStartEmpty() throws {
        var offer = try Offer(above: 0)
        (offer.draft.scope, offer.draft.listSize) = (.standing, 0)
        #expect(offer.failures == [])
        offer.draft.scope = .items
        #expect(offer.failures == [.nothingLent])
    }

    /// A delegate may be unable to read what she lends on.
    @Test func rightsMayBeNoneWhereSomethingMayBeLentOn() throws {
        var offer = try Offer(above: 1)
        offer.above[0].draft.depth = 2
        offer.above[0].draft.rights = .list
        (offer.draft.rights, offer.draft.lend) = (.none, .read)
        #expect(offer.failures == [])
    }

    /// The owner lends within nobody's limits.
    @Test func ownerMayLendAnything() throws {
        var offer = try Offer(above: 0)
        (offer.draft.rights, offer.draft.lend, offer.draft.depth) = (.export, .export, .max)
        (offer.draft.approval, offer.draft.openings, offer.draft.scope) = (.none, nil, .standing)
        offer.draft.notAfter = .latest
        offer.to = CardState(card: offer.to.card, hash: offer.to.hash, issuer: nil, isWithdrawn: false)
        #expect(offer.failures == [])
    }

    @Test func windowMayStartLater() throws {
        var offer = try Offer(above: 1)
        offer.draft.notBefore = moment(8_998)
        #expect(offer.failures == [])
        (offer.draft.notBefore, offer.draft.notAfter) = (moment(1_000), moment(5_001))
        #expect(offer.failures == [])
    }
}

@Suite struct FailureTests {
    /// Every word is the whole verdict of some request or grant.
    @Test func everyFailureIsProducedAlone() {
        let alone = Breach.all.map(\.failures) + OfferBreach.all.map(\.failures)
        // Whether there is room is no part of a decision; answers and extensions are tried apart.
        let others: Set<Failure> = [.noRoom, .notWaiting, .notStanding, .listedTwice]
        for failure in Failure.allCases where !others.contains(failure) {
            #expect(alone.contains([failure]), "\(failure)")
        }
    }

    @Test func wordsAndSentencesAreDistinct() {
        #expect(Failure.allCases.count == 30)
        #expect(Set(Failure.allCases.map(\.wordBytes)).count == 30)
        #expect(Set(Failure.allCases.map { "\($0.sentence)" }).count == 30)
    }

    @Test func wordsAreLowerCaseAndReadBack() {
        for failure in Failure.allCases {
            #expect(failure.wordBytes.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D })
            #expect(Failure(word: failure.wordBytes) == failure)
            #expect(Failure(word: failure.wordBytes + [0x20]) == nil)
            #expect(Failure(word: bytes(text(failure.wordBytes).uppercased())) == nil)
        }
        #expect(Failure(word: []) == nil)
        #expect(Failure(word: bytes("unknown")) == nil)
    }

    @Test func verdictSortsItsFailures() {
        let all = Set(Failure.allCases)
        #expect(Verdict(all).failures == Failure.allCases)
        #expect(!Verdict(all).isGranted)
        #expect(Verdict([]).isGranted)
    }
}
