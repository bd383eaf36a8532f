import Glibc

/// A moment of the past as somebody states it: absolute, in the clock time of a zone.
public struct StatedTime: Equatable, Sendable {
    /// Unix seconds; for a day alone, its first one.
    public let seconds: UInt64
    /// What the clock on the wall showed, in minutes east of UTC.
    public let offsetMinutes: Int
    /// Whether only the day is stated.
    public let isDay: Bool

    /// Reads `2026-11-12`, `2026-11-12 22:15` and the same with seconds as local time, or RFC 3339 with its offset.
    /// - Throws: a usage failure for anything else, lengths of time among it, for a local time that does not exist or
    ///   happens twice, and for the future.
    public init(_ text: String, now: UInt64) throws(CommandFailure) {
        guard let parsed = DateText(text) else {
            throw CommandFailure(
                .usage, "\(Escaped.quoted(text)) is not a date",
                hint: "write the date in full, as 2026-11-12 or '2026-11-12 22:15'")
        }
        seconds = try TimeArgument.moment(text, now: now)
        guard seconds <= now else {
            throw CommandFailure(.usage, "\(Escaped.quoted(text)) has not come yet", hint: "look at the year")
        }
        isDay = !parsed.hasTime
        offsetMinutes = parsed.offset.map { $0 / 60 } ?? LocalZone.offsetMinutes(at: seconds)
    }
}

/// The time zone that local times are meant in.
public enum LocalZone {
    private static let folder = "/usr/share/zoneinfo/"

    /// Takes another zone for the rest of this process, by its name such as `Europe/Copenhagen`.
    /// - Throws: a usage failure for a name that the system does not know.
    public static func use(_ name: String) throws(CommandFailure) {
        guard isName(name), access(folder + name, R_OK) == 0 else {
            throw CommandFailure(
                .usage, "\(Escaped.quoted(name)) is no time zone that this system knows",
                hint: "write it as Europe/Copenhagen")
        }
        setenv("TZ", name, 1)
        tzset()
    }

    /// The name of the zone in use, where the system tells one.
    public static var name: String? {
        if let value = getenv("TZ") {
            let name = String(cString: value)
            return isName(name) && access(folder + name, R_OK) == 0 ? name : nil
        }
        var target = [CChar](repeating: 0, count: 4096)
        let count = readlink("/etc/localtime", &target, target.count)
        guard count > 0 else { return nil }
        let path = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let parts = path.split(separator: "/")
        guard let start = parts.firstIndex(of: "zoneinfo") else { return nil }
        let name = parts[(start + 1)...].joined(separator: "/")
        return isName(name) ? name : nil
    }

    /// What a local clock shows at a moment, in minutes east of UTC.
    public static func offsetMinutes(at unixSeconds: UInt64) -> Int {
        var (seconds, fields) = (time_t(clamping: unixSeconds), tm())
        tzset()
        return localtime_r(&seconds, &fields) == nil ? 0 : Int(fields.tm_gmtoff) / 60
    }

    private static func isName(_ text: String) -> Bool {
        let allowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2B, 0x2D, 0x2F, 0x5F].contains(byte)
        }
        return allowed && (1...64).contains(text.utf8.count) && !text.hasPrefix("/") && !text.hasPrefix("-")
    }
}
