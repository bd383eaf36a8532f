import MerkleTree
import Testing
import TransparencyLog

@Suite struct TilePathTests {
    @Test(arguments: [
        (0, UInt64(0), 256, "tile/0/000"), (0, 0, 1, "tile/0/000.p/1"), (1, 999, 255, "tile/1/999.p/255"),
        (2, 1_000, 256, "tile/2/x001/000"), (0, 1_234_067, 256, "tile/0/x001/x234/067"),
        (0, 1_234_067, 8, "tile/0/x001/x234/067.p/8"), (63, 5, 256, "tile/63/005"),
        (0, UInt64.max, 256, "tile/0/x018/x446/x744/x073/x709/x551/615"),
    ])
    func pathIsWrittenAndRead(level: Int, index: UInt64, width: Int, path: String) throws {
        let tile = try TileCoordinate(level: level, index: index, width: width)
        #expect(text(tile.path) == path)
        #expect(try TileCoordinate(parsing: bytes(path)) == tile)
        #expect(tile.isFull == (width == 256))
        #expect(tile.full.width == 256)
    }

    @Test(arguments: [
        (UInt64(0), 256, "tile/entries/000"), (1_234_067, 8, "tile/entries/x001/x234/067.p/8"),
    ])
    func bundlePathIsWrittenAndRead(index: UInt64, width: Int, path: String) throws {
        let bundle = try EntriesCoordinate(index: index, width: width)
        #expect(text(bundle.path) == path)
        #expect(try EntriesCoordinate(parsing: bytes(path)) == bundle)
    }

    @Test(arguments: [
        "", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000",
        "tile/0/x000/000", "tile/0/x001", "tile/0/001/000", "tile/0/x001/x000", "tile/0/x01/000", "tile/0/X001/000",
        "tile/0/000/", "tile/0//000", "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/a/000",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1", "tile/0/000.q/1", "tile/0/00a", "tile/0/000 ", "tile/0/000\n", "tile/entries/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x100/x018/x446/x744/x073/x709/x551/615", "tile/0/.p/1",
        "tile/0/../000", "tile/0/x001/000.p/x01", "tile//000",
    ])
    func otherPathIsRefused(path: String) {
        #expect(throws: LogError(.malformed, "")) { try TileCoordinate(parsing: bytes(path)) }
    }

    @Test(arguments: [
        "", "tile/entries", "tile/entries/", "tile/0/000", "tile/entries/0", "tile/entries/000.p/256",
        "tile/entries/x000/000",
    ])
    func otherBundlePathIsRefused(path: String) {
        #expect(throws: LogError(.malformed, "")) { try EntriesCoordinate(parsing: bytes(path)) }
    }

    @Test func everyByteOfAPathCounts() throws {
        let path = bytes("tile/1/x001/x234/067.p/8")
        let good = try TileCoordinate(parsing: path)
        for index in path.indices {
            for byte in UInt8.min...UInt8.max where byte != path[index] {
                var altered = path
                altered[index] = byte
                guard let other = try? TileCoordinate(parsing: altered) else { continue }
                #expect(other != good)
                #expect(other.path == altered)
            }
        }
    }

    @Test func coordinatesOutOfRangeAreRefused() {
        for (level, width) in [(-1, 1), (64, 1), (0, 0), (0, 257), (0, -1)] {
            #expect(throws: LogError(.malformed, "")) { try TileCoordinate(level: level, index: 0, width: width) }
        }
        #expect(throws: LogError(.malformed, "")) { try EntriesCoordinate(index: 0, width: 0) }
        #expect(throws: LogError(.malformed, "")) { try EntriesCoordinate(index: 0, width: 257) }
    }
}

@Suite struct TileSetTests {
    private func widths(_ tiles: [TileCoordinate], level: Int) -> [Int] {
        tiles.filter { $0.level == level }.map { $0.width }
    }

    @Test func tilesOfTheSpecificationsExamples() {
        #expect(TileCoordinate.tiles(forSize: 0).isEmpty)
        #expect(TileCoordinate.tiles(forSize: 256).map { text($0.path) } == ["tile/0/000", "tile/1/000.p/1"])
        let tiles = TileCoordinate.tiles(forSize: 70_000)
        #expect(widths(tiles, level: 0) == [Int](repeating: 256, count: 273) + [112])
        #expect(widths(tiles, level: 1) == [256, 17])
        #expect(widths(tiles, level: 2) == [1])
        #expect(tiles.count == 277)
        #expect(EntriesCoordinate.bundles(forSize: 70_000).map { $0.width } == widths(tiles, level: 0))
    }

    @Test func growingLeavesTheTilesOfTheNewSize() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let old = UInt64.random(in: 0...70_000, using: &random)
            let new = UInt64.random(in: old...140_000, using: &random)
            var held = Set(TileCoordinate.tiles(forSize: old))
            let gained = TileCoordinate.newTiles(from: old, to: new)
            #expect(held.isDisjoint(with: gained))
            held.formUnion(gained)
            #expect(held.isSuperset(of: TileCoordinate.tiles(forSize: new)))
            #expect(Set(gained).isSubset(of: TileCoordinate.tiles(forSize: new)))
            #expect(Set(gained).count == gained.count)
        }
    }

    @Test func logThatDoesNotGrowGainsNothing() {
        #expect(TileCoordinate.newTiles(from: 300, to: 300).isEmpty)
        #expect(TileCoordinate.newTiles(from: 300, to: 299).isEmpty)
        #expect(EntriesCoordinate.newBundles(from: 300, to: 300).isEmpty)
        #expect(TileCoordinate.newTiles(from: UInt64.max - 1, to: UInt64.max).map { $0.level } == [0])
    }
}

@Suite struct TileBytesTests {
    @Test func tileIsWrittenBackTheSame() throws {
        for width in [1, 2, 255, 256] {
            let tile = try Tile(hashes: (0..<UInt64(width)).map { leaf($0) })
            #expect(tile.bytes.count == 32 * width)
            #expect(try Tile(parsing: tile.bytes, width: width) == tile)
            #expect(throws: LogError(.malformed, "")) { try Tile(parsing: tile.bytes + [0], width: width) }
            #expect(throws: LogError(.malformed, "")) { try Tile(parsing: tile.bytes.dropLast(), width: width) }
            #expect(throws: LogError(.malformed, "")) { try Tile(parsing: tile.bytes, width: width + 1) }
            #expect(try tile.cut(to: 1).hashes == [leaf(0)])
            #expect(throws: LogError(.malformed, "")) { try tile.cut(to: width + 1) }
            #expect(throws: LogError(.malformed, "")) { try tile.cut(to: 0) }
        }
        #expect(throws: LogError(.malformed, "")) { try Tile(hashes: []) }
        #expect(throws: LogError(.malformed, "")) { try Tile(parsing: [], width: 0) }
        #expect(throws: LogError(.malformed, "")) { try Tile(hashes: (0..<257).map { leaf($0) }) }
    }

    @Test func rootsInsideATileAreTheTrees() throws {
        let tree = tree(256)
        let tile = try Tile(hashes: (0..<256).map { leaf($0) })
        for height in 0...8 {
            for index in 0..<256 >> height {
                #expect(try tile.root(height: height, index: index) == tree.hash(level: height, index: UInt64(index)))
            }
            #expect(throws: TreeError(.missing, "")) { try tile.root(height: height, index: 256 >> height) }
        }
        let partial = try tile.cut(to: 100)
        #expect(throws: TreeError(.missing, "")) { try partial.root(height: 3, index: 12) }
        #expect(try partial.root(height: 2, index: 24) == tree.hash(level: 2, index: 24))
        #expect(throws: TreeError(.missing, "")) { try partial.root(height: 9, index: 0) }
        #expect(throws: TreeError(.missing, "")) { try partial.root(height: 0, index: -1) }
    }

    @Test func bundleIsWrittenBackTheSame() throws {
        let entries: [[UInt8]] = [[], [1], [UInt8](repeating: 7, count: 65_535), [2, 3]]
        let bundle = try EntryBundle(entries: entries)
        #expect([UInt8](bundle.bytes[..<5]) == [0, 0, 0, 1, 1])
        #expect(try EntryBundle(parsing: bundle.bytes, width: 4) == bundle)
        #expect(bundle.leafHashes == entries.map { TreeHash.leaf($0) })
        for width in [0, 1, 3, 5, 257] {
            #expect(throws: LogError(.malformed, "")) { try EntryBundle(parsing: bundle.bytes, width: width) }
        }
        for rest in [[0], [0, 1], [0, 0]] as [[UInt8]] {
            #expect(throws: LogError(.malformed, "")) { try EntryBundle(parsing: bundle.bytes + rest, width: 4) }
        }
        #expect(throws: LogError(.malformed, "")) { try EntryBundle(parsing: bundle.bytes.dropLast(), width: 4) }
    }

    @Test func bundleThatCannotBeIsRefused() {
        #expect(throws: LogError(.malformed, "")) { try EntryBundle(entries: []) }
        #expect(throws: LogError(.malformed, "")) { try EntryBundle(entries: [[UInt8]](repeating: [], count: 257)) }
        #expect(throws: LogError(.tooLarge, "")) { try EntryBundle(entries: [[UInt8](repeating: 0, count: 65_536)]) }
        #expect(throws: LogError(.malformed, "")) { try EntryBundle(parsing: [], width: 0) }
    }
}
