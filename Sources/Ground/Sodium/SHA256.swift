import CSodium

/// A SHA-256 value, 32 bytes.
public struct Digest: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// An incremental SHA-256. libsodium's serves everywhere; programs that hash gigabytes bring one that uses the
/// processor's SHA instructions.
public protocol SHA256Hashing: ~Copyable {
    /// Starts an empty hash.
    init()
    /// Takes in more bytes.
    mutating func update(_ bytes: UnsafeRawBufferPointer)
    /// The digest of all bytes so far; call once.
    mutating func finish() -> Digest
}

/// SHA-256 by libsodium (FIPS 180-4).
public struct SHA256: SHA256Hashing {
    private var state = crypto_hash_sha256_state()

    public init() { crypto_hash_sha256_init(&state) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        crypto_hash_sha256_update(&state, bytes.octets, UInt64(bytes.count))
    }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Takes in the 32 bytes of a typed value.
    public mutating func update(_ value: some Typed32) { value.bytes.withUnsafeBytes { update($0) } }

    /// Takes in the bytes of a secret.
    public mutating func update(_ secret: SecretBytes) { secret.withUnsafeBytes { update($0) } }

    public mutating func finish() -> Digest {
        Digest(Bytes32 { crypto_hash_sha256_final(&state, $0.octets) })
    }

    /// The digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
