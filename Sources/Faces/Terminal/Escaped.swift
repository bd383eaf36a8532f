/// Shows text from elsewhere so that it cannot act on a terminal or pass for something else.
///
/// Control characters, line ends, characters that turn the reading direction, invisible ones and bytes that are not
/// UTF-8 appear as `\n`, `\x1b`, `\u{202e}`; a backslash as `\\`.
public enum Escaped {
    /// The longest text that is shown, in characters; the rest is counted.
    public static let defaultLimit = 200
    private static let markLimit = 3

    /// The text of bytes that may be anything.
    public static func text(_ bytes: some Sequence<UInt8>, limit: Int = defaultLimit) -> String {
        var decoder = UTF8Decoder(Array(bytes))
        var shown = ""
        var (count, marks) = (0, 0)
        while let piece = decoder.next() {
            guard count < limit else {
                return shown + "… (\(decoder.remaining + piece.length) more bytes)"
            }
            count += 1
            guard let scalar = piece.scalar else {
                shown += decoder.hex(of: piece)
                continue
            }
            marks = isMark(scalar) ? marks + 1 : 0
            // A heap of accents on one letter hides the lines above it.
            shown += marks > markLimit || isHostile(scalar) ? escape(scalar) : String(scalar)
        }
        return shown
    }

    /// The text of a string that may hold anything.
    public static func text(_ string: String, limit: Int = defaultLimit) -> String { text(string.utf8, limit: limit) }

    /// The text in single quotes, as names of files and people appear in messages.
    public static func quoted(_ string: String) -> String { "'\(text(string.utf8))'" }

    /// The text in single quotes, as names of files and people appear in messages.
    public static func quoted(_ bytes: [UInt8]) -> String { "'\(text(bytes))'" }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x0A: return "\\n"
        case 0x0D: return "\\r"
        case 0x09: return "\\t"
        case 0x5C: return "\\\\"
        case ..<0x80: return byte(UInt8(scalar.value))
        default: return "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    fileprivate static func byte(_ value: UInt8) -> String {
        "\\x" + (value < 16 ? "0" : "") + String(value, radix: 16)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    /// Whether a character is invisible, acts on a terminal, or turns the reading direction.
    static func isHostile(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20: return false
        case 0x5C: return true
        case 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0: return true  // letters without a shape
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .surrogate,
            .unassigned:
            return true
        default: return scalar.properties.isDefaultIgnorableCodePoint
        }
    }
}

/// Walks through bytes, character by character, and keeps apart those that are not UTF-8.
struct UTF8Decoder {
    /// A character, or `nil` for a byte that begins none.
    struct Piece {
        let scalar: Unicode.Scalar?
        let start: Int
        let length: Int
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func next() -> Piece? {
        guard position < bytes.count else { return nil }
        for length in 1...4 where position + length <= bytes.count {
            guard let scalar = scalar(length) else { continue }
            defer { position += length }
            return Piece(scalar: scalar, start: position, length: length)
        }
        defer { position += 1 }
        return Piece(scalar: nil, start: position, length: 1)
    }

    private func scalar(_ length: Int) -> Unicode.Scalar? {
        guard let text = String(validating: bytes[position..<position + length], as: UTF8.self),
            text.unicodeScalars.count == 1
        else { return nil }
        return text.unicodeScalars.first
    }

    func hex(of piece: Piece) -> String {
        bytes[piece.start..<piece.start + piece.length].map(Escaped.byte).joined()
    }
}
