/// A time as people give it to a command: a length from now, a local date or time, or RFC 3339.
public enum TimeArgument {
    /// Which end of a day a bare date stands for.
    public enum DayEdge: Sendable {
        /// The first second of the day.
        case start
        /// The last second of the day, so that "until the 24th" takes the 24th in.
        case end
    }

    private static let longest: UInt64 = 100 * 366 * 86_400

    /// Reads `30m`, `12h`, `14d`, `2w` (also `90s`) as a number of seconds. A day is 24 hours.
    /// - Throws: a usage failure, also for no time at all and for more than 100 years.
    public static func duration(_ text: String) throws(CommandFailure) -> UInt64 {
        guard let seconds = seconds(text) else {
            throw CommandFailure(
                .usage, "\(Escaped.quoted(text)) is not a length of time", hint: "write 30m, 12h, 14d or 2w")
        }
        guard (1...longest).contains(seconds) else {
            throw CommandFailure(.usage, "\(Escaped.quoted(text)) is no time at all, or more than 100 years")
        }
        return seconds
    }

    /// Reads a moment: a length of time counted from `now`; `2026-12-01`, `2026-12-01 18:00` and
    /// `2026-12-01T18:00:30` as local time; `2026-12-01T18:00:00Z` and `…+01:00` (RFC 3339).
    /// - Returns: Unix seconds.
    /// - Throws: a usage failure, also for a local time that does not exist or happens twice.
    public static func moment(_ text: String, now: UInt64, day edge: DayEdge = .start) throws(CommandFailure) -> UInt64
    {
        if seconds(text) != nil { return now + (try duration(text)) }
        guard let parsed = DateText(text) else {
            throw CommandFailure(
                .usage, "\(Escaped.quoted(text)) is not a time",
                hint: "write 14d, 2026-12-01, '2026-12-01 18:00' or 2026-12-01T17:00:00Z")
        }
        var fields = parsed.fields
        if !parsed.hasTime, edge == .end { (fields.hour, fields.minute, fields.second) = (23, 59, 59) }
        guard let offset = parsed.offset else { return try LocalTime.moment(of: fields, text: text) }
        guard let seconds = fields.utc, seconds - offset >= 0 else {
            throw CommandFailure(.usage, "\(Escaped.quoted(text)) is a time that no calendar has, or before 1970")
        }
        return UInt64(seconds - offset)
    }

    private static func seconds(_ text: String) -> UInt64? {
        let factors: [Character: UInt64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800]
        guard let last = text.last, let factor = factors[last] else { return nil }
        let digits = text.utf8.dropLast()
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard let number = UInt64(text.dropLast()) else { return .max }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? .max : seconds
    }
}

/// The parts of a written date: `YYYY-MM-DD`, then perhaps `T` or a space and `HH:MM[:SS]`, then perhaps `Z` or an
/// offset.
struct DateText {
    let fields: CalendarFields
    let hasTime: Bool
    /// Seconds east of UTC; `nil` for local time.
    let offset: Int?

    init?(_ text: String) {
        var rest = [UInt8](text.utf8)[...]
        guard let year = DateText.number(&rest, 4), DateText.skip(&rest, 0x2D),
            let month = DateText.number(&rest, 2), DateText.skip(&rest, 0x2D), let day = DateText.number(&rest, 2)
        else { return nil }
        var fields = CalendarFields(year: year, month: month, day: day)
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        hasTime = !rest.isEmpty
        if hasTime {
            guard DateText.skip(&rest, 0x54) || DateText.skip(&rest, 0x20),
                let hour = DateText.number(&rest, 2), DateText.skip(&rest, 0x3A),
                let minute = DateText.number(&rest, 2), hour < 24, minute < 60
            else { return nil }
            (fields.hour, fields.minute) = (hour, minute)
            if DateText.skip(&rest, 0x3A) {
                guard let second = DateText.number(&rest, 2), second < 60 else { return nil }
                fields.second = second
            }
        }
        self.fields = fields
        if rest.isEmpty {
            offset = nil
        } else {
            guard let zone = DateText.zone(&rest), rest.isEmpty else { return nil }
            offset = zone
        }
    }

    private static func zone(_ rest: inout ArraySlice<UInt8>) -> Int? {
        if skip(&rest, 0x5A) { return 0 }
        let sign: Int
        if skip(&rest, 0x2B) { sign = 1 } else if skip(&rest, 0x2D) { sign = -1 } else { return nil }
        guard let hours = number(&rest, 2), skip(&rest, 0x3A), let minutes = number(&rest, 2), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ digits: Int) -> Int? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
