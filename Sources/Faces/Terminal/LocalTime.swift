import Glibc

/// Moments for people: the local time with the name of its zone.
public enum LocalTime {
    /// `2026-11-22 19:05 CET`, by the zone of the environment and the rules that held then.
    public static func text(_ unixSeconds: UInt64) -> String {
        format(unixSeconds, "%Y-%m-%d %H:%M %Z") ?? UTCTime.text(unixSeconds)
    }

    /// `2026-11-22 19:05:31 CET`, for what a second matters to.
    public static func exact(_ unixSeconds: UInt64) -> String {
        format(unixSeconds, "%Y-%m-%d %H:%M:%S %Z") ?? UTCTime.text(unixSeconds)
    }

    private static func format(_ unixSeconds: UInt64, _ pattern: String) -> String? {
        guard let seconds = time_t(exactly: unixSeconds) else { return nil }
        var (seconds_, fields) = (seconds, tm())
        tzset()
        guard localtime_r(&seconds_, &fields) != nil else { return nil }
        var buffer = [CChar](repeating: 0, count: 96)
        let count = strftime(&buffer, buffer.count, pattern, &fields)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The moment that a local clock shows `fields`, or why there is none.
    static func moment(of fields: CalendarFields, text: String) throws(CommandFailure) -> UInt64 {
        tzset()
        // A clock that was put back shows a time twice: once under each rule.
        var moments: Set<time_t> = []
        for rule: Int32 in [-1, 0, 1] {
            var local = fields.local
            local.tm_isdst = rule
            let moment = mktime(&local)
            guard moment >= 0, CalendarFields(local) == fields else { continue }
            moments.insert(moment)
        }
        guard let moment = moments.min() else {
            throw CommandFailure(
                .usage,
                "\(Escaped.quoted(text)) does not exist: the clocks go forward then, or no calendar has that day",
                hint: "choose another hour, or write the time in UTC, as 2026-11-22T18:05:00Z")
        }
        guard moments.count == 1 else {
            throw CommandFailure(
                .usage, "\(Escaped.quoted(text)) happens twice: the clocks go back then",
                hint: moments.sorted().map { "write \(UTCTime.text(UInt64($0)))" }.joined(separator: " or "))
        }
        return UInt64(moment)
    }
}

/// Moments for machines: RFC 3339 in UTC.
public enum UTCTime {
    /// `2026-11-22T18:05:00Z`; what lies after the year 9999 is held at its end.
    public static func text(_ unixSeconds: UInt64) -> String {
        var seconds = time_t(min(unixSeconds, 253_402_300_799))
        var fields = tm()
        guard gmtime_r(&seconds, &fields) != nil else { return "1970-01-01T00:00:00Z" }
        return CalendarFields(fields).text + "Z"
    }

    /// The present, by the system's clock, in Unix seconds.
    public static func now() -> UInt64 { UInt64(max(0, time(nil))) }
}

/// A date and a time of day, without a zone.
struct CalendarFields: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour = 0
    var minute = 0
    var second = 0

    init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(_ fields: tm) {
        year = Int(fields.tm_year) + 1900
        month = Int(fields.tm_mon) + 1
        day = Int(fields.tm_mday)
        hour = Int(fields.tm_hour)
        minute = Int(fields.tm_min)
        second = Int(fields.tm_sec)
    }

    var local: tm {
        var fields = tm()
        fields.tm_year = Int32(year - 1900)
        fields.tm_mon = Int32(month - 1)
        fields.tm_mday = Int32(day)
        fields.tm_hour = Int32(hour)
        fields.tm_min = Int32(minute)
        fields.tm_sec = Int32(second)
        return fields
    }

    /// The Unix seconds if the fields are UTC; `nil` if the calendar has no such moment, or before 1970.
    var utc: Int? {
        var fields = local
        let seconds = timegm(&fields)
        return seconds >= 0 && CalendarFields(fields) == self ? seconds : nil
    }

    var text: String {
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(day, 2) + "T" + digits(hour, 2) + ":"
            + digits(minute, 2) + ":" + digits(second, 2)
    }
}
