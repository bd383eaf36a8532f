import CSodium

/// An Ed25519 public key, 32 bytes (RFC 8032), checked to be a usable point.
public struct VerificationKey: Hashable, Comparable, Sendable {
    /// The encoded point.
    public let bytes: Bytes32

    /// Accepts a key received: 32 bytes, canonical, on the curve, in the prime-order group.
    /// - Throws: `SodiumError.wrongLength` or `.unusableKey`.
    public init(checking bytes: some Collection<UInt8>) throws(SodiumError) {
        let value = try Bytes32(bytes)
        self.bytes = value
        if KnownPoints.contains(value) { return }
        let valid = value.withUnsafeBytes {
            crypto_core_ed25519_is_valid_point($0.octets)
        }
        guard valid == 1 else { throw SodiumError(.unusableKey, "a public key is not a valid Ed25519 point") }
        KnownPoints.insert(value)
    }

    fileprivate init(unchecked bytes: Bytes32) { self.bytes = bytes }

    /// Verifies a signature over `message`. libsodium's verdict is the rule (small-order A and R are refused).
    public func accepts(_ signature: Signature, over message: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { key in
            crypto_sign_verify_detached(
                signature.bytes, message, UInt64(message.count),
                key.octets) == 0
        }
    }

    public static func < (left: VerificationKey, right: VerificationKey) -> Bool { left.bytes < right.bytes }
}

/// An Ed25519 signature, 64 bytes: R then S (RFC 8032).
public struct Signature: Hashable, Sendable {
    /// 64 bytes.
    public let bytes: [UInt8]

    /// Copies exactly 64 bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ bytes: some Collection<UInt8>) throws(SodiumError) {
        guard bytes.count == 64 else { throw SodiumError(.wrongLength, "a signature has 64 bytes") }
        self.bytes = [UInt8](bytes)
    }

    fileprivate init(unchecked bytes: [UInt8]) { self.bytes = bytes }
}

/// An Ed25519 private key.
public struct SigningKey: Sendable {
    private let secret: SecretBytes
    /// The public half.
    public let verificationKey: VerificationKey

    /// A fresh random key.
    public init() { self.init(derivingFrom: SecretBytes.random(32)) }

    /// The key of a 32-byte seed (RFC 8032, section 5.1.5).
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(seed: SecretBytes) throws(SodiumError) {
        guard seed.count == 32 else { throw SodiumError(.wrongLength, "a signing seed has 32 bytes") }
        self.init(derivingFrom: seed)
    }

    private init(derivingFrom seed: SecretBytes) {
        var publicKey = Bytes32.zero
        secret = SecretBytes(count: 64) { output in
            publicKey = Bytes32 { key in
                seed.withUnsafeBytes { seed in
                    _ = crypto_sign_seed_keypair(
                        key.octets,
                        output.octets,
                        seed.octets)
                }
            }
        }
        verificationKey = VerificationKey(unchecked: publicKey)
    }

    /// The 32-byte seed, for storing the key sealed.
    public var seed: SecretBytes { secret.slice(0..<32) }

    /// Signs `message`.
    public func sign(_ message: [UInt8]) -> Signature {
        let bytes = [UInt8](unsafeUninitializedCapacity: 64) { buffer, initialized in
            secret.withUnsafeBytes { key in
                _ = crypto_sign_detached(
                    UnsafeMutableRawBufferPointer(buffer).octets, nil, message, UInt64(message.count),
                    key.octets)
            }
            initialized = 64
        }
        return Signature(unchecked: bytes)
    }
}
