import AgeFile
import BulkHash
import Glibc
import MerkleTree
import Sodium
import Testing

@testable import Vault

/// A folder of its own that goes with the last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/vault-test-XXXXXX".utf8CString)
        let made = mkdtemp(&template) != nil
        try #require(made)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { system("chmod -R u+rwx \(path); rm -rf \(path)") }

    /// Path of an entry.
    func at(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a file of `bytes` and returns its path.
    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = try #require(fopen(at(name), "w"))
        defer { fclose(file) }
        try #require(bytes.isEmpty || fwrite(bytes, 1, bytes.count, file) == bytes.count)
        return at(name)
    }

    /// The bytes of a file.
    func bytes(_ name: String) throws -> [UInt8] {
        let source = try IngestSource(path: at(name))
        let size = Int(try #require(source.size))
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = try source.read(into: UnsafeMutableRawBufferPointer(buffer)) { false }
        }
    }
}

/// Runs a shell command; its exit code.
@discardableResult
func shell(_ command: String) -> Int32 { (system(command) >> 8) & 0xFF }

/// A small generator with a seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        for index in stride(from: 0, to: count, by: 8) {
            let word = next()
            for offset in 0..<min(8, count - index) {
                bytes[index + offset] = UInt8(truncatingIfNeeded: word >> UInt64(8 * offset))
            }
        }
        return bytes
    }
}

/// An original sealed in memory.
struct SealedSample {
    let original: [UInt8]
    let content: SealedContent
    var payload: [UInt8]

    init(size: Int, seed: UInt64 = 1) throws {
        var generator = SeededGenerator(seed: seed)
        try self.init(generator.bytes(size))
    }

    init(_ original: [UInt8]) throws {
        let folder = try TemporaryFolder()
        let source = try IngestSource(path: try folder.file("original", original))
        var payload: [UInt8] = []
        content = try ContentSealer.seal(from: source, fileKey: .random()) { payload += $0 }
        self.original = original
        self.payload = payload
    }

    var layout: PayloadLayout { PayloadLayout(plaintextSize: UInt64(original.count)) }

    /// The leaf hashes, the nonce's first, of the payload as it is.
    var leaves: [TreeHash] {
        [TreeHash.leaf([UInt8](payload[..<16]))]
            + (0..<layout.chunkCount).map {
                let range = layout.payloadRange(ofChunk: $0)
                return TreeHash.leaf([UInt8](payload[Int(range.lowerBound)..<Int(range.upperBound)]))
            }
    }

    func opener(threads: Int = 2) throws -> ContentOpener {
        ContentOpener(
            leaves: try LeafList(all: leaves, id: content.id, layout: layout), fileKey: content.fileKey,
            threads: threads)
    }
}

extension ContentOpener {
    /// Opens a payload in memory; pulls come in pieces of `step` bytes.
    func open(_ payload: [UInt8], step: Int = 1 << 20) throws -> [UInt8] {
        var position = 0
        var plaintext: [UInt8] = []
        try open(
            from: { room in
                let count = min(step, room.count, payload.count - position)
                room.copyBytes(from: payload[position..<(position + count)])
                position += count
                return count
            }, to: { plaintext += $0 })
        return plaintext
    }

    /// Opens a range of a payload in memory.
    func open(_ range: Range<UInt64>, of payload: [UInt8]) throws -> (plaintext: [UInt8], fetched: [Range<UInt64>]) {
        var plaintext: [UInt8] = []
        var fetched: [Range<UInt64>] = []
        try open(
            range: range,
            fetch: { range, room in
                fetched.append(range)
                room.copyBytes(from: payload[Int(range.lowerBound)..<Int(range.upperBound)])
                return range.count
            }, to: { plaintext += $0 })
        return (plaintext, fetched)
    }
}

/// Runs `body`, which must fail, and returns its error.
func failure(_ body: () throws -> Void) throws -> VaultError {
    do {
        try body()
    } catch let error as VaultError {
        return error
    }
    Issue.record("nothing was refused")
    throw VaultError(.incomplete, "nothing was refused")
}
