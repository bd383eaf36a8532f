import CSodium

/// An X25519 public key, 32 bytes, u-coordinate in little-endian order (RFC 7748).
public struct AgreementPublicKey: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// An X25519 private key.
public struct AgreementKey: Sendable {
    private let secret: SecretBytes
    /// The public half.
    public let publicKey: AgreementPublicKey

    /// A fresh random key.
    public init() { self.init(scalar: SecretBytes.random(32)) }

    /// The key of a 32-byte scalar; clamping is done at use (RFC 7748, section 5).
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ secret: SecretBytes) throws(SodiumError) {
        guard secret.count == 32 else { throw SodiumError(.wrongLength, "an agreement key has 32 bytes") }
        self.init(scalar: secret)
    }

    /// The key that HKDF derives from `secret`; see `HKDF.derive`.
    public init(deriving secret: SecretBytes, salt: [UInt8], info: [UInt8]) {
        self.init(scalar: HKDF.derive(from: secret, salt: salt, info: info))
    }

    private init(scalar: SecretBytes) {
        secret = scalar
        publicKey = AgreementPublicKey(
            Bytes32 { output in
                scalar.withUnsafeBytes {
                    _ = crypto_scalarmult_base(
                        output.octets,
                        $0.octets)
                }
            })
    }

    /// The scalar, for storing the key sealed.
    public var scalar: SecretBytes { secret }

    /// X25519 of this key and the other side's public key, 32 bytes.
    /// - Throws: `SodiumError.unusableKey` when the result is all zero (RFC 7748, section 6.1).
    public func agree(with other: AgreementPublicKey) throws(SodiumError) -> SecretBytes {
        var verdict: Int32 = -1
        let shared = SecretBytes(count: 32) { output in
            secret.withUnsafeBytes { scalar in
                other.bytes.withUnsafeBytes { point in
                    verdict = crypto_scalarmult(
                        output.octets,
                        scalar.octets,
                        point.octets)
                }
            }
        }
        guard verdict == 0 else { throw SodiumError(.unusableKey, "an agreement key has small order") }
        return shared
    }
}
