import CCrypto
public import Sodium

/// SHA-256 by OpenSSL's libcrypto, which uses the processor's SHA instructions (libsodium 1.0.18 does not).
///
/// For hashing gigabytes; the portable parts take any `SHA256Hashing`.
public struct BulkSHA256: SHA256Hashing, ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    public mutating func finish() -> Digest {
        Digest(
            Bytes32 { output in
                EVP_DigestFinal_ex(context, output.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
            })
    }
}
