import Camera
import Sharing
import SignedNote
import Sodium
import Testing

/// Checks of a camera's clock, and what follows from them for its times.
@Suite struct ClockTests {
    private static let device = NoteSigner(name: deviceKeyName, key: SigningKey()).verifierKey

    private func time(_ text: String) throws -> Timestamp { try Timestamp(parsing: Array(text.utf8)) }

    private func check(_ reads: String, _ reference: String) throws -> ClockCheck {
        ClockCheck(
            device: ClockTests.device, reads: try time(reads), reference: try time(reference),
            source: PlainText(literal: "phone, network time"), photo: nil)
    }

    @Test func textRoundTripsAndRefusesWhatIsMissing() throws {
        let check = ClockCheck(
            device: ClockTests.device, reads: try time("2026-11-22T18:00:12Z"),
            reference: try time("2026-11-22T18:00:00Z"), source: PlainText(literal: "phone"),
            photo: SHA256.hash([1]))
        #expect(try ClockCheck(parsing: check.text) == check)
        #expect(check.offset == 12)
        #expect(try self.check("2026-11-22T17:59:50Z", "2026-11-22T18:00:00Z").offset == -10)
        for line in ["device ", "reads ", "reference ", "source ", "photo "] {
            let lines = String(decoding: check.text, as: UTF8.self).split(separator: "\n")
                .filter { !$0.hasPrefix(line) }
            #expect(throws: NoteError.self) {
                try ClockCheck(parsing: Array((lines.joined(separator: "\n") + "\n").utf8))
            }
        }
    }

    @Test func withoutAnyCheckNothingIsCorrected() throws {
        #expect(ClockHistory([]).correct(try time("2026-11-22T18:00:00Z")) == nil)
    }

    @Test func driftIsSpreadEvenlyBetweenTwoChecks() throws {
        // 10 seconds ahead on the 1st, 20 on the 11th: 15 on the way, half of it.
        let first = try check("2026-11-01T12:00:10Z", "2026-11-01T12:00:00Z")
        let second = try check("2026-11-11T12:00:20Z", "2026-11-11T12:00:00Z")
        for history in [ClockHistory([first, second]), ClockHistory([second, first])] {
            let middle = try #require(history.correct(try time("2026-11-06T12:00:15Z")))
            #expect(middle.earliest == (try time("2026-11-06T12:00:00Z")))
            #expect(middle.latest == middle.earliest)
            #expect(middle.basis == .between(first, second))
            let start = try #require(history.correct(first.reads))
            #expect(start.earliest == first.reference)
        }
    }

    @Test func timeOutsideAllChecksUsesTheNearestAndSaysSo() throws {
        let first = try check("2026-11-01T12:00:10Z", "2026-11-01T12:00:00Z")
        let second = try check("2026-11-11T12:00:20Z", "2026-11-11T12:00:00Z")
        let history = ClockHistory([first, second])
        let before = try #require(history.correct(try time("2026-10-30T08:00:10Z")))
        #expect(before.earliest == (try time("2026-10-30T08:00:00Z")))
        #expect(before.basis == .before(first))
        let after = try #require(history.correct(try time("2026-12-24T18:00:20Z")))
        #expect(after.earliest == (try time("2026-12-24T18:00:00Z")))
        #expect(after.basis == .after(second))
    }

    @Test func clockThatWasSetInBetweenGivesARangeAndNoSingleTime() throws {
        let summer = try check("2026-10-20T14:00:05Z", "2026-10-20T13:00:00Z")
        let winter = try check("2026-10-30T12:00:05Z", "2026-10-30T12:00:00Z")
        let found = try #require(ClockHistory([summer, winter]).correct(try time("2026-10-26T10:00:05Z")))
        #expect(found.basis == .stepped(summer, winter))
        #expect(found.earliest == (try time("2026-10-26T09:00:00Z")))
        #expect(found.latest == (try time("2026-10-26T10:00:00Z")))
    }

    @Test func reminderIsDueAfterAMonthAndWhenClocksChange() throws {
        let zone = try #require(CameraZone("Europe/Copenhagen"))
        let check = try check("2026-10-20T13:00:00Z", "2026-10-20T13:00:00Z")
        func due(_ checks: [ClockCheck], _ now: String, _ zone: CameraZone) throws -> ClockReminder? {
            ClockReminder.due(checks, at: try time(now), zone: zone)
        }
        #expect(try due([], "2026-10-20T13:00:00Z", zone) == .never)
        #expect(try due([check], "2026-10-24T13:00:00Z", zone) == nil)
        // Clocks went back at 01:00 UTC on 25 October.
        #expect(try due([check], "2026-10-25T00:59:59Z", zone) == nil)
        #expect(try due([check], "2026-10-25T01:00:00Z", zone) == .clocksChanged)
        #expect(try due([check], "2026-11-19T13:00:00Z", .utc) == nil)
        #expect(try due([check], "2026-11-20T13:00:00Z", .utc) == .old(days: 31))
    }
}
