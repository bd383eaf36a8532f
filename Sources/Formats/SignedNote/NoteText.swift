/// Rules for the bytes of notes and texts (signed-note, section "format").
package enum NoteText {
    package static let lineFeed: UInt8 = 0x0A
    package static let space: UInt8 = 0x20

    /// Whether `bytes` are UTF-8 without control characters below 0x20, LF excepted.
    package static func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == lineFeed } && isUTF8(bytes)
    }

    /// Whether `bytes` are well-formed UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
    package static func isUTF8(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            guard let form = sequence(startingWith: bytes[index]), index + form.count <= bytes.count else {
                return false
            }
            for offset in 1..<max(form.count, 1) {
                let allowed = offset == 1 ? form.second : 0x80...0xBF
                guard allowed.contains(bytes[index + offset]) else { return false }
            }
            index += form.count
        }
        return true
    }

    // The Unicode Standard, table 3-7: length, and what the second byte may be.
    private static func sequence(startingWith lead: UInt8) -> (count: Int, second: ClosedRange<UInt8>)? {
        switch lead {
        case 0x00...0x7F: return (1, 0x80...0xBF)
        case 0xC2...0xDF: return (2, 0x80...0xBF)
        case 0xE0: return (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: return (3, 0x80...0xBF)
        case 0xED: return (3, 0x80...0x9F)
        case 0xF0: return (4, 0x90...0xBF)
        case 0xF1...0xF3: return (4, 0x80...0xBF)
        case 0xF4: return (4, 0x80...0x8F)
        default: return nil
        }
    }

    /// Whether well-formed UTF-8 holds a Unicode space (property White_Space).
    static func holdsSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = [UInt8](bytes)
        return bytes.indices.contains { index in
            switch bytes[index] {
            case 0x09...0x0D, 0x20: return true
            case 0xC2: return index + 1 < bytes.count && (bytes[index + 1] == 0x85 || bytes[index + 1] == 0xA0)
            case 0xE1...0xE3: return index + 2 < bytes.count && isWideSpace(bytes[index...index + 2])
            default: return false
            }
        }
    }

    private static func isWideSpace(_ bytes: ArraySlice<UInt8>) -> Bool {
        let scalar = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch scalar {
        case 0xE1_9A80, 0xE2_8080...0xE2_808A, 0xE2_80A8, 0xE2_80A9, 0xE2_80AF, 0xE2_819F, 0xE3_8080: return true
        default: return false
        }
    }

    /// Decimal digits without sign or leading zeros; `nil` for other text or a number beyond 64 bits.
    package static func number(_ text: some Collection<UInt8>) -> UInt64? {
        guard let first = text.first, first != 0x30 || text.count == 1 else { return nil }
        var value: UInt64 = 0
        for digit in text {
            guard (0x30...0x39).contains(digit), let longer = append(digit - 0x30, to: value) else { return nil }
            value = longer
        }
        return value
    }

    /// `value` with one more decimal digit; `nil` beyond 64 bits. Checked multiplication of 64 bits would call a
    /// function that the browser's runtime lacks.
    package static func append(_ digit: UInt8, to value: UInt64) -> UInt64? {
        guard value <= (UInt64.max - UInt64(digit)) / 10 else { return nil }
        return value &* 10 &+ UInt64(digit)
    }

    /// Decimal digits of `value`.
    package static func decimal(_ value: UInt64) -> [UInt8] {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            digits.append(0x30 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        return digits.reversed()
    }

    /// The bytes of a literal.
    package static func bytes(_ literal: StaticString) -> [UInt8] { literal.withUTF8Buffer { [UInt8]($0) } }
}
