public import Sodium

/// The labels that keep the uses of hashes and derived keys apart: ASCII text, then one zero byte.
public enum Label: Sendable {
    case part, keyEncryption, capsule, partHash, leaf, tag, log, logKey, records, original

    private var text: StaticString {
        switch self {
        case .part: "bevis/v1/part"
        case .keyEncryption: "bevis/v1/kek"
        case .capsule: "bevis/v1/capsule"
        case .partHash: "bevis/v1/p"
        case .leaf: "bevis/v1/leaf"
        case .tag: "bevis/v1/tag"
        case .log: "bevis/v1/log"
        case .logKey: "bevis/v1/logkey"
        case .records: "bevis/v1/records"
        case .original: "bevis/v1/original"
        }
    }

    /// The label's bytes, the final zero included.
    public var bytes: [UInt8] {
        text.withUTF8Buffer { [UInt8]($0) } + [0]
    }

    /// SHA-256 of label, a 32-byte value and a secret.
    public func hash(_ value: some Typed32, secret: SecretBytes) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        hash.update(value)
        hash.update(secret)
        return hash.finish()
    }

    /// SHA-256 of label, a 32-byte value and further bytes.
    public func hash(_ value: some Typed32, bytes more: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        hash.update(value)
        hash.update(more)
        return hash.finish()
    }
}
