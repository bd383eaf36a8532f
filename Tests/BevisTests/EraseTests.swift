import Foundation
import Glibc
import Testing

/// Erasing through the real commands, and a search through every byte of the custodian's folder afterwards.
@Suite struct EraseTests {
    /// A vault that waits a second: Signe's case of three items, lent to Mads.
    private func world() async throws -> (Sandbox, grant: String) {
        let world = try await World.copy()
        world.killCustodian(SIGTERM)
        try FileManager.default.removeItem(atPath: world.vault)
        try await world.prepare("drift", "vault", "init", "--erasure-wait", "1s")
        try await world.prepare(
            "drift", "vault", "trust", "--issuer", "politi.issuer", "--auditor", "revisor.card", "--keys-out", "Keys")
        try await world.prepare("signe", "case", "create", "--title", "Sagen om Gangen")
        try await world.prepare(
            "signe", "add", World.media + "/statement.pdf", World.media + "/hallway.jpg", World.media + "/hallway.mp4")
        return (world, try await world.lend(["--all"]))
    }

    /// Every file of the custodian's folder.
    private func files(_ world: Sandbox) throws -> [Data] {
        let folder = try #require(FileManager.default.enumerator(atPath: world.vault))
        return folder.compactMap { $0 as? String }.compactMap { name in
            FileManager.default.contents(atPath: world.vault + "/" + name)
        }
    }

    private func found(_ needles: [String: Data], _ world: Sandbox) throws -> Set<String> {
        let files = try files(world)
        return Set(needles.filter { _, needle in files.contains { $0.range(of: needle) != nil } }.keys)
    }

    /// Ids as the vault may hold them: raw, and in hexadecimal digits.
    private func needles(_ name: String, id: String) -> [String: Data] {
        let raw = stride(from: 0, to: id.count, by: 2).compactMap { start in
            UInt8(id.dropFirst(start).prefix(2), radix: 16)
        }
        return [name + " (hex)": Data(id.utf8), name + " (raw)": Data(raw)]
    }

    private func ids(_ world: Sandbox) async throws -> [String] {
        let rows = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        return rows.compactMap { $0["item"] as? String }
    }

    /// The sealed bytes that a vault holds of an item: some of each chunk.
    private func sealed(_ id: String, _ world: Sandbox) throws -> [String: Data] {
        let bytes = try world.read("v/objects/\(id.prefix(2))/\(id)")
        var needles: [String: Data] = [:]
        for start in stride(from: 16, to: bytes.count - 64, by: 65_552) {
            needles["chunk at \(start)"] = Data(bytes[start..<start + 48])
        }
        return needles
    }

    /// Waits until the sweeper, or a start, has carried out what is due.
    private func waitUntilErased(_ world: Sandbox) async throws {
        try await Task.sleep(for: .seconds(2))
        world.killCustodian(SIGTERM)
        // The next command starts the custodian, which carries out what is due before it serves.
        try await world.prepare("signe", "vault", "info")
    }

    private func audit(_ world: Sandbox, _ name: String) async throws -> Outcome {
        try await world.prepare("revisor", "audit", "export", "--out", name)
        return try await Command(
            folder: world.folder, environment: world.environment(of: "revisor")
        ).run(["bevis-audit", "verify", name, "--keys", "Keys", "-i", "h-revisor/identity.age", "--json"])
    }

    @Test func itemIsErasedAfterTheWaitAndNothingOfItIsLeft() async throws {
        let (world, grant) = try await world()
        let ids = try await ids(world)
        let needles = try sealed(ids[1], world)
        #expect(try found(needles, world).count == needles.count)
        let asked = try await world.bevis("signe", "erase", "2", "--yes")
        #expect(asked.status == 0, "\(asked.err)")
        #expect(asked.out.contains("Nobody can prove that a disk has forgotten."))
        try await waitUntilErased(world)
        #expect(try found(needles, world) == [])
        let list = try await world.bevis("signe", "list")
        #expect(list.outLines.count == 3 && list.outLines[1].hasSuffix("(erased)"), "\(list.out)")
        let opened = try await world.bevis("signe", "open", "2", "-o", "a")
        #expect(opened.status == 1 && opened.err.contains("was erased"), "\(opened.err)")
        let third = try await world.bevis("signe", "open", "3", "-o", "c")
        #expect(third.status == 0, "\(third.err)")
        #expect(try world.read("c") == World.original(3), "numbers stay what they were")

        let held = try await world.bevis("mads", "grants")
        #expect(held.out.contains("3 items, 1 of them erased by the owner"), "\(held.out)")
        let lent = try await world.bevis("mads", "list", "--grant", grant, "--purpose", "Brud")
        #expect(lent.status == 0 && lent.outLines.count == 3 && lent.outLines[1].hasSuffix("(erased)"), "\(lent.out)")
        let gone = try await world.bevis("mads", "open", "2", "--grant", grant, "--purpose", "Brud", "-o", "b")
        #expect(gone.status == 1 && gone.err.contains("was erased by its owner"), "\(gone.err)")
        let rest = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "d")
        #expect(rest.status == 0, "\(rest.err)")
        #expect(try world.read("d") == World.original(1))

        let log = try await world.bevis("signe", "log")
        #expect(log.status == 0 && log.out.contains("erasure-asked") && log.out.contains("item-erased"), "\(log.out)")
        let verdict = try await audit(world, "bundle")
        let facts = try #require(try verdict.json() as? [String: Any])
        #expect(verdict.status == 0 && facts["verdict"] as? String == "intact", "\(verdict.out)")
        #expect(facts["erased_items"] as? Int == 1)
    }

    /// No earlier version comes back, and no private note is left behind that nothing finds.
    @Test func incidentGoesWithAllVersionsAndItsPrivateNote() async throws {
        let (world, _) = try await world()
        try world.write("alone", Array("nobody but me".utf8))
        for what in ["the first", "the other"] {
            try await world.prepare(
                "signe", "incident", "add", "--what", what, "--when", "2026-11-12 21:40", "--private", "alone")
        }
        try await world.prepare("signe", "incident", "edit", "1", "--what", "corrected", "--reason", "wrong")
        let asked = try await world.bevis("signe", "erase", "6", "--yes")
        #expect(asked.status == 0, "\(asked.err)")
        for name in ["incident 1, version 1 of 2", "incident 1, version 2 of 2", "your private note about incident 1"] {
            #expect(asked.out.contains("  \(name)\n"), "\(asked.out)")
        }
        try await waitUntilErased(world)
        let shown = try await world.bevis("signe", "incident", "show", "1")
        #expect(shown.status == 3 && shown.err.contains("there is no incident 1"), "\(shown.out)")
        let other = try await world.bevis("signe", "incident", "show", "2", "--private")
        #expect(other.out.contains("nobody but me"), "\(other.err)")

        let note = try await world.bevis("signe", "erase", "--private-note", "2", "--yes")
        #expect(note.status == 0 && note.out.contains("  your private note about incident 2\n"), "\(note.err)")
        let none = try await world.bevis("signe", "erase", "--private-note", "7", "--yes")
        #expect(none.status == 3 && none.err.contains("there is no private note about incident 7"), "\(none.err)")
        try await waitUntilErased(world)
        let rest = try await world.bevis("signe", "incident", "show", "2", "--private")
        #expect(rest.status == 0 && !rest.out.contains("nobody but me"), "\(rest.out)")
        #expect(rest.out.contains("the other"))
        let objects = try #require(FileManager.default.enumerator(atPath: world.vault + "/objects"))
        let names = objects.compactMap { $0 as? String }.filter { $0.count > 60 && !$0.hasSuffix(".tree") }
        #expect(names.count == 4, "three items and one incident: \(names)")
        let verdict = try await audit(world, "bundle")
        #expect(verdict.status == 0, "\(verdict.out)")
    }

    @Test func erasureCanBeTakenBackAndIsShownAtEveryContact() async throws {
        let world = try await World.copy()
        let none = try await world.bevis("signe", "erase")
        #expect(none.out == "nothing waits to be erased\n")
        let silent = try await world.bevis("signe", "erase", "1")
        #expect(silent.status == 2 && silent.err.contains("give --yes"), "nothing without a yes: \(silent.err)")
        let asked = try await world.bevis("signe", "erase", "1", "2", "--yes", "--json")
        let facts = try #require(try asked.json() as? [String: Any])
        let id = try #require(facts["erasure"] as? String)
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 0 && list.outLines.count == 3)
        let note =
            /2 items of case [0-9a-f]{12} are to be erased from .+ UTC on; to keep it: bevis erase --cancel [0-9a-f]{12}/
        #expect(list.err.contains(note), "\(list.err)")
        let shown = try await world.bevis("signe", "case", "show", "--json")
        let pending = (try shown.json() as? [String: Any])?["to_erase"] as? [[String: Any]]
        #expect(pending?.first?["erasure"] as? String == id)
        let waiting = try await world.bevis("signe", "erase")
        #expect(waiting.outLines.count == 1 && waiting.out.hasPrefix(id.prefix(12)), "\(waiting.out)")
        let twice = try await world.bevis("signe", "erase", "2", "--yes")
        #expect(twice.status == 1 && twice.err.contains("to be erased already"), "\(twice.err)")
        let stranger = try await world.bevis("mads", "erase", "--cancel", String(id.prefix(12)))
        #expect(stranger.status != 0)
        let back = try await world.bevis("signe", "erase", "--cancel", String(id.prefix(12)))
        #expect(back.status == 0 && back.out.contains("taken back: entry"), "\(back.err)")
        #expect(try await world.bevis("signe", "erase").out == "nothing waits to be erased\n")
        #expect(try await world.bevis("signe", "log").out.contains("erasure-cancelled"))
        let both = try await world.bevis("signe", "erase", "1", "--whole-case")
        #expect(both.status == 2)
    }

    @Test func waitOfAVaultCannotBeMadeShorter() async throws {
        let world = try await World.copy()
        world.killCustodian(SIGTERM)
        let shorter = try await world.bevis("drift", "serve", "--erasure-wait", "6d")
        #expect(shorter.status == 3 && shorter.err.contains("never shorter"), "\(shorter.err)")
    }

    @Test(arguments: [false, true]) func caseIsErasedAndNothingOfItIsLeft(killed: Bool) async throws {
        let (world, grant) = try await world()
        let ids = try await ids(world)
        let held = try #require(try await world.bevis("mads", "grants", "--json").json() as? [[String: Any]])
        let gid = try #require(held.first?["grant"] as? String)
        #expect(gid.hasPrefix(grant))
        let shown = try await world.bevis("signe", "case", "show", "--json")
        let matter = try #require((try shown.json() as? [String: Any])?["case"] as? String)
        _ = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "a")
        var needles: [String: Data] = ["title": Data("Sagen om Gangen".utf8), "file name": Data("hallway".utf8)]
        for (place, id) in ids.enumerated() {
            needles.merge(self.needles("item \(place)", id: id)) { $1 }
            needles.merge(try sealed(id, world).map { ("\(place) \($0)", $1) }) { $1 }
        }
        needles.merge(self.needles("grant", id: gid)) { $1 }
        #expect(try found(needles, world).count >= ids.count + 2)
        let asked = try await world.bevis("signe", "erase", "--whole-case", "--yes")
        #expect(asked.status == 0, "\(asked.err)")
        if killed {
            // Killed at moments that no one chooses while it erases; the last start finishes it.
            try await Task.sleep(for: .seconds(2))
            world.killCustodian(SIGTERM)
            for delay in [20, 60, 120, 200] {
                let pid = try Command(folder: world.folder, environment: world.environment(of: "drift"))
                    .start(["bevis", "serve"])
                try await Task.sleep(for: .milliseconds(delay))
                kill(pid, SIGKILL)
                var status: Int32 = 0
                waitpid(pid, &status, 0)
            }
        }
        try await waitUntilErased(world)
        #expect(try found(needles, world) == [])
        let cases = try await world.bevis("signe", "case", "list")
        #expect(
            cases.status == 0 && cases.out.hasPrefix(matter.prefix(12)) && cases.out.contains("(erased "),
            "\(cases.out)")
        #expect(try await world.bevis("mads", "grants").out == "nothing is lent to you\n")
        let verdict = try await audit(world, "bundle")
        let facts = try #require(try verdict.json() as? [String: Any])
        #expect(verdict.status == 0 && facts["verdict"] as? String == "intact", "\(verdict.out)")
        #expect(facts["erased_cases"] as? Int == 1)
        #expect(try await world.bevis("signe", "vault", "verify").status == 0)
        // She can begin anew.
        try await world.prepare("signe", "case", "create", "--title", "Ny")
        try await world.prepare("signe", "add", World.media + "/hallway.jpg")
    }

    @Test func numberOfAnErasedIncidentIsNotGivenAgain() async throws {
        let (world, _) = try await world()
        for what in ["Ringede på", "Stod ved bilen"] {
            try await world.prepare("signe", "incident", "add", "--what", what, "--when", "2026-11-20 19:04")
        }
        let before = try await ids(world)
        #expect(before.count == 5)
        try await world.prepare("signe", "erase", "5", "--yes")
        try await waitUntilErased(world)
        try await world.prepare("signe", "incident", "add", "--what", "Ringede igen", "--when", "2026-11-21 19:04")
        let list = try await world.bevis("signe", "incident", "list")
        #expect(list.out.contains("Ringede igen") && !list.out.contains("Stod ved bilen"), "\(list.out)")
        let numbers = list.outLines.compactMap { Int($0.prefix { $0.isNumber }) }
        #expect(numbers.contains(3) && !numbers.contains(2), "\(list.out)")
    }
}
