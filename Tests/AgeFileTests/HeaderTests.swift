import AgeFile
import Sodium
import Testing

@Suite struct HeaderTests {
    let fileKey = FileKey.random()
    let identity = AgeIdentity.random()

    @Test func everyRecipientGetsTheFileKeyAndNobodyElse() throws {
        let others = (0..<3).map { _ in AgeIdentity.random() }
        let header = try AgeHeader(sealing: fileKey, to: (others + [identity]).map(\.recipient))
        for reader in others + [identity] {
            #expect(try header.open(with: [AgeIdentity.random(), reader]).secret == fileKey.secret)
        }
        #expect(code { () throws(AgeError) in _ = try header.open(with: [AgeIdentity.random()]) } == .noMatch)
        #expect(code { () throws(AgeError) in _ = try header.open(with: []) } == .noMatch)
        #expect(code { () throws(AgeError) in _ = try header.open(passphrase: secret("x")) } == .noMatch)
        #expect(!header.isPassphrase)
    }

    @Test func headersAreFreshEachTime() throws {
        let first = try AgeHeader(sealing: fileKey, to: [identity.recipient])
        let second = try AgeHeader(sealing: fileKey, to: [identity.recipient])
        #expect(first.bytes != second.bytes)
        #expect(first.digest != second.digest)
        #expect(first.digest == SHA256.hash(first.bytes))
    }

    @Test func nobodyToSealToIsRefused() {
        #expect(code { () throws(AgeError) in _ = try AgeHeader(sealing: fileKey, to: []) } == .noRecipients)
    }

    @Test func recipientOfSmallOrderIsRefused() throws {
        let recipient = AgeRecipient(AgreementPublicKey(.zero))
        #expect(code { () throws(AgeError) in _ = try AgeHeader(sealing: fileKey, to: [recipient]) } == .malformedKey)
    }

    @Test func passphraseOpensAndAnotherDoesNot() throws {
        let header = try AgeHeader(sealing: fileKey, passphrase: secret("correct horse"), logN: 4)
        #expect(header.isPassphrase)
        #expect(try header.open(passphrase: secret("correct horse")).secret == fileKey.secret)
        #expect(code { () throws(AgeError) in _ = try header.open(passphrase: secret("wrong")) } == .noMatch)
        #expect(code { () throws(AgeError) in _ = try header.open(with: [identity]) } == .noMatch)
    }

    @Test func workFactorIsWrittenAsAsked() throws {
        for logN: UInt8 in [1, 9, 10, 12] {
            let header = try AgeHeader(sealing: fileKey, passphrase: secret("p"), logN: logN)
            let line = String(decoding: header.bytes, as: UTF8.self).split(separator: "\n")[1]
            #expect(line.hasSuffix(" \(logN)"))
            #expect(try header.open(passphrase: secret("p")).secret == fileKey.secret)
        }
    }

    @Test func workFactorAboveTheReadersLimitIsRefusedUnread() throws {
        let header = try AgeHeader(sealing: fileKey, passphrase: secret("p"), logN: 5)
        #expect(
            code { () throws(AgeError) in _ = try header.open(passphrase: secret("p"), maximumLogN: 4) }
                == .workFactorTooHigh)
        #expect(try header.open(passphrase: secret("p"), maximumLogN: 5).secret == fileKey.secret)
        let text = String(decoding: header.bytes, as: UTF8.self)
        for huge in ["23", "64", "255", "256", "18446744073709551626"] {
            let changed = [UInt8](text.replacing(" 5\n", with: " \(huge)\n", maxReplacements: 1).utf8)
            let parsed = try AgeHeader(parsing: changed)
            #expect(
                code { () throws(AgeError) in _ = try parsed.open(passphrase: secret("p")) } == .workFactorTooHigh)
        }
    }

    @Test func uselessPassphraseOrWorkFactorIsRefusedWhenSealing() {
        let sealing = { (passphrase: String, logN: UInt8) -> AgeError.Code? in
            code { () throws(AgeError) in
                _ = try AgeHeader(sealing: fileKey, passphrase: secret(passphrase), logN: logN)
            }
        }
        #expect(sealing("", 4) == .malformedKey)
        #expect(sealing("p", 0) == .malformedKey)
        #expect(sealing("p", 23) == .workFactorTooHigh)
    }

    @Test func everyBitOfAHeaderCounts() throws {
        let header = try AgeHeader(sealing: fileKey, to: [identity.recipient])
        for index in header.bytes.indices {
            for bit in 0..<8 {
                var changed = header.bytes
                changed[index] ^= 1 << bit
                let verdict = code { () throws(AgeError) in
                    _ = try AgeHeader(parsing: changed).open(with: [identity])
                }
                #expect(
                    verdict == .malformedHeader || verdict == .noMatch || verdict == .headerNotAuthentic,
                    "byte \(index), bit \(bit)")
            }
        }
    }

    /// The MAC does not cover its own text: a second spelling of it would make a second file.
    @Test func macInAnotherSpellingIsRefused() throws {
        for _ in 0..<50 {
            let header = try AgeHeader(sealing: fileKey, to: [identity.recipient])
            for index in header.bytes.indices.suffix(44).dropLast() {
                var changed = header.bytes
                changed[index] |= 0x80
                #expect(code { () throws(AgeError) in _ = try AgeHeader(parsing: changed) } == .malformedHeader)
            }
        }
    }

    @Test func everyShorterHeaderAsksForMore() throws {
        let header = try AgeHeader(sealing: fileKey, to: [identity.recipient, AgeIdentity.random().recipient])
        for count in 0..<header.bytes.count {
            let part = [UInt8](header.bytes.prefix(count))
            #expect(code { () throws(AgeError) in _ = try AgeHeader(parsingPrefixOf: part) } == .truncated)
            #expect(code { () throws(AgeError) in _ = try AgeHeader(parsing: part) } == .malformedHeader)
        }
        #expect(try AgeHeader(parsingPrefixOf: header.bytes + [1, 2, 3]).bytes == header.bytes)
    }

    @Test func anythingElseIsRefusedAtItsFirstWrongByte() {
        for text in [
            "hello", "age-encryption.org/v2\n", "\u{FEFF}age-encryption.org/v1\n", "age-encryption.org/v1\r\n",
        ] {
            #expect(
                code { () throws(AgeError) in _ = try AgeHeader(parsingPrefixOf: [UInt8](text.utf8)) }
                    == .malformedHeader)
        }
    }

    @Test func headerWithoutEndIsRefusedAtTheCap() {
        var bytes = [UInt8]("age-encryption.org/v1\n-> ".utf8)
        bytes += [UInt8](repeating: 0x61, count: AgeHeader.maximumSize - bytes.count - 1)
        #expect(code { () throws(AgeError) in _ = try AgeHeader(parsingPrefixOf: bytes) } == .truncated)
        bytes.append(0x61)
        #expect(code { () throws(AgeError) in _ = try AgeHeader(parsingPrefixOf: bytes) } == .malformedHeader)
        bytes += [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(code { () throws(AgeError) in _ = try AgeHeader(parsingPrefixOf: bytes) } == .malformedHeader)
    }

    @Test func anotherFileKeyFailsTheMAC() throws {
        let header = try AgeHeader(sealing: fileKey, to: [identity.recipient])
        try header.verify(fileKey)
        #expect(code { () throws(AgeError) in try header.verify(FileKey.random()) } == .headerNotAuthentic)
    }

    /// Random damage: whatever still parses is kept byte for byte, and no input stops the program.
    @Test func damagedHeadersNeverParseAsSomethingElse() throws {
        var random = SeededRandom(seed: 7)
        let header = try AgeHeader(sealing: fileKey, to: [identity.recipient])
        for _ in 0..<2000 {
            var bytes = header.bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                default: bytes.remove(at: place)
                }
            }
            guard let parsed = try? AgeHeader(parsing: bytes) else { continue }
            #expect(parsed.bytes == bytes)
            if bytes != header.bytes {
                #expect(throws: AgeError.self) { try parsed.open(with: [identity]) }
            }
        }
    }
}
