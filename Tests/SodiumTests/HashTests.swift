import Sodium
import Testing

@Suite struct HashTests {
    @Test func digestOfABCIsTheStandardsOwn() throws {  // FIPS 180-4, example
        let expected = try hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(SHA256.hash([UInt8]("abc".utf8)).bytes.array == expected)
    }

    @Test func digestDoesNotDependOnHowBytesArrive() {
        let message = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for cut in [0, 1, 63, 64, 65, 999, 1_000] {
            var hash = SHA256()
            hash.update([UInt8](message[..<cut]))
            hash.update([UInt8](message[cut...]))
            #expect(hash.finish() == SHA256.hash(message))
        }
    }

    @Test(arguments: [
        (
            repeated(0x0B, 20), "Hi There",  // RFC 4231, case 1
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            [UInt8]("Jefe".utf8), "what do ya want for nothing?",  // RFC 4231, case 2
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            repeated(0xAA, 131), "Test Using Larger Than Block-Size Key - Hash Key First",  // RFC 4231, case 6
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func macIsTheStandardsOwn(key: [UInt8], message: String, expected: String) throws {
        var mac = HMACSHA256(key: secret(key))
        mac.update([UInt8](message.utf8))
        #expect(mac.finish().bytes.array == (try hex(expected)))
    }

    @Test func macOfAnotherKeyDiffers() {
        var one = HMACSHA256(key: secret([1]))
        var two = HMACSHA256(key: secret([2]))
        one.update([0])
        two.update([0])
        #expect(one.finish() != two.finish())
    }

    @Test func derivedKeyIsTheStandardsOwn() throws {  // RFC 5869, case 1, first 32 bytes
        let key = HKDF.derive(
            from: secret(repeated(0x0B, 22)), salt: try hex("000102030405060708090a0b0c"),
            info: try hex("f0f1f2f3f4f5f6f7f8f9"))
        #expect(array(key) == (try hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")))
    }

    @Test func derivedKeyWithoutSaltIsTheStandardsOwn() throws {  // RFC 5869, case 3, first 32 bytes
        let key = HKDF.derive(from: secret(repeated(0x0B, 22)), salt: [], info: [])
        #expect(array(key) == (try hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d")))
    }

    @Test func derivedKeyFollowsSaltAndInfo() {
        let one = HKDF.derive(from: secret([1]), salt: [1], info: [1])
        #expect(one == HKDF.derive(from: secret([1]), salt: [1], info: [1]))
        #expect(one != HKDF.derive(from: secret([1]), salt: [2], info: [1]))
        #expect(one != HKDF.derive(from: secret([1]), salt: [1], info: [2]))
        #expect(one != HKDF.derive(from: secret([2]), salt: [1], info: [1]))
    }

    @Test func passphraseKeyIsTheStandardsOwn() throws {  // RFC 7914, section 12, third vector, first 32 bytes
        let key = try Scrypt.derive(
            passphrase: secret([UInt8]("pleaseletmein".utf8)), salt: [UInt8]("SodiumChloride".utf8), logN: 14)
        #expect(array(key) == (try hex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")))
    }

    @Test(arguments: [UInt8(0), 63, 64, 255]) func impossibleWorkFactorIsRefused(logN: UInt8) {
        #expect(throws: SodiumError(.unavailable, "")) {
            try Scrypt.derive(passphrase: secret([1]), salt: [], logN: logN)
        }
    }
}
