import Foundation
public import SignedNote

/// The time zone that a camera's clock shows. It is stated by whoever sets the camera up, never guessed.
public struct CameraZone: Sendable, Equatable {
    /// Why a local time stands for no single moment.
    public enum Gap: Sendable, Equatable {
        /// No calendar has it.
        case noSuchDate
        /// The clocks go forward over it.
        case skipped
        /// The clocks go back over it: it happens twice.
        case twice
    }

    /// The name as it was given: `Europe/Copenhagen`, `UTC` or `+01:00`.
    public let name: String
    private let zone: TimeZone

    /// Universal time.
    public static let utc = CameraZone(name: "UTC", zone: .gmt)

    private init(name: String, zone: TimeZone) {
        self.name = name
        self.zone = zone
    }

    /// Takes the name of a zone of the system's database, `UTC`, or a fixed offset such as `+01:00` for a camera that
    /// knows no daylight-saving time; `nil` for anything else.
    public init?(_ name: String) {
        if name == "UTC" {
            self = .utc
        } else if let offset = CameraZone.offset(Array(name.utf8)), let zone = TimeZone(secondsFromGMT: offset) {
            self.init(name: name, zone: zone)
        } else if name.contains("/"), let zone = TimeZone(identifier: name) {
            self.init(name: name, zone: zone)
        } else {
            return nil
        }
    }

    // `+HH:MM` or `-HH:MM`, at most 14 hours.
    private static func offset(_ text: [UInt8]) -> Int? {
        guard text.count == 6, text[0] == 0x2B || text[0] == 0x2D, text[3] == 0x3A,
            let hours = Digits.number(text[1...2]), let minutes = Digits.number(text[4...5]), minutes < 60,
            hours * 60 + minutes <= 14 * 60
        else { return nil }
        return (hours * 3_600 + minutes * 60) * (text[0] == 0x2B ? 1 : -1)
    }

    /// The moment at which a clock of this zone shows `time`.
    public func moment(of time: ClockReading) -> Result<Timestamp, Gap.Failure> {
        guard let shown = time.secondsAsUTC else { return .failure(Gap.Failure(.noSuchDate)) }
        // Every rule that held within a day of it; a zone changes its offset less often.
        var moments: Set<UInt64> = []
        for near in [shown - min(shown, 86_400), shown, shown + 86_400] {
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(near)))
            guard let moment = UInt64(exactly: Int64(shown) - Int64(offset)) else { continue }
            let own = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(moment)))
            if own == offset { moments.insert(moment) }
        }
        guard let only = moments.first else { return .failure(Gap.Failure(.skipped)) }
        return moments.count == 1 ? .success(Timestamp(seconds: only)) : .failure(Gap.Failure(.twice))
    }

    /// Whether the zone's clocks were put forward or back between two moments.
    public func changes(between first: Timestamp, and last: Timestamp) -> Bool {
        guard first < last else { return false }
        let start = Date(timeIntervalSince1970: TimeInterval(first.seconds))
        guard let change = zone.nextDaylightSavingTimeTransition(after: start) else { return false }
        return change <= Date(timeIntervalSince1970: TimeInterval(last.seconds))
    }

    /// The zone of the machine.
    public static var ofThisMachine: CameraZone {
        CameraZone(name: TimeZone.current.identifier, zone: .current)
    }
}

extension CameraZone.Gap {
    /// A gap as an error.
    public struct Failure: Error, Equatable {
        /// The gap.
        public let gap: CameraZone.Gap

        init(_ gap: CameraZone.Gap) { self.gap = gap }
    }
}

/// A date and time of day as a clock shows it.
public struct ClockReading: Sendable, Equatable {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int

    /// A reading of its parts, in any range.
    public init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Unix seconds if the reading were UTC; `nil` for a time that no calendar has, or before 1970.
    var secondsAsUTC: UInt64? {
        guard (1970...9999).contains(year), (0...99).contains(month), (0...99).contains(day),
            (0...99).contains(hour), (0...99).contains(minute), (0...99).contains(second)
        else { return nil }
        let text =
            Digits.text(year, 4) + [0x2D] + Digits.text(month, 2) + [0x2D] + Digits.text(day, 2) + [0x54]
            + Digits.text(hour, 2) + [0x3A] + Digits.text(minute, 2) + [0x3A] + Digits.text(second, 2) + [0x5A]
        return (try? Timestamp(parsing: text))?.seconds
    }
}

/// Decimal digits in names.
enum Digits {
    /// The number that one to nine digits write; `nil` where one is none.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(digits.count), digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    static func text(_ number: Int, _ count: Int) -> [UInt8] {
        let digits = Array(String(number).utf8)
        return [UInt8](repeating: 0x30, count: max(0, count - digits.count)) + digits
    }
}
