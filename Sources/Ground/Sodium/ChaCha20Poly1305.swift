import CSodium

/// The 12-byte nonce of ChaCha20-Poly1305 (RFC 8439).
public struct AEADNonce: Sendable, Equatable {
    /// Twelve bytes.
    public let bytes: [UInt8]

    /// Copies exactly 12 bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count == 12 else { throw SodiumError(.wrongLength, "a nonce has 12 bytes") }
        self.bytes = bytes
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Twelve zero bytes: only for keys that seal one value once.
    public static let zero = AEADNonce(unchecked: [UInt8](repeating: 0, count: 12))

    /// age's STREAM nonce: an 11-byte big-endian counter, then 01 for the last chunk, 00 otherwise.
    public static func stream(counter: UInt64, isLast: Bool) -> AEADNonce {
        var bytes = [UInt8](repeating: 0, count: 12)
        for index in 0..<8 { bytes[10 - index] = UInt8(truncatingIfNeeded: counter >> (8 * UInt64(index))) }
        bytes[11] = isLast ? 1 : 0
        return AEADNonce(unchecked: bytes)
    }
}

/// A key for ChaCha20-Poly1305, 32 bytes.
public struct AEADKey: Sendable {
    let secret: SecretBytes

    /// Wraps exactly 32 secret bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ secret: SecretBytes) throws(SodiumError) {
        guard secret.count == 32 else { throw SodiumError(.wrongLength, "a sealing key has 32 bytes") }
        self.secret = secret
    }

    /// The key that HKDF derives from `secret`; see `HKDF.derive`.
    public init(deriving secret: SecretBytes, salt: [UInt8], info: [UInt8]) {
        self.secret = HKDF.derive(from: secret, salt: salt, info: info)
    }
}

/// Authenticated encryption with ChaCha20-Poly1305, IETF construction (RFC 8439). The tag has 16 bytes and stands
/// behind the ciphertext. It does not commit to its key: never take a good tag alone as proof of the right one.
public enum ChaCha20Poly1305 {
    /// Length of the tag in bytes.
    public static let tagSize = 16

    /// Seals `plaintext` into `output`, which must have room for 16 bytes more than the plaintext.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, key: AEADKey,
        nonce: AEADNonce, associatedData: [UInt8] = []
    ) {
        precondition(output.count >= plaintext.count + tagSize, "the output has no room for the tag")
        key.secret.withUnsafeBytes { key in
            _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                output.octets, nil,
                plaintext.octets, UInt64(plaintext.count),
                associatedData, UInt64(associatedData.count), nil, nonce.bytes,
                key.octets)
        }
    }

    /// Opens `sealed` into `output`, which must have room for 16 bytes less than the sealed bytes.
    /// - Throws: `SodiumError.notAuthentic` when the tag does not match, with nothing written that may be used;
    ///   `.wrongLength` when `sealed` is shorter than a tag.
    public static func open(
        _ sealed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, key: AEADKey,
        nonce: AEADNonce, associatedData: [UInt8] = []
    ) throws(SodiumError) {
        guard sealed.count >= tagSize else {
            throw SodiumError(.wrongLength, "sealed bytes are shorter than their tag")
        }
        precondition(output.count >= sealed.count - tagSize, "the output has no room for the plaintext")
        let verdict = key.secret.withUnsafeBytes { key in
            crypto_aead_chacha20poly1305_ietf_decrypt(
                output.octets, nil, nil,
                sealed.octets, UInt64(sealed.count),
                associatedData, UInt64(associatedData.count), nonce.bytes,
                key.octets)
        }
        guard verdict == 0 else { throw SodiumError(.notAuthentic, "sealed bytes do not match their tag") }
    }

    /// Seals a short secret; the result is 16 bytes longer.
    public static func seal(
        secret: SecretBytes, key: AEADKey, nonce: AEADNonce, associatedData: [UInt8] = []
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: secret.count + tagSize) { buffer, initialized in
            secret.withUnsafeBytes {
                seal(
                    $0, into: UnsafeMutableRawBufferPointer(buffer), key: key, nonce: nonce,
                    associatedData: associatedData)
            }
            initialized = secret.count + tagSize
        }
    }

    /// Opens a short sealed secret straight into guarded memory.
    /// - Throws: as `open(_:into:key:nonce:associatedData:)`.
    public static func openSecret(
        _ sealed: [UInt8], key: AEADKey, nonce: AEADNonce, associatedData: [UInt8] = []
    ) throws(SodiumError) -> SecretBytes {
        guard sealed.count >= tagSize else {
            throw SodiumError(.wrongLength, "sealed bytes are shorter than their tag")
        }
        return try SecretBytes(count: sealed.count - tagSize) { output throws(SodiumError) in
            var failure: SodiumError?
            sealed.withUnsafeBytes { input in
                do throws(SodiumError) {
                    try open(input, into: output, key: key, nonce: nonce, associatedData: associatedData)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
    }
}
