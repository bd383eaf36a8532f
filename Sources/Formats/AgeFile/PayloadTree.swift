public import MerkleTree
public import Sodium

/// The id of an age file, 32 bytes: the RFC 6962 root over its payload, where entry 0 is the 16-byte nonce and entry
/// k+1 sealed chunk k (our protocol, B2 "Item"). The header stays outside, so a file can be given a new one.
public struct AgeFileID: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// Builds the id of an age file from leaf hashes. `Hash` is the SHA-256 that hashes the sealed bytes.
public struct PayloadTree<Hash: SHA256Hashing & ~Copyable>: Sendable {
    private var builder = TreeBuilder()
    private let keepsLeaves: Bool
    /// All leaves so far, the nonce's first; empty unless they are kept.
    public private(set) var leaves: [TreeHash] = []

    /// Starts with the leaf of `nonce`. Kept leaves take 32 bytes a chunk and serve checked random access.
    public init(nonce: PayloadNonce, keepingLeaves: Bool = false) {
        keepsLeaves = keepingLeaves
        append(nonce.bytes.lend { PayloadTree.leaf(of: $0) })
    }

    /// The leaf of a sealed chunk. Any number of threads may call it at once.
    public static func leaf(of sealedChunk: UnsafeRawBufferPointer) -> TreeHash {
        TreeHash.leaf(sealedChunk, hashing: Hash.self)
    }

    /// Appends the leaf of the next sealed chunk, in the order of the payload.
    public mutating func append(_ leaf: TreeHash) {
        builder.append(leaf)
        if keepsLeaves { leaves.append(leaf) }
    }

    /// The id of the payload so far; the file's own once its last chunk is in.
    public var id: AgeFileID { AgeFileID(builder.root.bytes) }
}
