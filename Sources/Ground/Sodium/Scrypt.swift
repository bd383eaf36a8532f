import CSodium

/// scrypt (RFC 7914) as age uses it: r 8, p 1, 32 bytes of output.
public enum Scrypt {
    /// Derives 32 bytes from a passphrase with N = 2^`logN`; needs 2^(`logN` + 10) bytes of memory.
    /// - Throws: `SodiumError.unavailable` when the memory cannot be had.
    public static func derive(passphrase: SecretBytes, salt: [UInt8], logN: UInt8) throws(SodiumError) -> SecretBytes {
        var verdict: Int32 = -1
        let derived = SecretBytes(count: 32) { output in
            passphrase.withUnsafeBytes { passphrase in
                verdict = crypto_pwhash_scryptsalsa208sha256_ll(
                    passphrase.octets, passphrase.count,
                    salt, salt.count, UInt64(1) << UInt64(logN), 8, 1,
                    output.octets, 32)
            }
        }
        guard verdict == 0 else {
            throw SodiumError(.unavailable, "no memory to derive a key from a passphrase")
        }
        return derived
    }
}
