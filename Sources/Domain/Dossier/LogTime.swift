import SignedNote

/// Which number of a date comes first.
public enum DateOrder: Sendable {
    /// Day, month, year.
    case dayFirst
    /// Month, day, year.
    case monthFirst
}

/// A date as somebody wrote it into a form.
struct WrittenDate {
    let day: Day
    /// What stands behind the date in the same cell.
    let rest: [UInt8]

    enum Failure: Error {
        /// Which number is the month cannot be told.
        case ambiguous
        /// No date, or one that no calendar has.
        case unreadable
    }

    /// Reads `2026-11-12`, `12.11.2026`, `12/11-2026`, `12. november 2026`. Years have four digits.
    init(_ cell: [UInt8], _ order: DateOrder?) throws(Failure) {
        var cursor = Cursor(cell)
        cursor.skipSpace()
        guard let first = cursor.number() else { throw .unreadable }
        let (year, month, day): (Int, Int, Int)
        if first.digits == 4 {
            guard cursor.skip([0x2D]), let second = cursor.number(), cursor.skip([0x2D]), let third = cursor.number(),
                second.digits == 2, third.digits == 2
            else { throw .unreadable }
            (year, month, day) = (first.value, second.value, third.value)
        } else {
            guard first.digits <= 2 else { throw .unreadable }
            (year, month, day) = try WrittenDate.dayOrMonthFirst(first.value, &cursor, order)
        }
        guard let date = try? Day(year: year, month: month, day: day) else { throw .unreadable }
        self.day = date
        rest = cursor.rest
    }

    private static func dayOrMonthFirst(
        _ first: Int, _ cursor: inout Cursor, _ order: DateOrder?
    ) throws(Failure) -> (Int, Int, Int) {
        let separators: [UInt8] = [0x2E, 0x2F, 0x2D]
        let separated = cursor.skip(separators)
        cursor.skipSpace()
        if let month = cursor.month() {
            _ = cursor.skip([0x2E])
            cursor.skipSpace()
            guard let year = cursor.number(), year.digits == 4 else { throw .unreadable }
            return (year.value, month, first)
        }
        guard separated, let second = cursor.number(), second.digits <= 2, cursor.skip(separators),
            let year = cursor.number(), year.digits == 4
        else { throw .unreadable }
        switch order {
        case .dayFirst: return (year.value, second.value, first)
        case .monthFirst: return (year.value, first, second.value)
        case nil:
            if first > 12 || first == second.value { return (year.value, second.value, first) }
            if second.value > 12 { return (year.value, first, second.value) }
            throw .ambiguous
        }
    }
}

/// A time of day, or a span of one day, as somebody wrote it into a form.
struct WrittenTime {
    /// Minutes from midnight.
    let from: Int
    /// Minutes from midnight.
    let to: Int?
    let isAbout: Bool

    /// Reads `22:15`, `kl. 22.15`, `ca. 22:15`, `22:15-22:40`; `nil` for anything else.
    init?(_ cell: [UInt8]) {
        var cursor = Cursor(cell)
        var about = false
        while true {
            cursor.skipSpace()
            if cursor.skipWord(WrittenTime.about) {
                about = true
            } else if !cursor.skipWord(WrittenTime.marks) {
                break
            }
        }
        guard let from = cursor.clock() else { return nil }
        cursor.skipSpace()
        guard !cursor.isAtEnd else {
            (self.from, to, isAbout) = (from, nil, about)
            return
        }
        guard cursor.skip([0x2D]) || cursor.skipWord(WrittenTime.dashes) else { return nil }
        cursor.skipSpace()
        _ = cursor.skipWord(WrittenTime.marks)
        cursor.skipSpace()
        guard let to = cursor.clock() else { return nil }
        cursor.skipSpace()
        guard cursor.isAtEnd, to >= from else { return nil }
        (self.from, self.to, isAbout) = (from, to, about)
    }

    private static let about: [StaticString] = ["cirka", "ca.", "ca", "omkring", "about", "approx.", "approx", "~"]
    private static let marks: [StaticString] = ["kl.", "kl", "at", "t", ","]
    private static let dashes: [StaticString] = ["–", "til", "to"]
}

/// Walks through a cell.
private struct Cursor {
    private var bytes: ArraySlice<UInt8>

    init(_ cell: [UInt8]) { bytes = cell[...] }

    var rest: [UInt8] { Array(bytes) }
    var isAtEnd: Bool { bytes.isEmpty }

    mutating func skipSpace() { bytes = bytes.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A } }

    mutating func skip(_ allowed: [UInt8]) -> Bool {
        guard let first = bytes.first, allowed.contains(first) else { return false }
        bytes = bytes.dropFirst()
        return true
    }

    mutating func number() -> (value: Int, digits: Int)? {
        let digits = bytes.prefix { (0x30...0x39).contains($0) }
        guard let value = Digits.number(digits) else { return nil }
        bytes = bytes.dropFirst(digits.count)
        return (value, digits.count)
    }

    /// One of `words`, small or capital, the longer ones first.
    mutating func skipWord(_ words: [StaticString]) -> Bool {
        for word in words {
            let expected = word.withUTF8Buffer { [UInt8]($0) }
            let found = bytes.prefix(expected.count).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
            guard found == expected else { continue }
            let next = bytes.dropFirst(expected.count).first
            // `at` must not be the beginning of another word.
            let isLetter = expected.last.map { (0x61...0x7A).contains($0) } ?? false
            if isLetter, let next, (0x41...0x5A).contains(next) || (0x61...0x7A).contains(next) || next >= 0x80 {
                continue
            }
            bytes = bytes.dropFirst(expected.count)
            return true
        }
        return false
    }

    /// `HH:MM` or `HH.MM`, perhaps with seconds, which are left out.
    mutating func clock() -> Int? {
        guard let hour = number(), hour.digits <= 2, hour.value < 24, skip([0x3A, 0x2E]), let minute = number(),
            minute.digits == 2, minute.value < 60
        else { return nil }
        if skip([0x3A]) {
            guard let second = number(), second.digits == 2, second.value < 60 else { return nil }
        }
        return hour.value * 60 + minute.value
    }

    mutating func month() -> Int? {
        for (index, words) in Cursor.months.enumerated() where skipWord(words) { return index + 1 }
        return nil
    }

    private static let months: [[StaticString]] = [
        ["januar", "january", "jan"], ["februar", "february", "feb"], ["marts", "march", "mar"], ["april", "apr"],
        ["maj", "may"], ["juni", "june", "jun"], ["juli", "july", "jul"], ["august", "aug"],
        ["september", "sept", "sep"], ["oktober", "october", "okt", "oct"], ["november", "nov"],
        ["december", "dec"],
    ]
}
