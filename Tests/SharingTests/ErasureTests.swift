import SignedNote
import Sodium
import Testing

@testable import Sharing

/// Who may have something erased, and which leaves a note lists.
@Suite struct ErasureTests {
    private func decide(_ change: (World, inout ErasureParts) throws -> Void = { _, _ in }) throws -> [Failure] {
        let world = try World()
        var parts = ErasureParts(
            by: CardState(
                card: world.ownerCard.body, hash: world.ownerCard.hash, issuer: nil, isWithdrawn: false),
            signed: world.made, caseCard: world.caseCard.body, standings: [.present], time: world.made)
        try change(world, &parts)
        return Decision.erase(
            ErasureContext(
                caseID: world.caseID, by: parts.by, signed: parts.signed, caseCard: parts.caseCard,
                standings: parts.standings, time: parts.time)
        ).failures
    }

    struct ErasureParts {
        var by: CardState
        var signed: Timestamp
        var caseCard: CaseCard?
        var standings: [ItemStanding]
        var time: Timestamp
    }

    @Test func ownerMayAsk() throws { #expect(try decide() == []) }

    @Test func othersMayNot() throws {
        let failures = try decide { world, parts in
            parts.by = CardState(
                card: world.caseworkerCard.body, hash: world.caseworkerCard.hash, issuer: nil, isWithdrawn: false)
        }
        #expect(failures == [.notOwner])
    }

    @Test func withdrawnCardUnknownCaseOldNoteAndWrongItemsAreRefused() throws {
        #expect(try decide { $1.by.isWithdrawn = true } == [.cardWithdrawn])
        #expect(try decide { $1.caseCard = nil } == [.unknownCase])
        #expect(try decide { $1.signed = Timestamp(seconds: $1.time.seconds - 301) } == [.requestTimeOff])
        #expect(try decide { $1.standings = [.present, .absent] } == [.notListed])
        #expect(try decide { $1.standings = [.erased] } == [.erased])
    }

    // MARK: Leaves

    @Test func leavesAreWrittenInOneWayOnly() throws {
        let set = LeafSet([7, 4, 5, 12, 6, 20])
        #expect(set.bytes.map { text($0) } == "4-7 12 20")
        #expect(try LeafSet(parsing: set.bytes) == set)
        #expect(LeafSet([]).bytes == nil)
        #expect((0..<30).filter { set.contains($0) } == [4, 5, 6, 7, 12, 20])
        #expect(set.last == 20 && !LeafSet([]).contains(0))
        #expect(LeafSet([.max, 0]).bytes.map { text($0) } == "0 18446744073709551615")
    }

    @Test(arguments: [
        "", " 4", "4 ", "4  5", "4 5", "4-5 6", "5 4", "4-4", "5-4", "04", "4-", "-4", "4-5-6", "+4", "4,6", "x",
        "18446744073709551616", "4-6 5",
    ])
    func leavesInAnyOtherWayAreRefused(_ written: String) {
        #expect(throws: NoteError.self) { try LeafSet(parsing: bytes(written)) }
    }

    @Test func notesThatDoNotFitThemselvesAreRefused() throws {
        let sample = try #require(Samples.all.first { $0.name == "erasure" })
        func rewritten(_ old: String, _ new: String) -> [UInt8] {
            bytes(text(sample.text).replacing(old, with: new))
        }
        #expect(try Erasure(parsing: sample.text).leaves == LeafSet([9, 10, 12, 31]))
        for (old, new) in [
            ("scope items", "scope case"), ("scope items", "scope all"), ("size 40", "size 31"),
            ("leaves 9-10 12 31", "leaves 9-10 12 40"),
        ] {
            let text = rewritten(old, new)
            #expect(text != sample.text)
            #expect(throws: NoteError.self, "\(new)") { try Erasure(parsing: text) }
        }
        let item = sample.lines.filter { key($0) == "item" }.map { text($0) }
        #expect(throws: NoteError.self) { try Erasure(parsing: rewritten(item[1], item[0])) }
        let due = try #require(sample.lines.first { key($0) == "due" })
        #expect(throws: NoteError.self) { try Erasure(parsing: rewritten(text(due), "due 2020-01-01T00:00:00Z")) }
    }
}
