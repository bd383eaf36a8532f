import Dossier
import Sharing
import SignedNote
import Testing

@Suite struct FreeTextTests {
    @Test func whatPeopleTypeIsTrimmedAndKept() throws {
        #expect(try FreeText.trimming(bytes(" \r\n\ta\r\nb \n"))?.bytes == bytes("a\nb"))
        #expect(try FreeText.trimming(bytes("none"))?.bytes == bytes("none"))
        #expect(try FreeText.trimming(bytes(" \t\n")) == nil)
        #expect(try FreeText.trimming([]) == nil)
    }

    @Test(arguments: ["", " a", "a ", "\na", "a\n", "a\u{1B}[2J", "a\u{0}", "a\rb", "a\u{9B}b", "a\u{7F}"])
    func whatNoTextMayHoldIsRefused(_ typed: String) throws {
        #expect(try refusal { try FreeText(bytes(typed)) } == .malformedValue)
    }

    @Test func bytesThatAreNotTextAndLongTextsAreRefused() throws {
        #expect(try refusal { try FreeText([0xFF, 0xFE]) } == .malformedValue)
        #expect(try refusal { try FreeText([UInt8](repeating: 0x61, count: 65_537)) } == .malformedValue)
        #expect(try refusal { try FreeText([UInt8](repeating: 0x61, count: 65_536)) } == nil)
    }

    @Test func anyTextComesBackFromItsLine() throws {
        var random = Seeded(7)
        let alphabet = Array("ab\\nt \n\tæ😀=\"'|")
        for _ in 0..<2_000 {
            let typed = String(
                (0..<Int.random(in: 0..<12, using: &random)).compactMap { _ in
                    alphabet.randomElement(using: &random)
                })
            guard let free = try FreeText.trimming(bytes(typed)) else { continue }
            let note = PrivateNote(
                try Entry(number: 1, recordedAt: Timestamp(seconds: 0), recordedBy: signe), free)
            #expect(try PrivateNote(parsing: note.text) == note)
            #expect(try PrivateNote(parsing: note.text).text == note.text)
        }
    }
}

@Suite struct CalendarTests {
    @Test(arguments: [
        ("2026-01-01", "2026-W01"), ("2025-12-29", "2026-W01"), ("2025-12-28", "2025-W52"), ("2021-01-03", "2020-W53"),
        ("2021-01-04", "2021-W01"), ("2024-12-30", "2025-W01"), ("2026-11-12", "2026-W46"), ("1970-01-01", "1970-W01"),
        ("2016-01-03", "2015-W53"), ("9999-12-31", "9999-W52"),
    ])
    func daysLieInTheirIsoWeeks(_ day: String, _ week: String) throws {
        #expect(text(try Day(parsing: bytes(day)).week.text) == week)
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-01", "1969-12-31", "2026-11-31", "26-11-12"])
    func daysThatNoCalendarHasAreRefused(_ day: String) throws {
        #expect(try refusal { try Day(parsing: bytes(day)) } == .malformedValue)
    }

    @Test func momentsComeBackInTheirOwnZone() throws {
        for written in ["2026-11-12T22:15:00+01:00", "1970-01-01T00:00:00+00:00", "2026-07-01T00:00:00-09:30"] {
            let moment = try moment(written)
            #expect(text(moment.text) == written)
        }
        #expect(try moment("2026-11-12T22:15:00+01:00").timestamp == Timestamp(parsing: bytes("2026-11-12T21:15:00Z")))
        #expect(text(try moment("2026-11-12T00:15:00+01:00").day.text) == "2026-11-12")
    }
}
