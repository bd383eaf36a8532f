/// A value that is written as JSON (RFC 8259) in one way only: keys sorted by their bytes, no spaces, every character
/// that could act on a terminal escaped.
public indirect enum JSONValue: Sendable, Equatable {
    /// Text; what may be hostile is escaped wherever it is shown.
    case text(String)
    /// A number without fraction.
    case number(Int64)
    /// A number of bytes; people see `1.2 MB`.
    case size(UInt64)
    /// A moment in Unix seconds; machines see RFC 3339 in UTC, people the local time with its zone.
    case time(UInt64)
    case flag(Bool)
    case array([JSONValue])
    case object([String: JSONValue])
    /// Nothing; people see a dash.
    case absent

    /// Text of bytes that may be anything; what is not UTF-8 appears as `Escaped` shows it.
    public static func bytes(_ bytes: [UInt8]) -> JSONValue {
        if let text = String(validating: bytes, as: UTF8.self) { return .text(text) }
        return .text(Escaped.text(bytes, limit: .max))
    }

    /// The JSON text.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .text(let value): JSONValue.write(value, to: &text)
        case .number(let value): text += String(value)
        case .size(let value): text += String(value)
        case .time(let value): text += "\"\(UTCTime.text(value))\""
        case .flag(let value): text += value ? "true" : "false"
        case .absent: text += "null"
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += "," }
                value.write(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { text += "," }
                JSONValue.write(member.key, to: &text)
                text += ":"
                member.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if Escaped.isHostile(scalar) { escape(scalar, to: &text) } else { text.unicodeScalars.append(scalar) }
            }
        }
        text += "\""
    }

    private static func escape(_ scalar: Unicode.Scalar, to text: inout String) {
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    /// How people see the value.
    var plain: String {
        switch self {
        case .text(let value): return Escaped.text(value)
        case .number(let value): return String(value)
        case .size(let value): return ByteSize(value).text
        case .time(let value): return LocalTime.text(value)
        case .flag(let value): return value ? "yes" : "no"
        case .absent: return "-"
        case .array(let values): return values.isEmpty ? "none" : values.map(\.plain).joined(separator: ", ")
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            return sorted.map { "\(Escaped.text($0.key)) \($0.value.plain)" }.joined(separator: ", ")
        }
    }
}
