import Sodium
import Testing

@Suite struct SealingTests {
    // RFC 8439, section 2.8.2
    private func vector() throws -> (key: AEADKey, nonce: AEADNonce, data: [UInt8], plaintext: [UInt8], sealed: [UInt8])
    {
        let plaintext = """
            Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, \
            sunscreen would be it.
            """
        return (
            try AEADKey(secret([UInt8](0x80...0x9F))), try AEADNonce(hex("070000004041424344454647")),
            try hex("50515253c0c1c2c3c4c5c6c7"), [UInt8](plaintext.utf8),
            try hex(
                """
                d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b\
                1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691
                """)
        )
    }

    @Test func sealedBytesAreTheStandardsOwn() throws {
        let (key, nonce, data, plaintext, sealed) = try vector()
        #expect(
            ChaCha20Poly1305.seal(secret: secret(plaintext), key: key, nonce: nonce, associatedData: data) == sealed)
        let opened = try ChaCha20Poly1305.openSecret(sealed, key: key, nonce: nonce, associatedData: data)
        #expect(array(opened) == plaintext)
    }

    @Test func everyFlippedBitIsRefused() throws {
        let (key, nonce, data, _, sealed) = try vector()
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 1 << UInt8(index % 8)
            #expect(throws: SodiumError(.notAuthentic, "")) {
                try ChaCha20Poly1305.openSecret(altered, key: key, nonce: nonce, associatedData: data)
            }
        }
    }

    @Test func otherNonceDataOrKeyIsRefused() throws {
        let (key, nonce, data, _, sealed) = try vector()
        let refused = SodiumError(.notAuthentic, "")
        #expect(throws: refused) {
            try ChaCha20Poly1305.openSecret(sealed, key: key, nonce: .zero, associatedData: data)
        }
        #expect(throws: refused) { try ChaCha20Poly1305.openSecret(sealed, key: key, nonce: nonce) }
        #expect(throws: refused) {
            try ChaCha20Poly1305.openSecret(
                sealed, key: try AEADKey(secret(repeated(0, 32))), nonce: nonce, associatedData: data)
        }
    }

    @Test func sealedBytesShorterThanTheirTagAreRefused() throws {
        let (key, nonce, data, _, sealed) = try vector()
        #expect(throws: SodiumError(.wrongLength, "")) {
            try ChaCha20Poly1305.openSecret([UInt8](sealed[..<15]), key: key, nonce: nonce, associatedData: data)
        }
        #expect(throws: SodiumError(.notAuthentic, "")) {
            try ChaCha20Poly1305.openSecret([UInt8](sealed[..<16]), key: key, nonce: nonce, associatedData: data)
        }
    }

    @Test func emptySecretIsSealedToATag() throws {
        let (key, nonce, _, _, _) = try vector()
        let sealed = ChaCha20Poly1305.seal(secret: secret([]), key: key, nonce: nonce)
        #expect(sealed.count == ChaCha20Poly1305.tagSize)
        #expect(try ChaCha20Poly1305.openSecret(sealed, key: key, nonce: nonce).count == 0)
    }

    @Test func streamNonceCountsBigEndianAndMarksTheLast() throws {
        #expect(AEADNonce.stream(counter: 0, isLast: false) == .zero)
        #expect(
            AEADNonce.stream(counter: 0x0102_0304_0506_0708, isLast: true).bytes
                == (try hex("0000000102030405060708 01")))
    }

    @Test func keysAndNoncesOfOtherLengthsAreRefused() {
        #expect(throws: SodiumError(.wrongLength, "")) { try AEADKey(secret(repeated(0, 31))) }
        #expect(throws: SodiumError(.wrongLength, "")) { try AEADNonce(repeated(0, 11)) }
        #expect(throws: SodiumError(.wrongLength, "")) { try AEADNonce(repeated(0, 24)) }
    }
}
