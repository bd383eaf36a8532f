import Foundation
import Testing

/// What machines read: every `--json` is one value and says the same as the text.
@Suite struct JSONTests {
    @Test func answersAsJSONParse() async throws {
        let world = try await World.copy()
        _ = try await world.lend(["1", "2"])
        func array(_ person: String, _ words: String...) async throws -> [[String: Any]] {
            let outcome = try await world.bevis(person, words + ["--json"])
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.out.hasSuffix("]\n"))
            return try #require(try outcome.json() as? [[String: Any]])
        }
        func object(_ words: String...) async throws -> [String: Any] {
            let outcome = try await world.bevis("signe", words + ["--json"])
            #expect(outcome.status == 0, "\(outcome.err)")
            #expect(outcome.out.hasSuffix("}\n"))
            return try #require(try outcome.json() as? [String: Any])
        }
        let items = try await array("signe", "list")
        #expect(items.map { $0["file_name"] as? String } == World.files)
        #expect(
            items.map { $0["size"] as? Int } == [
                try World.original(1).count, try World.original(2).count, try World.original(3).count,
            ])
        let digest = try await world.tool("sha256sum", World.media + "/hallway.jpg").out.prefix(64)
        #expect(items[1]["sha256"] as? String == String(digest))
        #expect(items.allSatisfy { $0["attested"] as? Bool == true })
        let given = try await array("signe", "grants", "--given")
        let held = try await array("mads", "grants")
        #expect(given.count == 1 && held.count == 1)
        #expect(given[0]["grant"] as? String == held[0]["grant"] as? String)
        #expect(held[0]["from"] as? String == "Signe Holm")
        #expect(given[0]["to"] as? String == "Mads Krag")
        #expect(try await array("signe", "log").count == 4)
        #expect(try await array("signe", "case", "list").map { $0["title"] as? String } == ["Noter"])
        let info = try await object("vault", "info")
        #expect((info["entries"] as? Int ?? 0) > 9)
        #expect((info["custodian_key"] as? String)?.hasPrefix("bevis.example/custodian+") == true)
        let shown = try await object("show", "2")
        #expect(shown["media_type"] as? String == "image/jpeg")
        #expect(try await object("case", "show")["items"] as? Int == 3)
        #expect(try await object("identity", "show")["recipient"] is String)
        let verified = try await object("vault", "verify")
        #expect(verified["items"] as? Int == 3 && verified["entry"] is Int)
        #expect(try await array("signe", "approve").isEmpty)
        let id = try #require(given[0]["grant"] as? String)
        let revoked = try await object("revoke", String(id.prefix(12)))
        #expect(revoked["grant"] as? String == id && revoked["entry"] is Int)
    }
}
