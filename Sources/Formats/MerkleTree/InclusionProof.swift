/// Proves that a leaf stands at an index of a tree (RFC 6962, section 2.1.1): sibling hashes, the leaf's first.
public struct InclusionProof: Sendable, Equatable {
    /// Index of the leaf, from 0.
    public let index: UInt64
    /// Number of leaves of the tree.
    public let size: UInt64
    /// Sibling hashes from the leaf upwards.
    public let hashes: [TreeHash]

    /// Wraps a proof received; `verify` checks it.
    public init(index: UInt64, size: UInt64, hashes: [TreeHash]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof for the leaf at `index` in the tree of `size` leaves.
    /// - Throws: `TreeError.malformed` when `index` is not below `size`, or what the reader throws.
    public init(index: UInt64, size: UInt64, from tree: some TreeReader) throws(TreeError) {
        guard index < size else { throw TreeError(.malformed, "a proof was asked for a leaf beyond the tree") }
        var hashes: [TreeHash] = []
        var lower: UInt64 = 0
        var upper = size
        while upper - lower > 1 {
            let middle = lower + split(upper - lower)
            if index < middle {
                hashes.append(try tree.root(from: middle, to: upper))
                upper = middle
            } else {
                hashes.append(try tree.root(from: lower, to: middle))
                lower = middle
            }
        }
        self.init(index: index, size: size, hashes: hashes.reversed())
    }

    /// Checks that the proof leads from `leaf` to `root` (RFC 9162, section 2.1.3.2).
    /// - Throws: `TreeError.malformed` or `.mismatch`.
    public func verify(leaf: TreeHash, root: TreeHash) throws(TreeError) {
        guard index < size else { throw TreeError(.malformed, "an inclusion proof's index is beyond its size") }
        var node = index
        var last = size - 1
        var hash = leaf
        for sibling in hashes {
            guard last > 0 else { throw TreeError(.malformed, "an inclusion proof has too many hashes") }
            if node & 1 == 1 || node == last {
                hash = TreeHash.node(sibling, hash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = TreeHash.node(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw TreeError(.malformed, "an inclusion proof has too few hashes") }
        guard hash == root else { throw TreeError(.mismatch, "an inclusion proof leads to another root") }
    }
}
