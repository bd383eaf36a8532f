import Foundation
import Testing

/// `bevis describe`, and what those see to whom the item was lent before and after.
@Suite struct DescribeTests {
    @Test func newTitleIsShownAndEarlierGrantsKeepTheirs() async throws {
        let world = try await World.copy()
        let before = try await world.lend(["2"])
        let described = try await world.bevis(
            "signe", "describe", "2", "--title", "Gangen, tirsdag", "--captured", "2026-11-24 22:41", "--note",
            "Han stod der igen")
        #expect(described.status == 0, "\(described.err)")
        #expect(described.out.contains(/^described [0-9a-f]{12}  Gangen, tirsdag  \(entry [0-9]+ of the log\)\n$/))
        let shown = try await world.bevis("signe", "show", "2", "--json")
        let facts = try #require(try shown.json() as? [String: Any])
        #expect(facts["title"] as? String == "Gangen, tirsdag" && facts["note"] as? String == "Han stod der igen")
        #expect(facts["file_name"] as? String == "hallway.jpg")
        let after = try await world.lend(["2"])
        let old = try await world.bevis("mads", "list", "--grant", before, "--purpose", "Overblik")
        #expect(old.out.contains("hallway.jpg") && !old.out.contains("Gangen"), "\(old.out)\(old.err)")
        let new = try await world.bevis("mads", "list", "--grant", after, "--purpose", "Overblik")
        #expect(new.out.contains("Gangen, tirsdag"), "\(new.out)\(new.err)")
        for (grant, file) in [(before, "a"), (after, "b")] {
            let opened = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", file)
            #expect(opened.status == 0, "\(opened.err)")
            #expect(try world.read(file) == World.original(2))
        }
        let log = try await world.bevis("signe", "log")
        #expect(log.out.contains(/described  Signe Holm \(person\)  'Gangen, tirsdag'/), "\(log.out)")
        // Cleared again, from the description that counts now.
        let cleared = try await world.bevis("signe", "describe", "2", "--clear", "title", "--clear", "note")
        #expect(cleared.status == 0, "\(cleared.err)")
        let last = try await world.bevis("signe", "show", "2", "--json")
        let left = try #require(try last.json() as? [String: Any])
        #expect(left["title"] is NSNull && left["note"] is NSNull)
        try await expectIntact(world)
    }

    @Test func checkOfTheVaultIsALineForAuditors() async throws {
        let world = try await World.copy()
        let verified = try await world.bevis("signe", "vault", "verify")
        #expect(verified.status == 0)
        #expect(verified.out.contains(/^intact: [0-9]+ entries of the log, 3 items \(entry [0-9]+ of the log\)\n$/))
        try await expectIntact(world)
        let list = try await world.auditor("list", "bundle", "--keys", "Keys", "-i", "h-revisor/identity.age")
        #expect(list.out.contains(/verified .*Signe Holm/), "\(list.out)\(list.err)")
    }

    @Test func whatChangesNothingOrIsNoEvidenceIsRefused() async throws {
        let world = try await World.copy()
        let nothing = try await world.bevis("signe", "describe", "2")
        #expect(nothing.status == 2)
        #expect(nothing.err == "bevis: this changes nothing\n  say what to change; bevis describe --help\n")
        let kind = try await world.bevis("signe", "describe", "2", "--kind", "incident")
        #expect(kind.status == 2)
        #expect(kind.err == "bevis: there is no kind 'incident'\n  bevis describe --help\n")
        let stranger = try await world.bevis("mads", "describe", "2", "--title", "Mit")
        #expect(stranger.status == 3)
    }

    private func expectIntact(_ world: Sandbox) async throws {
        let verdict = try await world.audited()
        #expect(verdict.status == 0 && verdict.out.hasPrefix("intact: "), "\(verdict.out)\(verdict.err)")
    }
}
