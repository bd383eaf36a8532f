import AgeFile
import BulkHash
import Glibc
import Sharing
import Sodium
import Testing

@testable import Vault

private let chunk = PayloadLayout.chunkSize
private let block = chunk * Block.chunkCapacity

@Suite struct ContentSealerTests {
    static let borders = [
        0, 1, 15, chunk - 1, chunk, chunk + 1, 2 * chunk, block - 1, block, block + 1, 2 * block, 3 * block + 7,
    ]

    @Test(arguments: borders) func sealedContentIsWhatThePayloadSays(size: Int) throws {
        let sample = try SealedSample(size: size)
        let content = sample.content
        let header = try AgeHeader(sealing: content.fileKey, to: [AgeIdentity.random().recipient])
        let file = try SealedAgeFile(header: header, payload: sample.payload)
        #expect(content.id == file.id)
        #expect(content.payloadSize == UInt64(sample.payload.count))
        #expect(content.chunkCount == file.layout.chunkCount)
        #expect([UInt8](sample.payload[..<16]) == content.nonce.bytes)
        #expect(content.originalSize == UInt64(size))
        #expect(content.originalDigest == SHA256.hash(sample.original))
        #expect(try file.open(content.fileKey).withUnsafeBytes { [UInt8]($0) } == sample.original)
        let facts = content.facts(header: header)
        #expect(facts.header == header.digest)
        #expect(facts.keyCommitment == content.fileKey.commitment(to: file.id))
    }

    @Test(.enabled(if: access("/usr/bin/age", X_OK) == 0), arguments: [0, chunk, block + 1])
    func stockAgeOpensWhatWasSealed(size: Int) throws {
        let folder = try TemporaryFolder()
        let identity = AgeIdentity.random()
        let sample = try SealedSample(size: size)
        let header = try AgeHeader(sealing: sample.content.fileKey, to: [identity.recipient])
        try folder.file("sealed", header.bytes + sample.payload)
        try folder.file("key", identity.text.withUnsafeBytes { [UInt8]($0) })
        #expect(shell("age -d -i \(folder.at("key")) \(folder.at("sealed")) > \(folder.at("opened"))") == 0)
        #expect(try folder.bytes("opened") == sample.original)
    }

    @Test(arguments: [1, 2, 3, 7]) func anyNumberOfThreadsSealsTheSame(threads: Int) throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 2)
        let original = generator.bytes(21 * block + 5)
        let path = try folder.file("original", original)
        let key = FileKey.random()
        let nonce = PayloadNonce.random()
        var payload: [UInt8] = []
        let content = try ContentSealer.seal(
            from: IngestSource(path: path), fileKey: key, nonce: nonce, threads: threads
        ) { payload += $0 }
        var expected = nonce.bytes
        var sealer = StreamSealer(fileKey: key, nonce: nonce)
        original.withUnsafeBytes { bytes in sealer.update(bytes) { expected += $0 } }
        sealer.finish { expected += $0 }
        #expect(payload == expected)
        #expect(content.originalDigest == SHA256.hash(original))
    }

    @Test(arguments: [1, 15, 16, 17, 1000, 65552, 1 << 20])
    func pullingGivesTheSameInPiecesOfAnySize(step: Int) throws {
        let folder = try TemporaryFolder()
        var generator = SeededGenerator(seed: 3)
        let original = generator.bytes(step == 1 ? 100 : 3 * block + 9)
        let path = try folder.file("original", original)
        let stream = try PayloadStream(from: IngestSource(path: path), fileKey: .random())
        #expect(throws: VaultError(.incomplete, "")) { _ = try stream.finish() }
        var payload: [UInt8] = []
        var room = [UInt8](repeating: 0, count: step)
        while true {
            let count = try room.withUnsafeMutableBytes { try stream.read(into: $0) }
            if count == 0 { break }
            payload += room[..<count]
        }
        let content = try stream.finish()
        #expect(stream.payloadSize == UInt64(payload.count))
        let header = try AgeHeader(sealing: content.fileKey, to: [AgeIdentity.random().recipient])
        let file = try SealedAgeFile(header: header, payload: payload)
        #expect(file.id == content.id)
        #expect(try file.open(content.fileKey).withUnsafeBytes { [UInt8]($0) } == original)
    }

    @Test func progressEndsWithTheWholeSize() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 7, count: 5 * block + 1))
        var seen: [UInt64] = []
        _ = try ContentSealer.seal(
            from: IngestSource(path: path), fileKey: .random(), progress: { seen.append($0) }, to: { _ in })
        #expect(seen == seen.sorted())
        #expect(seen.last == UInt64(5 * block + 1))
    }

    @Test func failingSinkEndsTheSealing() throws {
        struct Full: Error {}
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 7, count: 40 * block))
        var calls = 0
        #expect(throws: Full.self) {
            _ = try ContentSealer.seal(from: IngestSource(path: path), fileKey: .random()) { _ in
                calls += 1
                if calls == 3 { throw Full() }
            }
        }
        #expect(calls == 3)
    }

    @Test func streamThatIsGivenUpEndsItsThreads() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("original", [UInt8](repeating: 7, count: 60 * block))
        for pulls in 0..<4 {
            let stream = try PayloadStream(from: IngestSource(path: path), fileKey: .random(), threads: 3)
            for _ in 0..<pulls { _ = try stream.next { _ in } }
        }
    }

    @Test func memoryDoesNotGrowWithTheOriginal() async throws {
        // In a process of its own: beside it other tests run in this one.
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = try folder.file("original", [])
            try #require(truncate(path, 300 << 20) == 0)
            let before = try peakMemory(resetting: true)
            var sealed = 0
            let content = try ContentSealer.seal(from: IngestSource(path: path), fileKey: .random()) {
                sealed += $0.count
            }
            let after = try peakMemory(resetting: false)
            #expect(content.originalSize == 300 << 20)
            #expect(sealed == 16 + (300 << 20) + 4800 * 16)
            #expect(after - before < 64 << 20)
        }
    }
}

/// Peak of resident memory in bytes, after setting it back to the present if asked.
func peakMemory(resetting: Bool) throws -> Int {
    if resetting {
        let file = try #require(fopen("/proc/self/clear_refs", "w"))
        fputs("5", file)
        fclose(file)
    }
    let file = try #require(fopen("/proc/self/status", "r"))
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix("VmHWM:") else { continue }
        return try #require(Int(text.filter(\.isNumber))) * 1024
    }
    throw VaultError(.unavailable, "no VmHWM")
}
