import AgeFile
import Foundation
import MerkleTree
import SignedNote
import Sodium
import Testing

@testable import Sharing

/// Vectors for capsules, commitments and item lists: `key value` lines, binary values in hexadecimal, one empty line
/// between blocks. The code must make the stored file; `check_vectors.py` computes it again on its own.
@Suite struct VectorTests {
    private let path = "Vectors/capsules.txt"

    private func line(_ key: String, _ value: [UInt8]) -> String { "\(key) \(text(Hex.encode(value)))\n" }

    private func line(_ key: String, _ value: some Typed32) -> String { line(key, value.bytes.array) }

    /// One file key under `layers` grants, the innermost first.
    private func block(_ number: Int, layers: Int) throws -> String {
        let file: AgeFileID = number == 0 ? AgeFileID(.zero) : fixed("vector file \(number)")
        let key = try FileKey(fixedSecret("vector file key \(number)", count: 16))
        var lines = "case capsule\n" + line("id", file) + line("file-key", key.secret.exposed)
        lines += line("file-key-commitment", key.commitment(to: file))
        var capsule: Capsule?
        for layer in 0..<layers {
            let gid: GrantID = fixed("vector grant \(number) \(layer)")
            let secret = try GrantSecret(fixedSecret("vector secret \(number) \(layer)"))
            let part = secret.part(for: file, in: gid)
            let made =
                try capsule.map { try Capsule(sealing: $0, of: file, in: gid, with: part) }
                ?? Capsule(sealing: key, of: file, in: gid, with: part)
            lines += line("secret", secret.secret.exposed) + line("grant", gid) + line("part", part.secret.exposed)
            lines += line("part-hash", part.hash(for: file, in: gid)) + line("capsule", made.bytes)
            lines += line("capsule-hash", made.hash)
            capsule = made
        }
        return lines
    }

    private func commitments() -> String {
        let (subject, salt, original): (CaseID, Nonce, Digest) = (fixed("case"), fixed("salt"), fixed("original"))
        let key = fixedSecret("log key")
        return "case log-key\n" + line("subject", subject) + line("key", key.exposed)
            + line("commitment", Label.logKey.hash(subject, secret: key)) + "\ncase original\n" + line("salt", salt)
            + line("digest", original)
            + line("commitment", IngestRecord.commitment(toOriginal: original, salt: salt))
    }

    private func list() throws -> String {
        let list = try World().list()
        return "case item-list\n" + list.files.map { "entry \(text($0.entry))\n" }.joined()
            + line("root", Digest(list.root.bytes))
    }

    private func made() throws -> [UInt8] {
        let blocks = try [
            block(0, layers: 1), block(1, layers: 1), block(2, layers: 2), block(3, layers: 4), commitments(), list(),
        ]
        return bytes(blocks.joined(separator: "\n"))
    }

    @Test func vectorsAreMadeAsStored() throws {
        let made = try made()
        #expect(text(made) == text(try stored(path, expecting: made)))
    }

    /// The labels in use, with their final zero.
    @Test func labelsAreAsSpecified() {
        let expected: [(Label, String)] = [
            (.part, "part"), (.keyEncryption, "kek"), (.capsule, "capsule"), (.partHash, "p"), (.leaf, "leaf"),
            (.tag, "tag"), (.log, "log"), (.logKey, "logkey"), (.records, "records"), (.original, "original"),
        ]
        for (label, word) in expected { #expect(label.bytes == bytes("bevis/v1/\(word)") + [0]) }
    }

    private static let pythonHasCryptography = run(["python3", "-c", "import cryptography"]) == 0

    @Test(
        .enabled(if: pythonHasCryptography, "python3 has no `cryptography`: the vectors are not computed a second time")
    )
    func anotherImplementationComputesTheSameVectors() throws {
        #expect(VectorTests.run(["python3", stored("check_vectors.py").path, stored(path).path]) == 0)
    }

    /// The check can fail: it refuses the file with any one value altered, or with nothing in it.
    @Test(.enabled(if: pythonHasCryptography, "python3 has no `cryptography`"))
    func anotherImplementationRefusesAlteredVectors() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bevis-vectors-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("capsules.txt")
        let lines = text([UInt8](try Data(contentsOf: stored(path)))).split(
            separator: "\n", omittingEmptySubsequences: false)
        for key in ["part ", "part-hash ", "capsule ", "capsule-hash ", "root ", "commitment ", "file-key-commitment "]
        {
            let index = try #require(lines.lastIndex { $0.hasPrefix(key) })
            var altered = lines
            altered[index] = altered[index].dropLast() + (altered[index].hasSuffix("0") ? "1" : "0")
            try Data(altered.joined(separator: "\n").utf8).write(to: file)
            #expect(VectorTests.run(["python3", stored("check_vectors.py").path, file.path]) == 1, "\(key)")
        }
        try Data().write(to: file)
        #expect(VectorTests.run(["python3", stored("check_vectors.py").path, file.path]) == 1)
    }

    /// Exit status of a command; -1 when it cannot be started.
    private static func run(_ command: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
