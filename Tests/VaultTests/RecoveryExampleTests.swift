import AgeFile
import Glibc
import Sharing
import SignedNote
import Sodium
import Testing

@testable import Vault

private func secret(_ text: String) -> SecretBytes {
    var bytes = Array(text.utf8)
    return SecretBytes(wiping: &bytes)
}

private func string(_ secret: SecretBytes) -> String {
    secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
}

@Suite struct CaseKeysTests {
    private static func keys(for machine: AgeRecipient = AgeIdentity.random().recipient) throws -> CaseKeys {
        func signer(_ name: String) throws -> NoteSigner {
            NoteSigner(name: try KeyName(Array(name.utf8)), key: SigningKey())
        }
        return CaseKeys.random(
            title: try PlainText(Array("Noter".utf8)), signer: try signer("owner.example/1"),
            custodian: try signer("custodian.example").verifierKey,
            log: try signer("log.example").verifierKey, machine: machine)
    }

    @Test func ownerAndPaperOpenTheKeysAndNobodyElse() throws {
        let (owner, paper) = (AgeIdentity.random(), AgeIdentity.random())
        let keys = try CaseKeysTests.keys(for: owner.recipient)
        let sealed = try keys.seal(to: paper.recipient).bytes
        for identity in [owner, paper] {
            let opened = try CaseKeys(opening: sealed, with: identity)
            #expect(opened.caseID == keys.caseID)
            #expect(opened.identity.text == keys.identity.text)
            #expect(opened.privateIdentity?.text == keys.privateIdentity?.text)
            #expect(opened.signer.privateText == keys.signer.privateText)
            #expect(opened.logKey == keys.logKey)
            #expect(opened.title == keys.title)
            #expect(opened.custodian == keys.custodian)
            #expect(opened.log == keys.log)
            #expect(opened.machines == [owner.recipient])
        }
        #expect(throws: VaultError(.notAuthentic, "")) { _ = try CaseKeys(opening: sealed, with: .random()) }
        #expect(throws: VaultError(.notAuthentic, "")) { _ = try CaseKeys(opening: sealed.dropLast(), with: owner) }
        var flipped = sealed
        flipped[sealed.count - 40] ^= 1
        #expect(throws: VaultError(.notAuthentic, "")) { _ = try CaseKeys(opening: flipped, with: owner) }
        #expect(throws: VaultError(.malformed, "")) { _ = try CaseKeys(opening: [1, 2, 3], with: owner) }
    }

    @Test func textIsAnIdentityAndKeysOnLines() throws {
        let keys = try CaseKeysTests.keys()
        let lines = string(keys.text).split(separator: "\n").map(String.init)
        let names = lines.dropFirst().map { $0.prefix { $0 != " " } }
        #expect(lines.first == "bevis.example/case-keys/v1")
        #expect(
            names == [
                "case", "title", "identity", "private-identity", "owner-key", "log-key", "custodian", "log", "machine",
            ])
        #expect(lines[3].hasPrefix("identity AGE-SECRET-KEY-1"))
        #expect(lines[4].hasPrefix("private-identity AGE-SECRET-KEY-1"))
        #expect(lines[4].dropFirst(17) != lines[3].dropFirst(9))
        #expect(lines[5].hasPrefix("owner-key PRIVATE+KEY+owner.example/1+"))
    }

    @Test func alteredTextIsRefused() throws {
        let text = string(try CaseKeysTests.keys().text)
        let shortKey = String(decoding: Base64.encode([UInt8](repeating: 0, count: 31), .padded), as: UTF8.self)
        let logKeyLine = try #require(text.split(separator: "\n").first { $0.hasPrefix("log-key") })
        let machineLine = try #require(text.split(separator: "\n").first { $0.hasPrefix("machine") })
        let identityLine = try #require(text.split(separator: "\n").first { $0.hasPrefix("identity") })
        for altered in [
            text + "more x\n", text.replacing("identity AGE", with: "identity XAGE"),
            text.replacing(logKeyLine, with: "log-key \(shortKey)"), text.replacing("custodian ", with: "keeper "),
            text.replacing("case-keys/v1", with: "case-keys/v2"), text.replacing(/machine .*\n/, with: ""),
            text.replacing(/machine .*\n/, maxReplacements: 1) { $0.output + $0.output },
            text.replacing(identityLine, with: identityLine.lowercased()),
            text.replacing(machineLine, with: "machine " + machineLine.dropFirst(8).uppercased()),
        ] {
            #expect(altered != text)
            #expect(throws: VaultError(.malformed, "")) { _ = try CaseKeys(parsing: secret(altered)) }
        }
        #expect(try CaseKeys(parsing: secret(text)).logKey.count == 32)
    }

    @Test func recoveredKeysAreForTheNewMachineToo() throws {
        let (old, new, paper) = (AgeIdentity.random(), AgeIdentity.random(), AgeIdentity.random())
        let keys = try CaseKeysTests.keys(for: old.recipient)
        let both = try keys.adding(new.recipient).seal(to: paper.recipient).bytes
        for identity in [old, new, paper] {
            #expect(try CaseKeys(opening: both, with: identity).machines == [old.recipient, new.recipient])
        }
        let alone = try keys.adding(new.recipient).only(for: new.recipient).seal(to: paper.recipient).bytes
        #expect(try CaseKeys(opening: alone, with: new).machines == [new.recipient])
        #expect(throws: VaultError(.notAuthentic, "")) { _ = try CaseKeys(opening: alone, with: old) }
    }

    @Test func manyMachinesPushOutTheOldest() throws {
        let first = AgeIdentity.random().recipient
        var keys = try CaseKeysTests.keys(for: first)
        for _ in 1...15 { keys = keys.adding(AgeIdentity.random().recipient) }
        #expect(keys.machines.count == 16 && keys.machines.first == first)
        keys = keys.adding(first)
        #expect(keys.machines.count == 16 && keys.machines.last == first, "known already: it only moves")
        keys = keys.adding(AgeIdentity.random().recipient)
        #expect(keys.machines.count == 16 && keys.machines[14] == first)
    }

    @Test func keysFromBeforePrivateNotesAreReadAndStayWithout() throws {
        let text = string(try CaseKeysTests.keys().text)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("private-identity ") })
        let older = text.replacing(line + "\n", with: "")
        let keys = try CaseKeys(parsing: secret(older))
        #expect(keys.privateIdentity == nil)
        #expect(string(keys.text) == older)
    }

    @Test func logKeyOfAnotherLengthIsRefused() throws {
        let keys = try CaseKeysTests.keys()
        #expect(throws: VaultError(.malformed, "")) {
            _ = try CaseKeys(
                caseID: keys.caseID, title: nil, identity: keys.identity, privateIdentity: nil, signer: keys.signer,
                logKey: .random(16),
                custodian: keys.custodian, log: keys.log, machines: keys.machines)
        }
    }

    @Test(.enabled(if: access("/usr/bin/age", X_OK) == 0)) func stockAgeOpensTheKeysFromTheSheet() throws {
        let folder = try TemporaryFolder()
        let sheet = RecoverySheet()
        let keys = try CaseKeysTests.keys()
        let sealed = try keys.seal(to: sheet.identity.recipient)
        try folder.file("sealed", sealed.bytes)
        // As the sheet tells a helper: without numbers, spaces and each line's last character.
        let symbols = string(sheet.lines).split(separator: "\n").map {
            $0.filter { !$0.isWhitespace }.dropFirst().dropLast()
        }
        try folder.file("key", Array("AGE-SECRET-KEY-1\(symbols.joined())\n".utf8))
        #expect(shell("age -d -i \(folder.at("key")) -o \(folder.at("opened")) \(folder.at("sealed"))") == 0)
        #expect(try folder.bytes("opened") == keys.text.withUnsafeBytes { [UInt8]($0) })
    }
}

@Suite struct RecoverySheetTests {
    private func wrongLines(_ typed: String) throws -> [Int] {
        let error = try failure { _ = try RecoverySheet.read(secret(typed)) }
        #expect(error.code == .wrongLines)
        guard case .lines(let lines) = error.place else { return [] }
        return lines
    }

    @Test func linesAreGroupsOfFiveWithACheck() {
        let lines = string(RecoverySheet().lines).split(separator: "\n")
        #expect(lines.count == 6)
        for (index, line) in lines.enumerated() {
            #expect(line.hasPrefix("\(index + 1)  "))
            #expect(line.split(separator: " ").map(\.count) == (index < 5 ? [1, 5, 5, 1] : [1, 5, 3, 1]))
            #expect(line.count == lines[0].count)
        }
    }

    @Test func typingIsTolerant() throws {
        for _ in 0..<30 {
            let sheet = RecoverySheet()
            let printed = string(sheet.lines)
            let bare = printed.split(separator: "\n").map { String($0.dropFirst(3)) }
            let variants = [
                printed, printed.lowercased(), printed.replacing(" ", with: ""),
                printed.replacing("\n", with: "\r\n\r\n"), printed.replacing("  ", with: ".  "),
                printed.replacing(" ", with: "-"), printed.replacing("\n", with: " "),
                bare.joined(separator: "\n"), bare.joined(separator: " "), bare.joined(separator: "\n").lowercased(),
                printed.replacing("L", with: "1").replacing("0", with: "o"),
                bare.joined(separator: "\n").replacing("8", with: "b"),
                printed.replacing("L", with: "I"), "\n\n  \(printed)\n\n", string(sheet.identity.text),
                string(sheet.identity.text).lowercased() + "\n",
            ]
            for variant in variants {
                #expect(try RecoverySheet.read(secret(variant)).text == sheet.identity.text)
            }
        }
    }

    @Test func everyWrongCharacterIsLocated() throws {
        let sheet = RecoverySheet()
        let lines = string(sheet.lines).split(separator: "\n").map(String.init)
        let alphabet = Array("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L!")
        for line in 0..<6 {
            for place in lines[line].indices.dropFirst(3) where lines[line][place] != " " {
                for character in alphabet where character != lines[line][place] {
                    var typed = lines
                    typed[line].replaceSubrange(place...place, with: [character])
                    #expect(try wrongLines(typed.joined(separator: "\n")) == [line + 1])
                    #expect(!RecoverySheet.isCorrect(secret(typed[line]), line: line + 1))
                }
            }
            #expect(RecoverySheet.isCorrect(secret(lines[line]), line: line + 1))
        }
    }

    @Test func exchangedCharactersAreLocated() throws {
        let lines = string(RecoverySheet().lines).split(separator: "\n").map(String.init)
        for line in 0..<6 {
            let symbols = Array(lines[line].dropFirst(3).filter { $0 != " " })
            for first in symbols.indices {
                for second in symbols.indices where symbols[first] != symbols[second] {
                    var typed = symbols
                    typed.swapAt(first, second)
                    #expect(!RecoverySheet.isCorrect(secret(String(typed)), line: line + 1))
                }
            }
        }
    }

    @Test func exchangedMissingAndSurplusLinesAreLocated() throws {
        let lines = string(RecoverySheet().lines).split(separator: "\n").map { String($0.dropFirst(3)) }
        var exchanged = lines
        exchanged.swapAt(1, 4)
        #expect(try wrongLines(exchanged.joined(separator: "\n")) == [2, 5])
        #expect(try wrongLines(lines.dropLast().joined(separator: "\n")) == [6])
        #expect(try wrongLines((lines + [lines[0]]).joined(separator: "\n")) == [7])
        #expect(try wrongLines("") == [1, 2, 3, 4, 5, 6])
        var two = lines
        two[2] = "\(lines[2])Q"
        two[3] = String(lines[3].dropLast())
        #expect(try wrongLines(two.joined(separator: "\n")) == [3, 4])
    }

    @Test func linesOfTwoSheetsDoNotMix() throws {
        let first = string(RecoverySheet().lines).split(separator: "\n")
        let second = string(RecoverySheet().lines).split(separator: "\n")
        #expect(try wrongLines((first[..<3] + second[3...]).joined(separator: "\n")) == [1, 2, 3, 4, 5, 6])
    }

    @Test(arguments: RecoverySheet.Language.allCases) func pagesAreNeutralAndNeedNothing(
        language: RecoverySheet.Language
    ) throws {
        let sheet = RecoverySheet()
        let plain = string(sheet.plainPage(language))
        let html = string(sheet.htmlPage(language, address: PlainText(literal: "https://mappen.example/")))
        #expect(plain.hasPrefix(language == .danish ? "Mappen\n" : "Folder\n"))
        #expect(html.contains(language == .danish ? "<title>Mappen</title>" : "<title>Folder</title>"))
        #expect(html.contains(language == .danish ? "<html lang=\"da\">" : "<html lang=\"en\">"))
        for line in string(sheet.lines).split(separator: "\n") {
            #expect(plain.contains("    \(line)\n"))
            #expect(html.contains("\(line)\n"))
        }
        #expect(plain.split(separator: "\n").allSatisfy { $0.count <= 72 })
        // The key's own letters may make a word.
        let words = [plain, html].map { page in
            string(sheet.lines).split(separator: "\n").reduce(page) { $0.replacing($1, with: "") }.lowercased()
        }
        for word in ["bevis", "evidence", "stalk", "politi", "police", "tilhold", "sag", "case key", "vold"] {
            #expect(words.allSatisfy { !$0.contains(word) }, "\(word)")
        }
        for resource in ["src=", "href=", "url(", "@import", "<script"] { #expect(!html.contains(resource)) }
    }

    @Test func operatorsWordsAreEscaped() throws {
        let title = try PlainText(Array("<b>\"A&B's\"".utf8))
        let html = string(RecoverySheet().htmlPage(.english, title: title, address: title))
        #expect(!html.contains("<b>"))
        #expect(html.components(of: "&lt;b&gt;&quot;A&amp;B&#39;s&quot;") == 3)
        #expect(string(RecoverySheet().plainPage(.english, title: title)).hasPrefix("<b>\"A&B's\"\n"))
    }

    @Test func locatorIsTheDigestOfTheRecipientsText() {
        let recipient = AgeIdentity.random().recipient
        #expect(RecoverySheet.locator(of: recipient) == SHA256.hash(recipient.text))
    }

    // Made apart from this code: scalar 00 01 02 … 1F. A sheet printed years ago must still be read.
    @Test func knownSheetIsPrintedAndRead() throws {
        let identity = try AgeIdentity(
            parsing: secret("AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWRYDWG"))
        let printed = """
            1  QQQSY QCYQ5  P
            2  RQWZQ FPG9S  8
            3  CRGWP UGPZY  U
            4  SNZS2 3V9CC  N
            5  RYDPK 8QARC  S
            6  0SWRY DWG    M

            """
        #expect(string(RecoverySheet(identity).lines) == printed)
        #expect(try RecoverySheet.read(secret(printed)).text == identity.text)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}
