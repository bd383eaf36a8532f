import Sodium

/// The name of a key or of a log: 1 to 255 bytes of `a-z 0-9 . - _ /`.
///
/// C2SP allows more (any text without spaces and `+`); names that this project gives or trusts stay within ASCII, so
/// that two names never look alike.
public struct KeyName: Hashable, Comparable, Sendable {
    /// The name's ASCII bytes.
    public let bytes: [UInt8]

    /// Accepts a name.
    /// - Throws: `NoteError.malformedValue` for an empty or long name or any other byte.
    public init(_ bytes: some Collection<UInt8>) throws(NoteError) {
        guard (1...255).contains(bytes.count), bytes.allSatisfy(KeyName.allows) else {
            throw NoteError(.malformedValue, "a key name has 1 to 255 characters of a-z 0-9 . - _ /")
        }
        self.bytes = [UInt8](bytes)
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x2D...0x39, 0x5F: return true  // a-z, then - . / 0-9, then _
        default: return false
        }
    }

    public static func < (left: KeyName, right: KeyName) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

/// Four bytes that tell keys of one name apart (signed-note): a hint for finding the key, never proof of it.
public struct KeyID: Hashable, Sendable {
    private let value: UInt32

    /// Reads four bytes, big-endian.
    /// - Throws: `NoteError.malformedValue` for any other length.
    public init(_ bytes: some Collection<UInt8>) throws(NoteError) {
        guard bytes.count == 4 else { throw NoteError(.malformedValue, "a key ID has four bytes") }
        value = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The first four bytes of SHA-256(name, 0A, kind, key).
    init(name: KeyName, kind: VerifierKey.Kind, key: VerificationKey) {
        var hash = SHA256()
        hash.update(name.bytes)
        hash.update([0x0A, kind.rawValue])
        key.bytes.withUnsafeBytes { hash.update($0) }
        value = hash.finish().bytes.withUnsafeBytes { digest in
            digest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        }
    }

    /// Four bytes, big-endian.
    public var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) } }
}
