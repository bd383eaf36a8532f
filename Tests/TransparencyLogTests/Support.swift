import MerkleTree
import SignedNote
import Sodium
import TransparencyLog

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func name(_ text: String) throws -> KeyName { try KeyName(text.utf8) }

func signingKey(_ seed: UInt8) throws -> SigningKey {
    let seed = [UInt8](repeating: seed, count: 32)
    return try SigningKey(seed: seed.withUnsafeBytes { SecretBytes(copying: $0) })
}

func leaf(_ index: UInt64) -> TreeHash { TreeHash.leaf((0..<8).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) }) }

func tree(_ size: UInt64) -> MemoryTree { MemoryTree((0..<size).map { leaf($0) }) }

/// The error that `body` throws, or `nil`.
func failure(_ body: () throws -> Void) -> LogError? {
    do { try body() } catch { return error as? LogError }
    return nil
}

/// A log and three witnesses with fixed keys.
struct Scene {
    let log: NoteSigner
    let witnesses: [Cosigner]

    init() throws {
        log = NoteSigner(name: try name("log.example/one"), key: try signingKey(1))
        witnesses = try (0..<3).map { Cosigner(name: try name("witness.example/w\($0)"), key: try signingKey(10 + $0)) }
    }

    func policy(_ rules: String) throws -> LogPolicy {
        var lines = "log \(text(log.verifierKey.text)) https://log.example/one\n"
        for (index, witness) in witnesses.enumerated() {
            lines += "witness W\(index) \(text(witness.verifierKey.text))\n"
        }
        return try LogPolicy(parsing: bytes(lines + rules))
    }

    func note(_ checkpoint: Checkpoint, times: [(Int, UInt64)] = []) throws -> UnverifiedNote {
        var note = try log.sign(checkpoint.text).note
        for (index, time) in times { note = note.adding(try witnesses[index].cosign(note, time: time)) }
        return note
    }

    func checkpoint(_ size: UInt64) throws -> Checkpoint {
        Checkpoint(origin: log.verifierKey.name, size: size, root: try tree(size).root(size: size))
    }
}
