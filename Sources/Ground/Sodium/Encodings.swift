import CSodium

/// Hexadecimal, lower case.
public enum Hex {
    /// Two lower-case digits a byte.
    public static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
        return text
    }

    /// Reads an even number of lower-case digits.
    /// - Throws: `SodiumError.malformedEncoding`.
    public static func decode(_ text: some Collection<UInt8>) throws(SodiumError) -> [UInt8] {
        // One copy first: stepping through a collection of any kind takes several times as long.
        let digits = Array(text)
        guard digits.count % 2 == 0 else { throw SodiumError(.malformedEncoding, "hexadecimal text has an odd length") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            bytes.append(try value(digits[index]) << 4 | value(digits[index + 1]))
        }
        return bytes
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }

    private static func value(_ character: UInt8) throws(SodiumError) -> UInt8 {
        switch character {
        case 0x30...0x39: return character - 0x30
        case 0x61...0x66: return character - 0x57
        default: throw SodiumError(.malformedEncoding, "a character is not a lower-case hexadecimal digit")
        }
    }
}

/// Base64 with the standard alphabet (RFC 4648, section 4), canonical: unused bits are zero.
public enum Base64 {
    /// Whether `=` fills the last group of four.
    public enum Padding: Sendable {
        case padded, unpadded

        fileprivate var variant: Int32 {
            self == .padded ? sodium_base64_VARIANT_ORIGINAL : sodium_base64_VARIANT_ORIGINAL_NO_PADDING
        }
    }

    /// Encodes without line breaks.
    public static func encode(_ bytes: [UInt8], _ padding: Padding) -> [UInt8] {
        let size = sodium_base64_encoded_len(bytes.count, padding.variant)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).octets.withMemoryRebound(to: CChar.self, capacity: size) {
                _ = sodium_bin2base64($0, size, bytes, bytes.count, padding.variant)
            }
            initialized = size - 1  // without the terminating zero
        }
    }

    /// Decodes text that holds nothing but canonical base64.
    /// - Throws: `SodiumError.malformedEncoding`.
    public static func decode(_ text: [UInt8], _ padding: Padding) throws(SodiumError) -> [UInt8] {
        // libsodium 1.0.18 takes every byte from 0x80 up for a slash.
        guard text.allSatisfy({ $0 < 0x80 }) else {
            throw SodiumError(.malformedEncoding, "text is not canonical base64")
        }
        var succeeded = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { buffer, initialized in
            var length = 0
            let verdict = text.withUnsafeBytes { text in
                text.octets.withMemoryRebound(to: CChar.self, capacity: text.count) {
                    sodium_base642bin(
                        UnsafeMutableRawBufferPointer(buffer).octets, buffer.count, $0, text.count, nil, &length, nil,
                        padding.variant)
                }
            }
            succeeded = verdict == 0
            initialized = length
        }
        guard succeeded else { throw SodiumError(.malformedEncoding, "text is not canonical base64") }
        return bytes
    }
}
