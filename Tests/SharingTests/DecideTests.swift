import SignedNote
import Testing

@testable import Sharing

/// One change to a granted request, and what the decision then says.
struct Breach: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Number of grants in the chain.
    let length: Int
    let failures: [Failure]
    let apply: @Sendable (inout Scene) throws -> Void

    init(
        _ name: String, length: Int = 1, _ failures: Failure..., apply: @escaping @Sendable (inout Scene) throws -> Void
    ) {
        testDescription = name
        self.length = length
        self.failures = failures.sorted()
        self.apply = apply
    }

    /// Each of them alone turns a granted request into a refused one.
    static let all: [Breach] = requests + owners + own + above

    private static let requests: [Breach] = [
        Breach("asked of another custodian", .wrongCustodian) {
            $0.requestCustodian = try signer("other.example").verifierKey
        },
        Breach("time too early", .requestTimeOff) { $0.requestTime = moment(5_000 - 301) },
        Breach("time too late", .requestTimeOff) { $0.requestTime = moment(5_000 + 301) },
        Breach("requester's card withdrawn", .cardWithdrawn) { $0.requester = $0.requester.withdrawn() },
        Breach("requester's card expired", .cardExpired) { $0.requester = $0.requester.expiring(moment(5_000)) },
        Breach("item absent", .notListed) { $0.standings[1] = .absent },
        Breach("standing missing", .notListed) { $0.standings.removeLast() },
        Breach("standing too many", .notListed) { $0.standings.append(.present) },
        Breach("item erased", .erased) { $0.standings[0] = .erased },
        Breach("one absent, one erased", .erased, .notListed) { $0.standings = [.erased, .absent] },
    ]

    private static let owners: [Breach] = [
        Breach("case not known", length: 0, .unknownCase) { $0.caseCard = nil },
        Breach("owner who names a membership", length: 0, .notMember) { $0.named = fixed("membership") },
        Breach("case card of another case", length: 0, .unknownCase) { $0.requestCase = fixed("case 2") },
        Breach("somebody else's card", length: 0, .notOwner) { $0.requester = try cardState("holder-0.example") },
        Breach("another case card's text", length: 0, .wrongCase) { $0.authority = fixed("case card 2") },
        Breach("no case card's text", length: 0, .wrongCase) { $0.caseCardHash = nil },
        Breach("owner's card withdrawn", length: 0, .cardWithdrawn) { $0.requester = $0.requester.withdrawn() },
        Breach("owner's item erased", length: 0, .erased) { $0.standings[0] = .erased },
        Breach("owner's item absent", length: 0, .notListed) { $0.standings[0] = .absent },
    ]

    private static let own: [Breach] = [
        Breach("grant not known", .parentMissing) { $0.links = [] },
        Breach("another grant's id", .parentMissing) { $0.grantID = fixed("grant 1") },
        Breach("another grant's text", .parentMissing) { $0.authority = fixed("text 1") },
        Breach("a parent that is not there", .parentMissing) { $0.links[0].draft.parent = fixed("text 1") },
        Breach("given to somebody else", .notRecipient) { $0.requester = try cardState("stranger.example") },
        Breach("request names another case", .wrongCase) { $0.requestCase = fixed("case 2") },
        Breach("only descriptions lent", .rightMissing) { $0.links[0].draft.rights = .list },
        Breach("export of what may be read", .rightMissing) { $0.action = .export },
        Breach("nothing lent", .rightMissing) {
            $0.links[0].draft.rights = .none
            $0.action = .list
        },
        Breach("before the window", .notYetValid) {
            ($0.time, $0.requestTime) = (moment(999), moment(999))
            $0.witnessTime = nil
        },
        Breach("before the window by witness time", .notYetValid) {
            ($0.time, $0.requestTime) = (moment(1_000), moment(1_000))
            $0.witnessTime = moment(999)
        },
        Breach("after the window", .expired) {
            ($0.time, $0.requestTime) = (moment(9_000), moment(9_000))
            $0.witnessTime = nil
        },
        Breach("after the window by witness time", .expired) {
            ($0.time, $0.requestTime) = (moment(8_999), moment(8_999))
            $0.witnessTime = moment(9_000)
        },
        Breach("clock before and witnesses after the window", .expired, .notYetValid) {
            ($0.time, $0.requestTime) = (moment(999), moment(999))
            $0.witnessTime = moment(9_000)
        },
        Breach("ended by a leaf", .expired) { $0.links[0].isExpired = true },
        Breach("revoked", .revoked) { $0.links[0].isRevoked = true },
        Breach("declined", .declined) { $0.links[0].isDeclined = true },
        Breach("asked by a unit's card", .notRecipient) { $0.requester = $0.requester.asUnit() },
        Breach("membership for what is lent to her own card", .notMember) { $0.named = fixed("membership") },
        Breach("kept by another custodian", .wrongCustodian) {
            $0.links[0].draft.custodian = try signer("other.example").verifierKey
        },
        Breach("openings used up", .openingsUsedUp) {
            ($0.links[0].draft.openings, $0.links[0].openingsUsed) = (3, 3)
        },
        Breach("no opening at all", .openingsUsedUp) { $0.links[0].draft.openings = 0 },
        Breach("no journal number", .journalMissing) { $0.links[0].draft.journal = .required },
    ]

    /// What stands against the grants above, at each level of a chain of three.
    private static let above: [Breach] = [1, 2].flatMap { level in
        [
            Breach("revoked at level \(level)", length: 3, .revoked, .grantAboveEnded) {
                $0.links[level].isRevoked = true
            },
            Breach("ended by a leaf at level \(level)", length: 3, .expired, .grantAboveEnded) {
                $0.links[level].isExpired = true
            },
            Breach("window over at level \(level)", length: 3, .expired, .grantAboveEnded) {
                $0.links[level].draft.notAfter = moment(5_000)
                $0.witnessTime = nil
            },
            Breach("window over by witness time at level \(level)", length: 3, .expired, .grantAboveEnded) {
                $0.links[level].draft.notAfter = moment(5_001)
            },
            Breach("recipient's card withdrawn at level \(level)", length: 3, .cardWithdrawn, .grantAboveEnded) {
                $0.links[level].recipient = $0.links[level].recipient.withdrawn()
            },
            Breach("recipient's card expired at level \(level)", length: 3, .cardExpired, .grantAboveEnded) {
                $0.links[level].recipient = $0.links[level].recipient.expiring(moment(5_000))
            },
            Breach("openings used up at level \(level)", length: 3, .openingsUsedUp) {
                ($0.links[level].draft.openings, $0.links[level].openingsUsed) = (7, 7)
            },
            Breach("journal number demanded at level \(level)", length: 3, .journalMissing) {
                $0.links[level].draft.journal = .required
            },
            Breach("another custodian at level \(level)", length: 3, .wrongCustodian) {
                $0.links[level].draft.custodian = try signer("other.example").verifierKey
            },
            Breach("not approved at level \(level - 1)", length: 3, .notApproved) {
                $0.links[level - 1].isApproved = false
            },
            Breach("declined at level \(level)", length: 3, .declined, .grantAboveEnded) {
                $0.links[level].isDeclined = true
            },
            Breach("given by somebody else at level \(level - 1)", length: 3, .parentMissing) {
                $0.links[level - 1].draft.from = fixed("another card")
            },
            Breach("link missing at level \(level)", length: 3, .parentMissing) { $0.links.remove(at: level) },
            Breach("another text at level \(level)", length: 3, .parentMissing) {
                $0.links[level].hash = fixed("another text")
            },
        ]
    }
}

@Suite struct DecideTests {
    @Test(arguments: 0...3)
    func soundRequestIsGranted(_ length: Int) throws {
        let scene = try Scene(length: length)
        #expect(try scene.failures == [])
        #expect(Decision.decide(try scene.context).isGranted)
    }

    @Test(arguments: Breach.all)
    func breachIsRefusedForExactlyItsReasons(_ breach: Breach) throws {
        var scene = try Scene(length: breach.length)
        #expect(try scene.failures == [])
        try breach.apply(&scene)
        #expect(try scene.failures == breach.failures)
    }

    /// A breach higher up is found however long the chain, and in every chain that it can stand in.
    @Test(arguments: Breach.all.filter { $0.length == 1 && $0.testDescription != "a parent that is not there" })
    func breachOfTheLowestGrantIsFoundInLongerChains(_ breach: Breach) throws {
        for length in 2...3 {
            var scene = try Scene(length: length)
            // What is no longer within the window above is also refused for the grants above.
            for index in 1..<length {
                scene.links[index].draft.notBefore = moment(0)
                scene.links[index].draft.notAfter = moment(20_000)
            }
            try breach.apply(&scene)
            #expect(try scene.failures == breach.failures)
        }
    }

    /// All failures are listed together, each once, in order.
    @Test func everyFailureIsListed() throws {
        let names: Set<String> = [
            "asked of another custodian", "requester's card withdrawn", "one absent, one erased",
            "request names another case", "given to somebody else", "export of what may be read", "revoked",
            "ended by a leaf", "openings used up", "no journal number", "time too early",
        ]
        let breaches = Breach.all.filter { names.contains($0.testDescription) }
        #expect(breaches.count == names.count)
        var random = SeededRandom(seed: 5)
        for _ in 0..<400 {
            var scene = try Scene(length: 1)
            var expected: Set<Failure> = []
            // The requester is replaced before her card is withdrawn.
            for breach in breaches.sorted(by: { $0.testDescription < $1.testDescription }) where random.once(in: 2) {
                try breach.apply(&scene)
                expected.formUnion(breach.failures)
            }
            #expect(try scene.failures == expected.sorted())
        }
    }

    @Test(arguments: Breach.all)
    func sameInputGivesTheSameVerdict(_ breach: Breach) throws {
        var scene = try Scene(length: breach.length)
        try breach.apply(&scene)
        let context = try scene.context
        let first = Decision.decide(context)
        for _ in 0..<3 { #expect(Decision.decide(context) == first) }
        #expect(Decision.decide(try scene.context) == first)
    }

    // MARK: Limits

    @Test func requestTimeMayBeFiveMinutesOff() throws {
        for offset: UInt64 in [4_700, 5_000, 5_300] {
            var scene = try Scene(length: 1)
            scene.requestTime = moment(offset)
            #expect(try scene.failures == [])
        }
    }

    @Test func windowHoldsItsFirstSecondAndNotItsLast() throws {
        for (seconds, expected) in [(999, [Failure.notYetValid]), (1_000, []), (8_999, []), (9_000, [.expired])] {
            var scene = try Scene(length: 1)
            (scene.time, scene.requestTime) = (moment(UInt64(seconds)), moment(UInt64(seconds)))
            scene.witnessTime = nil
            #expect(try scene.failures == expected)
            scene.witnessTime = scene.time
            #expect(try scene.failures == expected)
        }
    }

    /// The request's own time and the card's end do not follow the witnesses, only the windows do.
    @Test func witnessTimeCountsForWindowsOnly() throws {
        var scene = try Scene(length: 2)
        scene.witnessTime = moment(8_999)
        scene.requester = scene.requester.expiring(moment(5_001))
        #expect(try scene.failures == [])
    }

    @Test func cardCountsUntilItsEnd() throws {
        for (end, expected) in [(4_999, [Failure.cardExpired]), (5_000, [.cardExpired]), (5_001, [])] {
            var scene = try Scene(length: 1)
            scene.requester = scene.requester.expiring(moment(UInt64(end)))
            #expect(try scene.failures == expected)
        }
    }

    @Test func lastOpeningIsGrantedAndTheNextRefused() throws {
        for level in 0..<3 {
            var scene = try Scene(length: 3)
            (scene.links[level].draft.openings, scene.links[level].openingsUsed) = (5, 4)
            #expect(try scene.failures == [])
            scene.links[level].openingsUsed = 5
            #expect(try scene.failures == [.openingsUsedUp])
            scene.links[level].openingsUsed = 6
            #expect(try scene.failures == [.openingsUsedUp])
        }
    }

    @Test func openingsWithoutLimitAreNotCounted() throws {
        var scene = try Scene(length: 1)
        scene.links[0].openingsUsed = UInt64.max
        #expect(try scene.failures == [])
    }

    @Test func listingIsNoOpening() throws {
        for level in 0..<3 {
            var scene = try Scene(length: 3)
            (scene.links[level].draft.openings, scene.links[level].openingsUsed) = (5, 5)
            scene.links[0].draft.rights = .export
            scene.action = .list
            #expect(try scene.failures == [])
            for action in [Action.read, .export] {
                scene.action = action
                #expect(try scene.failures == [.openingsUsedUp])
            }
        }
    }

    @Test func journalNumberIsEnoughWhereDemanded() throws {
        for level in 0..<3 {
            for action in [Action.list, .read] {
                var scene = try Scene(length: 3)
                scene.action = action
                scene.links[level].draft.journal = .required
                #expect(try scene.failures == [.journalMissing])
                scene.journal = try plain("2026-4711")
                #expect(try scene.failures == [])
            }
        }
    }

    @Test func rightsImplyThoseBelow() throws {
        let rights: [Right] = [.none, .list, .read, .export]
        for (place, right) in rights.enumerated() {
            for (needed, action) in [Action.list, .read, .export].enumerated() {
                var scene = try Scene(length: 1)
                scene.links[0].draft.rights = right
                scene.action = action
                #expect(try scene.failures == (place > needed ? [] : [.rightMissing]))
            }
        }
    }

    // MARK: The owner and the chain

    /// Grants have windows, rights, openings and journals; the owner has her case card.
    @Test func ownersRequestNeedsNoGrant() throws {
        for action in [Action.list, .read, .export] {
            var scene = try Scene(length: 0)
            scene.action = action
            scene.witnessTime = moment(1_000_000)
            #expect(try scene.failures == [])
        }
    }

    @Test func ownersGrantNeedsNoApproval() throws {
        var scene = try Scene(length: 3)
        scene.links[2].isApproved = false
        #expect(try scene.failures == [])
    }

    /// The requester's own card counts by the state handed in with the request.
    @Test func rightsOfGrantsAboveAreNotTheRequesters() throws {
        var scene = try Scene(length: 3)
        scene.links[1].draft.rights = .list
        scene.links[2].draft.rights = .none
        #expect(try scene.failures == [])
    }

    @Test func chainMustEndAtTheOwner() throws {
        var scene = try Scene(length: 3)
        scene.links.removeLast()
        #expect(try scene.failures == [.parentMissing])
        scene = try Scene(length: 3)
        scene.links.swapAt(1, 2)
        #expect(try scene.failures == [.parentMissing])
        scene = try Scene(length: 1)
        scene.links += try Scene(length: 1).links
        #expect(try scene.failures == [.parentMissing])
    }
}
