public import Sodium

/// The hash of a leaf or of an inner node of a Merkle tree (RFC 6962, section 2.1), 32 bytes.
public struct TreeHash: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }

    /// The root of the empty tree: SHA-256 of nothing.
    public static let emptyRoot = TreeHash(SHA256.hash([]).bytes)

    /// The hash of a leaf: SHA-256 of 00 and the entry.
    public static func leaf(_ entry: [UInt8]) -> TreeHash {
        entry.withUnsafeBytes { leaf($0, hashing: SHA256.self) }
    }

    /// The hash of a leaf, by an implementation chosen by the caller.
    public static func leaf<Hash: SHA256Hashing & ~Copyable>(
        _ entry: UnsafeRawBufferPointer, hashing: Hash.Type
    ) -> TreeHash {
        var hash = Hash()
        withUnsafeBytes(of: UInt8(0)) { hash.update($0) }
        hash.update(entry)
        return TreeHash(hash.finish().bytes)
    }

    /// The hash of an inner node: SHA-256 of 01, the left and the right child.
    public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(1)) { hash.update($0) }
        hash.update(left)
        hash.update(right)
        return TreeHash(hash.finish().bytes)
    }
}
