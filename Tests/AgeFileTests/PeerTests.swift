import AgeFile
import Foundation
import Sodium
import Testing

/// The stock `age` command as a peer, both ways.
@Suite struct PeerTests {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("age-peer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test(arguments: sizes + [20_000_000]) func ageOpensWhatIsSealedHere(_ size: Int) throws {
        defer { remove() }
        var random = SeededRandom(seed: UInt64(size))
        let plaintext = random.bytes(size)
        let identity = AgeIdentity.random()
        let recipients = [AgeIdentity.random().recipient, identity.recipient]
        try write("identity", identity.text.exposed + [0x0A])
        try write("file.age", try AgeFile.seal(plaintext, to: recipients).bytes)
        #expect(try age(["-d", "-i", path("identity"), "-o", path("plain"), path("file.age")]) == 0)
        // age makes its output file at the first byte, so none for an empty plaintext.
        #expect(try size == 0 && !FileManager.default.fileExists(atPath: path("plain")) || read("plain") == plaintext)
    }

    @Test(arguments: sizes + [20_000_000]) func whatAgeSealsIsOpenedHere(_ size: Int) throws {
        defer { remove() }
        var random = SeededRandom(seed: UInt64(size))
        let plaintext = random.bytes(size)
        try write("plain", plaintext)
        try #require(try run("age-keygen", ["-o", path("identity")]) == 0)
        var text = try read("identity")
        let identity = try #require(try IdentityFile.parse(SecretBytes(wiping: &text)).first)
        let recipient = String(decoding: identity.recipient.text, as: UTF8.self)
        #expect(try age(["-r", recipient, "-o", path("file.age"), path("plain")]) == 0)
        let bytes = try read("file.age")
        #expect(try AgeFile.open(bytes, with: [identity]).exposed == plaintext)
        let file = try SealedAgeFile(parsing: bytes)
        let fileKey = try file.header.open(with: [identity])
        #expect(try openStream(file.payload, fileKey: fileKey, step: 100_000).released == plaintext)
        #expect(
            try checkedReader(file.payload, fileKey: fileKey).read(0..<UInt64(size), of: file.payload) == plaintext)
    }

    @Test func armorOfAgeIsRead() throws {
        defer { remove() }
        let identity = AgeIdentity.random()
        var random = SeededRandom(seed: 1)
        let plaintext = random.bytes(10_000)
        try write("plain", plaintext)
        let recipient = String(decoding: identity.recipient.text, as: UTF8.self)
        #expect(try age(["-a", "-r", recipient, "-o", path("file.age"), path("plain")]) == 0)
        let text = try read("file.age")
        #expect(Armor.isArmored(prefix: text))
        #expect(try AgeFile.open(try Armor.decode(text), with: [identity]).exposed == plaintext)
    }

    @Test func newHeaderForTheSamePayloadOpensInAge() throws {
        defer { remove() }
        var random = SeededRandom(seed: 2)
        let plaintext = random.bytes(200_000)
        let fileKey = FileKey.random()
        let file = try AgeFile.seal(plaintext, fileKey: fileKey, to: [AgeIdentity.random().recipient])
        let reader = AgeIdentity.random()
        let header = try AgeHeader(sealing: fileKey, to: [reader.recipient])
        try write("identity", reader.text.exposed + [0x0A])
        try write("file.age", header.bytes + file.payload)
        #expect(try age(["-d", "-i", path("identity"), "-o", path("plain"), path("file.age")]) == 0)
        #expect(try read("plain") == plaintext)
    }

    @Test func ageRefusesWhatIsSealedToSomebodyElse() throws {
        defer { remove() }
        try write("identity", AgeIdentity.random().text.exposed)
        try write("file.age", try AgeFile.seal([1], to: [AgeIdentity.random().recipient]).bytes)
        #expect(try age(["-d", "-i", path("identity"), "-o", path("plain"), path("file.age")]) != 0)
    }

    @Test func passphraseFilesAreReadBothWays() throws {
        defer { remove() }
        let passphrase = "correct horse battery staple"
        let plaintext = [UInt8]("under a passphrase".utf8)
        try write("plain", plaintext)
        #expect(try atTerminal("age -p -o sealed.age plain", typing: passphrase, times: 2) == 0)
        let header = try AgeHeader(parsingPrefixOf: try read("sealed.age"))
        #expect(header.isPassphrase)
        #expect(try AgeFile.open(try read("sealed.age"), passphrase: secret(passphrase)).exposed == plaintext)
        try write("ours.age", try AgeFile.seal(plaintext, passphrase: secret(passphrase)).bytes)
        #expect(try atTerminal("age -d -o opened ours.age", typing: passphrase, times: 1) == 0)
        #expect(try read("opened") == plaintext)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private func write(_ name: String, _ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path(name))) }
    private func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path(name)))) }
    private func remove() { try? FileManager.default.removeItem(at: folder) }
    private func age(_ arguments: [String]) throws -> Int32 { try run("age", arguments) }

    private func run(_ command: String, _ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Runs a command at a terminal of its own and answers each of its questions; age reads passphrases nowhere else.
    private func atTerminal(_ command: String, typing answer: String, times: Int) throws -> Int32 {
        let script = """
            import os, pty, select, sys, time
            child, terminal = pty.fork()
            if child == 0:
                os.execvp(sys.argv[1], sys.argv[1:])
            left, seen, limit = int(os.environ["TIMES"]), b"", time.monotonic() + 60
            while time.monotonic() < limit:
                try:
                    if not select.select([terminal], [], [], 1)[0]:
                        continue
                    seen += os.read(terminal, 1000)
                except OSError:
                    break
                if left and b": " in seen:
                    left, seen = left - 1, b""
                    os.write(terminal, os.environ["ANSWER"].encode() + b"\\n")
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """
        let words = command.split(separator: " ").map(String.init)
        return try run(
            "env", ["ANSWER=\(answer)", "TIMES=\(times)", "python3", "-c", script] + words)
    }
}
