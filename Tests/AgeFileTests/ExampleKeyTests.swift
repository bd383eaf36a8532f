import AgeFile
import Foundation
import Sodium
import Testing

@Suite struct KeyTests {
    // The pair of age's own published vectors.
    let identityText = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"

    @Test func textOfKeysSurvivesTheRoundTrip() throws {
        for _ in 0..<50 {
            let identity = AgeIdentity.random()
            let text = identity.text
            #expect(text.count == 74)
            #expect(try AgeIdentity(parsing: text).key.scalar == identity.key.scalar)
            let recipient = identity.recipient
            #expect(recipient.text.count == 62)
            #expect(try AgeRecipient(parsing: recipient.text) == recipient)
        }
    }

    @Test func publishedIdentityIsReadAndWrittenAlike() throws {
        let identity = try AgeIdentity(parsing: secret(identityText))
        #expect(identity.text == secret(identityText))
        #expect(try AgeIdentity(parsing: secret(identityText.lowercased())).key.scalar == identity.key.scalar)
    }

    @Test func upperCaseRecipientIsRead() throws {
        let recipient = AgeIdentity.random().recipient
        let upper = [UInt8](String(decoding: recipient.text, as: UTF8.self).uppercased().utf8)
        #expect(try AgeRecipient(parsing: upper) == recipient)
    }

    @Test func anyChangedCharacterIsRefused() throws {
        let text = AgeIdentity.random().recipient.text
        for index in text.indices {
            for other in [UInt8]("qp1b Z\n0l".utf8) where other != text[index] {
                var changed = text
                changed[index] = other
                #expect(refused(changed))
            }
        }
    }

    @Test func lengthsOtherThanTheKeysAreRefused() {
        let text = AgeIdentity.random().recipient.text
        for count in 0..<text.count { #expect(refused([UInt8](text.prefix(count)))) }
        #expect(refused(text + [0x71]))
        #expect(refused(text + text))
        #expect(refused([0x20] + text))
        #expect(refused(text + [0x0A]))
    }

    @Test func mixedCaseIsRefused() {
        var text = AgeIdentity.random().recipient.text
        text[0] = 0x41
        #expect(refused(text))
    }

    @Test func keyOfTheOtherKindIsRefused() throws {
        let identity = AgeIdentity.random()
        #expect(refused(identity.text.exposed))
        var text = identity.recipient.text
        let asSecret = SecretBytes(wiping: &text)
        #expect(code { () throws(AgeError) in _ = try AgeIdentity(parsing: asSecret) } == .malformedKey)
    }

    /// The leftover bits of the 52nd symbol are not zero, under a checksum that is right.
    @Test func unusedBitsThatAreNotZeroAreRefused() throws {
        let text = AgeIdentity.random().recipient.text
        let alphabet = [UInt8]("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        var symbols = try text.dropFirst(4).prefix(52).map { UInt8(try #require(alphabet.firstIndex(of: $0))) }
        #expect(bech32(symbols, alphabet) == text)
        symbols[51] |= 1
        #expect(refused(bech32(symbols, alphabet)))
    }

    @Test func identityFileSkipsCommentsAndBlankLines() throws {
        let first = AgeIdentity.random()
        let second = AgeIdentity.random()
        let lines = ["# created: today", "", text(first), "# public key: age1…", text(second), ""]
        for end in ["\n", "\r\n"] {
            let parsed = try IdentityFile.parse(secret(lines.joined(separator: end)))
            #expect(parsed.map(\.recipient) == [first.recipient, second.recipient])
        }
    }

    @Test func identityFileWithAnotherLineIsRefused() {
        let key = text(AgeIdentity.random())
        for bad in ["", "# nothing", "\n\n", " " + key, key + " ", key + "\nAGE-SECRET-KEY-1", "age1qqq\n" + key] {
            let file = secret(bad)
            #expect(code { () throws(AgeError) in _ = try IdentityFile.parse(file) } == .malformedKey, "\(bad.count)")
        }
    }

    @Test func fileKeyOfAnotherLengthIsRefused() {
        for count in [0, 15, 17, 32] {
            #expect(code { () throws(AgeError) in _ = try FileKey(SecretBytes.random(count)) } == .malformedKey)
        }
    }

    /// SHA-256 of the label, 00, thirty-two bytes 01 and sixteen bytes 02, by another tool.
    @Test func fileKeyCommitmentIsTheDocumentedHash() throws {
        var two = [UInt8](repeating: 2, count: 16)
        let key = try FileKey(SecretBytes(wiping: &two))
        let id = try AgeFileID(copying: [UInt8](repeating: 1, count: 32))
        #expect(String(decoding: key.commitment(to: id).hex, as: UTF8.self) == Self.commitment)
    }

    static let commitment = "9a051211b00688d2502be4ca4bb4d13adcf4152fb824b72ddb05024ae02e506b"

    private func refused(_ text: [UInt8]) -> Bool {
        code { () throws(AgeError) in _ = try AgeRecipient(parsing: text) } == .malformedKey
    }

    private func text(_ identity: AgeIdentity) -> String { String(decoding: identity.text.exposed, as: UTF8.self) }

    /// Bech32 written a second time, from BIP 173, for symbols that no key encodes to.
    private func bech32(_ symbols: [UInt8], _ alphabet: [UInt8]) -> [UInt8] {
        let prefix = [UInt8]("age".utf8)
        var state: UInt32 = 1
        let padded = symbols + [UInt8](repeating: 0, count: 6)
        for symbol in prefix.map({ $0 >> 5 }) + [0] + prefix.map({ $0 & 31 }) + padded {
            let top = state >> 25
            state = (state & 0x1FF_FFFF) << 5 ^ UInt32(symbol)
            let generators: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
            for (bit, generator) in generators.enumerated() where top >> UInt32(bit) & 1 == 1 { state ^= generator }
        }
        let checksum = (0..<6).map { UInt8((state ^ 1) >> UInt32(5 * (5 - $0)) & 31) }
        return prefix + [0x31] + (symbols + checksum).map { alphabet[Int($0)] }
    }
}
