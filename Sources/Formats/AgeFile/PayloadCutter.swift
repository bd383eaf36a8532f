public import MerkleTree
public import Sodium

/// Cuts a stream of payload bytes into nonce and sealed chunks and hashes them into the tree, without a key.
public struct PayloadCutter<Hash: SHA256Hashing & ~Copyable> {
    /// Leaf hashes so far, the nonce's first.
    public private(set) var leaves: [TreeHash] = []
    /// Bytes so far.
    public private(set) var size: UInt64 = 0
    private var pending: [UInt8] = []

    /// Starts before the nonce.
    public init() {}

    private var wanted: Int { leaves.isEmpty ? PayloadNonce.size : PayloadLayout.sealedChunkSize }

    /// Takes in the next bytes.
    public mutating func take(_ bytes: UnsafeRawBufferPointer) {
        size += UInt64(bytes.count)
        var rest = bytes
        while rest.count > 0 {
            let count = min(wanted - pending.count, rest.count)
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if count == wanted {  // whole in one piece: no copy
                leaves.append(TreeHash.leaf(piece, hashing: Hash.self))
                continue
            }
            pending.append(contentsOf: piece)
            if pending.count == wanted { closeLeaf() }
        }
    }

    private mutating func closeLeaf() {
        leaves.append(pending.withUnsafeBytes { TreeHash.leaf($0, hashing: Hash.self) })
        pending.removeAll(keepingCapacity: true)
    }

    /// The id of what was taken in; `nil` when its size is no payload's.
    public mutating func finish() -> AgeFileID? {
        if !pending.isEmpty { closeLeaf() }
        guard let layout = try? PayloadLayout(payloadSize: size), UInt64(leaves.count) == layout.chunkCount + 1 else {
            return nil
        }
        var tree = TreeBuilder()
        for leaf in leaves { tree.append(leaf) }
        return AgeFileID(tree.root.bytes)
    }
}
