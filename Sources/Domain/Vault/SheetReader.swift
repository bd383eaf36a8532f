public import AgeFile
public import Sodium

extension RecoverySheet {
    /// Whether what was typed for line `line`, from 1 to 6, is that line, so that an error can be shown at once.
    public static func isCorrect(_ typed: SecretBytes, line: Int) -> Bool {
        guard (1...SheetLines.lineCount).contains(line) else { return false }
        return typed.withUnsafeBytes { typed in
            guard var values = SheetReader.values(typed[...], line: line) else { return false }
            Wipe.array(&values)
            return true
        }
    }

    /// How many lines a sheet has.
    public static var lineCount: Int { SheetLines.lineCount }

    /// Reads the lines of a sheet as somebody typed them. Case, spaces, dashes, full stops, colons and the numbers of
    /// the lines do not matter; the lines may stand in one run. The whole identity, `AGE-SECRET-KEY-1…`, is read too.
    /// - Throws: `VaultError.wrongLines`, naming every line that is wrong or missing.
    public static func read(_ typed: SecretBytes) throws(VaultError) -> AgeIdentity {
        try typed.withUnsafeBytes { typed throws(VaultError) in
            if let identity = SheetReader.wholeIdentity(typed) { return identity }
            let lines = SheetReader.lines(of: typed)
            var text = SecretText(capacity: 128)
            text.add(SheetLines.prefix)
            var wrong: [Int] = []
            for line in 1...SheetLines.lineCount {
                guard line <= lines.count, var values = SheetReader.values(lines[line - 1], line: line) else {
                    wrong.append(line)
                    continue
                }
                for value in values { text.add([SheetLines.symbol(value)]) }
                Wipe.array(&values)
            }
            let whole = text.finish()
            guard wrong.isEmpty, lines.count == SheetLines.lineCount else {
                if lines.count < SheetLines.lineCount, lines.count > 1 {
                    throw VaultError(
                        .wrongLines, "a sheet has six lines; fewer were given", at: .lines(wrong))
                }
                throw VaultError(
                    .wrongLines, "some lines are not as printed on the sheet",
                    at: .lines(wrong.isEmpty ? [lines.count] : wrong))
            }
            do throws(AgeError) {
                return try AgeIdentity(parsing: whole)
            } catch {
                // Several errors in one line can cancel out there, never in the checksum of the whole.
                throw VaultError(
                    .wrongLines, "the lines do not belong together", at: .lines([Int](1...SheetLines.lineCount)))
            }
        }
    }
}

/// Takes apart what was typed.
enum SheetReader {
    /// The checked values of one typed line, its number and check symbol taken off; `nil` when it is wrong.
    static func values(_ typed: Slice<UnsafeRawBufferPointer>, line: Int) -> [UInt8]? {
        var symbols = typed.filter { !isIgnored($0) }
        defer { Wipe.array(&symbols) }
        let expected = SheetLines.length(of: line) + 1
        if symbols.count == expected + 1, symbols.first == 0x30 + UInt8(line) { symbols.removeFirst() }
        guard symbols.count == expected else { return nil }
        var values = symbols.compactMap { SheetLines.value(of: $0) }
        guard values.count == expected, let check = values.popLast(),
            check == SheetLines.check(values, line: line)
        else {
            Wipe.array(&values)
            return nil
        }
        return values
    }

    /// The lines that hold anything; one run of the right length is cut into them.
    static func lines(of typed: UnsafeRawBufferPointer) -> [Slice<UnsafeRawBufferPointer>] {
        let lines = typed.split { $0 == 0x0A || $0 == 0x0D }.filter { !$0.allSatisfy(isIgnored) }
        guard lines.count == 1, let run = lines.first else { return lines }
        let positions = run.indices.filter { !isIgnored(run[$0]) }
        let bare = SheetLines.symbolCount + SheetLines.lineCount
        guard positions.count == bare || positions.count == bare + SheetLines.lineCount else { return lines }
        let numbered = positions.count == bare ? 0 : 1
        var start = 0
        return (1...SheetLines.lineCount).map { line in
            let end = start + SheetLines.length(of: line) + 1 + numbered
            let piece = run[positions[start]...positions[end - 1]]
            start = end
            return piece
        }
    }

    static func wholeIdentity(_ typed: UnsafeRawBufferPointer) -> AgeIdentity? {
        var symbols = typed.filter { $0 > 0x20 }
        return try? AgeIdentity(parsing: SecretBytes(wiping: &symbols))
    }

    private static func isIgnored(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x00...0x20, 0x2D, 0x2E, 0x3A, 0x29, 0x5F: true  // white space - . : ) _
        default: false
        }
    }
}
