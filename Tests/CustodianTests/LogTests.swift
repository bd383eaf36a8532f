import AgeFile
import AuditTrail
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import StorageSQLite
import Synchronization
import Testing
import TransparencyLog

@testable import Custodian

struct LogTests {
    @Test func everyReceiptVerifiesAcrossATilesBorder() async throws {
        let scene = try await Scene.make()
        let custodian = try scene.custodian
        var checkpoints = [try custodian.policy.verify(custodian.checkpoint).checkpoint]
        for round in 0..<6 {
            try await register(50, scene, round)
            checkpoints.append(try custodian.policy.verify(custodian.checkpoint).checkpoint)
        }
        let size = try scene.size
        #expect(size > 300)
        let rows = try await custodian.stores.records.read { try $0.leaves(0..<size) }
        for row in rows {
            let receipt = try custodian.receipt(row.index)
            _ = try receipt.verify(leaf: row.leaf.hash, policy: custodian.policy)
        }
        for (place, older) in checkpoints.enumerated() {
            for newer in checkpoints[place...] {
                let proof = try ConsistencyProof(older: older.size, newer: newer.size, from: custodian.tree)
                try proof.verify(
                    older: older.size, olderRoot: older.root, newer: newer.size, newerRoot: newer.root)
            }
        }
        try checkServed(rows.map(\.leaf.entry), custodian)
    }

    @Test(arguments: [Damage.deleted, .cut, .zeroed, .emptied]) func damagedTilesAreMadeAnewAtTheNextStart(
        _ damage: Damage
    ) async throws {
        let scene = try await Scene.make()
        try await register(600, scene, 0)
        let size = try scene.size
        let rows = try await scene.custodian.stores.records.read { try $0.leaves(0..<size) }
        for name in ["tile/0/000", "tile/0/001", "tile/entries/000", "tile/entries/001"] {
            scene.close()
            try damage.apply(to: scene.folder.path + "/vault/log/" + name)
            try await scene.restart()
            #expect(try scene.size == size)
            try checkServed(rows.map(\.leaf.entry), scene.custodian)
        }
        #expect(try await scene.custodian.addCard(scene.officer.note).index < size)
    }

    @Test func tilesThatCouldNotBeWrittenAreServedAndWrittenLater() async throws {
        let scene = try await Scene.make()
        scene.faults.fail(.writeTile, .full)
        try await register(300, scene, 0)
        let size = try scene.size
        let rows = try await scene.custodian.stores.records.read { try $0.leaves(0..<size) }
        try checkServed(rows.map(\.leaf.entry), scene.custodian)
        #expect(try scene.custodian.stores.tiles.tile("tile/0/000") == nil)
        scene.faults.clear()
        try await register(1, scene, 1)
        #expect(try scene.custodian.stores.tiles.tile("tile/0/000")?.count == 8192)
        try checkServed(rows.map(\.leaf.entry), scene.custodian)
    }

    @Test func storeHoldsExactlyTheTilesThatTheSizeImplies() async throws {
        let scene = try await Scene.make()
        for (round, count) in [1, 40, 240, 300].enumerated() {
            try await register(count, scene, round)
            let custodian = try scene.custodian
            try custodian.writePartialTiles()
            let size = try scene.size
            var expected: Set<String> = []
            for place in TileCoordinate.tiles(forSize: size) {
                let path = String(decoding: place.path, as: UTF8.self)
                expected.insert(path)
                #expect(try custodian.stores.tiles.tile(path) == custodian.tile(place), "\(path)")
            }
            for place in EntriesCoordinate.bundles(forSize: size) {
                let path = String(decoding: place.path, as: UTF8.self)
                expected.insert(path)
                #expect(try custodian.stores.tiles.tile(path) == custodian.entries(place), "\(path)")
            }
            let log = scene.folder.path + "/vault/log"
            let stored = FileManager.default.enumerator(atPath: log)?.compactMap { $0 as? String } ?? []
            let files = stored.filter { !LogTests.isFolder(log + "/" + $0) && $0 != "checkpoint" }
            #expect(Set(files) == expected)
        }
    }

    @Test func partialTilesThatCouldNotBeWrittenAreWrittenLater() async throws {
        let scene = try await Scene.make()
        try await register(3, scene, 0)
        scene.faults.fail(.writeTile, .full)
        #expect(throws: StorageError.self) { try scene.custodian.writePartialTiles() }
        scene.faults.clear()
        try scene.custodian.writePartialTiles()
        let size = try scene.size
        #expect(try scene.custodian.stores.tiles.tile("tile/0/000.p/\(size)")?.count == 32 * Int(size))
    }

    @Test func tileThatCannotBeReadIsNotTakenForAnOldCopy() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        let seen = try scene.custodian.checkpoint
        // The newest sixteen tiles are made anew at each start: more leaves than they hold.
        try await scene.custodian.submit { ledger in
            for _ in 0..<17 * 256 { try ledger.append(.clockMovedBack, in: .vault, by: nil, notes: []) }
        }
        try await scene.restart()
        scene.faults.hidesTiles = true
        let request = try scene.request([item], under: grant) { $0.checkpoint = seen }
        #expect(try await refusal { try await scene.handle(request) } == .readOnly)
        scene.faults.hidesTiles = false
        #expect(try await scene.handle(request).isGranted, "nothing was closed")
    }

    @Test func checkpointThatCouldNotBePublishedOnAFullDiskIsPublishedLater() async throws {
        let scene = try await Scene.make()
        scene.faults.fail(.publish, .full)
        try await register(2, scene, 0)
        scene.faults.clear()
        try await register(2, scene, 1)
        #expect(try scene.custodian.stores.checkpoints.published() == scene.custodian.checkpoint)
    }

    @Test func sixtyFourConcurrentRequestsShareFlushes() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        let requests = try (0..<64).map { _ in try scene.request([item], under: grant) }
        let (custodian, before, size) = (try scene.custodian, scene.faults.count(of: .transaction), try scene.size)
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for request in requests { group.addTask { try await custodian.handle(request.note.bytes) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let transactions = scene.faults.count(of: .transaction) - before
        #expect(try scene.size == size + 64)
        #expect(transactions >= 1 && transactions <= 32)
        for answer in answers { try scene.verify(answer.receipt, answer.record, in: grant.streamKey) }
    }

    /// Whoever is shown a checkpoint may come back with it at once: it is shown when the tree has its leaves.
    @Test func checkpointIsShownOnlyWhenTheTreeHasItsLeaves() async throws {
        let scene = try await Scene.make()
        let custodian = try scene.custodian
        let shown = Mutex<[UInt64]>([])
        scene.faults.watch { call in
            guard call == .writeTile, let note = try? custodian.policy.verify(custodian.checkpoint) else { return }
            shown.withLock { $0.append(note.checkpoint.size) }
        }
        try await register(260, scene, 0)
        scene.faults.watch(nil)
        let sizes = shown.withLock { $0 }
        #expect(!sizes.isEmpty && sizes.allSatisfy { $0 < 256 })
        #expect(try custodian.contains(custodian.checkpoint))
    }

    @Test func recordsThatSomebodyElseChangedAreNotWrittenOn() async throws {
        let scene = try await Scene.make()
        let head = try #require(try await scene.custodian.stores.records.read { try $0.head() })
        try await scene.custodian.stores.records.transaction { records in
            try records.setHead(LogHead(size: 0, frontier: [], checkpoint: head.checkpoint, time: head.time))
        }
        let note = try Person("person", role: "private").note
        for _ in 0..<2 { #expect(try await refusal { try await scene.custodian.addCard(note) } == .readOnly) }
    }

    @Test func clockThatRunsBackwardsNeverGoesBackInRecords() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        let now = scene.clock.time
        _ = try await scene.handle(try scene.request([item], under: grant))
        scene.clock.turnBack(by: 500)
        let answer = try await scene.handle(try scene.request([item], under: grant))
        #expect(answer.isGranted)
        #expect(try scene.verify(answer.receipt, answer.record, in: grant.streamKey).time == now)
        // Also after a restart, and what has expired stays so.
        try await scene.restart()
        scene.clock.advance(by: 3_000_000)
        let expired = try await scene.handle(try scene.request([item], under: grant))
        #expect(!expired.isGranted)
        scene.clock.turnBack(by: 2_000_000)
        let still = try await scene.handle(try scene.request([item], under: grant))
        #expect(try scene.verify(still.receipt, still.record, in: grant.streamKey).failures.contains(.expired))
    }

    enum Damage: Sendable {
        case deleted, cut, zeroed, emptied

        func apply(to path: String) throws {
            let bytes = try readFile(path)
            switch self {
            case .deleted: run("/bin/rm", path)
            case .cut: try writeFile(Array(bytes.prefix(512)), path)
            case .zeroed: try writeFile([UInt8](repeating: 0, count: bytes.count), path)
            case .emptied: try writeFile([], path)
            }
        }
    }

    private func register(_ count: Int, _ scene: Scene, _ round: Int) async throws {
        let notes = try (0..<count).map { try Person("person \(round)-\($0)", role: "private").note }
        let custodian = try scene.custodian
        try await withThrowingTaskGroup(of: Void.self) { group in
            for note in notes { group.addTask { _ = try await custodian.addCard(note) } }
            try await group.waitForAll()
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// The tiles and bundles that the log's size implies give its entries and its root.
    private func checkServed(_ entries: [[UInt8]], _ custodian: Custodian) throws {
        let checkpoint = try custodian.policy.verify(custodian.checkpoint).checkpoint
        let size = UInt64(entries.count)
        var served: [[UInt8]] = []
        for place in EntriesCoordinate.bundles(forSize: size) {
            let bytes = try #require(custodian.entries(place))
            served += try EntryBundle(parsing: bytes, width: place.width).entries
        }
        #expect(served == entries)
        let tree = TiledTree(size: size, from: Served(custodian: custodian))
        #expect(try tree.root(size: size) == custodian.tree.root(size: size))
        if size == checkpoint.size { #expect(try tree.root(size: size) == checkpoint.root) }
        #expect(try MemoryTree(entries.map { TreeHash.leaf($0) }).root(size: size) == tree.root(size: size))
    }

    private struct Served: TileFetcher {
        let custodian: Custodian

        func tile(_ coordinate: TileCoordinate) throws(TreeError) -> [UInt8] {
            guard let bytes = custodian.tile(coordinate) else { throw TreeError(.missing, "not served") }
            return bytes
        }
    }
}
