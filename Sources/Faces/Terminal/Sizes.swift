/// A number of bytes as people read and write it. Units are decimal: 1 kB is 1,000 bytes, 1 KiB is 1,024.
public struct ByteSize: Hashable, Sendable {
    /// The number of bytes.
    public let count: UInt64

    /// A size of its bytes.
    public init(_ count: UInt64) { self.count = count }

    private static let units: [(suffixes: [String], factor: UInt64)] = [
        (["", "b"], 1), (["k", "kb"], 1_000), (["m", "mb"], 1_000_000), (["g", "gb"], 1_000_000_000),
        (["t", "tb"], 1_000_000_000_000), (["ki", "kib"], 1 << 10), (["mi", "mib"], 1 << 20),
        (["gi", "gib"], 1 << 30), (["ti", "tib"], 1 << 40),
    ]

    /// Reads `500`, `10k`, `1MB`, `64KiB`.
    /// - Throws: a usage failure for anything else, and for more than 2^64 - 1 bytes.
    public init(parsing text: String) throws(CommandFailure) {
        // Bytes, not characters: an accent on a digit is no part of a number, and Unicode has other letters whose lower
        // case is a k.
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        let suffix = String(
            decoding: text.utf8.dropFirst(digits.count).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 },
            as: UTF8.self)
        guard let number = UInt64(String(decoding: digits, as: UTF8.self)),
            let unit = ByteSize.units.first(where: { $0.suffixes.contains(suffix) })
        else {
            throw CommandFailure(
                .usage, "\(Escaped.quoted(text)) is not a number of bytes", hint: "write 500, 10k, 1M or 64KiB")
        }
        let (count, overflow) = number.multipliedReportingOverflow(by: unit.factor)
        guard !overflow else { throw CommandFailure(.usage, "\(Escaped.quoted(text)) is more bytes than there can be") }
        self.count = count
    }

    /// `1 byte`, `999 bytes`, `1.2 MB`.
    public var text: String {
        guard count >= 1_000 else { return count == 1 ? "1 byte" : "\(count) bytes" }
        let names = ["kB", "MB", "GB", "TB", "PB", "EB"]
        var unit: UInt64 = 1_000
        var index = 0
        // 999,950 rounds to 1.0 MB, not to 1000.0 kB.
        while index < names.count - 1, count / unit >= 1_000 || ByteSize.tenths(count, unit) >= 10_000 {
            unit *= 1_000
            index += 1
        }
        let tenths = ByteSize.tenths(count, unit)
        return "\(tenths / 10).\(tenths % 10) \(names[index])"
    }

    private static func tenths(_ count: UInt64, _ unit: UInt64) -> UInt64 {
        let (whole, rest) = count.quotientAndRemainder(dividingBy: unit)
        return whole * 10 + (rest / (unit / 100) + 5) / 10
    }
}

/// A part of something, as asked for: `100-199`, `1M-`, `-500`.
public enum ByteRange: Hashable, Sendable {
    /// From the first offset through the last, both included.
    case closed(UInt64, UInt64)
    /// From an offset to the end.
    case from(UInt64)
    /// The last bytes.
    case suffix(UInt64)

    /// Reads `100-199` (both included), `1M-` or `-500`.
    /// - Throws: a usage failure for anything else, and for an end before the start.
    public init(parsing text: String) throws(CommandFailure) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts != ["", ""] else { throw ByteRange.malformed(text) }
        switch (parts[0], parts[1]) {
        case ("", let last):
            self = .suffix(try ByteSize(parsing: last).count)
        case (let first, ""):
            self = .from(try ByteSize(parsing: first).count)
        case (let first, let last):
            let (first, last) = (try ByteSize(parsing: first).count, try ByteSize(parsing: last).count)
            guard first <= last else { throw ByteRange.malformed(text) }
            self = .closed(first, last)
        }
    }

    private static func malformed(_ text: String) -> CommandFailure {
        CommandFailure(
            .usage, "\(Escaped.quoted(text)) is not a range of bytes", hint: "write 100-199, 1M- or -500 (the last 500)"
        )
    }

    /// The offsets within something of `size` bytes, cut at its end; empty when nothing of it is there.
    public func resolved(in size: UInt64) -> Range<UInt64> {
        switch self {
        case .closed(let first, let last): return first < size ? first..<(min(last, size - 1) + 1) : size..<size
        case .from(let first): return min(first, size)..<size
        case .suffix(let count): return (size - min(count, size))..<size
        }
    }
}
