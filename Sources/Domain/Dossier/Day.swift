public import SignedNote

/// A day of the Gregorian calendar, 1970 to 9999, written `2026-11-12`.
public struct Day: Hashable, Comparable, Sendable {
    let date: CivilDate

    /// Year, 1970 to 9999.
    public var year: Int { date.year }
    /// Month, 1 to 12.
    public var month: Int { date.month }
    /// Day of the month, from 1.
    public var dayOfMonth: Int { date.day }

    /// A day by its parts.
    /// - Throws: `NoteError.malformedValue` for a day that no calendar has, or before 1970.
    public init(year: Int, month: Int, day: Int) throws(NoteError) {
        date = CivilDate(year: year, month: month, day: day)
        guard date.exists else {
            throw NoteError(.malformedValue, "a day is not in the calendar, or before 1970")
        }
    }

    /// The day that a clock `offsetMinutes` east of UTC shows.
    init(seconds: Int64, offsetMinutes: Int) {
        let local = max(0, seconds + Int64(offsetMinutes) * 60)
        date = CivilDate(daysSince1970: Int(local / 86_400))
    }

    /// Reads exactly the ten bytes that `text` writes.
    /// - Throws: `NoteError.malformedValue`.
    public init(parsing text: [UInt8]) throws(NoteError) {
        guard text.count == 10, text[4] == 0x2D, text[7] == 0x2D,
            let year = Digits.number(text[0..<4]), let month = Digits.number(text[5..<7]),
            let day = Digits.number(text[8..<10])
        else { throw NoteError(.malformedValue, "a day is not of the form 2026-11-12") }
        try self.init(year: year, month: month, day: day)
    }

    /// `2026-11-12`.
    public var text: [UInt8] {
        Digits.text(year, 4) + [0x2D] + Digits.text(month, 2) + [0x2D] + Digits.text(dayOfMonth, 2)
    }

    /// The week that the day lies in.
    public var week: Week { Week(of: self) }

    public static func < (left: Day, right: Day) -> Bool { left.date.daysSince1970 < right.date.daysSince1970 }
}

/// A week of ISO 8601: Monday to Sunday; the first of a year is the one that holds its first Thursday.
public struct Week: Hashable, Comparable, Sendable {
    /// The year that the week counts in, which is not always the day's.
    public let year: Int
    /// 1 to 53.
    public let number: Int

    init(of day: Day) {
        let days = day.date.daysSince1970
        // 1 January 1970 was a Thursday: a week belongs to the year of its Thursday.
        let thursday = days - (days + 3) % 7 + 3
        let date = CivilDate(daysSince1970: max(0, thursday))
        year = date.year
        number = (max(0, thursday) - CivilDate(year: year, month: 1, day: 1).daysSince1970) / 7 + 1
    }

    /// `2026-W46`.
    public var text: [UInt8] { Digits.text(year, 4) + [0x2D, 0x57] + Digits.text(number, 2) }

    public static func < (left: Week, right: Week) -> Bool { (left.year, left.number) < (right.year, right.number) }
}

/// Decimal digits as bytes.
enum Digits {
    static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty, text.count < 10, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    static func text(_ number: Int, _ count: Int) -> [UInt8] {
        var digits = [UInt8](repeating: 0x30, count: count)
        var rest = number
        for index in digits.indices.reversed() {
            digits[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        return digits
    }
}
