public import MerkleTree
internal import Sodium

/// The consecutive hashes of one tile: 1 to 256, of 32 bytes each (tlog-tiles).
public struct Tile: Hashable, Sendable {
    /// The hashes in order.
    public let hashes: [TreeHash]

    /// Wraps 1 to 256 hashes.
    /// - Throws: `LogError.malformed` for another number.
    public init(hashes: [TreeHash]) throws(LogError) {
        guard (1...TilePath.fullWidth).contains(hashes.count) else {
            throw LogError(.malformed, "a tile holds 1 to 256 hashes")
        }
        self.hashes = hashes
    }

    /// Reads exactly `width` hashes.
    /// - Throws: `LogError.malformed` when the bytes do not fit the width.
    public init(parsing bytes: [UInt8], width: Int) throws(LogError) {
        guard (1...TilePath.fullWidth).contains(width), bytes.count == 32 * width else {
            throw LogError(.malformed, "a tile's bytes do not fit its width")
        }
        var hashes: [TreeHash] = []
        hashes.reserveCapacity(width)
        for start in stride(from: 0, to: bytes.count, by: 32) {
            guard let hash = try? TreeHash(copying: bytes[start..<start + 32]) else {
                throw LogError(.malformed, "a tile's bytes do not fit its width")
            }
            hashes.append(hash)
        }
        self.hashes = hashes
    }

    /// 32 bytes a hash.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32 * hashes.count)
        for hash in hashes { hash.bytes.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The tile's first `width` hashes: a partial tile cut from a later one.
    /// - Throws: `LogError.malformed` when the tile is narrower.
    public func cut(to width: Int) throws(LogError) -> Tile {
        guard width <= hashes.count else { throw LogError(.malformed, "a tile is narrower than asked for") }
        return try Tile(hashes: [TreeHash](hashes.prefix(width)))
    }

    /// The root of the complete subtree over hashes `index << height` up to `(index + 1) << height` of this tile.
    /// - Throws: `TreeError.missing` when they are not all in the tile.
    public func root(height: Int, index: Int) throws(TreeError) -> TreeHash {
        guard (0...8).contains(height), index >= 0, index < hashes.count >> height else {
            throw TreeError(.missing, "a tile does not hold the hashes asked for")
        }
        var row = [TreeHash](hashes[index << height..<(index + 1) << height])
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map { TreeHash.node(row[$0], row[$0 + 1]) }
        }
        return row[0]
    }
}
