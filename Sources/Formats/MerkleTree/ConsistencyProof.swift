/// Proves that one tree is the beginning of another (RFC 6962, section 2.1.2).
public struct ConsistencyProof: Sendable, Equatable {
    /// Hashes in the order of RFC 6962; empty when the older size is 0 or both sizes are equal.
    public let hashes: [TreeHash]

    /// Wraps a proof received; `verify` checks it.
    public init(hashes: [TreeHash]) { self.hashes = hashes }

    /// Makes the proof between the trees of `older` and `newer` leaves.
    /// - Throws: `TreeError.malformed` when `older` is larger, or what the reader throws.
    public init(older: UInt64, newer: UInt64, from tree: some TreeReader) throws(TreeError) {
        guard older <= newer else { throw TreeError(.malformed, "the older tree is larger than the newer one") }
        guard older > 0, older < newer else {
            self.init(hashes: [])
            return
        }
        var hashes: [TreeHash] = []
        var lower: UInt64 = 0
        var upper = newer
        while upper != older {
            let middle = lower + split(upper - lower)
            if older <= middle {
                hashes.append(try tree.root(from: middle, to: upper))
                upper = middle
            } else {
                hashes.append(try tree.root(from: lower, to: middle))
                lower = middle
            }
        }
        if lower > 0 { hashes.append(try tree.root(from: lower, to: upper)) }
        self.init(hashes: hashes.reversed())
    }

    /// Checks the proof between two roots (RFC 9162, section 2.1.4.2; size 0 is consistent with everything).
    /// - Throws: `TreeError.malformed` or `.mismatch`.
    public func verify(
        older: UInt64, olderRoot: TreeHash, newer: UInt64, newerRoot: TreeHash
    ) throws(TreeError) {
        guard older <= newer else { throw TreeError(.malformed, "the older tree is larger than the newer one") }
        if older == newer || older == 0 {
            guard hashes.isEmpty else { throw TreeError(.malformed, "a consistency proof should be empty") }
            let expected = older == newer ? newerRoot : TreeHash.emptyRoot
            guard olderRoot == expected else { throw TreeError(.mismatch, "two trees of one size have two roots") }
            return
        }
        let isPowerOfTwo = older & (older - 1) == 0
        let path = isPowerOfTwo ? [olderRoot] + hashes : hashes
        guard let first = path.first, !hashes.isEmpty else {
            throw TreeError(.malformed, "a consistency proof is empty")
        }
        var node = older - 1
        var last = newer - 1
        while node & 1 == 1 {
            node >>= 1
            last >>= 1
        }
        var oldHash = first
        var newHash = first
        for hash in path.dropFirst() {
            guard last > 0 else { throw TreeError(.malformed, "a consistency proof has too many hashes") }
            if node & 1 == 1 || node == last {
                oldHash = TreeHash.node(hash, oldHash)
                newHash = TreeHash.node(hash, newHash)
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                newHash = TreeHash.node(newHash, hash)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw TreeError(.malformed, "a consistency proof has too few hashes") }
        guard oldHash == olderRoot, newHash == newerRoot else {
            throw TreeError(.mismatch, "a consistency proof leads to other roots")
        }
    }
}
