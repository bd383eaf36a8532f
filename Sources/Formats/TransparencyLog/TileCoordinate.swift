internal import SignedNote

/// Where a tile of tree hashes stands: `tile/L/N[.p/W]` (tlog-tiles, section "Merkle Tree").
public struct TileCoordinate: Hashable, Sendable {
    /// 0 for leaf hashes; each level above holds one hash for 256 of the level below. 0 to 63.
    public let level: Int
    /// Index within the level.
    public let index: UInt64
    /// Number of hashes: 256 when full, 1 to 255 for a partial tile.
    public let width: Int

    /// Names a tile.
    /// - Throws: `LogError.malformed` for a level or a width out of range.
    public init(level: Int, index: UInt64, width: Int) throws(LogError) {
        guard (0...63).contains(level), (1...TilePath.fullWidth).contains(width) else {
            throw LogError(.malformed, "a tile's level or width is out of range")
        }
        self.init(uncheckedLevel: level, index: index, width: width)
    }

    init(uncheckedLevel level: Int, index: UInt64, width: Int) {
        self.level = level
        self.index = index
        self.width = width
    }

    /// Reads a path without leading slash, such as `tile/0/x001/x234/067.p/8`.
    /// - Throws: `LogError.malformed` for anything that `path` does not write.
    public init(parsing path: [UInt8]) throws(LogError) {
        let prefix = NoteText.bytes("tile/")
        let rest = path.dropFirst(prefix.count)
        guard path.starts(with: prefix), let slash = rest.firstIndex(of: TilePath.slash),
            let level = NoteText.number(rest[..<slash]), level <= 63
        else {
            throw LogError(.malformed, "a tile path does not start with tile and a level of 0 to 63")
        }
        let (index, width) = try TilePath.decode(rest[(slash + 1)...])
        self.init(uncheckedLevel: Int(level), index: index, width: width)
    }

    /// The path without leading slash.
    public var path: [UInt8] {
        NoteText.bytes("tile/") + NoteText.decimal(UInt64(level)) + [TilePath.slash]
            + TilePath.encode(index: index, width: width)
    }

    /// Whether the tile holds all 256 hashes, and so never changes.
    public var isFull: Bool { width == TilePath.fullWidth }

    /// The full tile that a partial one grows into.
    public var full: TileCoordinate {
        TileCoordinate(uncheckedLevel: level, index: index, width: TilePath.fullWidth)
    }

    /// All tiles of a log of `size` leaves, partial ones included; about `size` / 255 of them.
    public static func tiles(forSize size: UInt64) -> [TileCoordinate] { newTiles(from: 0, to: size) }

    /// The tiles to be written when a log grows from `old` to `new` leaves, lowest level first: new full tiles, and
    /// the partial tiles of the new size that differ from those of the old. Empty unless `old` is below `new`.
    public static func newTiles(from old: UInt64, to new: UInt64) -> [TileCoordinate] {
        var tiles: [TileCoordinate] = []
        var level = 0
        var (lower, upper) = (old, new)
        while upper > 0 {
            for tile in TilePath.gained(from: lower, to: upper) {
                tiles.append(TileCoordinate(uncheckedLevel: level, index: tile.index, width: tile.width))
            }
            level += 1
            lower >>= 8
            upper >>= 8
        }
        return tiles
    }
}

/// Where a bundle of log entries stands: `tile/entries/N[.p/W]` (tlog-tiles, section "Log entries").
public struct EntriesCoordinate: Hashable, Sendable {
    /// Index of the bundle; its first entry has 256 times this index.
    public let index: UInt64
    /// Number of entries: 256 when full, 1 to 255 for a partial bundle.
    public let width: Int

    /// Names a bundle.
    /// - Throws: `LogError.malformed` for a width out of range.
    public init(index: UInt64, width: Int) throws(LogError) {
        guard (1...TilePath.fullWidth).contains(width) else {
            throw LogError(.malformed, "an entry bundle's width is out of range")
        }
        self.init(uncheckedIndex: index, width: width)
    }

    private init(uncheckedIndex index: UInt64, width: Int) {
        self.index = index
        self.width = width
    }

    /// Reads a path without leading slash, such as `tile/entries/x001/067.p/8`.
    /// - Throws: `LogError.malformed` for anything that `path` does not write.
    public init(parsing path: [UInt8]) throws(LogError) {
        let prefix = NoteText.bytes("tile/entries/")
        guard path.starts(with: prefix) else {
            throw LogError(.malformed, "a bundle's path does not start with tile/entries")
        }
        let (index, width) = try TilePath.decode(path[prefix.count...])
        self.init(uncheckedIndex: index, width: width)
    }

    /// The path without leading slash.
    public var path: [UInt8] { NoteText.bytes("tile/entries/") + TilePath.encode(index: index, width: width) }

    /// Whether the bundle holds all 256 entries, and so never changes.
    public var isFull: Bool { width == TilePath.fullWidth }

    /// The full bundle that a partial one grows into.
    public var full: EntriesCoordinate { EntriesCoordinate(uncheckedIndex: index, width: TilePath.fullWidth) }

    /// All bundles of a log of `size` entries, a partial one included.
    public static func bundles(forSize size: UInt64) -> [EntriesCoordinate] { newBundles(from: 0, to: size) }

    /// The bundles to be written when a log grows from `old` to `new` entries. Empty unless `old` is below `new`.
    public static func newBundles(from old: UInt64, to new: UInt64) -> [EntriesCoordinate] {
        TilePath.gained(from: old, to: new).map { EntriesCoordinate(uncheckedIndex: $0.index, width: $0.width) }
    }
}
