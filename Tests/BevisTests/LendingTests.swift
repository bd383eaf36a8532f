import Foundation
import Testing

/// Terms of grants, ends of cards, and what the owner sees of it.
@Suite struct LendingTests {
    private func entryOfRefusal(_ reason: String) throws -> Regex<(Substring, Substring)> {
        try Regex(
            "(^|\n)bevis: refused: \(reason) \\(the refusal is entry [0-9]+ of the log\\)\n$",
            as: (Substring, Substring).self)
    }

    @Test func numberOfOpeningsIsALimitAndTheStartIsKept() async throws {
        let world = try await World.copy()
        let once = try await world.lend(["--all"], ["--openings", "1"])
        let list = try await world.bevis("mads", "grants", "--json")
        let held = try #require(try list.json() as? [[String: Any]])
        #expect(held.count == 1)
        #expect(held.first?["items"] as? Int == 3, "--all lends every item")
        #expect(held.first?["state"] as? String == "open")
        #expect(try await world.bevis("mads", "open", "2", "--lent", "--purpose", "Brud", "-o", "a").status == 0)
        #expect(try world.read("a") == World.original(2))
        let second = try await world.bevis("mads", "open", "2", "--grant", once, "--purpose", "Brud", "-o", "b")
        #expect(second.status == 1)
        #expect(second.err.contains(try entryOfRefusal("the grant's number of openings is used up")), "\(second.err)")

        let future = try await world.lend(["1"], ["--from", "2126-01-01 10:00"])
        let early = try await world.bevis("mads", "open", "1", "--grant", future, "--purpose", "Brud", "-o", "c")
        #expect(early.status == 1)
        #expect(early.err.contains(try entryOfRefusal("the grant does not count yet")), "\(early.err)")
        #expect(!world.exists("b") && !world.exists("c"))
        let given = try await world.bevis("signe", "grants", "--given")
        #expect(given.outLines.count == 2)
        #expect(given.outLines.first?.contains("  open  to Mads Krag (police, Politi)  3 items  read  until ") == true)
        #expect(given.outLines.first?.hasSuffix("  opened 1 of 1  Brud 12. november") == true, "\(given.out)")
        #expect(given.outLines.last?.contains("  not yet  to Mads Krag (police, Politi)  1 item  ") == true)
    }

    @Test func rightToListDoesNotOpen() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"], ["--rights", "list"])
        let list = try await world.bevis("mads", "list", "--grant", grant, "--purpose", "Overblik")
        #expect(list.status == 0, "\(list.err)")
        #expect(list.out.contains("statement.pdf"))
        let opened = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "a")
        #expect(opened.status == 1)
        #expect(opened.err.contains(try entryOfRefusal("the grant does not give this right")), "\(opened.err)")
        let silent = try await world.bevis("mads", "open", "1", "--grant", grant, "-o", "a")
        #expect(silent.status == 2)
        #expect(silent.err == "bevis: say what for\n  give --purpose '…'; the owner will see it\n")
    }

    @Test func withdrawnCardOpensNothingAndIsLentNothing() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"])
        let withdrawn = try await world.bevis(
            "politi", "issuer", "withdraw", "politi", "mads.card", "--reason", "Fratrådt")
        #expect(withdrawn.status == 0, "\(withdrawn.err)")
        #expect(withdrawn.out.contains(/^withdrawn: entry [0-9]+ of the log\n$/))
        for words in [
            ["open", "1", "--grant", grant, "--purpose", "Brud", "-o", "a"], ["list", "--lent", "--purpose", "Brud"],
            ["grants"],
        ] {
            let outcome = try await world.bevis("mads", words)
            #expect(outcome.status == 1)
            #expect(
                outcome.err
                    == "what waits for you could not be looked at: refused: the card was withdrawn\n"
                    + "bevis: refused: the card was withdrawn\n")
            #expect(outcome.out == "")
        }
        #expect(!world.exists("a"))
        let lent = try await world.bevis("signe", "grant", "2", "--to", "mads.card", "--purpose", "Brud")
        #expect(lent.status == 1)
        #expect(lent.err == "bevis: refused: the card was withdrawn\n", "\(lent.err)")
    }

    @Test func shortGrantExpiresAndStaysSo() async throws {
        let world = try await World.copy()
        let grant = try await world.lend(["1"], ["--for", "1s"])
        // Opening takes a passphrase check first; by its end the second is over. Where not, there is one more try.
        var outcome = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "a")
        if outcome.status == 0 {
            outcome = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "b")
        }
        #expect(outcome.status == 1)
        #expect(outcome.err.contains(try entryOfRefusal("the grant has expired")), "\(outcome.err)")
    }

    @Test func ownerSeesOthersOpeningsAndHerOwn() async throws {
        let world = try await World.copy()
        let none = try await world.bevis("signe", "log", "--grant", "00000000")
        #expect(none.status == 0)
        #expect(none.out == "nobody has opened anything\n")
        let grant = try await world.lend(["2"])
        #expect(
            try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "a").status == 0)
        #expect(try await world.bevis("signe", "open", "3", "-o", "b").status == 0)
        let log = try await world.bevis("signe", "log", "--json")
        let lines = try #require(try log.json() as? [[String: Any]])
        #expect(
            lines.map { $0["event"] as? String } == [
                "item-added", "item-added", "item-added", "granted", "opened", "opened",
            ])
        let (lent, own) = (lines[4], lines[5])
        #expect(lent["actor"] as? String == "Mads Krag")
        #expect(lent["organisation"] as? String == "Politi")
        #expect(lent["purpose"] as? String == "Brud")
        #expect((lent["grant"] as? String)?.hasPrefix(grant) == true)
        #expect((lent["items"] as? [String])?.count == 1)
        #expect(own["actor"] as? String == "Signe Holm")
        #expect(own["purpose"] as? String == "own use")
        #expect(own["grant"] is NSNull)
        let entries = lines.compactMap { $0["entry"] as? Int }
        #expect(entries == entries.sorted() && Set(entries).count == 6)
        let only = try await world.bevis("signe", "log", "--grant", grant)
        #expect(only.outLines.count == 2, "\(only.out)")
        #expect(only.out.contains("  opened  Mads Krag (police, Politi)  'hallway.jpg'  for: Brud  grant \(grant)"))
    }
}
