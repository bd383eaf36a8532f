import CSodium

/// HMAC-SHA-256 (RFC 2104) for keys of any length.
public struct HMACSHA256 {
    private var state = crypto_auth_hmacsha256_state()

    /// Starts a MAC under `key`.
    public init(key: UnsafeRawBufferPointer) {
        crypto_auth_hmacsha256_init(&state, key.octets, key.count)
    }

    /// Starts a MAC under a secret key.
    public init(key: SecretBytes) {
        self = key.withUnsafeBytes { HMACSHA256(key: $0) }
    }

    /// Takes in more bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        crypto_auth_hmacsha256_update(&state, bytes.octets, UInt64(bytes.count))
    }

    /// Takes in more bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Writes the 32-byte MAC and wipes the state; call once.
    mutating func finish(into output: UnsafeMutableRawBufferPointer) {
        crypto_auth_hmacsha256_final(&state, output.octets)
        withUnsafeMutableBytes(of: &state) { Wipe.memory($0) }
    }

    /// The 32-byte MAC; call once.
    public mutating func finish() -> AuthenticationCode {
        AuthenticationCode(Bytes32 { finish(into: $0) })
    }
}

/// An HMAC-SHA-256 value, 32 bytes. Equality takes constant time.
public struct AuthenticationCode: Sendable, Equatable {
    /// The MAC.
    public let bytes: Bytes32

    /// Wraps 32 bytes received.
    public init(_ bytes: Bytes32) { self.bytes = bytes }

    public static func == (left: AuthenticationCode, right: AuthenticationCode) -> Bool {
        left.bytes.withUnsafeBytes { one in
            right.bytes.withUnsafeBytes { two in sodium_memcmp(one.baseAddress, two.baseAddress, 32) == 0 }
        }
    }
}

/// HKDF with SHA-256 and an output of 32 bytes (RFC 5869).
public enum HKDF {
    /// Derives 32 bytes: PRK = HMAC(salt, or 32 zero bytes if empty; secret), output = HMAC(PRK, info then 01).
    public static func derive(from secret: SecretBytes, salt: [UInt8], info: [UInt8]) -> SecretBytes {
        let extractKey = salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt
        let pseudoRandomKey = SecretBytes(count: 32) { output in
            var mac = extractKey.withUnsafeBytes { HMACSHA256(key: $0) }
            secret.withUnsafeBytes { mac.update($0) }
            mac.finish(into: output)
        }
        return SecretBytes(count: 32) { output in
            var mac = HMACSHA256(key: pseudoRandomKey)
            mac.update(info)
            mac.update([1])
            mac.finish(into: output)
        }
    }
}
