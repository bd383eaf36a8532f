import AgeFile
import Dossier
import Foundation
import Sharing
import SignedNote
import Sodium
import Synchronization
import Testing
import Vault

/// Items that a stranger with a card, or whoever has a camera's box, added to Signe's case so that her key does not open
/// them: she goes on with everything else, and is told of them.
@Suite struct PlantedItemTests {
    /// Plants items into a world while no custodian of its own runs.
    private func plant(
        _ world: Sandbox, device: String? = nil, _ faults: [Stranger.Fault]
    ) async throws -> [AgeFileID] {
        let signer = try device.map { try world.key(ofDevice: $0) }
        return try await planted(world) { liar in
            let stranger = try await Stranger(liar, device: signer)
            var ids: [AgeFileID] = []
            for fault in faults { ids.append(try await stranger.plant(fault)) }
            return ids
        }
    }

    private func planted<Value: Sendable>(
        _ world: Sandbox, _ body: @escaping @Sendable (Liar) async throws -> Value
    ) async throws -> Value {
        let result = Kept<Value?>(nil)
        try await world.lying { liar in
            let value = try await body(liar)
            result.value.withLock { $0 = value }
        }
        return try #require(result.value.withLock { $0 })
    }

    @Test func theyAreRowsAndNoCommandFailsBecauseOfThem() async throws {
        let world = try await World.copy()
        let ids = try await plant(world, Stranger.Fault.allCases)
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 0, "\(list.err)")
        #expect(list.outLines.count == 3 + ids.count)
        for (number, id) in zip(4..., ids) {
            #expect(
                list.outLines[number - 1]
                    == "\(number)  \(id.shown)  (cannot be read)  (not attested: added by an unknown signer)")
        }
        let rows = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        #expect(rows.map { $0["readable"] as? Bool } == [true, true, true, false, false, false, false])
        #expect(rows.map { $0["attested"] as? Bool } == [true, true, true, false, false, false, false])
        for words in [
            ["log"], ["timeline"], ["incident", "list"], ["order", "list"], ["erase"], ["approve"], ["device", "list"],
            ["case", "show"], ["grants", "--given"], ["show", "1"], ["open", "2", "-o", "a"], ["vault", "verify"],
            ["describe", "1", "--title", "Ny titel"], ["facts", "2"],
            ["incident", "add", "--what", "Ringede", "--when", "2026-11-12", "--evidence", "2"],
        ] {
            let outcome = try await world.bevis("signe", words)
            #expect(outcome.status == 0, "\(words): \(outcome.err)")
        }
        let shown = try await world.bevis("signe", "show", "4")
        #expect(shown.status == 1)
        #expect(
            shown.err
                == "bevis: item \(ids[0].shown) cannot be read: the case's key does not open it, or it is damaged\n"
                + "  whoever added it made it so; to have it destroyed: bevis erase \(ids[0].shown)\n")
    }

    @Test func everythingElseIsTakenOutAndWhatWasLeftOutIsTold() async throws {
        let world = try await World.copy()
        let ids = try await plant(world, [.content, .text])
        try world.write("later.txt", Array("senere".utf8))
        try await world.prepare("signe", "add", "later.txt")
        let plain = try await world.bevis("signe", "take", "--out", "plain")
        #expect(plain.status == 4)
        #expect(plain.out == "took 4 items into 'plain'\n")
        #expect(
            plain.err == "bevis: 2 items cannot be read and were left out: \(ids[0].shown), \(ids[1].shown)\n"
                + "  everything else is complete; see: bevis list; to have one destroyed: bevis erase ID\n")
        #expect(
            try world.names(in: "plain") == [
                "001-statement.pdf", "002-hallway.jpg", "003-hallway.mp4", "006-later.txt", "contents.json",
            ])
        #expect(try world.read("plain/006-later.txt") == Array("senere".utf8))
        let sealed = try await world.bevis("signe", "take", "--sealed", "--out", "sealed")
        #expect(sealed.status == 4)
        #expect(sealed.out == "took 6 items into 'sealed'\n")
        #expect(
            try world.names(in: "sealed").contains("004-item.age"), "whoever has another key may open it")
        let opened = try await world.tool("age", "-d", "-i", "sealed/case-key.txt", "sealed/006-later.txt.age")
        #expect(opened.outBytes == Array("senere".utf8))
    }

    @Test func itemWhoseBytesAreWithheldKeepsNothingElseBack() async throws {
        let world = try await World.copy()
        let rows = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        let id = try #require(rows[1]["item"] as? String)
        try await world.lying { liar in
            liar.answer("GET /v1/objects/\(id)") { Array(try await $0.honest().dropLast()) }
            let taken = try await world.bevis("signe", "take", "--out", "all")
            #expect(taken.status == 1)
            #expect(taken.out == "took 2 items into 'all'\n")
            #expect(taken.err.contains("item \(id.prefix(12)): "), "\(taken.err)")
            #expect(taken.err.hasSuffix("ask the vault's operator for a backup of what is damaged\n"), "\(taken.err)")
            #expect(try world.names(in: "all") == ["001-statement.pdf", "003-hallway.mp4", "contents.json"])
        }
    }

    @Test func ownerErasesThemByNumberAndById() async throws {
        let world = try await World.copy()
        let ids = try await plant(world, [.description, .commitment])
        for name in ["4", ids[1].shown] {
            let asked = try await world.bevis("signe", "erase", name, "--yes")
            #expect(asked.status == 0, "\(asked.err)")
            #expect(asked.out.contains("  (cannot be read)\n"), "\(asked.out)")
        }
        #expect(try await world.bevis("signe", "erase").outLines.count == 2)
    }

    // MARK: Lending

    @Test func standingGrantPassesOverThemAndOverStrangersItems() async throws {
        let world = try await World.copy()
        try await world.pair()
        let grant = try await world.given(["--standing", "--to", "mads.card", "--purpose", "Fast kontakt"])
        let box = try await plant(world, device: "hall", [.content, .text])
        let readable = try await planted(world) { liar in
            let (stranger, hall) = (
                try await Stranger(liar), try await Stranger(liar, device: try world.key(ofDevice: "hall"))
            )
            return [try await stranger.plant(title: "Fremmed"), try await hall.plant(title: "Klip")]
        }
        let list = try await world.bevis("signe", "list")
        #expect(list.status == 0, "\(list.err)")
        #expect(list.err.contains("grant \(grant) to Mads Krag (police, Politi) now covers 1 more item (entry "))
        let left = (box + readable.prefix(1)).map(\.shown).sorted().joined(separator: ", ")
        let note =
            "not lent under your standing grants, because somebody unknown added it or it cannot be read: \(left); "
            + "look: bevis list; to lend one all the same: bevis grant; to have it destroyed: bevis erase\n"
        #expect(list.err.contains(note), "\(list.err)")
        try world.write("later.txt", Array("senere".utf8))
        let added = try await world.bevis("signe", "add", "later.txt")
        #expect(added.status == 0)
        #expect(added.err.contains("now covers 1 more item"), "\(added.err)")
        #expect(added.err.components(separatedBy: "not lent under").count == 2, "once: \(added.err)")
        let given = try await world.bevis("signe", "grants", "--given", "--json")
        #expect(given.status == 0)
        let lent = try await world.bevis("mads", "list", "--grant", grant, "--purpose", "Brud")
        #expect(lent.status == 0, "\(lent.err)")
        #expect(lent.outLines.count == 5 && lent.out.contains("Klip") && !lent.out.contains("Fremmed"), "\(lent.out)")
    }

    @Test func grantOfAllLendsTheOthersAndSaysWhich() async throws {
        let world = try await World.copy()
        let ids = try await plant(world, [.content])
        let all = try await world.bevis("signe", "grant", "--all", "--to", "mads.card", "--purpose", "Brud")
        #expect(all.status == 4)
        #expect(
            all.out.contains(
                /\nitems: +3\nlent: +'statement.pdf'\n +'hallway.jpg'\n +'hallway.mp4'\nrights: +read\n/), "\(all.out)")
        #expect(all.err.hasPrefix("bevis: 1 item cannot be read and was not lent: \(ids[0].shown)\n"), "\(all.err)")
        let one = try await world.bevis("signe", "grant", "4", "--to", "mads.card", "--purpose", "Brud")
        #expect(one.status == 1)
        #expect(one.err.hasPrefix("bevis: item \(ids[0].shown) cannot be read"), "\(one.err)")
        let json = try await world.bevis("signe", "grant", "2", "--to", "mads.card", "--purpose", "Brud", "--json")
        let facts = try #require(try json.json() as? [String: Any])
        let rows = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        #expect(facts["lent"] as? [String] == [try #require(rows[1]["item"] as? String)])
    }

    @Test func grantShowsTenTitlesAndHowManyMore() async throws {
        let world = try await World.copy()
        for number in 1...9 { try world.write("n\(number)", Array("n\(number)".utf8)) }
        try await world.prepare("signe", "add", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9")
        try await world.prepare("signe", "describe", "1", "--title", String(repeating: "lang ", count: 20) + "titel")
        let all = try await world.bevis("signe", "grant", "--all", "--to", "mads.card", "--purpose", "Brud")
        #expect(all.status == 0, "\(all.err)")
        #expect(all.out.contains(" and 2 more\nrights:"), "\(all.out)")
        #expect(all.out.contains("'n7'") && !all.out.contains("'n8'"), "\(all.out)")
        #expect(all.out.contains("… (45 more bytes)'"), "\(all.out)")
    }

    @Test func whatWaitsNeverFailsACommand() async throws {
        let world = try await World.copy()
        try await world.lying { liar in
            for line in ["POST /v1/pending", "POST /v1/erasure-listings"] {
                liar.answer(line) { _ in Array("nonsense".utf8) }
            }
            let list = try await world.bevis("signe", "list")
            #expect(list.status == 0, "\(list.err)")
            #expect(list.outLines.count == 3)
            let why = "the custodian's answer cannot be read; it may be of another version\n"
            #expect(
                list.err == "what waits for you could not be looked at: \(why)")
        }
    }

    // MARK: Words that lie

    @Test func numbersThatNothingCanHaveStopNoCommand() async throws {
        let world = try await World.copy()
        _ = try await planted(world) { liar in
            let stranger = try await Stranger(liar)
            try await stranger.plant(title: "Enormt", size: .max)
            let facts = IncidentFacts(
                try Occurrence(from: nil, precision: .unknown), what: try FreeText(Array("x".utf8)))
            let entry = try Entry(number: .max, recordedAt: Liar.now(), recordedBy: PlainText(literal: "x"))
            return try await stranger.plant(kind: .incident, text: Incident(entry, facts).text)
        }
        let rows = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        #expect(rows.count == 5)
        let added = try await world.bevis("signe", "incident", "add", "--what", "Ringede", "--when", "2026-11-12")
        #expect(added.out.hasPrefix("incident 1, version 1 "), "\(added.err)")
    }

    @Test func incidentWhoseContentCannotBeReadIsToldAndLeftOut() async throws {
        let world = try await World.copy()
        try await world.prepare("signe", "order", "add", "tilhold", "--served", "2026-09-01")
        try await world.prepare("signe", "incident", "add", "--what", "Ringede", "--when", "2026-11-12")
        let hidden = try await planted(world) { liar in
            let stranger = try await Stranger(liar)
            let hidden = try await stranger.plant(.content)
            var facts = IncidentFacts(
                try Occurrence(from: nil, precision: .unknown), what: try FreeText(Array("x".utf8)))
            facts.exhibits = [Exhibit(number: 1, item: hidden)]
            let entry = try Entry(number: 7, recordedAt: Liar.now(), recordedBy: PlainText(literal: "x"))
            try await stranger.plant(kind: .incident, text: Incident(entry, facts).text)
            try await stranger.plant(kind: .incident)
            return hidden
        }
        let list = try await world.bevis("signe", "incident", "list")
        #expect(list.status == 0 && list.outLines.count >= 2, "\(list.err)")
        #expect(list.err.contains("not looked at, because it cannot be read: \(hidden.shown); see: bevis list\n"))
        #expect(list.err.contains("item 8 says that it is of the dossier, but cannot be read: "), "\(list.err)")
        // An exhibit of an incident cannot be read: the rest is handed over, and it is said.
        let check = try await world.bevis("signe", "handover", "--order", "1", "--check", "--json")
        #expect(check.status == 4)
        #expect(
            check.err.contains("bevis: 1 item cannot be read and would be left out: \(hidden.shown)\n"), "\(check.err)")
        let codes = try #require(try check.json() as? [[String: Any]]).compactMap { $0["code"] as? String }
        let written = try await world.bevis(
            "signe", ["handover", "--order", "1", "--out", "out"] + codes.flatMap { ["--confirm", $0] })
        #expect(written.status == 4, "\(written.err)")
        #expect(written.err.contains("1 item cannot be read and was left out: \(hidden.shown)\n"))
        #expect(world.exists("out/handover.note") || world.exists("out/index.html"))
        let checked = try await world.auditor("verify-handover", "out", "--keys", "Keys")
        #expect(checked.status == 0, "\(checked.out)\(checked.err)")
        let named = try await world.bevis("signe", "handover", "--order", "1", "--item", hidden.shown, "--check")
        #expect(named.status == 4)
    }
}
