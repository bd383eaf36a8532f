public import MerkleTree
import Sharing
public import Sodium

/// The first 16 bytes of a leaf. Holders of the stream's key recognise it; to others it is random.
public struct LeafTag: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// Keeps the first 16 of 32 bytes.
    public init(truncating bytes: Bytes32) {
        self.init(first: bytes.array[0..<16])
    }

    fileprivate init(first bytes: ArraySlice<UInt8>) {
        var words: [UInt64] = [0, 0]
        for (position, byte) in bytes.enumerated() { words[position / 8] = words[position / 8] << 8 | UInt64(byte) }
        high = words[0]
        low = words[1]
    }

    /// Enough of the tag to tell whether it was seen before.
    var digest: UInt64 { low }

    /// The 16 bytes in order.
    public var bytes: [UInt8] { bigEndian(high) + bigEndian(low) }
}

/// An entry of the log: 16 bytes of tag, 32 bytes of commitment, whatever happened.
public struct Leaf: Hashable, Sendable {
    /// Length of every entry, in bytes.
    public static let size = 48

    /// Says to holders of the stream's key: number n of this stream.
    public let tag: LeafTag
    /// SHA-256(`bevis/v1/leaf`, salt, record text).
    public let commitment: Digest

    /// A leaf of its two parts.
    public init(tag: LeafTag, commitment: Digest) {
        self.tag = tag
        self.commitment = commitment
    }

    /// Reads an entry of exactly 48 bytes.
    /// - Throws: `AuditError.malformed`.
    public init(entry: [UInt8]) throws(AuditError) {
        guard entry.count == Leaf.size, let commitment = try? Digest(copying: entry[16..<48]) else {
            throw AuditError(.malformed, "a log entry does not have 48 bytes")
        }
        tag = LeafTag(first: entry[0..<16])
        self.commitment = commitment
    }

    /// The 48 bytes that the log stores.
    public var entry: [UInt8] { tag.bytes + commitment.bytes.array }

    /// The entry's hash in the log's tree.
    public var hash: TreeHash { TreeHash.leaf(entry) }
}

/// The random value that hides a record behind its leaf, 32 bytes.
public struct RecordSalt: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }

    /// The leaf's commitment to `record` under this salt.
    public func commitment(to record: [UInt8]) -> Digest {
        Label.leaf.hash(self, bytes: record)
    }
}
