import Sodium

/// The text form of an age file (age.md, "ASCII armor"): read for import, never written.
public enum Armor {
    private static let begin = [UInt8]("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    private static let end = [UInt8]("-----END AGE ENCRYPTED FILE-----".utf8)
    private static let columns = 64

    /// Whether bytes begin as armored text does, after white space.
    public static func isArmored(prefix: [UInt8]) -> Bool {
        prefix.drop(while: isSpace).starts(with: begin)
    }

    /// The bytes of the file inside: canonical padded base64 in lines of 64 columns, the last one may be shorter and
    /// none empty; lines end in LF or CRLF; only lines of white space may stand around.
    /// - Throws: `AgeError.malformedArmor`.
    public static func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        var lines = trimmed(text.split(separator: 0x0A, omittingEmptySubsequences: false)[...])
        guard lines.popFirst().map(content(of:))?.elementsEqual(begin) == true else {
            throw AgeError(.malformedArmor, "armored text does not begin with its first line")
        }
        guard lines.popLast().map(content(of:))?.elementsEqual(end) == true else {
            throw AgeError(.malformedArmor, "armored text does not end with its last line")
        }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.count)
        for (offset, raw) in lines.enumerated() {
            let line = content(of: raw)
            let isFull = line.count == columns
            guard isFull || (offset == lines.count - 1 && !line.isEmpty && line.count < columns) else {
                throw AgeError(.malformedArmor, "armored text has a line that is not 64 columns wide")
            }
            encoded += line
        }
        return try Base64.decode(encoded, .padded, or: .malformedArmor, "armored text is not canonical base64")
    }

    // Lines of nothing but white space go; white space beside the first or the last line makes it another line.
    private static func trimmed(_ lines: ArraySlice<ArraySlice<UInt8>>) -> ArraySlice<ArraySlice<UInt8>> {
        var rest = lines.drop { $0.allSatisfy(isSpace) }
        while let last = rest.last, last.allSatisfy(isSpace) { rest = rest.dropLast() }
        return rest
    }

    /// The line without the CR of a CRLF.
    private static func content(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == 0x0D ? line.dropLast() : line
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
