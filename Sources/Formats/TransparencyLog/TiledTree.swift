public import MerkleTree

/// Gives the bytes of tiles, from a folder, a server or memory.
public protocol TileFetcher {
    /// The bytes of a tile; they are checked for their length only.
    /// - Throws: `TreeError.missing` when there is no such tile.
    func tile(_ coordinate: TileCoordinate) throws(TreeError) -> [UInt8]
}

/// A tree of known size read from tiles.
///
/// The tiles are not authenticated: compare `root(size:)` or verify the proofs made from it with a verified
/// checkpoint. Only tiles that the size implies are asked for, and where a partial tile is gone, the full one that
/// replaced it; each is kept once read. One task at a time may use a value and its copies.
public struct TiledTree<Fetcher: TileFetcher>: TreeReader {
    /// Number of leaves.
    public let size: UInt64
    private let fetcher: Fetcher
    private let cache = TileCache()

    /// Reads the first `size` leaves' tree; `size` comes from a verified checkpoint.
    public init(size: UInt64, from fetcher: Fetcher) {
        self.size = size
        self.fetcher = fetcher
    }

    public func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash {
        guard (0..<64).contains(level), index < size >> UInt64(level) else {
            throw TreeError(.missing, "a tree hash beyond the tree's size was asked for")
        }
        let height = level % 8
        let first = index << UInt64(height)  // of the hashes that the tile's level has
        let tile = try tile(level: level / 8, index: first / UInt64(TilePath.fullWidth))
        return try tile.root(height: height, index: Int(first % UInt64(TilePath.fullWidth)) >> height)
    }

    private func tile(level: Int, index: UInt64) throws(TreeError) -> Tile {
        let hashes = size >> UInt64(8 * level)
        let width = Int(min(hashes - index << 8, UInt64(TilePath.fullWidth)))
        let coordinate = TileCoordinate(uncheckedLevel: level, index: index, width: width)
        if let tile = cache.tiles[coordinate] { return tile }
        let tile = try fetch(coordinate)
        cache.tiles[coordinate] = tile
        return tile
    }

    private func fetch(_ coordinate: TileCoordinate) throws(TreeError) -> Tile {
        do throws(TreeError) {
            return try TiledTree.parse(try fetcher.tile(coordinate), coordinate)
        } catch {
            guard error == TreeError(.missing, ""), !coordinate.isFull else { throw error }
        }
        let full = try TiledTree.parse(try fetcher.tile(coordinate.full), coordinate.full)
        guard let tile = try? full.cut(to: coordinate.width) else {
            throw TreeError(.malformed, "a full tile is narrower than a partial one")
        }
        return tile
    }

    private static func parse(_ bytes: [UInt8], _ coordinate: TileCoordinate) throws(TreeError) -> Tile {
        guard let tile = try? Tile(parsing: bytes, width: coordinate.width) else {
            throw TreeError(.malformed, "a tile's bytes do not fit its width")
        }
        return tile
    }
}

// A class, so that reading through a tree fills the cache of all its copies.
private final class TileCache {
    var tiles: [TileCoordinate: Tile] = [:]
}
