import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// Each test logs as decided what the rules decide otherwise.
@Suite struct DecisionTests {
    private func found(_ log: LogFixture) -> [Finding] { log.findings() }

    private func expect(
        _ log: LogFixture, _ kind: Finding.Kind, _ failures: [Failure], at index: UInt64? = nil,
        _ place: SourceLocation = #_sourceLocation
    ) {
        let findings = log.findings()
        #expect(findings.map(\.kind) == [kind], sourceLocation: place)
        #expect(findings.first?.failures == failures, sourceLocation: place)
        #expect(findings.first?.index == index ?? log.size - 1, sourceLocation: place)
        #expect(findings.first?.severity == .ruleBroken, sourceLocation: place)
    }

    @Test func openingByAStrangerIsFound() throws {
        let scene = try Scene()
        let stranger = try scene.log.person("Stranger")
        try scene.log.open(stranger, scene.matter, scene.lent, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.notRecipient])
    }

    @Test func openingWithoutAGrantIsFound() throws {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, nil, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.notOwner])
    }

    @Test func openingAfterRevocationIsFound() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.owner)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.revoked])
    }

    @Test func openingAfterTheWindowIsFound() throws {
        let scene = try Scene()
        scene.log.now += 14 * 86_400
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.expired])
    }

    @Test func openingInTheLastSecondIsFine() throws {
        let scene = try Scene()
        scene.log.now += 14 * 86_400 - 1
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        #expect(scene.log.findings() == [])
    }

    @Test func openingOverTheNumberIsFound() throws {
        let scene = try Scene { $0.openings = 2 }
        for _ in 0..<2 { try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]]) }
        #expect(scene.log.findings() == [])
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], .list)
        #expect(scene.log.findings() == [])
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.openingsUsedUp])
    }

    @Test func openingByAWithdrawnCardIsFound() throws {
        let scene = try Scene()
        try scene.log.withdraw(scene.officer)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.cardWithdrawn])
    }

    @Test func openingOfAnItemNotLentIsFound() throws {
        let scene = try Scene()
        let third = try scene.log.item(scene.matter)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [third])
        expect(scene.log, .grantedAgainstRules, [.notListed])
    }

    @Test func exportUnderAReadingGrantIsFound() throws {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], .export)
        expect(scene.log, .grantedAgainstRules, [.rightMissing])
    }

    @Test func openingWithoutTheJournalNumberIsFound() throws {
        let scene = try Scene { $0.journal = .required }
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], journal: "5100-2026")
        #expect(scene.log.findings() == [])
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        expect(scene.log, .grantedAgainstRules, [.journalMissing])
    }

    @Test func openingLongAfterTheRequestIsFound() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        scene.log.now += 301
        try scene.log.log(note, scene.lent, scene.matter)
        expect(scene.log, .grantedAgainstRules, [.requestTimeOff])
    }

    @Test func refusalOfWhatIsAllowedIsFound() throws {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], failures: [.revoked])
        expect(scene.log, .refusedAgainstRules, [.revoked])
    }

    @Test func refusalForOtherReasonsIsFound() throws {
        let scene = try Scene()
        try scene.log.revoke(scene.lent, by: scene.owner)
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], failures: [.expired])
        expect(scene.log, .refusedForOtherReasons, [.expired, .revoked])
    }

    @Test func oneRequestDecidedTwiceIsFound() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        try scene.log.log(note, scene.lent, scene.matter)
        let record = Record(
            stream: scene.lent.stream, number: 2, time: scene.log.time, event: .opened, actor: scene.officer.hash,
            notes: [note.hash, scene.lent.note.hash], items: [scene.items[0].id])
        try scene.log.append(record, notes: [note.bytes])
        #expect(scene.log.findings().map(\.kind) == [.requestRepeated])
    }

    @Test func responseWithdrawnAfterAnEndIsFine() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        try scene.log.log(note, scene.lent, scene.matter)
        try scene.log.revoke(scene.lent, by: scene.owner)
        try scene.log.append(
            .refused, in: scene.lent.stream, by: scene.officer.hash, notes: [LogFixture.Named(note)],
            items: [scene.items[0].id], failures: [.revoked])
        #expect(scene.log.findings() == [])
        // A second time is once too often.
        try scene.log.append(
            .refused, in: scene.lent.stream, by: scene.officer.hash, notes: [LogFixture.Named(note)],
            items: [scene.items[0].id], failures: [.revoked])
        #expect(scene.log.findings().map(\.kind) == [.requestRepeated])
    }

    @Test func responseWithdrawnForTheEndOfAnotherGrantIsFound() throws {
        let scene = try Scene()
        let other = try scene.log.grant(scene.matter, scene.items, from: scene.owner, to: scene.officer)
        try scene.log.revoke(other, by: scene.owner)
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        try scene.log.log(note, scene.lent, scene.matter)
        let record = Record(
            stream: other.stream, number: scene.log.number(other.stream) + 1, time: scene.log.time, event: .refused,
            actor: scene.officer.hash, notes: [note.hash], items: [scene.items[0].id], failures: [.revoked])
        try scene.log.append(record, notes: [])
        #expect(scene.log.findings().map(\.kind) == [.recordInconsistent])
    }

    @Test func responseWithdrawnWithoutAnEndIsFound() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        try scene.log.log(note, scene.lent, scene.matter)
        try scene.log.append(
            .refused, in: scene.lent.stream, by: scene.officer.hash, notes: [LogFixture.Named(note)],
            items: [scene.items[0].id], failures: [.grantAboveEnded])
        expect(scene.log, .refusedAgainstRules, [.grantAboveEnded])
    }

    @Test func requestSignedBySomebodyElseIsFound() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(
            scene.officer, scene.matter, scene.lent, [scene.items[0].id], signedBy: signer("bevis.example/person"))
        try scene.log.log(note, scene.lent, scene.matter)
        #expect(scene.log.findings().map(\.kind) == [.noteNotSigned])
        #expect(scene.log.findings().map(\.severity) == [.altered])
    }

    @Test func recordOfOtherItemsThanTheRequestIsFound() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        try scene.log.append(
            .opened, in: scene.lent.stream, by: scene.officer.hash,
            notes: [LogFixture.Named(note), LogFixture.Named(scene.lent.note)], items: [scene.items[1].id])
        #expect(scene.log.findings().map(\.kind) == [.recordInconsistent])
    }

    @Test func openingLoggedAsListingIsFound() throws {
        let scene = try Scene()
        let note = try scene.log.requestNote(scene.officer, scene.matter, scene.lent, [scene.items[0].id])
        try scene.log.append(
            .listed, in: scene.lent.stream, by: scene.officer.hash,
            notes: [LogFixture.Named(note), LogFixture.Named(scene.lent.note)], items: [scene.items[0].id])
        #expect(scene.log.findings().map(\.kind) == [.recordInconsistent])
    }

    @Test func unregisteredCardIsFound() throws {
        let scene = try Scene()
        let ghost = try scene.log.person("Ghost", registers: false)
        try scene.log.open(ghost, scene.matter, scene.lent, [scene.items[0]], failures: [.notRecipient])
        #expect(scene.log.findings().map(\.kind) == [.cardUnknown])
    }

    @Test func headOfAnotherHistoryIsFound() throws {
        let scene = try Scene()
        let fork = try scene.log.checkpoint(size: 3, root: Random.value())
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], head: fork)
        #expect(scene.log.findings().map(\.kind) == [.forked])
    }

    @Test func headFromTheFutureIsFound() throws {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        let later = try scene.log.checkpoint()
        scene.log.entries.removeLast()
        scene.log.records.removeLast()
        scene.log.setNumber(scene.lent.stream, 0)
        scene.log.rebuild()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], head: later)
        #expect(scene.log.findings().map(\.kind).contains(.forked))
    }

    @Test func headThatTheLogHasNotSignedIsFound() throws {
        let scene = try Scene()
        let other = LogFixture()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], head: try other.checkpoint())
        #expect(scene.log.findings().map(\.kind) == [.headNotSigned])
    }
}
