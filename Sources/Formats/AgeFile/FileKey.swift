public import Sodium

/// The 16-byte key that an age header wraps, never used for two payloads (age.md, "File key").
public struct FileKey: Sendable {
    /// Length in bytes.
    public static let size = 16

    /// Sixteen secret bytes.
    public let secret: SecretBytes

    /// Wraps exactly 16 secret bytes.
    /// - Throws: `AgeError.malformedKey` for any other length.
    public init(_ secret: SecretBytes) throws(AgeError) {
        guard secret.count == FileKey.size else { throw AgeError(.malformedKey, "a file key has 16 bytes") }
        self.secret = secret
    }

    private init(unchecked secret: SecretBytes) { self.secret = secret }

    /// A fresh random file key.
    public static func random() -> FileKey { FileKey(unchecked: SecretBytes.random(size)) }

    /// What an ingest record says of the key without giving it away: SHA-256 of `bevis/v1/fk`, one 00 byte, the
    /// 32-byte id of the age file, the 16 bytes of the key (our protocol, B2 "Ingest record").
    public func commitment(to id: AgeFileID) -> Digest {
        var hash = SHA256()
        hash.update([UInt8]("bevis/v1/fk".utf8) + [0])
        hash.update(id)
        hash.update(secret)
        return hash.finish()
    }

    /// The HMAC of a header under this key; `covered` runs from its first byte through `---`.
    func headerMAC(over covered: ArraySlice<UInt8>) -> AuthenticationCode {
        var mac = HMACSHA256(key: HKDF.derive(from: secret, salt: [], info: [UInt8]("header".utf8)))
        covered.withUnsafeBytes { mac.update($0) }
        return mac.finish()
    }
}
