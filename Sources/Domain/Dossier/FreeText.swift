public import SignedNote

/// What somebody wrote, in one or more lines: UTF-8 without control characters but line feeds and tabs, one byte to
/// 64 KiB, no space or line feed at either end.
public struct FreeText: Hashable, Sendable {
    /// The longest text, in bytes.
    public static let maximumSize = 1 << 16
    /// The UTF-8 bytes.
    public let bytes: [UInt8]

    /// Accepts text in its final form.
    /// - Throws: `NoteError.malformedValue`.
    public init(_ bytes: [UInt8]) throws(NoteError) {
        guard (1...FreeText.maximumSize).contains(bytes.count), FreeText.isTrimmed(bytes) else {
            throw NoteError(.malformedValue, "a text is empty, longer than 64 KiB, or begins or ends with space")
        }
        // One writer decides what a line may hold: a text may hold nothing that a line cannot once it is escaped.
        var trial = LineTextWriter(type: "trial")
        try trial.add("text", FreeText.escape(bytes))
        self.bytes = bytes
    }

    /// Accepts text as it was typed or found: outer white space goes, CR LF becomes LF.
    /// - Returns: `nil` for a text of white space alone.
    /// - Throws: `NoteError.malformedValue`.
    public static func trimming(_ typed: [UInt8]) throws(NoteError) -> FreeText? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(typed.count)
        for (index, byte) in typed.enumerated() {
            let endsLine = byte == 0x0D && index + 1 < typed.count && typed[index + 1] == 0x0A
            if !endsLine { bytes.append(byte) }
        }
        guard let first = bytes.firstIndex(where: { !FreeText.isSpace($0) }),
            let last = bytes.lastIndex(where: { !FreeText.isSpace($0) })
        else { return nil }
        return try FreeText([UInt8](bytes[first...last]))
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isTrimmed(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return false }
        return !isSpace(first) && !isSpace(last)
    }

    /// The text on one line: `\\` for a backslash, `\n` for a line feed, `\t` for a tab.
    var escaped: [UInt8] { FreeText.escape(bytes) }

    private static func escape(_ bytes: [UInt8]) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case 0x5C: line += [0x5C, 0x5C]
            case 0x0A: line += [0x5C, 0x6E]
            case 0x09: line += [0x5C, 0x74]
            default: line.append(byte)
            }
        }
        return line
    }

    /// Reads what `escaped` wrote.
    /// - Throws: `NoteError.malformedValue`, also for any other escape.
    init(escaped line: [UInt8]) throws(NoteError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(line.count)
        var index = 0
        while index < line.count {
            guard line[index] == 0x5C else {
                bytes.append(line[index])
                index += 1
                continue
            }
            switch index + 1 < line.count ? line[index + 1] : 0 {
            case 0x5C: bytes.append(0x5C)
            case 0x6E: bytes.append(0x0A)
            case 0x74: bytes.append(0x09)
            default: throw NoteError(.malformedValue, "a text holds an escape that is not known here")
            }
            index += 2
        }
        try self.init(bytes)
    }
}
