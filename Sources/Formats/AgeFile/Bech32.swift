import Sodium

/// Bech32 (BIP 173, checksum constant 1, no limit of length) for values of exactly 32 bytes under a known prefix.
///
/// 256 bits make 52 symbols of 5 bits with 4 zero bits left over, then 6 symbols of checksum. Works on lent memory,
/// so that a private key never passes through an array.
enum Bech32 {
    private static let alphabet = [UInt8]("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let dataSymbols = 52
    private static let checksumSymbols = 6

    /// Length of the text of a 32-byte value under `prefix`.
    static func length(prefix: [UInt8]) -> Int { prefix.count + 1 + dataSymbols + checksumSymbols }

    /// Writes the lower-case text of 32 bytes; `prefix` in lower case.
    static func encode(_ value: UnsafeRawBufferPointer, prefix: [UInt8], into text: UnsafeMutableRawBufferPointer) {
        precondition(value.count == 32 && text.count == length(prefix: prefix), "a Bech32 value has 32 bytes")
        var checksum = Checksum(prefix: prefix)
        text.copyBytes(from: prefix)
        text[prefix.count] = 0x31
        var position = prefix.count + 1
        for symbol in 0..<dataSymbols {
            let group = bits(of: value, at: symbol * 5)
            checksum.update(group)
            text[position] = alphabet[Int(group)]
            position += 1
        }
        for symbol in checksum.finish() {
            text[position] = alphabet[Int(symbol)]
            position += 1
        }
    }

    /// Reads text in one case, all lower or all upper, into 32 bytes; `prefix` in lower case.
    /// - Throws: `AgeError.malformedKey`.
    static func decode(
        _ text: UnsafeRawBufferPointer, prefix: [UInt8], into value: UnsafeMutableRawBufferPointer
    ) throws(AgeError) {
        precondition(value.count == 32, "a Bech32 value has 32 bytes")
        try checkCase(text)
        guard text.count > prefix.count, text[prefix.count] == 0x31,
            zip(text, prefix).allSatisfy({ lower($0) == $1 })
        else { throw AgeError(.malformedKey, "a key does not begin as a key of its kind does") }
        guard text.count == length(prefix: prefix) else {
            throw AgeError(.malformedKey, "a key has the wrong length")
        }
        var checksum = Checksum(prefix: prefix)
        var pending: UInt32 = 0
        var pendingBits = 0
        var written = 0
        for (index, character) in text.dropFirst(prefix.count + 1).enumerated() {
            guard let symbol = alphabet.firstIndex(of: lower(character)) else {
                throw AgeError(.malformedKey, "a key holds a character that is not Bech32")
            }
            checksum.update(UInt8(symbol))
            guard index < dataSymbols else { continue }
            pending = (pending << 5 | UInt32(symbol)) & 0xFFF
            pendingBits += 5
            if pendingBits >= 8 {
                pendingBits -= 8
                value[written] = UInt8(truncatingIfNeeded: pending >> UInt32(pendingBits))
                written += 1
            }
        }
        guard checksum.isValid else { throw AgeError(.malformedKey, "a key's checksum does not match") }
        guard pending & 0xF == 0 else { throw AgeError(.malformedKey, "a key's unused bits are not zero") }
    }

    private static func checkCase(_ text: UnsafeRawBufferPointer) throws(AgeError) {
        let hasUpper = text.contains { (0x41...0x5A).contains($0) }
        let hasLower = text.contains { (0x61...0x7A).contains($0) }
        guard !(hasUpper && hasLower) else { throw AgeError(.malformedKey, "a key mixes upper and lower case") }
    }

    private static func lower(_ character: UInt8) -> UInt8 {
        (0x41...0x5A).contains(character) ? character | 0x20 : character
    }

    /// Five bits from bit `offset`, most significant first; zeros beyond the end.
    private static func bits(of value: UnsafeRawBufferPointer, at offset: Int) -> UInt8 {
        let index = offset / 8
        let next = index + 1 < value.count ? value[index + 1] : 0
        let window = UInt16(value[index]) << 8 | UInt16(next)
        return UInt8(truncatingIfNeeded: window >> UInt16(11 - offset % 8)) & 31
    }

    private struct Checksum {
        private var state: UInt32 = 1

        init(prefix: [UInt8]) {
            for character in prefix { update(character >> 5) }
            update(0)
            for character in prefix { update(character & 31) }
        }

        mutating func update(_ symbol: UInt8) {
            let top = state >> 25
            state = (state & 0x1FF_FFFF) << 5 ^ UInt32(symbol)
            if top & 1 != 0 { state ^= 0x3B6A_57B2 }
            if top & 2 != 0 { state ^= 0x2650_8E6D }
            if top & 4 != 0 { state ^= 0x1EA1_19FA }
            if top & 8 != 0 { state ^= 0x3D42_33DD }
            if top & 16 != 0 { state ^= 0x2A14_62B3 }
        }

        var isValid: Bool { state == 1 }

        mutating func finish() -> [UInt8] {
            for _ in 0..<checksumSymbols { update(0) }
            let value = state ^ 1
            return (0..<checksumSymbols).map { UInt8(truncatingIfNeeded: value >> UInt32(5 * (5 - $0))) & 31 }
        }
    }
}
