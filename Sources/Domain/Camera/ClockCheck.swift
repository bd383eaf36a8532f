public import Sharing
public import SignedNote
public import Sodium

/// What a device's clock read beside a reference, as somebody saw it. The content of an item of its own: who saw it,
/// and when it was written down, stands in the item's ingest record.
public struct ClockCheck: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/clock-check/v1"

    /// The device.
    public let device: VerifierKey
    /// What its clock read.
    public let reads: Timestamp
    /// What the reference read at the same moment.
    public let reference: Timestamp
    /// What the reference was, such as `phone, network time`.
    public let source: PlainText
    /// Item id of a photo that shows both; `nil` for none.
    public let photo: Digest?

    /// A check of its fields.
    public init(device: VerifierKey, reads: Timestamp, reference: Timestamp, source: PlainText, photo: Digest?) {
        self.device = device
        self.reads = reads
        self.reference = reference
        self.source = source
        self.photo = photo
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        device = try reader.verifierKey("device")
        reads = try reader.timestamp("reads")
        reference = try reader.timestamp("reference")
        source = try PlainText(try reader.value("source"))
        photo = try reader.optionalHash("photo")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("device", device)
        writer.add("reads", reads)
        writer.add("reference", reference)
        writer.write("source", source.bytes)
        writer.addOptional("photo", photo)
    }

    /// Seconds by which the clock was ahead; negative where it was behind.
    public var offset: Int64 { Int64(reads.seconds) - Int64(reference.seconds) }
}

/// A camera's time with the error of its clock taken out, and what that rests on. Never shown in place of the camera's
/// own time, only beside it.
public struct CorrectedTime: Sendable, Equatable {
    /// What a correction rests on.
    public enum Basis: Sendable, Equatable {
        /// On the way from one check to the next, with even drift between them.
        case between(ClockCheck, ClockCheck)
        /// The nearest check lies before: how the clock went since is not known.
        case after(ClockCheck)
        /// The nearest check lies after: how the clock went before is not known.
        case before(ClockCheck)
        /// The clock was set, or jumped, between the two checks, nobody knows when: the time lies between two values.
        case stepped(ClockCheck, ClockCheck)
    }

    /// The earliest that it can have been, on this basis.
    public let earliest: Timestamp
    /// The latest; equal to `earliest` but for a clock that was set in between.
    public let latest: Timestamp
    /// What it rests on.
    public let basis: Basis
}

/// The checks of one device's clock, from which its error at any moment is estimated.
public struct ClockHistory: Sendable {
    /// More seconds a day than any clock drifts by itself: what differs more was set.
    public static let mostDrift: Int64 = 60

    /// In the order of their references.
    public let checks: [ClockCheck]

    /// A history of one device's checks, in any order.
    public init(_ checks: [ClockCheck]) {
        self.checks = checks.sorted { ($0.reference, $0.reads) < ($1.reference, $1.reads) }
    }

    /// Corrects a time that the device's clock showed; `nil` where there is no check.
    public func correct(_ shown: Timestamp) -> CorrectedTime? {
        // By a check's offset the moment would lie behind that check: the last one of which this is so.
        guard let first = checks.first, let last = checks.last else { return nil }
        let place = checks.lastIndex { ClockHistory.moment(shown, by: $0.offset) >= $0.reference }
        guard let place else { return single(shown, first, .before(first)) }
        guard place + 1 < checks.count else { return single(shown, last, .after(last)) }
        let (left, right) = (checks[place], checks[place + 1])
        if ClockHistory.isStep(left, right) {
            let ends = [left, right].map { ClockHistory.moment(shown, by: $0.offset) }
            let held = ends.map { min(max($0, left.reference), right.reference) }
            return CorrectedTime(
                earliest: min(held[0], held[1]), latest: max(held[0], held[1]), basis: .stepped(left, right))
        }
        let span = Int64(right.reads.seconds) - Int64(left.reads.seconds)
        let passed = min(max(0, Int64(shown.seconds) - Int64(left.reads.seconds)), max(span, 0))
        let drift = span > 0 ? ClockHistory.scaled(right.offset - left.offset, passed, span) : 0
        let moment = ClockHistory.moment(shown, by: left.offset + drift)
        return CorrectedTime(earliest: moment, latest: moment, basis: .between(left, right))
    }

    private func single(_ shown: Timestamp, _ check: ClockCheck, _ basis: CorrectedTime.Basis) -> CorrectedTime {
        let moment = ClockHistory.moment(shown, by: check.offset)
        return CorrectedTime(earliest: moment, latest: moment, basis: basis)
    }

    private static func moment(_ shown: Timestamp, by offset: Int64) -> Timestamp {
        Timestamp(seconds: UInt64(max(0, Int64(shown.seconds) - offset)))
    }

    /// Whether the clock's error changed more than drift explains.
    private static func isStep(_ left: ClockCheck, _ right: ClockCheck) -> Bool {
        let days = Int64(right.reference.seconds - left.reference.seconds) / 86_400 + 1
        return abs(right.offset - left.offset) > mostDrift * days
    }

    /// `whole * part / of`, rounded to the nearest.
    private static func scaled(_ whole: Int64, _ part: Int64, _ of: Int64) -> Int64 {
        Int64((Double(whole) * Double(part) / Double(of)).rounded())
    }
}

/// When a device's clock should be looked at again.
public enum ClockReminder: Sendable, Equatable {
    /// It was never checked.
    case never
    /// The last check lies so many days back.
    case old(days: UInt64)
    /// Clocks were put forward or back since the last check: the camera's may have been, or not.
    case clocksChanged

    /// Days after which a check is due.
    public static let period: UInt64 = 31

    /// The reminder that is due at `now`; `nil` for none.
    ///
    /// - Parameter zone: where the owner lives.
    public static func due(_ checks: [ClockCheck], at now: Timestamp, zone: CameraZone) -> ClockReminder? {
        guard let last = ClockHistory(checks).checks.last?.reference else { return .never }
        if zone.changes(between: last, and: now) { return .clocksChanged }
        let days = now.seconds > last.seconds ? (now.seconds - last.seconds) / 86_400 : 0
        return days >= period ? .old(days: days) : nil
    }
}
