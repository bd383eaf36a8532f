import Sodium
import Testing

@Suite struct EncodingTests {
    private let malformed = SodiumError(.malformedEncoding, "")

    @Test(arguments: [  // RFC 4648, section 10
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"), ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ])
    func base64IsTheStandardsOwn(bytes: String, padded: String, unpadded: String) throws {
        #expect(Base64.encode([UInt8](bytes.utf8), .padded) == [UInt8](padded.utf8))
        #expect(Base64.encode([UInt8](bytes.utf8), .unpadded) == [UInt8](unpadded.utf8))
        #expect(try Base64.decode([UInt8](padded.utf8), .padded) == [UInt8](bytes.utf8))
        #expect(try Base64.decode([UInt8](unpadded.utf8), .unpadded) == [UInt8](bytes.utf8))
    }

    @Test(arguments: [
        "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v=", "Zm9v====", "Zm9v\n", " Zm9v", "Zm 9v", "Z", "Zm9vY", "Zm-_",
        "====", "=", "Zg==Zg==", "Zm9v\u{0}",
    ])
    func paddedBase64ThatIsNotCanonicalIsRefused(text: String) {
        #expect(throws: malformed) { try Base64.decode([UInt8](text.utf8), .padded) }
    }

    @Test(arguments: ["Zg==", "Zm8=", "Zh", "Zm9", "Z", "Zm9vY", "Zm9v\n", "Zm-_", "="])
    func unpaddedBase64ThatIsNotCanonicalIsRefused(text: String) {
        #expect(throws: malformed) { try Base64.decode([UInt8](text.utf8), .unpadded) }
    }

    @Test func everyByteOutsideTheAlphabetIsRefused() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for byte in UInt8.min...UInt8.max {
            for position in 0..<4 {
                var text = repeated(0x41, 4)
                text[position] = byte
                let isAccepted = (try? Base64.decode(text, .unpadded)) != nil
                #expect(isAccepted == alphabet.contains(byte))
            }
        }
    }

    @Test func base64ReadsWhatItWroteAtEveryLength() throws {
        for count in 0..<200 {
            let bytes = Random.bytes(count)
            #expect(try Base64.decode(Base64.encode(bytes, .padded), .padded) == bytes)
            #expect(try Base64.decode(Base64.encode(bytes, .unpadded), .unpadded) == bytes)
        }
    }

    @Test func hexadecimalReadsWhatItWrote() throws {
        let bytes = [UInt8](0...255)
        #expect(try Hex.decode(Hex.encode(bytes)) == bytes)
        #expect(Hex.encode([0x00, 0x9A, 0xFF]) == [UInt8]("009aff".utf8))
    }

    @Test(arguments: ["0", "0A", "0g", "0x", " 00", "00 ", "a/", "a:", "a`", "::"])
    func hexadecimalThatIsNotLowerCaseDigitsIsRefused(text: String) {
        #expect(throws: malformed) { try Hex.decode([UInt8](text.utf8)) }
    }

    @Test func typedValueOfAnotherLengthIsRefused() {
        #expect(throws: SodiumError(.wrongLength, "")) { try Digest(hex: repeated(0x61, 62)) }
        #expect(throws: SodiumError(.wrongLength, "")) { try Digest(hex: repeated(0x61, 66)) }
        #expect(throws: SodiumError(.wrongLength, "")) { try Digest(copying: repeated(0, 33)) }
    }

    @Test func valuesAreOrderedByTheirBytes() throws {
        for _ in 0..<200 {
            let (one, two): (Digest, Digest) = (Random.value(), Random.value())
            #expect((one < two) == one.bytes.array.lexicographicallyPrecedes(two.bytes.array))
        }
        for index in 0..<32 {
            var larger = repeated(0, 32)
            larger[index] = 1
            #expect(Bytes32.zero < (try Bytes32(larger)))
            #expect(!((try Bytes32(larger)) < Bytes32.zero))
            #expect((try Bytes32(larger)) != Bytes32.zero)
        }
    }
}
