import AgeFile
import CustodianProtocol
import Foundation
import Sodium
import Storage
import Testing

@testable import Custodian

/// A custodian that lists the items of a case otherwise than they were added, or answers without an end.
@Suite struct LyingListingTests {
    private static let words: [Lie: String] = [
        .repeats: "the custodian lists an item twice",
        .exchanges: "the custodian lists items in another order than the one they were added in",
        .leavesOut: "the custodian leaves out items that were added before others that it lists",
    ]

    enum Lie: CaseIterable, Sendable {
        case repeats, exchanges, leavesOut
    }

    /// Numbers would stand for other items: none is lent, opened or erased.
    @Test(arguments: Lie.allCases) func listingOutOfOrderIsRefused(_ lie: Lie) async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            let first = try await liar.firstPage()
            liar.alter("POST /v1/listings", as: [Wire.Item].self) { _, page in
                switch lie {
                case .repeats: page = first
                case .exchanges: if page.count > 1 { page.swapAt(0, 1) }
                case .leavesOut: if page.count > 1 { page.remove(at: 1) }
                }
            }
            for command in [
                ["list"], ["open", "1", "-o", "x"], ["grant", "1", "--to", "mads.card", "--purpose", "Brud"],
                ["erase", "1", "--yes"],
            ] {
                let outcome = try await world.bevis("signe", command)
                #expect(outcome.status == 1)
                #expect(
                    outcome.err == "bevis: \(LyingListingTests.words[lie] ?? "")" + LyingReleaseTests.distrust,
                    "\(command)")
                #expect(outcome.out == "" && !world.exists("x"))
            }
            liar.tellTheTruth()
            #expect(try await world.bevis("mads", "grants").out == "nothing is lent to you\n")
            #expect(try await world.bevis("signe", "list").outLines.count == 3)
        }
    }

    /// Fresh items without end, each well signed: the listing has more of them than the log has entries.
    @Test func listingThatIsLongerThanTheLogIsRefused() async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            let first = try await liar.firstPage()
            liar.alter("POST /v1/listings", as: [Wire.Item].self) { _, page in
                // What was erased needs no signature at all.
                page = (0..<100).map { _ in
                    var item = first[0]
                    item.id = String(decoding: (Random.value() as AgeFileID).hex, as: UTF8.self)
                    (item.erased, item.ownersAlone) = (true, false)
                    return item
                }
            }
            let list = try await world.bevis("signe", "list")
            #expect(list.status == 1)
            #expect(
                list.err == "bevis: the custodian shows more than its log has entries" + LyingReleaseTests.distrust)
        }
    }

    /// What follows a small item is not read to its end.
    @Test func bytesBehindASmallItemAreRefused() async throws {
        let world = try await World.copy()
        let list = try await world.bevis("signe", "list", "--json")
        let items = try #require(try list.json() as? [[String: Any]])
        let id = try #require(items.first?["item"] as? String)
        try await world.lying { liar in
            liar.answer("GET /v1/objects/\(id)") { try await $0.honest() + [UInt8](repeating: 0, count: 1 << 22) }
            let opened = try await world.bevis("signe", "open", "1", "-o", "x")
            #expect(opened.status == 3)
            #expect(opened.err == "bevis: the custodian sent more of an item than was asked for\n")
            #expect(opened.out == "" && !world.exists("x"))
            let verified = try await world.bevis("signe", "vault", "verify")
            #expect(verified.status != 0)
            #expect(
                verified.err.hasPrefix("item 1 (\(id.prefix(12))) is damaged or cannot be read\n"), "\(verified.err)")
        }
    }

    @Test func answerToAnUploadWithoutAnEndIsRefused() async throws {
        let world = try await World.copy()
        try world.write("more", Array("more".utf8))
        try await world.lying { liar in
            liar.answer("POST /v1/objects") { try await $0.honest() + [UInt8](repeating: 0x20, count: 1 << 20) }
            let outcome = try await world.bevis("signe", "add", "more")
            #expect(outcome.status == 3)
            #expect(outcome.err.contains("the custodian's answer to an upload has no end"), "\(outcome.err)")
            liar.tellTheTruth()
            #expect(try await world.bevis("signe", "add", "more").status == 0)
        }
    }
}

extension Liar {
    /// The first page of a listing, as the owner gets it.
    fileprivate func firstPage() async throws -> [Wire.Item] {
        try await custodian.stores.records.read { reader in
            guard let matter = try reader.matters().first else { throw CommandError(description: "no case") }
            return try reader.items(of: matter.id, after: nil, limit: 100).map { row in
                Wire.Item(
                    id: String(decoding: row.id.hex, as: UTF8.self),
                    ingest: String(decoding: row.ingest, as: UTF8.self),
                    newDescription: nil, contentHeader: Data(row.contentHeader), description: Data(row.description),
                    erased: false)
            }
        }
    }
}
