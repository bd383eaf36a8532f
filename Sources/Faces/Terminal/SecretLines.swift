public import Sodium

/// Secret lines that are typed one after the other.
public enum SecretLines {
    /// Reads lines up to `count` of them, an empty one, or the end; what follows is left for the next reader.
    /// - Parameters:
    ///   - ask: called before each line, with its number from 1.
    ///   - accept: whether a line is taken; one that is not is asked for again, and does not count.
    /// - Returns: the lines, each ending in LF.
    /// - Throws: `CommandFailure`, also for a line of more than 4,096 bytes.
    public static func read(
        from descriptor: Descriptor, upTo count: Int, ask: (Int) throws(CommandFailure) -> Void,
        accept: (SecretBytes, Int) throws(CommandFailure) -> Bool
    ) throws(CommandFailure) -> SecretBytes {
        var lines: [SecretBytes] = []
        while lines.count < count {
            try ask(lines.count + 1)
            guard let line = try SecretLine.read(from: descriptor, limit: 4_096), line.count > 0 else { break }
            if try accept(line, lines.count + 1) { lines.append(line) }
        }
        return SecretBytes(count: lines.map { $0.count + 1 }.reduce(0, +)) { whole in
            var place = 0
            for line in lines {
                line.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: whole[place...]).copyMemory(from: $0) }
                place += line.count + 1
                whole[place - 1] = 0x0A
            }
        }
    }
}
