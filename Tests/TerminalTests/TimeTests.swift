import Foundation
import Testing

@testable import Terminal

/// One after the other: the zone belongs to the process.
@Suite(.serialized) struct TimeTests {
    private let now: UInt64 = 1_795_370_700  // 2026-11-22T18:05:00Z

    private func inZone(_ zone: String, _ body: () throws -> Void) throws {
        setenv("TZ", zone, 1)
        defer { setenv("TZ", "UTC", 1) }
        try body()
    }

    @Test func peopleSeeTheirOwnClockAndItsZone() throws {
        try inZone("Europe/Copenhagen") { () throws in
            #expect(LocalTime.text(now) == "2026-11-22 19:05 CET")
            #expect(LocalTime.text(now - 150 * 86_400) == "2026-06-25 20:05 CEST")
        }
        try inZone("UTC") { () throws in
            #expect(LocalTime.text(now) == "2026-11-22 18:05 UTC")
        }
    }

    @Test func machinesSeeUTC() throws {
        try inZone("Europe/Copenhagen") { () throws in
            #expect(UTCTime.text(now) == "2026-11-22T18:05:00Z")
        }
        #expect(UTCTime.text(0) == "1970-01-01T00:00:00Z")
        #expect(UTCTime.text(.max) == "9999-12-31T23:59:59Z")
    }

    @Test(
        arguments: [("90s", 90), ("30m", 1_800), ("12h", 43_200), ("14d", 1_209_600), ("2w", 1_209_600)]
            as [(String, UInt64)])
    func lengthsOfTimeAreRead(text: String, seconds: UInt64) throws {
        #expect(try TimeArgument.duration(text) == seconds)
        #expect(try TimeArgument.moment(text, now: now) == now + seconds)
    }

    @Test(arguments: ["0d", "", "d", "14", "1y", "-3d", "1.5h", "99999w", "999999999999999999999d", "3 d"])
    func otherLengthsAreRefused(text: String) throws {
        #expect(throws: CommandFailure.self) { try TimeArgument.duration(text) }
    }

    @Test(
        arguments: [
            ("2026-11-22T18:05:00Z", 1_795_370_700), ("2026-11-22T19:05:00+01:00", 1_795_370_700),
            ("2026-11-22T14:05-04:00", 1_795_370_700), ("2026-11-22 19:05", 1_795_370_700),
            ("2026-11-22T19:05:00", 1_795_370_700), ("2026-06-25 20:05", 1_795_370_700 - 150 * 86_400),
            ("2026-11-22", 1_795_302_000),
        ] as [(String, UInt64)])
    func datesAreRead(text: String, seconds: UInt64) throws {
        try inZone("Europe/Copenhagen") { () throws in
            #expect(try TimeArgument.moment(text, now: now) == seconds)
        }
    }

    @Test func aDayAsAnEndTakesTheDayIn() throws {
        try inZone("Europe/Copenhagen") { () throws in
            #expect(try TimeArgument.moment("2026-11-22", now: now, day: .end) == 1_795_302_000 + 86_399)
            // A day of 25 hours.
            let start = try TimeArgument.moment("2026-10-25", now: now)
            #expect(try TimeArgument.moment("2026-10-25", now: now, day: .end) == start + 25 * 3_600 - 1)
        }
    }

    @Test(arguments: [
        "2026-13-01", "2026-02-30", "2026-02-29 10:00", "2026-11-22 24:00", "2026-11-22 10:60", "2026-11-22T10:00:60Z",
        "22-11-2026", "2026-11-22 10", "2026-11-22T10:00z", "2026-11-22T10:00+1", "tomorrow", "2026-02-30T00:00:00Z",
        "1970-01-01T00:00:00+01:00", "2026-11-22 ", "2026-11-22T10:00:00+24:00", "1969-12-31",
    ])
    func otherDatesAreRefused(text: String) throws {
        try inZone("Europe/Copenhagen") { () throws in
            #expect(throws: CommandFailure.self) { try TimeArgument.moment(text, now: now) }
        }
    }

    @Test func anHourThatTheClocksSkipIsRefused() throws {
        try inZone("Europe/Copenhagen") { () throws in
            let failure = #expect(throws: CommandFailure.self) {
                try TimeArgument.moment("2026-03-29 02:30", now: now)
            }
            #expect(failure?.message.contains("does not exist") == true)
        }
    }

    @Test func anHourThatComesTwiceIsRefusedWithBothMeanings() throws {
        try inZone("Europe/Copenhagen") { () throws in
            let failure = #expect(throws: CommandFailure.self) {
                try TimeArgument.moment("2026-10-25 02:30", now: now)
            }
            #expect(failure?.hint == "write 2026-10-25T00:30:00Z or write 2026-10-25T01:30:00Z")
        }
    }

    @Test func whatIsShownIsReadBack() throws {
        var random = Seeded(3)
        try inZone("Europe/Copenhagen") { () throws in
            for _ in 0..<300 {
                let moment = UInt64.random(in: 0...4_000_000_000, using: &random)
                #expect(try TimeArgument.moment(UTCTime.text(moment), now: now) == moment)
                let shown = LocalTime.text(moment / 60 * 60)
                let local = String(shown.prefix(16))
                let read = try? TimeArgument.moment(local, now: now)
                #expect(read == nil ? shown.contains(" 02:") : read == moment / 60 * 60)
            }
        }
    }

    @Test func factsShowLocalTimeToPeopleAndUTCToMachines() throws {
        var facts = Facts()
        facts.add("lent_until", .time(now))
        facts.add("size", .size(1_234_567))
        facts.add("names", .array([.text("a\u{202E}b"), .text("c")]))
        facts.add("sealed", .flag(true))
        facts.add("note", .absent)
        try inZone("Europe/Copenhagen") { () throws in
            #expect(
                facts.text == """
                    lent until: 2026-11-22 19:05 CET
                    size:       1.2 MB
                    names:      a\\u{202e}b
                                c
                    sealed:     yes
                    note:       -

                    """)
            let json =
                #"{"lent_until":"2026-11-22T18:05:00Z","names":["a\u202eb","c"],"note":null,"sealed":true,"size":1234567}"#
            #expect(facts.json.text == json)
        }
    }
}
