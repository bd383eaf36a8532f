import Foundation
import Testing

/// What a caseworker lends on, from the owner's grant to the officer's opening, through the real commands.
@Suite struct LendingOnTests {
    /// The world with Birgit, a caseworker of the municipality, who holds items 1 and 2 and may lend them on.
    private func stage(_ more: [String] = []) async throws -> (Sandbox, grant: String) {
        let world = try await World.copy()
        try await world.employ("birgit", "Birgit Holm")
        let grant = try await world.given(
            [
                "1", "2", "--to", "birgit.card", "--purpose", "Kontaktperson", "--rights", "list", "--lend", "read",
                "--lend-to", "police",
            ] + more)
        return (world, grant)
    }

    private func lendOn(_ world: Sandbox, _ words: String...) async throws -> Outcome {
        try await world.bevis(
            "birgit", ["grant"] + words + ["--to", "mads.card", "--purpose", "Anmeldelse", "--yes", "--json"])
    }

    private func open(_ world: Sandbox, _ grant: String, _ file: String) async throws -> Outcome {
        try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", file)
    }

    @Test func caseworkerLendsOnWhatSheCannotReadAndTheOwnerApproves() async throws {
        let (world, parent) = try await stage()
        let own = try await world.bevis("birgit", "open", "1", "--lent", "--purpose", "Se", "-o", "x")
        #expect(own.status == 1)
        #expect(own.err.contains("the grant does not give this right"))

        let lent = try await lendOn(world, "1")
        #expect(lent.status == 0, "\(lent.err)")
        let facts = try #require(try lent.json() as? [String: Any])
        #expect(facts["state"] as? String == "waits for the owner's approval")
        let child = String(try #require(facts["grant"] as? String).prefix(12))

        let early = try await open(world, child, "early")
        #expect(early.status == 1)
        #expect(early.err.contains("grant \(child) waits for the owner's approval"), "\(early.err)")
        let waiting = try await world.bevis("mads", "grants")
        #expect(waiting.out.contains("\(child)  waits for the owner's approval  from Birgit Holm"), "\(waiting.out)")
        #expect(
            waiting.out.contains(
                "lent on: Signe Holm (person) → Birgit Holm (caseworker, Kommunen) → you, below grant \(parent)"),
            "\(waiting.out)")

        // Every command of hers says so, on standard error, also where she asks for JSON.
        let list = try await world.bevis("signe", "list", "--json")
        #expect(list.err == "1 grant waits for your approval; look and answer: bevis approve\n")
        let pending = try #require(
            try await world.bevis("signe", "approve", "--json").json() as? [[String: Any]])
        #expect(pending.map { $0["grant"] as? String } == [child] && pending[0]["items"] is [Any])
        let shown = try await world.bevis("signe", "approve")
        #expect(shown.status == 0)
        #expect(shown.err == "")
        for words in [
            "lent on by:     Birgit Holm (caseworker, Kommunen)\n", "to:             Mads Krag (police, Politi)\n",
            "vouched for by: Politi\n", "items:          'statement.pdf'\n", "may:            open them\n",
            "may lend on:    nothing\n", "openings:       any number\n", "what for:       Anmeldelse\n",
        ] { #expect(shown.out.contains(words), "\(words) in \(shown.out)") }
        let approved = try await world.bevis("signe", "approve", child, "--yes")
        #expect(approved.status == 0, "\(approved.err)")
        #expect(approved.out.contains(/\napproved: entry [0-9]+ of the log/))
        #expect(try await world.bevis("signe", "list").err == "")
        #expect(try await world.bevis("signe", "approve").out == "nothing waits for your approval\n")

        let opened = try await open(world, child, "a.pdf")
        #expect(opened.status == 0, "\(opened.err)")
        #expect(try world.read("a.pdf") == World.original(1))
        let outside = try await world.bevis(
            "mads", "open", "2", "--grant", child, "--purpose", "Brud", "-o", "b.pdf")
        #expect(outside.status == 3)

        let log = try await world.bevis("signe", "log")
        #expect(log.status == 0, "\(log.err)")
        #expect(
            log.out.contains(
                "  lent-on  Birgit Holm (caseworker, Kommunen)  'statement.pdf'  to Mads Krag (police, Politi)  grant "
                    + child), "\(log.out)")
        #expect(log.out.contains("  approved  Signe Holm (person)  grant \(child)"), "\(log.out)")
        #expect(
            log.out.contains("  opened  Mads Krag (police, Politi)  'statement.pdf'  for: Brud  grant \(child)"),
            "\(log.out)")
        try await audited(world, ["approved", "lent-on", "opened"])
    }

    @Test func declinedGrantOpensNothing() async throws {
        let (world, _) = try await stage()
        let child = try await world.id(of: try await lendOn(world, "1"))
        let declined = try await world.bevis("signe", "decline", child, "--reason", "Ikke nu")
        #expect(declined.status == 0, "\(declined.err)")
        #expect(try await world.bevis("mads", "grants").out.contains("\(child)  declined by the owner  from Birgit"))
        let opened = try await open(world, child, "x")
        #expect(opened.status == 1)
        #expect(opened.err.contains("the owner has declined the grant"), "\(opened.err)")
        #expect(!world.exists("x"))
        let late = try await world.bevis("signe", "approve", child, "--yes")
        #expect(late.status == 3)
        try await audited(world, ["declined", "refused"])
    }

    @Test func whatWasLentOnFromHereIsNoNewsToWhoeverDidIt() async throws {
        let (world, _) = try await stage(["--lend-depth", "2"])
        _ = try await world.given([
            "3", "--to", "mads.card", "--purpose", "Brud", "--lend", "read", "--lend-to", "police",
        ])
        func open(_ file: String) async throws -> Outcome {
            try await world.bevis("mads", "open", "1", "--lent", "--purpose", "Brud", "-o", file)
        }
        let first = try await open("a")
        #expect(first.status == 0 && !first.err.contains("since you last looked"), "\(first.err)")
        let lent = try await world.bevis(
            "mads", "grant", "1", "--to", "nina.card", "--purpose", "Efterforskning", "--yes")
        #expect(lent.status == 0, "\(lent.err)")
        let second = try await open("b")
        #expect(second.status == 0 && !second.err.contains("since you last looked"), "\(second.err)")
    }

    @Test func ownerApprovesInAdvanceAndRevokesWithAllBelow() async throws {
        let (world, parent) = try await stage(["--approved-in-advance", "--lend-depth", "2"])
        let lent = try await world.bevis(
            "birgit", "grant", "--all", "--to", "mads.card", "--purpose", "Anmeldelse", "--yes", "--json", "--lend",
            "read", "--lend-to", "Politi")
        let child = try await world.id(of: lent)
        let second = try await world.bevis(
            "mads", "grant", "2", "--to", "nina.card", "--purpose", "Efterforskning", "--yes", "--json")
        let grandchild = try await world.id(of: second)
        // The officer's own lending still asks the owner: he did not say otherwise, and she may.
        #expect(try await world.bevis("signe", "approve", grandchild, "--yes").status == 0)
        let opened = try await world.bevis(
            "nina", "open", "1", "--lent", "--purpose", "Efterforskning", "-o", "a")
        #expect(opened.status == 0, "\(opened.err)")
        #expect(try world.read("a") == World.original(2))
        let given = try await world.bevis("birgit", "grants", "--given")
        #expect(given.out.contains("→ Mads Krag (police, Politi) → Nina Dahl (police, Politi), below grant \(child)"))
        let revoked = try await world.bevis("signe", "revoke", parent, "--reason", "Slut")
        #expect(revoked.status == 0, "\(revoked.err)")
        let log = try await world.bevis("signe", "log")
        let granted = #/  granted  Signe Holm .person.  .*  to Birgit Holm .caseworker, Kommunen.  grant [0-9a-f]+\n/#
        #expect(log.out.contains(granted), "\(log.out)")
        #expect(log.out.contains("  revoked  Signe Holm (person)  reason: Slut  grant \(parent)"), "\(log.out)")
        for (person, grant) in [("mads", child), ("nina", grandchild)] {
            #expect(
                try await world.bevis(person, "grants").out.contains("\(grant)  ended with the grant above"))
            let refused = try await world.bevis(
                person, "open", "1", "--grant", grant, "--purpose", "Igen", "-o", "b-\(person)")
            #expect(refused.status == 1)
            #expect(refused.err.contains("a grant above this one has ended"), "\(refused.err)")
        }
        #expect(try world.names(in: "v/secrets") == [])
        try await audited(world, ["lent-on", "opened", "revoked", "refused"])
    }

    @Test func grantorAboveRevokesWhatHangsBelowHer() async throws {
        let (world, _) = try await stage(["--approved-in-advance"])
        let child = try await world.id(of: try await lendOn(world, "1"))
        let other = try await world.bevis("nina", "revoke", child)
        #expect(other.status == 3)
        let revoked = try await world.bevis("birgit", "revoke", child)
        #expect(revoked.status == 0, "\(revoked.err)")
        #expect(try await open(world, child, "x").err.contains("the grant was revoked"))
        try await audited(world, ["revoked"])
    }

    @Test func lendingOnBeyondTheLimitsIsRefusedInPlainWords() async throws {
        let (world, parent) = try await stage()
        for (words, reason) in [
            (["1", "--rights", "export"], "it gives more rights than may be lent on"),
            (["1", "--for", "15d"], "it counts before or after the grant above does"),
            (["1", "--lend", "read", "--lend-to", "police"], "no further layer may be lent on"),
        ] {
            let refused = try await world.bevis(
                "birgit", ["grant"] + words + ["--to", "mads.card", "--purpose", "Anmeldelse", "--yes"])
            #expect(refused.status == 1)
            #expect(refused.err.hasPrefix("bevis: \(reason)\n"), "\(refused.err)")
            #expect(refused.err.contains("see what grant \(parent) lets you lend on: bevis grants"))
        }
        let outside = try await lendOn(world, "3")
        #expect(outside.status == 3, "\(outside.err)")
        let colleague = try await world.bevis(
            "birgit", "grant", "1", "--to", "birgit.card", "--purpose", "Selv", "--yes")
        #expect(colleague.status == 1)
        #expect(
            colleague.err.contains("the recipient's issuer is not accepted by the grant above"), "\(colleague.err)")
        let unasked = try await world.bevis("birgit", "grant", "1", "--to", "mads.card", "--purpose", "Anmeldelse")
        #expect(unasked.status == 2)
        #expect(unasked.err.contains("Version 1, "), "\(unasked.err)")
        #expect(unasked.err.contains("there is no terminal"))
    }

    @Test func standingGrantCoversWhatIsAddedLater() async throws {
        let world = try await World.copy()
        let grant = try await world.given(
            ["--standing", "--to", "mads.card", "--purpose", "Fast kontakt", "--for", "90d"])
        try world.write("later.txt", Array("senere".utf8))
        let added = try await world.bevis("signe", "add", "later.txt")
        #expect(added.status == 0, "\(added.err)")
        #expect(
            added.err.contains("grant \(grant) to Mads Krag (police, Politi) now covers 1 more item (entry "),
            "\(added.err)")
        #expect(try await world.bevis("signe", "list").err == "")
        let opened = try await world.bevis("mads", "open", "4", "--lent", "--purpose", "Brud", "-o", "a")
        #expect(opened.status == 0, "\(opened.err)")
        #expect(try world.read("a") == Array("senere".utf8))
        #expect(try await world.bevis("mads", "open", "1", "--lent", "--purpose", "Brud", "-o", "b").status == 0)
        #expect(try world.names(in: "v/secrets").count == 2)
        #expect(try await world.bevis("signe", "revoke", grant).status == 0)
        #expect(try world.names(in: "v/secrets") == [])
        try await audited(world, ["extended", "opened", "revoked"])
    }

    // MARK: Units

    @Test func issuerIsToldOfAMemberWhomItDidNotVouchFor() async throws {
        let world = try await World.copy()
        try await world.prepare(
            "politi", "issuer", "unit", "politi", "team4", "--name", "Hold 4", "--role", "police", "--organisation",
            "Politi", "-o", "team4.card")
        try world.write("signe.card", Array(try await world.bevis("signe", "card", "show").out.utf8))
        let words = ["issuer", "member", "politi", "team4"]
        let told = try await world.bevis("politi", words + ["signe.card", "-o", "s.member"])
        #expect(told.status == 0 && world.exists("s.member"), "\(told.err)")
        #expect(told.err.hasPrefix("note: you have not signed this card; that its name is hers"), "\(told.err)")
        let signed = try await world.bevis("politi", words + ["mads.card", "-o", "m.member"])
        #expect(signed.status == 0 && signed.err.isEmpty, "\(signed.err)")
    }

    @Test func membersOfAUnitOpenInTheirOwnNamesUntilTheyAreRemoved() async throws {
        let world = try await World.copy()
        try await world.prepare(
            "politi", "issuer", "unit", "politi", "team4", "--name", "Hold 4", "--role", "police", "--organisation",
            "Politi", "-o", "team4.card")
        for person in ["mads", "nina"] {
            try await world.prepare(
                "politi", "issuer", "member", "politi", "team4", "\(person).card", "-o", "\(person).member")
        }
        let stolen = try await world.bevis("nina", "card", "join", "mads.member")
        #expect(stolen.status == 1)
        let grant = try await world.given(["1", "--to", "team4.card", "--purpose", "Anmeldelse"])
        #expect(try await world.bevis("mads", "grants").out == "nothing is lent to you\n")
        for person in ["mads", "nina"] {
            let joined = try await world.bevis(person, "card", "join", "\(person).member")
            #expect(joined.out == "you are now a member of Hold 4 (police, Politi)\n", "\(joined.err)")
            let opened = try await world.bevis(person, "open", "1", "--lent", "--purpose", "Brud", "-o", person)
            #expect(opened.status == 0, "\(opened.err)")
            #expect(try world.read(person) == World.original(1))
        }
        let log = try await world.bevis("signe", "log", "--grant", grant)
        #expect(log.status == 0, "\(log.err)")
        for name in ["Mads Krag", "Nina Dahl"] {
            #expect(log.out.contains("  opened  \(name) (police, Politi)  'statement.pdf'"), "\(log.out)")
        }
        let removed = try await world.bevis(
            "politi", "issuer", "remove", "politi", "team4", "mads.card", "--reason", "Andet hold")
        #expect(removed.status == 0, "\(removed.err)")
        #expect(removed.out.contains(/^removed: entry [0-9]+ of the log\n$/))
        let refused = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "x")
        #expect(refused.status == 1)
        #expect(refused.err == "bevis: you hold no such grant\n  see: bevis grants\n")
        let other = try await world.bevis("nina", "open", "1", "--lent", "--purpose", "Brud", "-o", "y")
        #expect(other.status == 0, "\(other.err)")
        try await audited(world, ["member-added", "member-withdrawn", "opened"])
    }

    @Test func guidanceIsTheDocumentsOrTheOrganisationsOwn() async throws {
        let world = try Sandbox()
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Docs/Guidance")
        for language in ["da", "en"] {
            let printed = try await world.bevis("nobody", "guidance", "--language", language)
            let document = try String(contentsOf: folder.appending(path: language + ".md"), encoding: .utf8)
            #expect(printed.out == document)
        }
        let danish = try await world.bevis("nobody", "guidance", with: ["LANG": "da_DK.UTF-8"])
        #expect(danish.out.hasPrefix("# Vejledning"))
        try world.write("own.txt", Array("Vores regler, udgave 3\n## Mere\n\u{1B}[2Jx\n".utf8))
        let own = try await world.bevis("nobody", "guidance", with: ["BEVIS_GUIDANCE": "own.txt"])
        #expect(own.out.hasPrefix("Vores regler, udgave 3\n## Mere\n"))
        #expect(!own.out.contains("\u{1B}"), "nothing that a terminal acts on")
        let missing = try await world.bevis("nobody", "guidance", with: ["BEVIS_GUIDANCE": "none.txt"])
        #expect(missing.status == 3)
    }

    /// The auditor finds everything in order, and sees the events.
    private func audited(_ world: Sandbox, _ events: [String]) async throws {
        let verify = try await world.audited()
        #expect(verify.status == 0, "\(verify.out)\(verify.err)")
        #expect(verify.out.hasPrefix("intact: "))
        for event in events { #expect(verify.out.contains("  \(event)\n"), "\(event) in \(verify.out)") }
    }
}

extension Sandbox {
    /// Makes a caseworker of the municipality, whose issuer the vault trusts from now on.
    func employ(_ person: String, _ name: String) async throws {
        try await prepare("kommune", "identity", "create", "--name", "Kommunen")
        try await prepare(
            "kommune", "issuer", "create", "kommune", "--role", "caseworker", "--name", "Kommunen", "-o",
            "kommune.issuer")
        try await prepare(person, "identity", "create", "--name", name)
        try await prepare(
            person, "card", "request", "--name", name, "--role", "caseworker", "--organisation", "Kommunen", "-o",
            "\(person).request")
        try await prepare("kommune", "issuer", "sign", "kommune", "\(person).request", "-o", "\(person).card")
        try await prepare(person, "card", "accept", "\(person).card")
        try await prepare(
            "drift", "vault", "trust", "--issuer", "politi.issuer", "--issuer", "kommune.issuer", "--auditor",
            "revisor.card", "--keys-out", "Keys")
    }

    /// Lends as Signe and returns the grant's first digits, as people see them.
    func given(_ words: [String]) async throws -> String {
        try await id(of: try await bevis("signe", ["grant"] + words + ["--json"]))
    }

    /// The id of a grant that was given, as people see it.
    func id(of outcome: Outcome) async throws -> String {
        guard outcome.status == 0, let facts = try outcome.json() as? [String: Any],
            let grant = facts["grant"] as? String
        else { throw CommandError(description: "no grant: \(outcome.err)") }
        return String(grant.prefix(12))
    }
}
