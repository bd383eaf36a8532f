import SignedNote
import Testing

@testable import Sharing

@Suite struct SignatureTests {
    @Test(arguments: Samples.signed)
    func signersNoteIsVerified(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        #expect(try sample.verify(sample.bytes, signer.verifierKey) == NoteHash(of: sample.text))
    }

    @Test(arguments: Samples.signed)
    func anotherKeysSignatureIsRefused(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        let stranger = try SharingTests.signer("stranger.example")
        #expect(code { _ = try sample.verify(sample.bytes, stranger.verifierKey) } == .unknownSigner)
        let forged = try stranger.sign(sample.text).bytes
        #expect(code { _ = try sample.verify(forged, signer.verifierKey) } == .unknownSigner)
    }

    /// The stranger's signature under the signer's own name and key ID.
    @Test(arguments: Samples.signed)
    func falseSignatureUnderTheSignersNameIsRefused(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        let over = try signer.sign(sample.text + [0x0A]).note.signatures[0]
        let forged = UnverifiedNote.joined(sample.text, [over.line])
        #expect(code { _ = try sample.verify(forged, signer.verifierKey) } == .notAuthentic)
        let both = UnverifiedNote.joined(
            sample.text, [try signer.signature(over: sample.text).line, over.line])
        #expect(throws: NoteError.self) { try sample.verify(both, signer.verifierKey) }
    }

    @Test(arguments: Samples.signed)
    func noteByTwoKeysIsVerifiedByEach(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        let issuer = try SharingTests.signer("issuer.example")
        let note = try UnverifiedNote(parsing: sample.bytes).adding(try issuer.signature(over: sample.text))
        #expect(try sample.verify(note.bytes, signer.verifierKey) == note.hash)
        #expect(try sample.verify(note.bytes, issuer.verifierKey) == note.hash)
        #expect(note.hash == NoteHash(of: sample.text))
    }

    @Test(arguments: Samples.signed)
    func secondLineByOneKeyIsRefused(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        let line = try signer.signature(over: sample.text).line
        let note = UnverifiedNote.joined(sample.text, [line, line])
        #expect(code { _ = try sample.verify(note, signer.verifierKey) } == .repeatedSignature)
    }

    @Test(arguments: Samples.signed)
    func alteredTextIsRefused(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        let line = try signer.signature(over: sample.text).line
        var reachedTheSignature = 0
        for index in sample.text.indices {
            for flip: UInt8 in [0x01, 0x10] {
                var altered = sample.text
                altered[index] ^= flip
                let failure = code { _ = try sample.verify(UnverifiedNote.joined(altered, [line]), signer.verifierKey) }
                #expect(failure != nil)
                if failure == .notAuthentic { reachedTheSignature += 1 }
            }
        }
        #expect(reachedTheSignature > 10)
    }

    @Test(arguments: Samples.signed)
    func noteWithoutSignatureIsRefused(_ sample: Sample) throws {
        let signer = try #require(sample.signer)
        #expect(code { _ = try sample.verify(sample.text, signer.verifierKey) } == .malformed)
        #expect(code { _ = try sample.verify(sample.text + [0x0A], signer.verifierKey) } == .malformed)
    }
}

extension UnverifiedNote {
    fileprivate static func joined(_ text: [UInt8], _ lines: [[UInt8]]) -> [UInt8] {
        text + [0x0A] + lines.flatMap { $0 + [0x0A] }
    }
}
