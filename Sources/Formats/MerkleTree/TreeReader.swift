/// Gives the hashes of complete subtrees, from memory, tiles or a file.
public protocol TreeReader {
    /// The root of the complete subtree that covers the leaves from `index << level` up to `(index + 1) << level`.
    /// - Throws: `TreeError.missing` when it is not stored.
    func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash
}

extension TreeReader {
    /// The root over the leaves `lower..<upper` as they stand in a tree (RFC 6962, MTH).
    func root(from lower: UInt64, to upper: UInt64) throws(TreeError) -> TreeHash {
        let count = upper - lower
        if count == 0 { return TreeHash.emptyRoot }
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return try hash(level: level, index: lower >> UInt64(level))
        }
        let middle = lower + split(count)
        return TreeHash.node(try root(from: lower, to: middle), try root(from: middle, to: upper))
    }

    /// The root of the tree's first `size` leaves.
    public func root(size: UInt64) throws(TreeError) -> TreeHash { try root(from: 0, to: size) }
}

/// The largest power of two below `count`, for `count` of at least 2.
func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }

/// A tree kept whole in memory: all levels of complete subtrees.
public struct MemoryTree: TreeReader, Sendable {
    private var levels: [[TreeHash]] = [[]]

    /// An empty tree.
    public init() {}

    /// A tree over `leaves`.
    public init(_ leaves: some Sequence<TreeHash>) {
        for leaf in leaves { append(leaf) }
    }

    /// Number of leaves.
    public var count: UInt64 { UInt64(levels[0].count) }

    /// Appends a leaf and completes the subtrees that it ends.
    public mutating func append(_ leaf: TreeHash) {
        levels[0].append(leaf)
        var level = 0
        while levels[level].count % 2 == 0 {
            let row = levels[level]
            let parent = TreeHash.node(row[row.count - 2], row[row.count - 1])
            if level + 1 == levels.count { levels.append([]) }
            levels[level + 1].append(parent)
            level += 1
        }
    }

    public func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash {
        guard level < levels.count, index < UInt64(levels[level].count) else {
            throw TreeError(.missing, "a tree hash beyond the tree's size was asked for")
        }
        return levels[level][Int(index)]
    }
}
