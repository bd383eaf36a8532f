import AgeFile
import Sodium

/// A paper identity as numbered lines: the 58 symbols behind `AGE-SECRET-KEY-1`, ten a line in two groups of five
/// (the last line has eight), each line ending in a check symbol of its own.
///
/// The check is a weighted sum over GF(32) of the line's number and symbols. All weights differ and none is zero, so
/// a line with one wrong symbol, two exchanged symbols, or typed in another line's place never passes.
enum SheetLines {
    static let symbolCount = 58
    static let lineLength = 10
    static let lineCount = 6
    static let prefix: StaticString = "AGE-SECRET-KEY-1"
    private static let prefixCount = 16
    private static let alphabet = [UInt8]("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".utf8)

    /// Symbols of line `line`, from 1, without its check symbol.
    static func length(of line: Int) -> Int { min(lineLength, symbolCount - (line - 1) * lineLength) }

    /// The lines as printed, numbers and check symbols included, each ending in LF.
    static func print(_ identity: AgeIdentity) -> SecretBytes {
        var text = SecretText(capacity: 256)
        identity.text.withUnsafeBytes { symbols in
            for line in 1...lineCount {
                let start = prefixCount + (line - 1) * lineLength
                var values = (start..<(start + length(of: line))).map { value(of: symbols[$0]) ?? 0 }
                text.add([0x30 + UInt8(line), 0x20, 0x20])
                for (index, value) in values.enumerated() {
                    if index == lineLength / 2 { text.add(" ") }
                    text.add([symbol(value)])
                }
                text.add(line == lineCount ? "    " : "  ")
                text.add([symbol(check(values, line: line))])
                text.add("\n")
                Wipe.array(&values)
            }
        }
        return text.finish()
    }

    /// The value of a typed character, from 0 to 31. What the alphabet leaves out is taken for what it looks like.
    static func value(of character: UInt8) -> UInt8? {
        let upper = (0x61...0x7A).contains(character) ? character & 0xDF : character
        let meant: UInt8
        switch upper {
        case 0x31, 0x49: meant = 0x4C  // 1, I: L
        case 0x4F: meant = 0x30  // O: 0
        case 0x42: meant = 0x38  // B: 8
        default: meant = upper
        }
        return alphabet.firstIndex(of: meant).map { UInt8($0) }
    }

    /// The character that is printed for a value.
    static func symbol(_ value: UInt8) -> UInt8 { alphabet[Int(value)] }

    /// The check symbol's value for a line's values.
    static func check(_ values: [UInt8], line: Int) -> UInt8 {
        // Weights: 1 for the check symbol itself, powers 1 to 10 of the generator for symbols, 20 for the number.
        var sum = multiply(UInt8(line), power(20))
        for (index, value) in values.enumerated() { sum ^= multiply(value, power(index + 1)) }
        return sum
    }

    private static func power(_ exponent: Int) -> UInt8 {
        (0..<exponent).reduce(1) { value, _ in multiply(value, 2) }
    }

    // GF(32) with the polynomial x^5 + x^2 + 1, of which 2 is a generator.
    private static func multiply(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product: UInt8 = 0
        for bit in 0..<5 where right >> UInt8(bit) & 1 == 1 {
            var shifted = left
            for _ in 0..<bit { shifted = shifted & 16 == 0 ? shifted << 1 : (shifted << 1) ^ 0b100101 }
            product ^= shifted
        }
        return product
    }
}
