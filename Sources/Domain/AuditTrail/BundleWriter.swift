public import MerkleTree
public import TransparencyLog

/// Makes the log and the records of an audit bundle out of leaves in order, in memory that does not grow with them.
///
/// The tiles follow from the entries. Before a bundle is handed over, compare `size` and `root` with its checkpoint.
public struct BundleWriter {
    /// A file of the bundle.
    public struct File: Sendable, Equatable {
        /// Its path in the bundle, without leading slash.
        public let path: [UInt8]
        /// Its content.
        public let bytes: [UInt8]
    }

    /// Number of leaves so far.
    public private(set) var size: UInt64 = 0
    private var tree = TreeBuilder()
    private var entries: [[UInt8]] = []
    private var records: [[UInt8]?] = []
    private var heads: [[UInt8]?] = []
    private var edges: [[TreeHash]] = [[]]

    /// An empty log.
    public init() {}

    /// The root over the leaves so far.
    public var root: TreeHash { tree.root }

    /// Takes the next leaf.
    /// - Parameters:
    ///   - entry: The log's 48 bytes.
    ///   - record: The sealed record; `nil` when there is none.
    ///   - head: The checkpoint that was kept over the log up to and with this leaf; `nil` when there is none.
    /// - Returns: the files that are complete with it.
    /// - Throws: `LogError.tooLarge` for an entry that no log can hold.
    public mutating func append(
        entry: [UInt8], record: [UInt8]?, head: [UInt8]? = nil
    ) throws(LogError) -> [File] {
        entries.append(entry)
        records.append(record)
        heads.append(head)
        let hash = TreeHash.leaf(entry)
        tree.append(hash)
        size += 1
        var files: [File] = []
        if entries.count == 256 { files += try takePage() }
        try push(hash, level: 0, index: size - 1, &files)
        return files
    }

    private mutating func takePage() throws(LogError) -> [File] {
        let page = (size - 1) / 256
        let coordinate = try EntriesCoordinate(index: page, width: entries.count)
        var files = [
            File(path: BundleLayout.entries(coordinate), bytes: try EntryBundle(entries: entries).bytes),
            File(path: BundleLayout.records(page), bytes: RecordPage(records: records).bytes),
        ]
        if heads.contains(where: { $0 != nil }) {
            files.append(File(path: BundleLayout.checkpoints(page), bytes: RecordPage(records: heads).bytes))
        }
        entries = []
        records = []
        heads = []
        return files
    }

    private mutating func push(
        _ hash: TreeHash, level: Int, index: UInt64, _ files: inout [File]
    ) throws(LogError) {
        if level == edges.count { edges.append([]) }
        edges[level].append(hash)
        guard edges[level].count == 256 else { return }
        let tile = try Tile(hashes: edges[level])
        let coordinate = try TileCoordinate(level: level, index: index / 256, width: 256)
        files.append(File(path: BundleLayout.tile(coordinate), bytes: tile.bytes))
        edges[level] = []
        guard let root = try? tile.root(height: 8, index: 0) else { return }
        try push(root, level: level + 1, index: index / 256, &files)
    }

    /// Ends the log: the last page of records, partial tiles, the checkpoint and the words for people.
    /// - Throws: `LogError`.
    public mutating func finish(checkpoint: [UInt8]) throws(LogError) -> [File] {
        var files = entries.isEmpty ? [] : try takePage()
        for (level, edge) in edges.enumerated() where !edge.isEmpty {
            let coordinate = try TileCoordinate(
                level: level, index: size >> UInt64(8 * (level + 1)), width: edge.count)
            files.append(File(path: BundleLayout.tile(coordinate), bytes: try Tile(hashes: edge).bytes))
        }
        files.append(File(path: BundleLayout.checkpoint, bytes: checkpoint))
        let words = BundleLayout.readmeText.withUTF8Buffer { [UInt8]($0) }
        files.append(File(path: BundleLayout.readme, bytes: words))
        return files
    }
}
