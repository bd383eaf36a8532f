import Sodium
import Testing

@testable import SignedNote

// Key, text and signature as in golang/mod, sumdb/note/note_test.go (BSD-3-Clause). The name has upper-case letters,
// which our profile refuses in known keys, so the note is read and its signature checked bare.
private let goSeed = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
private let goKey = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
private let goNote = """
    If you think cryptography is the answer to your problem,
    then you don't know what your problem is.

    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

    """

@Suite struct ForeignNoteTests {
    @Test func signatureOfTheReferenceIsMadeAndAccepted() throws {
        let note = try UnverifiedNote(parsing: bytes(goNote))
        #expect(note.bytes == bytes(goNote))
        #expect(text(note.signatures[0].name) == "PeterNeumann")
        #expect(note.signatures[0].keyID.bytes == [0xC7, 0x4F, 0x20, 0xA3])
        let seed = try Base64.decode(bytes(goSeed), .padded)
        let key = try SigningKey(seed: secret([UInt8](seed.dropFirst())))
        #expect([1] + key.verificationKey.bytes.array == (try Base64.decode(bytes(goKey), .padded)))
        #expect(key.sign(note.text).bytes == note.signatures[0].signature)
    }

    @Test func keyIDFollowsTheFormula() throws {
        let key = try Base64.decode(bytes(goKey), .padded)
        let id = SHA256.hash(bytes("PeterNeumann\n") + key).bytes.array.prefix(4)
        #expect([UInt8](id) == [0xC7, 0x4F, 0x20, 0xA3])
        let ours = try VerifierKey(
            name: KeyName("peter".utf8), kind: .ed25519, key: VerificationKey(checking: key.dropFirst()))
        #expect(ours.id.bytes == [UInt8](SHA256.hash(bytes("peter\n") + key).bytes.array.prefix(4)))
    }

    @Test(arguments: [
        // the Go checksum database's, and a witness's as in transparency-dev/formats, note/note_cosigv1_test.go
        ("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8", VerifierKey.Kind.ed25519),
        ("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2", .cosignature),
    ])
    func publishedKeyIsRead(published: String, kind: VerifierKey.Kind) throws {
        let key = try VerifierKey(parsing: bytes(published))
        #expect(key.kind == kind)
        #expect(text(key.text) == published)
    }

    @Test func publishedCosignatureTellsItsTime() throws {  // same file of transparency-dev/formats
        let line = bytes(
            "— w ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA=="
        )
        let signature = try NoteSignature(parsing: line)
        #expect(try CosignaturePayload(parsing: signature.signature).time == 1_727_964_367)
        #expect(signature.line == line)
    }

    @Test func noteWithEmptyLinesInItsTextIsRead() throws {  // the example of C2SP signed-note.md
        let example = """
            Ognuno sta solo sul cuor della terra
            trafitto da un raggio di sole:

            ed è subito sera.

            — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=

            """
        let note = try UnverifiedNote(parsing: bytes(example))
        #expect(text(note.text).hasSuffix("sole:\n\ned è subito sera.\n"))
        #expect(note.bytes == bytes(example))
    }
}

@Suite struct NoteFormTests {
    private let line = "— a.example/x AAAAAAAA\n"

    @Test func leastNoteIsRead() throws {
        let note = try UnverifiedNote(parsing: bytes("\n\n" + line))
        #expect(note.text == [0x0A])
        #expect(note.signatures[0].signature == [0, 0])
        #expect(note.bytes == bytes("\n\n" + line))
    }

    @Test(arguments: [
        "", "\n", "\n\n", "text\n", "text\n\n", "text— a AAAAAAAA\n", "text\n— a AAAAAAAA\n",
        "text\n\n— a AAAAAAAA", "text\n\n— a AAAAAAAA\n\n", "text\n\n- a AAAAAAAA\n", "text\n\n—  a AAAAAAAA\n",
        "text\n\n— a AAAAAAAA \n", "text\n\n— a  AAAAAAAA\n", "text\n\n— AAAAAAAA\n", "text\n\n—  AAAAAAAA\n",
        "text\n\n— a+b AAAAAAAA\n", "text\n\n— a AAAAAA==\n", "text\n\n— a AAAAAAA\n", "text\n\n— a AAAAAAB=\n",
        "text\n\n— a AAAAAAAA\nmore\n", "text\n\nmore\n— a AAAAAAAA\n", "text\r\n\n— a AAAAAAAA\n",
        "text\n\n— a AAAAAAAA\r\n", "te\u{0}xt\n\n— a AAAAAAAA\n", "te\txt\n\n— a AAAAAAAA\n",
        "text\n\n— a\u{A0}b AAAAAAAA\n", "text\n\n— a\u{85}b AAAAAAAA\n", "text\n\n— a\u{2003}b AAAAAAAA\n",
        "text\n\n— a\u{3000}b AAAAAAAA\n", "text\n\n— a\u{1680}b AAAAAAAA\n", "text\n\n— a\u{2028}b AAAAAAAA\n",
        "text\n\n— a\u{205F}b AAAAAAAA\n", "text\n\n— a b AAAAAAAA\n", "text\n\n— a\n",
    ])
    func malformedNoteIsRefused(note: String) {
        #expect(throws: NoteError(.malformed, "")) { try UnverifiedNote(parsing: bytes(note)) }
    }

    @Test(arguments: [
        [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
        [0xF0, 0x8F, 0xBF, 0xBF],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xFF], [0xC3], [0xE2, 0x80], [0xF0, 0x9F, 0x98],
        [0xE2, 0x28, 0xA1],
    ])
    func textThatIsNotUTF8IsRefused(sequence: [UInt8]) {
        #expect(throws: NoteError(.malformed, "")) {
            try UnverifiedNote(parsing: bytes("te") + sequence + bytes("xt\n\n" + line))
        }
        #expect(!NoteText.isUTF8(sequence))
    }

    @Test func everyScalarIsUTF8() {
        for value in UInt32(0)...0x10FFFF {
            guard value % 37 == 0 || value < 0x900, let scalar = Unicode.Scalar(value) else { continue }
            #expect(NoteText.isUTF8([UInt8](String(Character(scalar)).utf8)))
        }
    }

    @Test func unknownSignersMayHaveForeignNames() throws {
        let note = bytes("text\n\n— Zoë.Ünïcode/日本 AAAAAAAA\n")
        #expect(try UnverifiedNote(parsing: note).bytes == note)
    }

    @Test func sizeAndSignaturesAreLimited() throws {
        let note = bytes("text\n\n" + line)
        #expect(throws: NoteError(.tooLarge, "")) { try UnverifiedNote(parsing: note, maximumSize: note.count - 1) }
        _ = try UnverifiedNote(parsing: note, maximumSize: note.count)
        let hundred = String(repeating: line, count: 100)
        #expect(try UnverifiedNote(parsing: bytes("text\n\n" + hundred)).signatures.count == 100)
        #expect(throws: NoteError(.tooLarge, "")) { try UnverifiedNote(parsing: bytes("text\n\n" + hundred + line)) }
    }
}

@Suite struct VerificationTests {
    private let body = bytes("bevis.example/test/v1\nvalue one\n")

    @Test func signedNoteVerifiesAndIsWrittenBackTheSame() throws {
        let one = try signer("one.example", seed: 1)
        let two = try signer("two.example", seed: 2)
        let note = try one.sign(body).note.adding(two.signature(over: body))
        let parsed = try UnverifiedNote(parsing: note.bytes)
        #expect(parsed == note)
        let verified = try parsed.verified(by: [two.verifierKey, one.verifierKey])
        #expect(verified.signers == [one.verifierKey, two.verifierKey])
        #expect(verified.isSigned(by: one.verifierKey))
        #expect(verified.text == body)
        #expect(verified.hash.bytes == SHA256.hash(body).bytes)
        let partly = try parsed.verified(by: [two.verifierKey])
        #expect(!partly.isSigned(by: one.verifierKey))
        #expect(partly.bytes == note.bytes)
        #expect(try note.adding(two.signature(over: body)) == note)
    }

    private func isRefused(_ altered: [UInt8], _ key: VerifierKey) -> Bool {
        failure { _ = try UnverifiedNote(parsing: altered).verified(by: [key]) } != nil
    }

    @Test func everyFlippedBitIsRefused() throws {
        let one = try signer("one.example", seed: 1)
        let note = try one.sign(body).bytes
        for index in note.indices {
            for bit in 0..<8 {
                var altered = note
                altered[index] ^= 1 << UInt8(bit)
                #expect(isRefused(altered, one.verifierKey), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func everyShortenedNoteIsRefused() throws {
        let one = try signer("one.example", seed: 1)
        let note = try one.sign(body).bytes
        for count in note.indices { #expect(isRefused([UInt8](note[..<count]), one.verifierKey)) }
    }

    @Test func noteWithoutKnownSignerIsRefused() throws {
        let note = try signer("one.example", seed: 1).sign(body).note
        #expect(throws: NoteError(.unknownSigner, "")) { try note.verified(by: []) }
        #expect(throws: NoteError(.unknownSigner, "")) {
            try note.verified(by: [signer("two.example", seed: 1).verifierKey])
        }
        #expect(throws: NoteError(.unknownSigner, "")) {
            try note.verified(by: [signer("one.example", seed: 2).verifierKey])
        }
        let cosigner = VerifierKey(
            name: try KeyName("one.example".utf8), kind: .cosignature, key: try signingKey(1).verificationKey)
        #expect(throws: NoteError(.unknownSigner, "")) { try note.verified(by: [cosigner]) }
    }

    @Test func oneFailingSignatureOfAKnownKeyRefusesTheNote() throws {
        let one = try signer("one.example", seed: 1)
        let two = try signer("two.example", seed: 2)
        let elsewhere = try two.signature(over: bytes("another text\n"))
        let note = try one.sign(body).note.adding(elsewhere)
        #expect(throws: NoteError(.notAuthentic, "")) { try note.verified(by: [one.verifierKey, two.verifierKey]) }
        #expect(try note.verified(by: [one.verifierKey]).signers == [one.verifierKey])
    }

    @Test func knownKeyOnTwoLinesIsRefused() throws {
        let one = try signer("one.example", seed: 1)
        let line = text(try one.signature(over: body).line) + "\n"
        let note = try UnverifiedNote(parsing: body + bytes("\n" + line + line))
        #expect(throws: NoteError(.repeatedSignature, "")) { try note.verified(by: [one.verifierKey]) }
        let two = try signer("two.example", seed: 2)
        let other = try note.adding(two.signature(over: body))
        #expect(try other.verified(by: [two.verifierKey]).signers == [two.verifierKey])
    }

    @Test func sameKeyListedTwiceIsOneKey() throws {
        let one = try signer("one.example", seed: 1)
        #expect(try one.sign(body).note.verified(by: [one.verifierKey, one.verifierKey]).signers.count == 1)
    }

    @Test func signatureOfAnotherLengthIsRefused() throws {
        let one = try signer("one.example", seed: 1)
        let line = try one.signature(over: body)
        for signature in [[UInt8](line.signature.dropLast()), line.signature + [0]] {
            let encoded = text(Base64.encode(line.keyID.bytes + signature, .padded))
            let note = try UnverifiedNote(parsing: body + bytes("\n— one.example \(encoded)\n"))
            #expect(throws: NoteError(.notAuthentic, "")) { try note.verified(by: [one.verifierKey]) }
        }
    }

    @Test func textsThatNoNoteMayHoldAreNotSigned() throws {
        let one = try signer("one.example", seed: 1)
        for text in ["", "text", "te\txt\n", "te\rxt\n"] {
            #expect(throws: NoteError(.malformed, "")) { try one.sign(bytes(text)) }
        }
        #expect(throws: NoteError(.malformed, "")) { try one.sign([0xFF, 0x0A]) }
        #expect(throws: NoteError(.unexpectedType, "")) {
            try one.sign(bytes("cosignature/v1\ntime 1\nlog.example\n0\n"))
        }
    }

    @Test func textThatEndsInEmptyLinesSurvives() throws {
        let one = try signer("one.example", seed: 1)
        for text in ["\n", "a\n\n", "a\n\n\n", "\n\n— one.example AAAAAAAA\n"] {
            let note = try one.sign(bytes(text))
            #expect(try UnverifiedNote(parsing: note.bytes).verified(by: [one.verifierKey]).text == bytes(text))
        }
    }

    @Test func identityIgnoresSignatures() throws {
        let one = try signer("one.example", seed: 1).sign(body)
        let two = try signer("two.example", seed: 2).sign(body)
        #expect(one.hash == two.hash)
        #expect(one.bytes != two.bytes)
    }
}
