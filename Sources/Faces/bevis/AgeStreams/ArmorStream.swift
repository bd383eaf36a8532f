import AgeFile
import Sodium

/// Takes the armor off a stream, line by line (age.md, "ASCII armor"); the whole-file form is `Armor.decode`.
struct ArmorStream {
    private enum State { case before, inside, lastLine, after }

    private static let begin = [UInt8]("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    private static let end = [UInt8]("-----END AGE ENCRYPTED FILE-----".utf8)
    private static let columns = 64

    private var state = State.before
    private var line: [UInt8] = []
    /// Whether white space that is not kept stands before the line.
    private var isIndented = false

    /// The bytes that more text stands for.
    /// - Throws: `AgeError.malformedArmor`.
    mutating func update(_ text: UnsafeRawBufferPointer) throws(AgeError) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in text {
            guard byte == 0x0A else {
                // White space before and after may be long; a line inside is not.
                guard line.count <= ArmorStream.columns || isOutside && ArmorStream.isSpace(byte) else {
                    throw AgeError(.malformedArmor, "armored text has a line that is not 64 columns wide")
                }
                if isOutside, line.isEmpty, ArmorStream.isSpace(byte) {
                    isIndented = true
                } else {
                    line.append(byte)
                }
                continue
            }
            bytes += try take()
        }
        return bytes
    }

    /// Ends the text.
    /// - Throws: `AgeError.malformedArmor` when its last line is missing.
    mutating func finish() throws(AgeError) -> [UInt8] {
        let bytes = line.isEmpty ? [] : try take()
        guard state == .after else {
            throw AgeError(.malformedArmor, "armored text does not end with its last line")
        }
        return bytes
    }

    private var isOutside: Bool { state == .before || state == .after }

    private mutating func take() throws(AgeError) -> [UInt8] {
        defer {
            line.removeAll(keepingCapacity: true)
            isIndented = false
        }
        if line.last == 0x0D { line.removeLast() }
        switch state {
        case .before:
            guard !line.isEmpty else { return [] }
            guard line == ArmorStream.begin, !isIndented else {
                throw AgeError(.malformedArmor, "armored text does not begin with its first line")
            }
            state = .inside
        case .after:
            guard line.allSatisfy(ArmorStream.isSpace) else {
                throw AgeError(.malformedArmor, "something follows the armored text")
            }
        case .inside, .lastLine:
            guard line != ArmorStream.end else {
                state = .after
                return []
            }
            return try content()
        }
        return []
    }

    private mutating func content() throws(AgeError) -> [UInt8] {
        guard state == .inside, (1...ArmorStream.columns).contains(line.count) else {
            throw AgeError(.malformedArmor, "armored text has a line that is not 64 columns wide")
        }
        if line.count < ArmorStream.columns || line.last == 0x3D { state = .lastLine }
        guard let bytes = try? Base64.decode(line, .padded) else {
            throw AgeError(.malformedArmor, "armored text is not canonical base64")
        }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
