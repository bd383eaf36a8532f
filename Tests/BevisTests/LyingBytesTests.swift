import AgeFile
import CustodianProtocol
import Foundation
import Sharing
import Sodium
import Storage
import Testing

@testable import Custodian

/// A custodian that sends other sealed bytes than an item's: the whole or a part, with or without leaf hashes to match.
@Suite struct LyingBytesTests {
    private static let chunk = 65_552
    private static let nonce = 16
    /// 40 chunks, no two of them alike.
    private static let original: [UInt8] = {
        let period = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        return Array(repeatElement(period, count: 40).joined())
    }()

    /// The world with a large item lent to Mads, and its id.
    private func stage() async throws -> (Sandbox, grant: String, id: String) {
        let world = try await World.copy()
        try world.write("large.bin", LyingBytesTests.original)
        #expect(try await world.bevis("signe", "add", "large.bin").status == 0)
        let grant = try await world.lend(["4"])
        let list = try await world.bevis("signe", "list", "--json")
        let items = try #require(try list.json() as? [[String: Any]])
        return (world, grant, try #require(items.last?["item"] as? String))
    }

    /// Fails word for word, and leaves no file.
    private func refused(
        _ world: Sandbox, _ grant: String, _ words: String, status: Int32 = 1, _ more: String...
    ) async throws {
        let outcome = try await world.bevis(
            "mads", ["open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x"] + more)
        #expect(outcome.status == status, "\(words)")
        #expect(outcome.err == words)
        #expect(outcome.out == "" && !world.exists("x"), "\(words)")
    }

    @Test func chunkOfAnotherPlaceOrItemIsRefused() async throws {
        let (world, grant, id) = try await stage()
        let short = id.prefix(12)
        let (chunk, nonce) = (LyingBytesTests.chunk, LyingBytesTests.nonce)
        try await world.lying { liar in
            let object = "GET /v1/objects/\(id)"
            let wrong = "bevis: a sealed chunk is not the one that the item's id names (item \(short), chunk 5)\n"
            liar.answer(object) { asked in
                LyingBytesTests.exchanged(try await asked.honest())
            }
            try await refused(world, grant, wrong)
            // As a part.
            liar.answer(object) { asked in
                var bytes = try await asked.honest()
                if bytes.count > nonce { bytes[bytes.count / 2] ^= 1 }
                return bytes
            }
            let middle = 5 * 65_536
            try await refused(world, grant, wrong, "--range", "\(middle)-\(middle + 9)")
            // Cut short, and longer than it is.
            liar.answer(object) { asked in
                let bytes = try await asked.honest()
                return bytes.count > nonce ? Array(bytes.dropLast(chunk)) : bytes
            }
            try await refused(
                world, grant, "bevis: the payload ends too early (item \(short), chunk 36)\n")
        }
    }

    @Test func leafHashesOfOtherBytesAreRefused() async throws {
        let (world, grant, id) = try await stage()
        let short = id.prefix(12)
        try await world.lying { liar in
            liar.answer("GET /v1/objects/\(id)/leaves") { asked in
                var hashes = try await asked.honest()
                hashes[6 * 32] ^= 1
                return hashes
            }
            try await refused(world, grant, "bevis: the leaf hashes do not lead to the item's id (item \(short))\n")
            liar.alter("GET /v1/objects/\(id)/leaves", as: [Wire.ProvenLeaf].self) { _, leaves in
                leaves[1].leaf = leaves[0].leaf
            }
            try await refused(
                world, grant, "bevis: a leaf hash's path does not lead to the item's id (item \(short))\n", "--range",
                "0-9")
            liar.alter("GET /v1/objects/\(id)/leaves", as: [Wire.ProvenLeaf].self) { _, leaves in
                leaves.removeLast()
            }
            try await refused(
                world, grant, "bevis: the custodian did not send the leaf hashes that were asked for\n", status: 3,
                "--range", "0-9")
        }
    }

    @Test func anotherItemInItsPlaceIsRefused() async throws {
        let (world, grant, id) = try await stage()
        let list = try await world.bevis("signe", "list", "--json")
        let items = try #require(try list.json() as? [[String: Any]])
        let other = try #require(items.first?["item"] as? String)
        try await world.lying { liar in
            let rows = try await liar.items([id, other])
            liar.answer("GET /v1/objects/\(id)/item") { _ in try Wire.encode(rows[1]) }
            try await refused(
                world, grant, "bevis: the custodian sent another item" + LyingReleaseTests.distrust)
            // The right item under the other's header: its file key would be another.
            var mixed = rows[0]
            mixed.contentHeader = rows[1].contentHeader
            let sent = mixed
            liar.answer("GET /v1/objects/\(id)/item") { _ in try Wire.encode(sent) }
            try await refused(world, grant, "bevis: the key does not fit the item" + LyingReleaseTests.distrust)
            // The other's ingest record: it names another item.
            mixed = rows[0]
            mixed.ingest = rows[1].ingest
            let renamed = mixed
            liar.answer("GET /v1/objects/\(id)/item") { _ in try Wire.encode(renamed) }
            try await refused(
                world, grant,
                "bevis: an item is not the one that its ingest record names" + LyingReleaseTests.distrust)
            liar.tellTheTruth()
            let honest = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x")
            #expect(honest.status == 0, "\(honest.err)")
            #expect(try world.read("x") == LyingBytesTests.original)
        }
    }

    /// An answer that begins at chunk 0, with chunk 6 in chunk 5's place; the nonce is fetched alone and stays.
    private static func exchanged(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > 7 * chunk else { return bytes }
        var altered = bytes
        altered.replaceSubrange(5 * chunk..<6 * chunk, with: bytes[6 * chunk..<7 * chunk])
        return altered
    }
}

extension Liar {
    /// Items as the custodian sends them.
    fileprivate func items(_ ids: [String]) async throws -> [Wire.Item] {
        let custodian = custodian
        return try await custodian.stores.records.read { reader in
            try ids.map { id in
                guard let row = try reader.item(AgeFileID(hex: id.utf8)) else {
                    throw CommandError(description: "no item \(id)")
                }
                return Wire.Item(
                    id: id, ingest: String(decoding: row.ingest, as: UTF8.self),
                    newDescription: row.newDescription.map { String(decoding: $0, as: UTF8.self) },
                    contentHeader: Data(row.contentHeader), description: Data(row.description), erased: row.isErased)
            }
        }
    }
}
