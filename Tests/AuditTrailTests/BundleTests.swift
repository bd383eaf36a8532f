import AuditTrail
import LogFixture
import MerkleTree
import SignedNote
import Sodium
import Testing
import TransparencyLog

@Suite struct BundleTests {
    @Test func pagesOfRecordsComeBack() throws {
        let records: [[UInt8]?] = [[1], nil, [UInt8](repeating: 7, count: 70_000), nil, [2, 3]]
        let page = RecordPage(records: records)
        #expect(try RecordPage(parsing: page.bytes, count: 5) == page)
        #expect(RecordPage(records: [[9, 8], nil]).bytes == [0, 0, 0, 2, 9, 8, 0, 0, 0, 0])
    }

    @Test func malformedPagesAreRefused() throws {
        let bytes = RecordPage(records: [[1, 2, 3], nil, [4]]).bytes
        for count in [0, 2, 4] {
            #expect(throws: AuditError(.malformed, "")) { _ = try RecordPage(parsing: bytes, count: count) }
        }
        for length in 0..<bytes.count {
            let cut = [UInt8](bytes.prefix(length))
            #expect(throws: AuditError(.malformed, "")) { _ = try RecordPage(parsing: cut, count: 3) }
        }
        #expect(throws: AuditError(.malformed, "")) { _ = try RecordPage(parsing: bytes + [0], count: 3) }
        let huge: [UInt8] = [255, 255, 255, 255, 0]
        #expect(throws: AuditError(.malformed, "")) { _ = try RecordPage(parsing: huge, count: 1) }
    }

    @Test(arguments: [UInt64(0), 1, 255, 256, 257, 511, 512, 1_000]) func everyTileIsWritten(size: UInt64) throws {
        var writer = BundleWriter()
        var tree = MemoryTree()
        var files: [[UInt8]: [UInt8]] = [:]
        func keep(_ made: [BundleWriter.File]) throws {
            for file in made { #expect(files.updateValue(file.bytes, forKey: file.path) == nil) }
        }
        for index in 0..<size {
            let entry = Random.bytes(48)
            tree.append(TreeHash.leaf(entry))
            try keep(try writer.append(entry: entry, record: index % 3 == 0 ? nil : Random.bytes(9)))
        }
        try keep(try writer.finish(checkpoint: [1]))
        #expect(writer.size == size)
        #expect(writer.root == (try tree.root(size: size)))
        let tiles = TileCoordinate.tiles(forSize: size).map { BundleLayout.tile($0) }
        let bundles = EntriesCoordinate.bundles(forSize: size).map { BundleLayout.entries($0) }
        let pages = (0..<(size + 255) / 256).map { BundleLayout.records($0) }
        #expect(Set(files.keys) == Set(tiles + bundles + pages + [BundleLayout.checkpoint, BundleLayout.readme]))
        for coordinate in TileCoordinate.tiles(forSize: size) {
            let tile = try Tile(parsing: files[BundleLayout.tile(coordinate)] ?? [], width: coordinate.width)
            for (place, hash) in tile.hashes.enumerated() {
                #expect(
                    hash == (try tree.hash(level: 8 * coordinate.level, index: coordinate.index * 256 + UInt64(place))))
            }
        }
    }

    @Test func pathsAreThoseOfTheLayout() throws {
        #expect(BundleLayout.records(0) == Array("records/000".utf8))
        #expect(BundleLayout.records(1_234_067) == Array("records/x001/x234/067".utf8))
        #expect(
            BundleLayout.entries(try EntriesCoordinate(index: 3, width: 5)) == Array("log/tile/entries/003.p/5".utf8))
    }

    @Test func manyGrantsAreFollowed() throws {
        // More than one shelf of keys, and streams that become known within one batch.
        let scene = try Scene()
        for _ in 0..<150 {
            let lent = try scene.log.grant(scene.matter, [scene.items[0]], from: scene.owner, to: scene.officer)
            try scene.log.open(scene.officer, scene.matter, lent, [scene.items[0]])
        }
        for size in [64, 10_000] {
            let replay = scene.log.replay(batch: size)
            #expect(replay.findings == [])
            #expect(replay.statistics.count(.opened) == 150)
            #expect(replay.grantIDs.count == 151)
        }
    }
}
