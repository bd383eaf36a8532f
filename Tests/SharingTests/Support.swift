import AgeFile
import Foundation
import SignedNote
import Sodium

@testable import Sharing

/// SplitMix64: property tests draw from a seed, so that a failure can be repeated.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// True once in `chances` calls.
    mutating func once(in chances: Int) -> Bool { Int.random(in: 0..<chances, using: &self) == 0 }

    mutating func element<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &self)]
    }
}

func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func secret(_ bytes: [UInt8]) -> SecretBytes { bytes.withUnsafeBytes { SecretBytes(copying: $0) } }

/// A fixed value for a label: SHA-256 of it.
func fixed<Value: Typed32>(_ label: String, as type: Value.Type = Value.self) -> Value {
    Value(SHA256.hash(bytes(label)).bytes)
}

/// A fixed secret for a label: the first bytes of SHA-256 of it.
func fixedSecret(_ label: String, count: Int = 32) -> SecretBytes {
    secret([UInt8](SHA256.hash(bytes(label)).bytes.array.prefix(count)))
}

/// A fixed signer: the seed is SHA-256 of its name.
func signer(_ name: String) throws -> NoteSigner {
    NoteSigner(name: try KeyName(name.utf8), key: try SigningKey(seed: fixedSecret(name)))
}

/// A fixed age recipient for a label.
func recipient(_ label: String) throws -> AgeRecipient {
    AgeRecipient(try AgreementKey(fixedSecret(label)).publicKey)
}

func plain(_ text: String) throws -> PlainText { try PlainText(bytes(text)) }

func time(_ text: String) throws -> Timestamp { try Timestamp(parsing: bytes(text)) }

/// The code of the note error that `body` throws.
func code(_ body: () throws -> Void) -> NoteError.Code? {
    do { try body() } catch { return (error as? NoteError)?.code }
    return nil
}

extension SecretBytes {
    /// For assertions only.
    var exposed: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

/// A file beside the tests.
func stored(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(path)
}

/// The bytes of a stored example or vector. With `BEVIS_WRITE_EXAMPLES=1` it is first written anew from what the code
/// makes, for a person to read the difference and commit it.
func stored(_ path: String, expecting made: [UInt8]) throws -> [UInt8] {
    if ProcessInfo.processInfo.environment["BEVIS_WRITE_EXAMPLES"] == "1" {
        try Data(made).write(to: stored(path))
    }
    return [UInt8](try Data(contentsOf: stored(path)))
}
