/// A moment in whole seconds, written as RFC 3339 in UTC: `2026-11-22T18:00:00Z`.
///
/// Years 1970 to 9999 of the Gregorian calendar; leap seconds have no number of their own.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Unix seconds.
    public let seconds: UInt64

    /// The last second that can be written, the end of the year 9999.
    public static let latest = Timestamp(seconds: 253_402_300_799)

    /// A moment by its Unix seconds; what lies after the year 9999 is held at `latest`.
    public init(seconds: UInt64) { self.seconds = min(seconds, 253_402_300_799) }

    /// Reads exactly the 20 bytes that `text` writes.
    /// - Throws: `NoteError.malformedValue` for another form or a date or time that does not exist.
    public init(parsing text: [UInt8]) throws(NoteError) {
        guard let seconds = Timestamp.read(text) else {
            throw NoteError(.malformedValue, "a time is not of the form 2026-11-22T18:00:00Z")
        }
        self.seconds = seconds
    }

    private static let form = NoteText.bytes("0000-00-00T00:00:00Z")

    private static func read(_ text: [UInt8]) -> UInt64? {
        guard text.count == form.count else { return nil }
        for (byte, expected) in zip(text, form) {
            let fits = expected == 0x30 ? (0x30...0x39).contains(byte) : byte == expected
            guard fits else { return nil }
        }
        func number(_ range: Range<Int>) -> Int { text[range].reduce(0) { $0 * 10 + Int($1 - 0x30) } }
        let date = CivilDate(year: number(0..<4), month: number(5..<7), day: number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        guard date.exists, hour < 24, minute < 60, second < 60 else { return nil }
        // In 64 bits: `Int` has 32 in the browser.
        return UInt64(date.daysSince1970) &* 86_400 + UInt64(hour * 3_600 + minute * 60 + second)
    }

    /// The 20 bytes of RFC 3339.
    public var text: [UInt8] {
        let date = CivilDate(daysSince1970: Int(seconds / 86_400))
        let time = Int(seconds % 86_400)
        var text = Timestamp.form
        func write(_ number: Int, at start: Int, digits: Int) {
            var rest = number
            for index in (start..<start + digits).reversed() {
                text[index] = 0x30 + UInt8(rest % 10)
                rest /= 10
            }
        }
        write(date.year, at: 0, digits: 4)
        write(date.month, at: 5, digits: 2)
        write(date.day, at: 8, digits: 2)
        write(time / 3_600, at: 11, digits: 2)
        write(time / 60 % 60, at: 14, digits: 2)
        write(time % 60, at: 17, digits: 2)
        return text
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }
}

/// A date of the Gregorian calendar. Years are counted from March, so that a leap day is a year's last.
package struct CivilDate: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    package init(daysSince1970 days: Int) {
        let shifted = days + CivilDate.daysFromYearZero
        let era = shifted / CivilDate.daysInEra
        let dayOfEra = shifted % CivilDate.daysInEra
        // 1,461 days are four years, 36,524 a century; the last day of each span is its leap day.
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - CivilDate.days(beforeYearOfEra: yearOfEra)
        let monthFromMarch = (5 * dayOfYear + 2) / 153  // five months from March or August have 153 days
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    package var exists: Bool {
        guard (1970...9999).contains(year), (1...12).contains(month) else { return false }
        return (1...daysInMonth).contains(day)
    }

    package var daysSince1970: Int {
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = month <= 2 ? month + 9 : month - 3
        let dayOfEra = CivilDate.days(beforeYearOfEra: shifted % 400) + (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted / 400 * CivilDate.daysInEra + dayOfEra - CivilDate.daysFromYearZero
    }

    private var daysInMonth: Int {
        switch month {
        case 2: return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: return 30
        default: return 31
        }
    }

    private static let daysInEra = 146_097  // 400 years
    private static let daysFromYearZero = 719_468  // 1 March of year 0 to 1 January 1970

    private static func days(beforeYearOfEra year: Int) -> Int { year * 365 + year / 4 - year / 100 }
}
