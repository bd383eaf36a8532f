import AgeFile
import Dossier
import Sharing
import SignedNote
import Sodium
import Testing

@Suite struct CaseFileTests {
    private func filed(
        _ number: UInt64, at place: Int, after previous: Filed<Incident>? = nil, attested: Bool = true,
        _ facts: IncidentFacts
    ) throws -> Filed<Incident> {
        let time = Timestamp(seconds: UInt64(place))
        let entry =
            try previous?.body.entry.corrected(
                from: previous?.id ?? Random.value(), reason: try free("x"), recordedAt: time, recordedBy: signe)
            ?? Entry(number: number, recordedAt: time, recordedBy: signe)
        return Filed(id: Random.value(), place: place, isAttested: attested, body: Incident(entry, facts))
    }

    @Test func newestVersionCountsAndOlderOnesStay() throws {
        let first = try filed(1, at: 0, try facts())
        let second = try filed(1, at: 4, after: first, try facts("2026-11-12T22:20:00+01:00"))
        let other = try filed(2, at: 2, try facts())
        let file = CaseFile(incidents: [second, other, first], orders: [], erased: [])
        #expect(file.incidents.map(\.number) == [1, 2])
        #expect(file.incidents[0].newest.id == second.id)
        #expect(file.incidents[0].versions.map(\.id) == [first.id, second.id])
        #expect(file.incidents[0].isUnbroken)
        #expect(file.nextIncident == 3)
        #expect(file.nextOrder == 1)
    }

    @Test func versionsThatDoNotFollowEachOtherAreSeen() throws {
        let first = try filed(1, at: 0, try facts())
        let stranger = try filed(1, at: 3, try facts())
        let afterStranger = try filed(1, at: 4, after: stranger, try facts())
        #expect(!CaseFile(incidents: [first, stranger], orders: [], erased: []).incidents[0].isUnbroken)
        #expect(!CaseFile(incidents: [first, afterStranger], orders: [], erased: []).incidents[0].isUnbroken)
        #expect(!CaseFile(incidents: [afterStranger], orders: [], erased: []).incidents[0].isUnbroken)
    }

    @Test func numbersThatErasedItemsMayHaveHadAreNeverGivenAgain() throws {
        let first = try filed(1, at: 0, try facts())
        let second = try filed(2, at: 5, try facts())
        #expect(CaseFile(incidents: [], orders: [], erased: []).nextIncident == 1)
        #expect(CaseFile(incidents: [], orders: [], erased: [0, 1]).nextIncident == 3)
        #expect(CaseFile(incidents: [first, second], orders: [], erased: [3]).nextIncident == 3)
        #expect(CaseFile(incidents: [first, second], orders: [], erased: [3, 7]).nextIncident == 4)
    }

    /// Anybody with a card can add an incident, with any number.
    @Test func strangersNumbersArePassedOverAndNotCountedOnFrom() throws {
        let own = try filed(1, at: 0, try facts())
        func file(_ numbers: UInt64..., attested: Bool = false) throws -> CaseFile {
            let more = try numbers.enumerated().map { try filed($1, at: $0 + 1, attested: attested, try facts()) }
            return CaseFile(incidents: [own] + more, orders: [], erased: [])
        }
        #expect(try file(.max).nextIncident == 2)
        #expect(try file(2, 3, .max).nextIncident == 4)
        #expect(try file(.max, attested: true).nextIncident == .max)
        #expect(try file(.max - 1, attested: true).nextIncident == .max)
        var claimed = try facts()
        claimed.exhibits = [Exhibit(number: .max, item: Random.value()), Exhibit(number: 1, item: Random.value())]
        let stranger = try filed(9, at: 1, attested: false, claimed)
        #expect(CaseFile(incidents: [own, stranger], orders: [], erased: []).exhibitNumber(of: Random.value()) == 2)
    }

    @Test func highestVersionIsNoTrap() throws {
        let entry = try Entry(number: 1, recordedAt: Timestamp(seconds: 0), recordedBy: signe)
        let text = text(Incident(entry, try facts()).text)
        let highest = try Incident(
            parsing: bytes(
                text.replacing("version 1\n", with: "version 18446744073709551615\n")
                    .replacing("previous none\n", with: "previous \(String(repeating: "ab", count: 32))\nreason x\n")))
        let one = Filed(id: Random.value(), place: 0, isAttested: false, body: highest)
        let file = CaseFile(incidents: [one, try filed(1, at: 1, try facts())], orders: [], erased: [])
        #expect(file.incidents.map(\.isUnbroken) == [false])
    }

    @Test func exhibitKeepsItsNumberWhereverItIsLinked() throws {
        let (photo, clip, letter): (AgeFileID, AgeFileID, AgeFileID) = (Random.value(), Random.value(), Random.value())
        var one = try facts()
        one.exhibits = [Exhibit(number: 1, item: photo), Exhibit(number: 2, item: clip)]
        let first = try filed(1, at: 0, one)
        // The newest version no longer links the clip; its number stays its own.
        one.exhibits = [Exhibit(number: 1, item: photo)]
        let second = try filed(1, at: 1, after: first, one)
        let file = CaseFile(incidents: [first, second], orders: [], erased: [])
        #expect(file.exhibitNumber(of: photo) == 1)
        #expect(file.exhibitNumber(of: clip) == 2)
        #expect(file.exhibitNumber(of: letter) == 3)
        #expect(file.exhibitNumber(of: letter, after: [Exhibit(number: 3, item: Random.value())]) == 4)
        #expect(file.exhibitNumber(of: letter, after: [Exhibit(number: 9, item: letter)]) == 9)
    }

    @Test func timelineCountsWeeksAndKeepsBackgroundApart() throws {
        var call = try facts("2026-11-12T22:15:00+01:00")
        call.kind = .call
        var old = try facts("2021-12-31T22:15:00+01:00")
        old.kind = .call
        let unknown = IncidentFacts(try Occurrence(from: nil, precision: .unknown), what: try free("x"))
        let all = [
            try filed(1, at: 0, call), try filed(2, at: 1, old), try filed(3, at: 2, unknown),
            try filed(4, at: 3, try facts("2026-11-09T00:00:00+01:00")), try filed(5, at: 4, call),
            try filed(6, at: 5, try facts("2026-11-08T23:00:00+01:00")),
        ]
        let timeline = Timeline(CaseFile(incidents: all, orders: [], erased: []))
        #expect(timeline.incidents.map(\.number) == [5, 1, 4, 6, 2, 3])
        #expect(timeline.backgroundCount == 1)
        #expect(timeline.counts.map { text($0.week.text) } == ["2026-W46", "2026-W46", "2026-W45"])
        #expect(timeline.counts.map(\.kind) == [.call, nil, nil])
        #expect(timeline.counts.map(\.number) == [2, 1, 1])
    }
}
