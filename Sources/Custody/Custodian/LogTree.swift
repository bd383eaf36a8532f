import AuditTrail
import MerkleTree
import Storage
import Synchronization
import TransparencyLog

/// The log's tree as proofs and tiles need it: the open right edge in memory, everything else in full tiles.
///
/// Tiles are derived from the records: they are written after a commit, and made anew where one is missing.
final class LogTree: TreeReader, Sendable {
    private struct State {
        var size: UInt64 = 0
        /// For each tile level, the hashes of the tile that is not full yet.
        var edge: [[TreeHash]] = [[]]
        /// The same hashes with all that lies above them within the tile, so that a proof costs no hashing.
        var edgeTrees: [MemoryTree] = [MemoryTree()]
        /// The entries of the bundle that is not full yet.
        var entries: [[UInt8]] = []
        var cache: [TileCoordinate: Tile] = [:]
        /// Full tiles that proofs lately went through, with all that lies above their hashes: 16 KiB each.
        var trees: [TileCoordinate: MemoryTree] = [:]
        /// Full tiles and bundles that the store has not taken yet, by path.
        var unwritten: [String: [UInt8]] = [:]
        /// The paths of the partial tiles and bundle that the store has.
        var partials: Set<String> = []
    }

    private static let cacheLimit = 2048
    private static let treeLimit = 256
    /// Tiles are not flushed: the newest ones may be torn after a power cut and are made anew at every start.
    private static let distrusted: UInt64 = 16
    private let tiles: any TileStore
    private let state = Mutex(State())

    init(tiles: any TileStore) { self.tiles = tiles }

    /// Number of leaves.
    var size: UInt64 { state.withLock { $0.size } }

    /// Appends leaves that are durable in the records.
    ///
    /// The tree follows the records whatever happens to the tiles: those that the store does not take stay in memory,
    /// and are offered again with the next leaves.
    func append(_ leaves: [Leaf]) throws {
        try state.withLock { state in
            for leaf in leaves { try append(leaf, to: &state) }
            for (path, bytes) in state.unwritten where (try? tiles.write(bytes, path: path)) != nil {
                state.unwritten[path] = nil
            }
        }
    }

    /// Writes the tiles and the bundle that are not full, so that the store holds all that the newest checkpoint implies.
    ///
    /// Not at every commit: they are read here from memory, and only a reader of the store's own files needs them.
    func writePartials() throws {
        try state.withLock { state in
            var partials: Set<String> = []
            if !state.entries.isEmpty {
                let bundle = try EntryBundle(entries: state.entries)
                let coordinate = try EntriesCoordinate(index: state.size / 256, width: state.entries.count)
                try writePartial(bundle.bytes, path(coordinate.path), in: &state, adding: &partials)
            }
            for (level, hashes) in state.edge.enumerated() where !hashes.isEmpty {
                let coordinate = try TileCoordinate(
                    level: level, index: state.size >> (8 * UInt64(level + 1)), width: hashes.count)
                try writePartial(try Tile(hashes: hashes).bytes, path(coordinate.path), in: &state, adding: &partials)
            }
            state.partials = partials
        }
    }

    private func writePartial(
        _ bytes: [UInt8], _ path: String, in state: inout State, adding partials: inout Set<String>
    ) throws {
        if !state.partials.contains(path) { try tiles.writePartial(bytes, path: path) }
        partials.insert(path)
    }

    private func append(_ leaf: Leaf, to state: inout State) throws {
        state.entries.append(leaf.entry)
        if state.entries.count == 256 {
            let bundle = try EntryBundle(entries: state.entries)
            let coordinate = try EntriesCoordinate(index: state.size / 256, width: 256)
            state.unwritten[path(coordinate.path)] = bundle.bytes
            state.entries = []
        }
        state.size += 1
        try push(leaf.hash, level: 0, index: state.size - 1, to: &state)
    }

    private func push(_ hash: TreeHash, level: Int, index: UInt64, to state: inout State) throws {
        if level == state.edge.count {
            state.edge.append([])
            state.edgeTrees.append(MemoryTree())
        }
        state.edge[level].append(hash)
        state.edgeTrees[level].append(hash)
        guard state.edge[level].count == 256 else { return }
        let tile = try Tile(hashes: state.edge[level])
        let coordinate = try TileCoordinate(level: level, index: index / 256, width: 256)
        state.unwritten[path(coordinate.path)] = tile.bytes
        remember(tile, at: coordinate, in: &state)
        state.edge[level] = []
        let root = try state.edgeTrees[level].hash(level: 8, index: 0)
        state.edgeTrees[level] = MemoryTree()
        try push(root, level: level + 1, index: index / 256, to: &state)
    }

    private func remember(_ tile: Tile, at coordinate: TileCoordinate, in state: inout State) {
        if state.cache.count >= LogTree.cacheLimit { state.cache.removeAll() }
        state.cache[coordinate] = tile
    }

    func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash {
        let (tileLevel, height) = (level / 8, level % 8)
        let perTile = UInt64(256) >> UInt64(height)
        let (tileIndex, place) = (index / perTile, Int(index % perTile))
        return try state.withLock { (state: inout sending State) throws(TreeError) in
            guard tileLevel < state.edge.count else { throw TreeError(.missing, "a hash beyond the log was asked for") }
            let full = state.size >> (8 * UInt64(tileLevel + 1))
            if tileIndex == full { return try state.edgeTrees[tileLevel].hash(level: height, index: UInt64(place)) }
            guard tileIndex < full,
                let coordinate = try? TileCoordinate(level: tileLevel, index: tileIndex, width: 256),
                let tree = fullTree(coordinate, in: &state)
            else { throw TreeError(.missing, "a tile of the log cannot be read") }
            return try tree.hash(level: height, index: UInt64(place))
        }
    }

    private func fullTree(_ coordinate: TileCoordinate, in state: inout State) -> MemoryTree? {
        if let tree = state.trees[coordinate] { return tree }
        guard let tile = fullTile(coordinate, in: &state) else { return nil }
        if state.trees.count >= LogTree.treeLimit { state.trees.removeAll() }
        let tree = MemoryTree(tile.hashes)
        state.trees[coordinate] = tree
        return tree
    }

    private func fullTile(_ coordinate: TileCoordinate, in state: inout State) -> Tile? {
        if let tile = state.cache[coordinate] { return tile }
        guard let bytes = stored(path(coordinate.path), in: state), let tile = try? Tile(parsing: bytes, width: 256)
        else {
            return nil
        }
        remember(tile, at: coordinate, in: &state)
        return tile
    }

    private func stored(_ path: String, in state: State) -> [UInt8]? {
        if let bytes = state.unwritten[path] { return bytes }
        return (try? tiles.tile(path)) ?? nil
    }

    /// The bytes of a tile of the log as it is; `nil` for one that its size does not imply.
    func tile(_ coordinate: TileCoordinate) -> [UInt8]? {
        state.withLock { state in
            let full = state.size >> (8 * UInt64(coordinate.level + 1))
            if coordinate.index < full {
                guard let whole = try? TileCoordinate(level: coordinate.level, index: coordinate.index, width: 256)
                else { return nil }
                return (try? fullTile(whole, in: &state)?.cut(to: coordinate.width))?.bytes
            }
            guard coordinate.index == full, coordinate.level < state.edge.count,
                coordinate.width <= state.edge[coordinate.level].count
            else { return nil }
            return (try? Tile(hashes: Array(state.edge[coordinate.level].prefix(coordinate.width))))?.bytes
        }
    }

    /// The bytes of an entry bundle of the log as it is; `nil` for one that its size does not imply.
    func entries(_ coordinate: EntriesCoordinate) -> [UInt8]? {
        state.withLock { state in
            if coordinate.index < state.size / 256 {
                guard let whole = try? EntriesCoordinate(index: coordinate.index, width: 256),
                    let tile = try? TileCoordinate(level: 0, index: coordinate.index, width: 256),
                    let bytes = stored(path(whole.path), in: state),
                    let bundle = try? EntryBundle(parsing: bytes, width: 256),
                    bundle.leafHashes == fullTile(tile, in: &state)?.hashes
                else { return nil }
                return (try? EntryBundle(entries: Array(bundle.entries.prefix(coordinate.width))))?.bytes
            }
            guard coordinate.index == state.size / 256, coordinate.width <= state.entries.count else { return nil }
            return (try? EntryBundle(entries: Array(state.entries.prefix(coordinate.width))))?.bytes
        }
    }

    private func path(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// Rebuilds the edge from the records of `head`, writing tiles that are missing or do not fit.
    func rebuild(from reader: any RecordReader, size: UInt64, trustingTiles: Bool) throws {
        let stored = trustingTiles ? storedPrefix(size: size) : 0
        try state.withLock { state in
            state = State()
            for index in 0..<stored { try adopt(tile: index, to: &state) }
        }
        var start = stored * 256
        while start < size {
            let rows = try reader.leaves(start..<min(size, start + 4096))
            guard !rows.isEmpty else { throw StorageError(.damaged, "leaves of the log are missing from the records") }
            try append(rows.map(\.leaf))
            start += UInt64(rows.count)
        }
    }

    /// How many full tiles of level 0, from the first on, are stored with their entries.
    private func storedPrefix(size: UInt64) -> UInt64 {
        var low: UInt64 = 0
        while low < size / 256, isStored(low) { low += 1 }
        return low - min(low, LogTree.distrusted)
    }

    private func isStored(_ index: UInt64) -> Bool {
        guard let tile = try? TileCoordinate(level: 0, index: index, width: 256),
            let entries = try? EntriesCoordinate(index: index, width: 256),
            let hashes = try? tiles.tile(path(tile.path)), hashes.count == 8192,
            let bundle = try? tiles.tile(path(entries.path)), bundle.count == 256 * (Leaf.size + 2)
        else { return false }
        return true
    }

    private func adopt(tile index: UInt64, to state: inout State) throws {
        let coordinate = try TileCoordinate(level: 0, index: index, width: 256)
        guard let bytes = try tiles.tile(path(coordinate.path)) else {
            throw StorageError(.damaged, "a tile of the log vanished while it was read")
        }
        let tile = try Tile(parsing: bytes, width: 256)
        state.size += 256
        try push(try tile.root(height: 8, index: 0), level: 1, index: index, to: &state)
    }
}
