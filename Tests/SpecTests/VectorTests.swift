import AgeFile
import AuditTrail
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Testing

/// `vectors.txt` of the worked example: every derivation of the specification with its inputs, for other
/// implementations. The code must make the stored file; `check_examples.py` computes it again on its own.
///
/// With `BEVIS_WRITE_EXAMPLES=1` it is first written anew, for a person to read the difference and commit it.
@Suite struct VectorTests {
    private let content = equal(0x21, 16)

    private func line(_ key: String, _ value: [UInt8]) -> String { "\(key) \(text(Hex.encode(value)))\n" }

    private func line(_ key: String, _ value: some Typed32) -> String { line(key, value.bytes.array) }

    /// The id of a file whose plaintext is `plaintext`, sealed under `key` and `nonce`.
    private func file(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8]) throws -> (AgeFileID, [TreeHash]) {
        let nonce = try PayloadNonce(nonce)
        var tree = PayloadTree<SHA256>(nonce: nonce, keepingLeaves: true)
        var sealer = StreamSealer(fileKey: try FileKey(secret(key)), nonce: nonce)
        sealer.update(plaintext) { tree.append(PayloadTree<SHA256>.leaf(of: $0)) }
        sealer.finish { tree.append(PayloadTree<SHA256>.leaf(of: $0)) }
        return (tree.id, tree.leaves)
    }

    /// Plaintext of `size` bytes; byte i is i modulo 251.
    private func ids(sizes: [Int]) throws -> [String] {
        try sizes.map { size in
            let (id, leaves) = try file((0..<size).map { UInt8($0 % 251) }, key: content, nonce: equal(0x31, 16))
            return "vector file-id\nsize \(size)\n" + line("file-key", content) + line("nonce", equal(0x31, 16))
                + leaves.map { line("leaf", $0.bytes.array) }.joined() + line("id", id)
        }
    }

    /// The payload of the example's content, chunk by chunk.
    private func payload() throws -> String {
        let file = try SealedAgeFile(parsing: Example.read("content.age"))
        let (nonce, chunk) = (Array(file.payload.prefix(16)), Array(file.payload.dropFirst(16)))
        return "vector payload\n" + line("nonce", nonce) + line("chunk", chunk)
            + [nonce, chunk].map { line("leaf", TreeHash.leaf($0).bytes.array) }.joined() + line("id", file.id)
    }

    private func commitments() throws -> [String] {
        let ingest = try IngestRecord(parsing: UnverifiedNote(parsing: Example.read("ingest.note")).text)
        let salt = try Nonce(copying: equal(0x41))
        let digest = SHA256.hash(bytes("He stood at the door at 22:41.\n"))
        return [
            "vector file-key\n" + line("id", ingest.content.id) + line("file-key", content)
                + line("commitment", try FileKey(secret(content)).commitment(to: ingest.content.id)),
            "vector original\n" + line("salt", salt) + line("sha256", digest)
                + line("commitment", IngestRecord.commitment(toOriginal: digest, salt: salt)),
        ]
    }

    /// The content's file key under the example's grant, and under one more that lends it on.
    private func capsule(layers: UInt8) throws -> String {
        let id = try IngestRecord(parsing: UnverifiedNote(parsing: Example.read("ingest.note")).text).content.id
        let key = try FileKey(secret(content))
        var lines = "vector capsule\n" + line("id", id) + line("file-key", content)
        var inner: Capsule?
        for layer in 0..<layers {
            let gid = try GrantID(copying: equal(0x61 + layer))
            let grantSecret = try GrantSecret(secret(equal(0x07 + layer)))
            let part = grantSecret.part(for: id, in: gid)
            let info = Label.keyEncryption.bytes + id.bytes.array
            let kek = HKDF.derive(from: part.secret, salt: gid.bytes.array, info: info)
            let made =
                try inner.map { try Capsule(sealing: $0, of: id, in: gid, with: part) }
                ?? Capsule(sealing: key, of: id, in: gid, with: part)
            lines += line("grant", gid) + line("secret", grantSecret.secret.exposed) + line("part", part.secret.exposed)
            lines += line("part-hash", part.hash(for: id, in: gid)) + line("kek", kek.exposed)
            lines += line("capsule", made.bytes) + line("capsule-hash", made.hash)
            inner = made
        }
        return lines
    }

    private func list() throws -> String {
        let list = try ItemList(parsing: Example.read("item-list.txt"))
        return "vector item-list\n" + list.files.map { "entry \(text($0.entry))\n" }.joined()
            + list.files.map { line("leaf", TreeHash.leaf($0.entry).bytes.array) }.joined()
            + line("root", list.root.bytes.array)
    }

    private func logKeys() throws -> String {
        let (matter, grant) = (try Example.matterKey, try Example.grantKey)
        return "vector log-keys\n" + line("case", try Example.matter) + line("case-key", matter.secret.exposed)
            + line("case-commitment", matter.commitment(to: try Example.matter)) + line("grant", try Example.grant)
            + line("grant-key", grant.secret.exposed)
            + line("grant-commitment", grant.commitment(to: try Example.grant))
            + line("record-identity", grant.recordIdentity.key.scalar.exposed)
            + "record-recipient \(text(grant.recordIdentity.recipient.text))\n"
            + [1, 2, 256, 1 << 40].map { "number \($0)\n" + line("tag", grant.tag($0).bytes) }.joined()
    }

    private func leaf() throws -> String {
        let record = try Record(parsing: Example.read("record-6.txt"))
        let disclosed = DisclosedRecord(record: record, salt: try RecordSalt(copying: equal(0x56)), notes: [])
        let leaf = disclosed.leaf(in: try Example.grantKey)
        return "vector leaf\n" + line("log-key", try Example.grantKey.secret.exposed) + "number \(record.number)\n"
            + line("salt", disclosed.salt) + "record-file record-6.txt\n" + line("tag", leaf.tag.bytes)
            + line("commitment", leaf.commitment) + line("leaf-hash", leaf.hash.bytes.array)
    }

    private func made() throws -> String {
        let blocks =
            try [payload()] + ids(sizes: [0, 1, 65_536, 65_537, 200_000]) + commitments()
            + [capsule(layers: 1), capsule(layers: 2), list(), logKeys(), leaf()]
        return blocks.joined(separator: "\n")
    }

    @Test func vectorsAreMadeAsStored() throws {
        let made = try made()
        if ProcessInfo.processInfo.environment["BEVIS_WRITE_EXAMPLES"] == "1" {
            try Data(made.utf8).write(to: Example.folder.appending(path: "vectors.txt"))
        }
        #expect(made == text(try Example.read("vectors.txt")))
    }

    /// The example's item has the id that its payload's tree gives.
    @Test func exampleFilesAreSealedAsTheirSecretsSay() throws {
        for (name, plain, byte) in [
            ("content.age", bytes("He stood at the door at 22:41.\n"), UInt8(0x21)),
            ("description.age", try Example.read("description.txt"), 0x22),
        ] {
            let stored = try SealedAgeFile(parsing: Example.read(name))
            #expect(try file(plain, key: equal(byte, 16), nonce: equal(byte + 0x10, 16)).0 == stored.id)
        }
    }

    // MARK: A second implementation

    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "check_examples.py").path
    private static let canRun = run(["python3", "-c", "import cryptography"]) == 0

    @Test(.enabled(if: canRun, "python3 has no `cryptography`: the example is not checked a second time"))
    func anotherImplementationComputesTheSame() {
        #expect(VectorTests.run(["python3", VectorTests.script, Example.folder.path]) == 0)
    }

    /// The second check can fail: it refuses every value altered, in each file that it reads.
    @Test(.enabled(if: canRun, "python3 has no `cryptography`"))
    func anotherImplementationRefusesWhatIsAltered() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bevis-example-\(UUID())")
        try FileManager.default.copyItem(at: Example.folder, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        var lines = text(try Example.read("vectors.txt")).split(separator: "\n", omittingEmptySubsequences: false)
        let computed = [
            "id ", "commitment ", "part ", "part-hash ", "kek ", "capsule ", "capsule-hash ", "root ", "tag ",
        ]
        for (index, line) in lines.enumerated()
        where (computed + ["grant-key ", "case-commitment ", "record-identity ", "leaf-hash "]).contains(where: {
            line.hasPrefix($0)
        }) {
            // An id that is an input elsewhere alters the results that follow from it.
            lines[index] = line.dropLast() + (line.hasSuffix("0") ? "1" : "0")
            try Data(lines.joined(separator: "\n").utf8).write(to: folder.appending(path: "vectors.txt"))
            #expect(VectorTests.run(["python3", VectorTests.script, folder.path]) == 1, "\(line)")
            lines[index] = line
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: folder.appending(path: "vectors.txt"))
        for name in ExampleFile.notes.map(\.name) + ["checkpoint", "receipt-6.tlog-proof", "content.age", "leaves.hex"]
        {
            var altered = try Example.read(name)
            altered[altered.count - 20] ^= 1
            try Data(altered).write(to: folder.appending(path: name))
            #expect(VectorTests.run(["python3", VectorTests.script, folder.path]) == 1, "\(name)")
            try Data(try Example.read(name)).write(to: folder.appending(path: name))
        }
        #expect(VectorTests.run(["python3", VectorTests.script, folder.path]) == 0)
    }

    /// Exit status of a command; -1 when it cannot be started.
    private static func run(_ command: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }
}
