import SignedNote
import Sodium
import Testing

@Suite struct KeyNameTests {
    @Test func namesOfTheProfileAreTaken() throws {
        for name in ["a", "log.example/2026", "0-9_z", "../x", String(repeating: "a", count: 255)] {
            #expect(try KeyName(name.utf8).bytes == bytes(name))
        }
    }

    @Test func everyOtherByteIsRefused() {
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789.-_/".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect((try? KeyName([byte])) == nil || allowed.contains(byte))
            #expect((try? KeyName([byte])) != nil || !allowed.contains(byte))
        }
    }

    @Test func emptyAndLongNamesAreRefused() {
        #expect(throws: NoteError(.malformedValue, "")) { try KeyName([]) }
        #expect(throws: NoteError(.malformedValue, "")) { try KeyName([UInt8](repeating: 0x61, count: 256)) }
    }
}

@Suite struct VerifierKeyTests {
    @Test func keyIsWrittenBackTheSame() throws {
        for seed in UInt8(1)...40 {
            for kind in [VerifierKey.Kind.ed25519, .cosignature] {
                let key = VerifierKey(
                    name: try KeyName("a.example/b".utf8), kind: kind, key: try signingKey(seed).verificationKey)
                #expect(try VerifierKey(parsing: key.text) == key)
            }
        }
    }

    @Test func kindsOfOneKeyHaveDifferentIDs() throws {
        let name = try KeyName("a.example".utf8)
        let key = try signingKey(1).verificationKey
        let (one, two) = (
            VerifierKey(name: name, kind: .ed25519, key: key), VerifierKey(name: name, kind: .cosignature, key: key)
        )
        #expect(one.id != two.id)
    }

    @Test func everyCutAndEveryFlippedBitIsRefused() throws {
        let key = try signer("a.example", seed: 1).verifierKey.text
        for start in key.indices {
            for end in start...key.count where (start, end) != (0, key.count) {
                #expect(throws: NoteError(.malformedKey, "")) { try VerifierKey(parsing: [UInt8](key[start..<end])) }
            }
            for bit in 0..<8 {
                var altered = key
                altered[start] ^= 1 << UInt8(bit)
                #expect(throws: NoteError(.malformedKey, "")) { try VerifierKey(parsing: altered) }
            }
        }
    }

    private func encoded(_ payload: [UInt8]) -> [UInt8] {
        let id = SHA256.hash(bytes("a.example\n") + payload).bytes.array.prefix(4)
        return bytes("a.example+") + Hex.encode(id) + bytes("+") + Base64.encode(payload, .padded)
    }

    @Test func unknownKindLengthOrPointIsRefusedEvenWithAFittingID() throws {
        let key = try signingKey(1).verificationKey.bytes.array
        #expect(throws: Never.self) { try VerifierKey(parsing: encoded([1] + key)) }
        let zeros = [UInt8](repeating: 0, count: 32)
        let payloads: [[UInt8]] = [
            [], [1], [0] + key, [2] + key, [6] + key, [1] + key + [0], [1] + key.dropLast(), [1] + zeros,
        ]
        for payload in payloads {
            #expect(throws: NoteError(.malformedKey, "")) { try VerifierKey(parsing: encoded(payload)) }
        }
    }
}

@Suite struct PrivateKeyTests {
    @Test func keyIsWrittenBackTheSame() throws {
        for seed in UInt8(1)...20 {
            let one = try signer("person.example", seed: seed)
            let again = try NoteSigner(parsing: one.privateText)
            #expect(again.verifierKey == one.verifierKey)
            #expect(again.privateText == one.privateText)
            #expect(try again.sign(bytes("a\n")) == one.sign(bytes("a\n")))
        }
    }

    @Test func formIsGos() throws {  // the seed of golang/mod's test under a name of ours
        let id = "PRIVATE+KEY+peter+"
        let seed = try Base64.decode(bytes("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"), .padded)
        let one = NoteSigner(
            name: try KeyName("peter".utf8), key: try SigningKey(seed: secret([UInt8](seed.dropFirst()))))
        let written = one.privateText.withUnsafeBytes { text([UInt8]($0)) }
        #expect(written.hasPrefix(id))
        #expect(written.hasSuffix("+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"))
        let hex = text(Hex.encode(one.verifierKey.id.bytes))
        #expect(written == id + hex + "+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    }

    @Test func everyCutAndEveryFlippedBitIsRefused() throws {
        let key = try signer("a.example", seed: 1).privateText.withUnsafeBytes { [UInt8]($0) }
        for index in key.indices {
            let cuts = [[UInt8](key[index...].dropFirst()), [UInt8](key[..<index])]
            for cut in cuts {
                #expect(throws: NoteError(.malformedKey, "")) { try NoteSigner(parsing: secret(cut)) }
            }
            for bit in 0..<8 {
                var altered = key
                altered[index] ^= 1 << UInt8(bit)
                #expect(throws: NoteError(.malformedKey, "")) { try NoteSigner(parsing: secret(altered)) }
            }
        }
    }
}
