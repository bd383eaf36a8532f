public import AgeFile
import BulkHash
public import MerkleTree

/// Leaf hashes of an item's sealed chunks, proven to belong to its id before any chunk is looked at: either all of
/// them, 32 bytes a chunk, or some with their paths, where only a range is wanted.
public struct LeafList: Sendable {
    /// The item.
    public let id: AgeFileID
    /// Where its chunks lie.
    public let layout: PayloadLayout
    private let leaves: Leaves

    private enum Leaves: Sendable {
        case all([TreeHash])
        case some([UInt64: TreeHash])
    }

    /// Checks that all leaf hashes, the nonce's first, lead to `id`.
    /// - Throws: `VaultError.malformed` when their number does not fit `layout`; `.wrongID`.
    public init(all leaves: [TreeHash], id: AgeFileID, layout: PayloadLayout) throws(VaultError) {
        guard UInt64(leaves.count) == layout.chunkCount + 1 else {
            throw VaultError(.malformed, "the number of leaf hashes does not fit the item's size", at: .item(id))
        }
        var builder = TreeBuilder()
        for leaf in leaves { builder.append(leaf) }
        guard builder.root.bytes == id.bytes else {
            throw VaultError(.wrongID, "the leaf hashes do not lead to the item's id", at: .item(id))
        }
        self.id = id
        self.layout = layout
        self.leaves = .all(leaves)
    }

    /// Checks single leaf hashes by their paths; those of the nonce, whose index is 0, and of every chunk that is
    /// wanted, whose index is one above the chunk's.
    /// - Throws: `VaultError.malformed` when a path is for a tree of another size; `.wrongID`.
    public init(
        proven: [(leaf: TreeHash, path: InclusionProof)], id: AgeFileID, layout: PayloadLayout
    ) throws(VaultError) {
        var leaves: [UInt64: TreeHash] = [:]
        for (leaf, path) in proven {
            guard path.size == layout.chunkCount + 1 else {
                throw VaultError(.malformed, "a leaf hash's path does not fit the item's size", at: .item(id))
            }
            do throws(TreeError) {
                try path.verify(leaf: leaf, root: TreeHash(id.bytes))
            } catch {
                throw VaultError(.wrongID, "a leaf hash's path does not lead to the item's id", at: .item(id))
            }
            leaves[path.index] = leaf
        }
        self.id = id
        self.layout = layout
        self.leaves = .some(leaves)
    }

    /// The leaf at `index` of the tree: 0 for the nonce, one above the number of a chunk.
    private func leaf(_ index: UInt64) throws(VaultError) -> TreeHash {
        switch leaves {
        case .all(let leaves): return leaves[Int(index)]
        case .some(let leaves):
            guard let leaf = leaves[index] else {
                throw VaultError(.malformed, "the leaf hash of a part that is wanted is missing", at: .item(id))
            }
            return leaf
        }
    }

    /// Checks the nonce at the payload's beginning.
    /// - Throws: `VaultError.wrongID`; `.malformed` when its leaf hash is missing.
    func check(_ nonce: PayloadNonce) throws(VaultError) {
        guard TreeHash.leaf(nonce.bytes) == (try leaf(0)) else {
            throw VaultError(.wrongID, "the payload's nonce is not the item's", at: .item(id))
        }
    }

    /// Checks sealed chunk `index`. Any number of threads may call it at once.
    /// - Throws: `VaultError.wrongID`; `.malformed` when its leaf hash is missing.
    func check(_ sealed: UnsafeRawBufferPointer, chunk index: UInt64) throws(VaultError) {
        guard PayloadTree<BulkSHA256>.leaf(of: sealed) == (try leaf(index + 1)) else {
            throw VaultError(
                .wrongID, "a sealed chunk is not the one that the item's id names", at: .chunk(index, of: id))
        }
    }
}
