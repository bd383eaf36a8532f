import MerkleTree
import Testing
import TransparencyLog

/// Tiles in memory that remembers what it was asked for. One task uses it.
private final class MemoryTiles: TileFetcher {
    var tiles: [TileCoordinate: [UInt8]] = [:]
    var asked: [TileCoordinate] = []

    init(_ tree: MemoryTree, sizes: [UInt64]) throws {
        for size in sizes {
            for tile in TileCoordinate.tiles(forSize: size) {
                let hashes = try (0..<UInt64(tile.width)).map {
                    try tree.hash(level: 8 * tile.level, index: tile.index * 256 + $0)
                }
                tiles[tile] = try Tile(hashes: hashes).bytes
            }
        }
    }

    func tile(_ coordinate: TileCoordinate) throws(TreeError) -> [UInt8] {
        asked.append(coordinate)
        guard let bytes = tiles[coordinate] else { throw TreeError(.missing, "no such tile") }
        return bytes
    }
}

@Suite struct TiledTreeTests {
    private let largest: UInt64 = 70_000
    private let whole = tree(70_000)
    private let sizes: [UInt64] = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 69_999, 70_000]

    @Test func proofsFromTilesAreTheTrees() throws {
        var random = SystemRandomNumberGenerator()
        for size in sizes {
            let tiles = try MemoryTiles(whole, sizes: [size])
            let tiled = TiledTree(size: size, from: tiles)
            let root = try whole.root(size: size)
            #expect(try tiled.root(size: size) == root)
            for index in [0, size / 2, size - 1, UInt64.random(in: 0..<size, using: &random)] {
                let proof = try InclusionProof(index: index, size: size, from: tiled)
                #expect(proof == (try InclusionProof(index: index, size: size, from: whole)))
                try proof.verify(leaf: leaf(index), root: root)
                let older = ConsistencyProof.self
                #expect(
                    try older.init(older: index, newer: size, from: tiled)
                        == older.init(older: index, newer: size, from: whole))
            }
            #expect(Set(tiles.asked).count == tiles.asked.count, "a tile was asked for twice")
            #expect(Set(tiles.asked).isSubset(of: TileCoordinate.tiles(forSize: size)))
        }
    }

    @Test func everyProofOfAMiddlingTreeIsTheTrees() throws {
        let tiled = TiledTree(size: 600, from: try MemoryTiles(whole, sizes: [600]))
        let root = try whole.root(size: 600)
        for index in UInt64(0)..<600 {
            try InclusionProof(index: index, size: 600, from: tiled).verify(leaf: leaf(index), root: root)
        }
    }

    @Test func gonePartialTileIsCutFromTheFullOne() throws {
        let tiles = try MemoryTiles(whole, sizes: [largest])
        for size in [1, 300, 65_536, 65_537] as [UInt64] {
            let hasFull = TileCoordinate.tiles(forSize: size).allSatisfy {
                tiles.tiles[$0] != nil || tiles.tiles[$0.full] != nil
            }
            let tiled = TiledTree(size: size, from: tiles)
            if hasFull {
                #expect(try tiled.root(size: size) == whole.root(size: size))
            } else {
                #expect(throws: TreeError(.missing, "")) { try tiled.root(size: size) }
            }
        }
        // the full level 0 tiles of size 300 are there
        #expect(try TiledTree(size: 200, from: tiles).root(size: 200) == whole.root(size: 200))
        #expect(tiles.asked.contains { $0.width == 200 })
    }

    @Test func nothingBeyondTheSizeIsAskedFor() throws {
        let tiles = try MemoryTiles(whole, sizes: [largest])
        let tiled = TiledTree(size: 300, from: tiles)
        for (level, index) in [(0, 300), (0, UInt64.max), (8, 1), (9, 0), (63, 0), (64, 0), (-1, 0)] as [(Int, UInt64)]
        {
            #expect(throws: TreeError(.missing, "")) { try tiled.hash(level: level, index: index) }
        }
        #expect(tiles.asked.isEmpty)
    }

    @Test func missingOrMisshapenTileIsRefused() throws {
        let tiles = try MemoryTiles(whole, sizes: [300])
        let first = try TileCoordinate(level: 0, index: 0, width: 256)
        let second = try TileCoordinate(level: 0, index: 1, width: 44)
        let bytes = try #require(tiles.tiles[second])
        tiles.tiles[second] = bytes + [0]
        #expect(throws: TreeError(.malformed, "")) { try TiledTree(size: 300, from: tiles).hash(level: 0, index: 299) }
        tiles.tiles[second] = nil
        #expect(throws: TreeError(.missing, "")) { try TiledTree(size: 300, from: tiles).hash(level: 0, index: 299) }
        tiles.tiles[second.full] = bytes
        #expect(throws: TreeError(.malformed, "")) { try TiledTree(size: 300, from: tiles).hash(level: 0, index: 299) }
        tiles.tiles[first] = nil
        #expect(throws: TreeError(.missing, "")) { try TiledTree(size: 300, from: tiles).hash(level: 0, index: 0) }
    }

    @Test func alteredTileLeadsToAnotherRoot() throws {
        let tiles = try MemoryTiles(whole, sizes: [300])
        let second = try TileCoordinate(level: 0, index: 1, width: 44)
        tiles.tiles[second]?[40] ^= 1
        #expect(try TiledTree(size: 300, from: tiles).root(size: 300) != whole.root(size: 300))
    }
}
