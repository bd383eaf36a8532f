import AgeFile
import Foundation
import SignedNote
import Sodium
import Testing

@testable import Home

final class Bench {
    let path = NSTemporaryDirectory() + "home-" + UUID().uuidString
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var home: HomeFolder { get throws { try HomeFolder(path) } }
    func file(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }
    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: file(name))) }
    func write(_ name: String, _ bytes: [UInt8]) throws { try Data(bytes).write(to: file(name)) }
    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path + "/" + name)[.posixPermissions] as? Int
    }
}

func secret(_ text: String) -> SecretBytes { Array(text.utf8).withUnsafeBytes { SecretBytes(copying: $0) } }
let created = Timestamp(seconds: 1_795_370_700)

@Suite struct IdentityTests {
    private let bench = Bench()
    private let passphrase = secret("correct horse")

    @Test func anIdentityComesBackUnderItsPassphrase() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        #expect(!sealed.exists)
        let made = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        let opened = try sealed.open(passphrase: passphrase)
        #expect(opened.signer.verifierKey == made.signer.verifierKey)
        #expect(opened.age.recipient == made.age.recipient)
        #expect(opened.signer.privateText == made.signer.privateText)
        #expect(try sealed.publicParts() == made.publicParts(created: created))
        #expect(opened.signer.verifierKey.name.bytes == Array("bevis.example/person".utf8))
    }

    @Test func onlyTheOwnerCanEnter() throws {
        _ = try SealedIdentity(.issuer("city"), in: bench.home).create(passphrase: passphrase, at: created, logN: 10)
        #expect(try bench.mode("") == 0o700)
        #expect(try bench.mode("issuers") == 0o700)
        #expect(try bench.mode("issuers/city.age") == 0o600)
        chmod(bench.path, 0o750)
        #expect(throws: HomeError(.notPrivate, "", "")) { try bench.home }
    }

    @Test func theStockToolOpensWithTheIdentityFile() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        let made = try sealed.create(passphrase: passphrase, at: created)  // the real work factor
        let message = try AgeFile.seal(Array("for her".utf8), to: [made.age.recipient])
        try bench.write("message.age", message.bytes)
        let script = """
            import os, pty, sys
            pid, terminal = pty.fork()
            if pid == 0:
                os.execvp("age", ["age", "-d", "-i", sys.argv[1], "-o", sys.argv[3], sys.argv[2]])
            seen = b""
            while b"passphrase" not in seen:
                seen += os.read(terminal, 1000)
            os.write(terminal, b"correct horse\\n")
            try:
                while os.read(terminal, 1000): pass
            except OSError:
                pass
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, sealed.path, bench.path + "/message.age", bench.path + "/out"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try bench.read("out") == Array("for her".utf8))
    }

    @Test func thePlaintextIsFourLines() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        let made = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        let text = try AgeFile.open(try bench.read("identity.age"), passphrase: passphrase)
        let lines = text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }.components(separatedBy: "\n")
        #expect(lines.count == 5 && lines[4].isEmpty)
        #expect(lines[0] == "# created: 2026-11-22T18:05:00Z")
        #expect(lines[1] == "# public key: " + String(decoding: made.age.recipient.text, as: UTF8.self))
        #expect(lines[2].hasPrefix("# signing key: PRIVATE+KEY+bevis.example/person+"))
        #expect(lines[3].hasPrefix("AGE-SECRET-KEY-1"))
    }

    @Test func anIdentityIsNeverOverwritten() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        _ = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        let before = try bench.read("identity.age")
        #expect(throws: HomeError(.exists, "", "")) {
            try sealed.create(passphrase: passphrase, at: created, logN: 10)
        }
        #expect(try bench.read("identity.age") == before)
    }

    @Test func anotherPassphraseIsRefused() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        #expect(throws: HomeError(.missing, "", "")) { try sealed.open(passphrase: passphrase) }
        _ = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        #expect(throws: HomeError(.wrongPassphrase, "", "")) { try sealed.open(passphrase: secret("another horse")) }
        #expect(throws: HomeError(.wrongPassphrase, "", "")) {
            try sealed.changePassphrase(from: secret("another horse"), to: secret("third horse"), logN: 10)
        }
        _ = try sealed.open(passphrase: passphrase)
    }

    @Test func thePassphraseCanBeChanged() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        let made = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        try sealed.changePassphrase(from: passphrase, to: secret("battery staple"), logN: 10)
        #expect(throws: HomeError(.wrongPassphrase, "", "")) { try sealed.open(passphrase: passphrase) }
        #expect(try sealed.open(passphrase: secret("battery staple")).age.recipient == made.age.recipient)
        #expect(try sealed.publicParts().created == created)
    }

    @Test func aChangeCutOffBeforeItsEndLeavesTheOldOne() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        _ = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        // A kill after the new content was staged, whole or in part, and before it took the old one's place.
        for content in [try bench.read("identity.age"), [], [1, 2, 3]] {
            try StoredFile(path: sealed.path).stage(content)
            _ = try sealed.open(passphrase: passphrase)
            try sealed.changePassphrase(from: passphrase, to: passphrase, logN: 10)
            _ = try sealed.open(passphrase: passphrase)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.path).sorted()
        #expect(names == ["identity.age", "identity.pub", "lock"])
    }

    @Test func aMissingPublicFileIsWrittenAgainAndAForeignOneRefused() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        let made = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        try FileManager.default.removeItem(at: bench.file("identity.pub"))
        #expect(throws: HomeError(.missing, "", "")) { try sealed.publicParts() }
        _ = try sealed.open(passphrase: passphrase)
        #expect(try sealed.publicParts().key == made.signer.verifierKey)
        let other = Identity.random(.person).publicParts(created: created)
        try bench.write("identity.pub", try other.text())
        #expect(throws: HomeError(.altered, "", "")) { try sealed.open(passphrase: passphrase) }
        try bench.write("identity.pub", Array("garbage\n".utf8))
        #expect(throws: HomeError(.altered, "", "")) { try sealed.publicParts() }
    }

    @Test func everyAlteredByteIsNoticed() throws {
        let sealed = try SealedIdentity(.person, in: bench.home)
        _ = try sealed.create(passphrase: passphrase, at: created, logN: 10)
        let bytes = try bench.read("identity.age")
        for position in stride(from: 0, to: bytes.count, by: 7) {
            var altered = bytes
            altered[position] ^= 0x01
            try bench.write("identity.age", altered)
            #expect(throws: HomeError.self) { try sealed.open(passphrase: passphrase) }
        }
        try bench.write("identity.age", Array(bytes.dropLast()))
        #expect(throws: HomeError(.altered, "", "")) { try sealed.open(passphrase: passphrase) }
    }

    @Test func textsThatAreNoIdentityAreRefused() throws {
        let good = IdentityText(identity: .random(.person), created: created).text
        let other = IdentityText(identity: .random(.person), created: created).text
        func lines(_ secret: SecretBytes) -> [String] {
            secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }.components(separatedBy: "\n")
        }
        let (own, foreign) = (lines(good), lines(other))
        _ = try IdentityText(parsing: good, kind: .person, path: "x")
        #expect(throws: HomeError(.altered, "", "")) { try IdentityText(parsing: good, kind: .issuer("a"), path: "x") }
        let wrong: [[String]] = [
            [own[0], foreign[1], own[2], own[3], ""], [own[0], own[1], own[3], ""],
            [own[1], own[0], own[2], own[3], ""],
            [own[0], own[1], own[2], own[3]], [own[0], own[1], own[2], own[3], own[3], ""],
            ["# created: x"] + own[1...],
            [own[0], own[1], own[2] + "A", own[3], ""], [own[0], own[1], own[2], own[3].lowercased() + "A", ""], [],
            [own[0], own[1], own[2], own[3].lowercased(), ""],
        ]
        for text in wrong {
            #expect(throws: HomeError(.altered, "", "")) {
                try IdentityText(parsing: secret(text.joined(separator: "\n")), kind: .person, path: "x")
            }
        }
    }

    @Test func publicPartsAreReadAsTheyAreWritten() throws {
        let parts = Identity.random(.person).publicParts(created: created)
        let text = try parts.text()
        #expect(try PublicIdentity(parsing: text) == parts)
        let recipient = String(decoding: parts.recipient.text, as: UTF8.self)
        let capitals = String(decoding: text, as: UTF8.self)
            .replacingOccurrences(of: recipient, with: recipient.uppercased())
        #expect(throws: NoteError(.malformedValue, "")) { try PublicIdentity(parsing: Array(capitals.utf8)) }
    }

    @Test(arguments: ["", "-a", "a/b", "..", "A", "a b", String(repeating: "a", count: 41), "æ"])
    func otherNamesAreRefused(name: String) throws {
        let home = try bench.home
        #expect(throws: HomeError(.badName, "", "")) { try SealedIdentity(.device(name), in: home) }
    }

    @Test func devicesAndIssuersAreListed() throws {
        let home = try bench.home
        #expect(try SealedIdentity.issuers(in: home) == [])
        for name in ["hallway", "door"] {
            _ = try SealedIdentity(.device(name), in: home).create(passphrase: passphrase, at: created, logN: 10)
        }
        _ = try SealedIdentity(.issuer("city"), in: home).create(passphrase: passphrase, at: created, logN: 10)
        #expect(try SealedIdentity.devices(in: home) == ["door", "hallway"])
        #expect(try SealedIdentity.issuers(in: home) == ["city"])
    }

    @Test func theFolderLiesWhereTheEnvironmentSays() throws {
        #expect(try HomeFolder.path(environment: ["BEVIS_HOME": "/a", "HOME": "/h"]) == "/a")
        #expect(try HomeFolder.path(environment: ["XDG_DATA_HOME": "/d", "HOME": "/h"]) == "/d/mappen")
        #expect(try HomeFolder.path(environment: ["XDG_DATA_HOME": "rel", "HOME": "/h"]) == "/h/.local/share/mappen")
        #expect(throws: HomeError(.missing, "", "")) { try HomeFolder.path(environment: ["BEVIS_HOME": "relative"]) }
        #expect(throws: HomeError(.missing, "", "")) { try HomeFolder.path(environment: [:]) }
        #expect(try HomeFolder(bench.path + "/deep/er//").path == bench.path + "/deep/er")
        try bench.write("file", [])
        #expect(throws: HomeError.self) { try HomeFolder(bench.path + "/file") }
    }
}
