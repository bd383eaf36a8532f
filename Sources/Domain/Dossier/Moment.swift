public import Sharing
public import SignedNote

/// A moment as a clock on a wall showed it, with the clock's distance from UTC: `2026-11-12T22:15:00+01:00`.
public struct Moment: Hashable, Sendable {
    /// The moment itself.
    public let timestamp: Timestamp
    /// Minutes east of UTC, -840 to 840.
    public let offsetMinutes: Int

    /// A moment of its parts.
    /// - Throws: `NoteError.malformedValue` for an offset that no clock has, or a local time before 1970.
    public init(_ timestamp: Timestamp, offsetMinutes: Int) throws(NoteError) {
        guard abs(offsetMinutes) <= 14 * 60, Int64(timestamp.seconds) + Int64(offsetMinutes) * 60 >= 0 else {
            throw NoteError(.malformedValue, "a time lies before 1970 or is further from UTC than any clock")
        }
        self.timestamp = timestamp
        self.offsetMinutes = offsetMinutes
    }

    /// Reads exactly the 25 bytes that `text` writes.
    /// - Throws: `NoteError.malformedValue`.
    public init(parsing text: [UInt8]) throws(NoteError) {
        guard text.count == 25, text[19] == 0x2B || text[19] == 0x2D, text[22] == 0x3A,
            let hours = Digits.number(text[20..<22]), let minutes = Digits.number(text[23..<25]), minutes < 60,
            let local = try? Timestamp(parsing: text[..<19] + [0x5A])
        else { throw NoteError(.malformedValue, "a time is not of the form 2026-11-12T22:15:00+01:00") }
        let east = text[19] == 0x2B ? 1 : -1
        let offset = east * (hours * 60 + minutes)
        let seconds = Int64(local.seconds) - Int64(offset) * 60
        // One way to write each: UTC is +00:00.
        guard seconds >= 0, offset != 0 || east == 1 else {
            throw NoteError(.malformedValue, "a time lies before 1970, or UTC is not written +00:00")
        }
        try self.init(Timestamp(seconds: UInt64(seconds)), offsetMinutes: offset)
    }

    /// The 25 bytes.
    public var text: [UInt8] {
        let sign: UInt8 = offsetMinutes < 0 ? 0x2D : 0x2B
        let distance = abs(offsetMinutes)
        return local.text.dropLast() + [sign] + Digits.text(distance / 60, 2) + [0x3A] + Digits.text(distance % 60, 2)
    }

    /// What the clock on the wall showed, as if it were UTC.
    var local: Timestamp { Timestamp(seconds: UInt64(Int64(timestamp.seconds) + Int64(offsetMinutes) * 60)) }

    /// The day that the clock on the wall showed.
    public var day: Day { Day(seconds: Int64(timestamp.seconds), offsetMinutes: offsetMinutes) }

    /// Whether the clock on the wall showed the first second of a day.
    var isMidnight: Bool { local.seconds % 86_400 == 0 }
}

/// How well a time is known.
public enum Precision: UInt8, CaseIterable, Sendable {
    /// To the minute.
    case exact
    /// Somewhere near it.
    case about
    /// The day alone.
    case day
    /// Not at all.
    case unknown
}

/// When something happened, as its keeper states it. Always in absolute dates.
public struct Occurrence: Hashable, Sendable {
    /// When it began; `nil` exactly when nothing is known.
    public let from: Moment?
    /// When it ended, where that is stated.
    public let to: Moment?
    /// How well that is known.
    public let precision: Precision
    /// The name of the clock's time zone, such as `Europe/Copenhagen`.
    public let zone: PlainText?

    /// A time of its parts.
    /// - Throws: `NoteError.malformedValue` where they contradict each other: an end without or before a beginning, a
    ///   whole day that does not begin at midnight.
    public init(from: Moment?, to: Moment? = nil, precision: Precision, zone: PlainText? = nil) throws(NoteError) {
        guard (from == nil) == (precision == .unknown) else {
            throw NoteError(.malformedValue, "only a time of which nothing is known has no beginning")
        }
        if let to {
            guard let from, to.timestamp >= from.timestamp else {
                throw NoteError(.malformedValue, "an end lies before its beginning")
            }
        }
        if precision == .day {
            guard from?.isMidnight ?? false, to?.isMidnight ?? true else {
                throw NoteError(.malformedValue, "a time that is a whole day does not begin at midnight")
            }
        }
        self.from = from
        self.to = to
        self.precision = precision
        self.zone = zone
    }
}
