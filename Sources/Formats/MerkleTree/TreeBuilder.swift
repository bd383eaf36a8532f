/// Builds the root of a growing tree in memory that grows with the logarithm of its size.
public struct TreeBuilder: Sendable {
    /// Number of leaves so far.
    public private(set) var count: UInt64 = 0
    /// Roots of the complete subtrees, largest first: one for each bit set in `count`.
    public private(set) var frontier: [TreeHash] = []

    /// An empty tree.
    public init() {}

    /// Goes on from a stored frontier: one hash for each bit set in `count`, largest subtree first.
    /// - Throws: `TreeError.malformed` when the number of hashes does not fit `count`.
    public init(count: UInt64, frontier: [TreeHash]) throws(TreeError) {
        guard frontier.count == count.nonzeroBitCount else {
            throw TreeError(.malformed, "a stored tree edge does not fit its size")
        }
        self.count = count
        self.frontier = frontier
    }

    /// Appends a leaf.
    public mutating func append(_ leaf: TreeHash) {
        var hash = leaf
        var bits = count
        while bits & 1 == 1, let left = frontier.popLast() {
            hash = TreeHash.node(left, hash)
            bits >>= 1
        }
        frontier.append(hash)
        count += 1
    }

    /// The root of the tree so far.
    public var root: TreeHash {
        guard var hash = frontier.last else { return TreeHash.emptyRoot }
        for left in frontier.dropLast().reversed() { hash = TreeHash.node(left, hash) }
        return hash
    }
}
