import Sodium
import Testing

@Suite struct AgreementTests {
    @Test func agreedSecretIsTheStandardsOwn() throws {  // RFC 7748, section 5.2
        let key = try AgreementKey(secret(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")))
        let other = try AgreementPublicKey(
            hex: [UInt8](
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c".utf8))
        let shared = try key.agree(with: other)
        #expect(array(shared) == (try hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")))
    }

    @Test func bothSidesAgree() throws {  // RFC 7748, section 6.1
        let bob = try AgreementKey(secret(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")))
        #expect(
            bob.publicKey.bytes.array
                == (try hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")))
        let alice = try AgreementPublicKey(
            hex: [UInt8](
                "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a".utf8))
        #expect(
            array(try bob.agree(with: alice))
                == (try hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")))
        let carol = AgreementKey()
        #expect(try bob.agree(with: carol.publicKey) == carol.agree(with: bob.publicKey))
    }

    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ])
    func smallOrderPointIsRefused(point: String) throws {
        let other = try AgreementPublicKey(hex: [UInt8](point.utf8))
        #expect(throws: SodiumError(.unusableKey, "")) { try AgreementKey().agree(with: other) }
    }

    @Test func scalarOfAnotherLengthIsRefused() {
        #expect(throws: SodiumError(.wrongLength, "")) { try AgreementKey(secret(repeated(1, 33))) }
    }
}

@Suite struct SigningTests {
    @Test(arguments: [
        (  // RFC 8032, section 7.1, tests 1 and 2
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func signatureIsTheStandardsOwn(seed: String, publicKey: String, message: String, signature: String) throws {
        let key = try SigningKey(seed: secret(hex(seed)))
        #expect(key.verificationKey.bytes.array == (try hex(publicKey)))
        #expect(key.sign(try hex(message)).bytes == (try hex(signature)))
        #expect(array(key.seed) == (try hex(seed)))
        let received = try VerificationKey(checking: hex(publicKey))
        #expect(received.accepts(try Signature(hex(signature)), over: try hex(message)))
    }

    @Test func alteredSignatureMessageOrKeyIsRefused() throws {
        let key = SigningKey()
        let message: [UInt8] = [1, 2, 3]
        let signature = key.sign(message)
        for index in signature.bytes.indices {
            var altered = signature.bytes
            altered[index] ^= 0x10
            #expect(!key.verificationKey.accepts(try Signature(altered), over: message))
        }
        #expect(!key.verificationKey.accepts(signature, over: [1, 2, 4]))
        #expect(!key.verificationKey.accepts(signature, over: []))
        #expect(!SigningKey().verificationKey.accepts(signature, over: message))
        #expect(key.verificationKey.accepts(signature, over: message))
    }

    @Test(arguments: [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0200000000000000000000000000000000000000000000000000000000000000",
    ])
    func smallOrderOrMalformedKeyIsRefused(point: String) throws {
        let bytes = try hex(point)
        // Twice: only good verdicts are remembered.
        for _ in 0..<2 {
            #expect(throws: SodiumError(.unusableKey, "")) { try VerificationKey(checking: bytes) }
        }
    }

    @Test func honestKeysPassTheCheck() throws {
        for _ in 0..<20 {
            let key = SigningKey().verificationKey
            for _ in 0..<2 { #expect(try VerificationKey(checking: key.bytes.array) == key) }
        }
    }

    @Test func keyThatDiffersInOneBitFromOneCheckedBeforeIsCheckedItself() throws {
        let key = SigningKey().verificationKey.bytes.array
        _ = try VerificationKey(checking: key)
        // Of the neighbours of a good point, about fifteen in sixteen are unusable: all good would mean none checked.
        let refused = (0..<256).count { bit in
            var altered = key
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            return (try? VerificationKey(checking: altered)) == nil
        }
        #expect(refused > 128)
    }

    @Test func keysAndSignaturesOfOtherLengthsAreRefused() {
        let wrong = SodiumError(.wrongLength, "")
        #expect(throws: wrong) { try VerificationKey(checking: repeated(1, 31)) }
        #expect(throws: wrong) { try SigningKey(seed: secret(repeated(1, 64))) }
        #expect(throws: wrong) { try Signature(repeated(1, 63)) }
        #expect(throws: wrong) { try Signature(repeated(1, 65)) }
    }
}
