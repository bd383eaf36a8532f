public import AgeFile
public import Sharing
public import Sodium

/// The log key of one stream, 32 bytes: whoever holds it can find, count and read the stream's leaves.
public struct StreamKey: Sendable {
    /// The key itself.
    public let secret: SecretBytes

    /// A fresh random key, for a vault's or a case's stream.
    public static func random() -> StreamKey { StreamKey(unchecked: SecretBytes.random(32)) }

    /// Wraps exactly 32 secret bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ secret: SecretBytes) throws(SodiumError) {
        guard secret.count == 32 else { throw SodiumError(.wrongLength, "a log key has 32 bytes") }
        self.init(unchecked: secret)
    }

    init(unchecked secret: SecretBytes) { self.secret = secret }

    /// The key of a grant's stream, from its parent grant's key, or from the case's where it has none:
    /// HKDF(this key; salt gid; info `bevis/v1/log`).
    public func child(_ grant: GrantID) -> StreamKey {
        StreamKey(unchecked: HKDF.derive(from: secret, salt: grant.bytes.array, info: Label.log.bytes))
    }

    /// What a case card or a grant says of the key: SHA-256(`bevis/v1/logkey`, id, key).
    public func commitment(to subject: some Typed32) -> LogKeyCommitment {
        LogKeyCommitment(Label.logKey.hash(subject, secret: secret).bytes)
    }

    /// The age identity that this stream's records are sealed to: its X25519 secret is
    /// HKDF(key; no salt; info `bevis/v1/records`).
    public var recordIdentity: AgeIdentity {
        AgeIdentity(AgreementKey(deriving: secret, salt: [], info: Label.records.bytes))
    }

    /// The tag of the stream's leaf number `number`, counted from 1: the first 16 bytes of
    /// HMAC-SHA-256(key; `bevis/v1/tag`, number as 8 bytes, big-endian).
    public func tag(_ number: UInt64) -> LeafTag {
        var mac = HMACSHA256(key: secret)
        mac.update(Label.tag.bytes)
        mac.update(bigEndian(number))
        return LeafTag(truncating: mac.finish().bytes)
    }
}

/// Eight bytes, most significant first.
func bigEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
}
