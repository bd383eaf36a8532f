import Foundation
import Testing

/// Incidents and orders through the real command.
@Suite struct DossierTests {
    private static let secret = "Jeg er bange for at miste mit arbejde"

    /// Signe's world with an order, and an incident that has a private note.
    private func world() async throws -> Sandbox {
        let world = try await World.copy()
        try world.write("private.txt", Array(DossierTests.secret.utf8))
        try await world.prepare("signe", "order", "add", "tilhold", "--served", "2026-09-01", "--journal", "0100-1")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Stod ved døren", "--when", "2026-11-12 22:15", "--kind", "at-home",
            "--breach", "possible", "--order", "1", "--evidence", "2", "--private", "private.txt")
        return world
    }

    @Test func incidentIsWrittenDownCorrectedAndShown() async throws {
        let world = try await world()
        let edited = try await world.bevis(
            "signe", "incident", "edit", "1", "--place", "Opgangen", "--reason", "Glemte stedet")
        #expect(edited.out.contains(/^incident 1, version 2 \(entry [0-9]+ of the log\)\n$/), "\(edited.err)")
        let shown = try await world.bevis("signe", "incident", "show", "1", "--language", "da")
        for part in [
            "hvornår:         2026-11-12 22:15 (UTC+00:00)", "sted:            Opgangen",
            "rettet fordi:    Glemte stedet", "bilag:           1  hallway.jpg (item 2)",
            "virkning på mig: ikke oplyst", "skrevet af:      Signe Holm",
        ] { #expect(shown.out.contains(part + "\n"), "\(part) in \(shown.out)") }
        let older = try await world.bevis("signe", "incident", "show", "1", "--version", "1", "--json")
        let facts = try #require(try older.json() as? [String: Any])
        #expect(facts["place"] is NSNull)
        #expect(facts["version"] as? Int == 1)
        #expect(facts["attested"] as? Bool == true)
        #expect(facts["what"] as? String == "Stod ved døren")
        let missing = try await world.bevis("signe", "incident", "show", "1", "--version", "3")
        #expect(missing.status == 3)
        let log = try await world.bevis("signe", "log")
        #expect(log.outLines.filter { $0.contains("  opened  Signe Holm") && $0.contains("'Incident 1'") }.count == 2)
    }

    @Test func onlyWhatAndWhenAreNeededAndNothingIsGuessed() async throws {
        let world = try await World.copy()
        for (words, message) in [
            (["--what", "x"], "say what happened and when"), (["--when", "2026-11-12"], "say what happened and when"),
            (["--what", "x", "--when", "14d"], "'14d' is not a date"),
            (["--what", "x", "--when", "yesterday"], "'yesterday' is not a date"),
            (["--what", "x", "--when", "9999-01-01"], "'9999-01-01' has not come yet"),
            (
                ["--what", "x", "--when", "2026-11-12", "--precision", "unknown"],
                "--when: only a time of which nothing"
            ),
            (["--what", "x", "--when", "2026-11-12", "--kind", "burglary"], "--kind: there is no 'burglary'"),
            (["--what", " ", "--when", "2026-11-12"], "--what: a text is empty"),
            (["--what", "x", "--when", "2026-11-12", "--order", "1"], "the incident: an incident names an order"),
            (["--what", "x", "--when", "2026-11-12", "--zone", "Europe/Esbjerg"], "'Europe/Esbjerg' is no time zone"),
            (["--what", "x", "--when", "2026-03-29 02:30", "--zone", "Europe/Copenhagen"], "does not exist"),
        ] {
            let outcome = try await world.bevis("signe", ["incident", "add"] + words)
            #expect(outcome.status == 2, "\(words): \(outcome.out)")
            #expect(outcome.err.contains(message), "\(words): \(outcome.err)")
        }
        let unknown = try await world.bevis(
            "signe", "incident", "add", "--what", "x", "--when", "2026-11-12", "--breach", "possible", "--order", "1")
        #expect(unknown.status == 3)
        #expect(unknown.err == "bevis: there is no order 1\n  see: bevis order list\n")
        let zoned = try await world.bevis(
            "signe", "incident", "add", "--what", "x", "--when", "2026-07-01 10:00", "--zone", "Europe/Copenhagen")
        #expect(zoned.status == 0, "\(zoned.err)")
        let nothing = try await world.bevis("signe", "incident", "add", "--what", "y", "--when", "unknown")
        #expect(nothing.status == 0, "\(nothing.err)")
        let list = try await world.bevis("signe", "incident", "list", "--json")
        let incidents = try #require(try list.json() as? [[String: Any]])
        #expect(incidents.map { $0["incident"] as? Int } == [1, 2])
        #expect(incidents[0]["occurred_from"] as? String == "2026-07-01T10:00:00+02:00")
        #expect(incidents[1]["precision"] as? String == "unknown")
    }

    @Test func questionsAtTheTerminalAskForLittle() async throws {
        let world = try await World.copy()
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "TerminalTests/typist.py").path
        let steps = [
            ["hvad skete der: ", "Ringede på\n"], ["hvornår (", "i går\n"], ["is not a date", nil],
            ["hvornår (", "2026-11-12 22:15\n"], ["sted: ", "\n"], ["person set (", "2\n"], ["vidner: ", "Nabo\n"],
            ["virkning på mig: ", "\n"], ["min reaktion: ", "\n"], ["brud på forbud (", "\n"],
            ["incident 1, version 1", nil],
        ]
        var environment = world.environment(of: "signe")
        environment["TZ"] = "UTC"
        let spec: [String: Any] = [
            "argv": [Command.binaries + "/bevis", "incident", "add", "--language", "da"],
            "steps": steps.map { $0.map { $0 as Any? ?? NSNull() } }, "environment": environment,
        ]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: spec), as: UTF8.self)
        let typed = try await world.tool("python3", script, json)
        #expect(typed.status == 0, "\(typed.err)")
        let shown = try await world.bevis("signe", "incident", "show", "1", "--text")
        #expect(
            shown.out == """
                bevis.example/incident-facts/v1
                occurred-from 2026-11-12T22:15:00+00:00
                precision exact
                zone UTC
                what Ringede på
                person-seen think
                witness Nabo

                """, "\(shown.err)")
    }

    @Test func textFormGoesOutAndComesBack() async throws {
        let world = try await world()
        let text = try await world.bevis("signe", "incident", "show", "1", "--text")
        try world.write("facts.txt", text.outBytes)
        let added = try await world.bevis("signe", "incident", "add", "--from", "facts.txt")
        #expect(added.status == 0, "\(added.err)")
        #expect(try await world.bevis("signe", "incident", "show", "2", "--text").outBytes == text.outBytes)
        try world.write("wrong.txt", text.outBytes + Array("mood bad\n".utf8))
        let wrong = try await world.bevis("signe", "incident", "add", "--from", "wrong.txt")
        #expect(wrong.status == 2)
        #expect(wrong.err.contains("'wrong.txt': a line is unknown, repeated or out of order"), "\(wrong.err)")
    }

    @Test func exhibitsKeepTheirNumbers() async throws {
        let world = try await world()
        try world.write("letter.txt", Array("brev".utf8))
        try await world.prepare("signe", "incident", "add", "--what", "Brev", "--when", "2026-11-13")
        let linked = try await world.bevis(
            "signe", "incident", "link", "2", "letter.txt", "2", "1", "--saved", "Scannet")
        #expect(linked.status == 0, "\(linked.err)")
        let shown = try #require(
            try await world.bevis("signe", "incident", "show", "2", "--json").json() as? [String: Any])
        let exhibits = try #require(shown["exhibits"] as? [[String: Any]])
        #expect(exhibits.map { $0["exhibit"] as? Int } == [2, 1, 3])
        #expect(exhibits.map { $0["saved"] as? String } == ["Scannet", "Scannet", "Scannet"])
        for (name, status) in [("2", Int32(1)), ("4", 2), ("nothere", 3)] {
            let refused = try await world.bevis("signe", "incident", "link", "2", name)
            #expect(refused.status == status, "\(name): \(refused.err)")
        }
    }

    @Test func ordersSayWhatNobodyStated() async throws {
        let world = try await world()
        let corrected = try await world.bevis(
            "signe", "order", "add", "--edit", "1", "--expires", "2031-08-31", "--reason", "Fandt papiret")
        #expect(corrected.status == 0, "\(corrected.err)")
        let list = try await world.bevis("signe", "order", "list", "--language", "da")
        for part in [
            "slags:        tilhold (§ 1)", "forkyndt:     2026-09-01", "udløber:      2031-08-31",
            "omfang:       ikke oplyst", "beskytter:    ikke oplyst", "udgave:       2 (2)",
        ] { #expect(list.out.contains(part + "\n"), "\(part) in \(list.out)") }
        let both = try await world.bevis("signe", "order", "list", "--versions", "--json")
        #expect((try both.json() as? [[String: Any]])?.map { $0["version"] as? Int } == [1, 2])
        for words in [
            ["order", "add", "polititilhold"], ["order", "add", "tilhold", "--served", "1. september"],
            ["order", "add", "tilhold", "--served", "2026-09-02", "--expires", "2026-09-01"],
            ["order", "add", "--edit", "1", "--expires", "2031-08-30"], ["order", "add"],
        ] { #expect(try await world.bevis("signe", words).status == 2, "\(words)") }
    }

    @Test func timelineIsNewestFirstWithCounts() async throws {
        let world = try await world()
        for (what, when) in [("a", "2026-11-10"), ("b", "2026-11-03"), ("c", "2021-12-31")] {
            try await world.prepare("signe", "incident", "add", "--what", what, "--when", when, "--kind", "call")
        }
        let timeline = try await world.bevis("signe", "timeline")
        #expect(
            timeline.out == """
                1  2026-11-12 22:15 (UTC+00:00)  at home  ! possible breach, order 1  Stod ved døren
                2  2026-11-10  call  a
                3  2026-11-03  call  b
                4  2021-12-31  call  (background)  c

                2026-W46  call 1, at home 1
                2026-W45  call 1
                background (< 2022)  1

                """)
        let written = try await world.bevis("signe", "timeline", "--logskema", "log.csv", "--language", "da")
        #expect(written.status == 0, "\(written.err)")
        let again = try await world.bevis("signe", "timeline", "--logskema", "log.csv")
        #expect(again.status != 0)
        let checked = try await world.bevis("signe", "incident", "import", "log.csv", "--check")
        #expect(checked.out == "4 incidents can be taken in\n", "\(checked.err)")
        // What it wrote itself is there already, in either language, corrections and exhibits included.
        try await world.prepare("signe", "timeline", "--logskema", "english.csv", "--language", "en")
        for form in ["log.csv", "english.csv"] {
            let again = try await world.bevis("signe", "incident", "import", form)
            #expect(again.out == "0 incidents taken in; 4 were there already\n", "\(again.err)")
        }
        let log = try await world.bevis("signe", "log")
        #expect(log.outLines.contains { $0.contains("  exported  Signe Holm") })
    }

    @Test func formIsTakenInWholeOrNotAtAll() async throws {
        let world = try await World.copy()
        let form = "Dato;Tidspunkt;Hvad skete der?;Humør\n04/05/2026;22:15;Ringede;bange\n2026-05-06;;=HYPERLINK(1);\n"
        try world.write("log.csv", Array(form.utf8))
        let refused = try await world.bevis("signe", "incident", "import", "log.csv")
        #expect(refused.status == 1)
        #expect(
            refused.err == """
                line 2: the date can be read in two ways; say which order it has
                bevis: 'log.csv': 1 row is refused; nothing was taken in
                  where the day comes first: --date-order dmy; else write dates as 2026-11-12

                """)
        #expect(try await world.bevis("signe", "incident", "list").out == "nothing is here yet\n")
        let taken = try await world.bevis("signe", "incident", "import", "log.csv", "--date-order", "dmy")
        #expect(taken.out == "2 incidents taken in\n", "\(taken.err)")
        let again = try await world.bevis("signe", "incident", "import", "log.csv", "--date-order", "dmy")
        #expect(again.out == "0 incidents taken in; 2 were there already\n")
        let first = try #require(
            try await world.bevis("signe", "incident", "show", "1", "--json").json() as? [String: Any])
        #expect(first["what"] as? String == "Ringede\n[Humør] bange")
        #expect(first["occurred_from"] as? String == "2026-05-04T22:15:00+00:00")
        try await world.prepare("signe", "timeline", "--logskema", "out.tsv")
        #expect(String(decoding: try world.read("out.tsv"), as: UTF8.self).contains("\t'=HYPERLINK(1)\t"))
    }

    @Test func hostileTextIsShownHarmless() async throws {
        let world = try await World.copy()
        try await world.prepare(
            "signe", "incident", "add", "--what", "a\u{202E}b\nc=\\n", "--when", "2026-11-12", "--place", "\u{2066}x")
        for words in [
            ["incident", "show", "1"], ["timeline"], ["incident", "list"], ["incident", "show", "1", "--json"],
        ] {
            let out = try await world.bevis("signe", words).out
            #expect(!out.unicodeScalars.contains("\u{202E}"))
            #expect(!out.unicodeScalars.contains("\u{2066}"))
        }
        let control = try await world.bevis("signe", "incident", "add", "--what", "a\u{1B}[2J", "--when", "2026-11-12")
        #expect(control.status == 2)
        #expect(!control.err.unicodeScalars.contains("\u{1B}"))
    }

    // MARK: The private note

    @Test func privateNoteIsShownToItsOwnerAlone() async throws {
        let world = try await world()
        let shown = try await world.bevis("signe", "incident", "show", "1", "--private")
        #expect(shown.out.contains("for me alone:     \(DossierTests.secret)\n"), "\(shown.out)")
        for words in [
            ["incident", "show", "1"], ["incident", "show", "1", "--json"], ["incident", "show", "1", "--text"],
        ] {
            #expect(try await !world.bevis("signe", words).out.contains(DossierTests.secret))
        }
        #expect(try await world.bevis("signe", "incident", "show", "1", "--private", "--json").status == 2)
        let replaced = try await world.bevis(
            "signe", "incident", "edit", "1", "--private", "-", input: Array("Nu er det bedre".utf8))
        #expect(replaced.status == 0, "\(replaced.err)")
        let newer = try await world.bevis("signe", "incident", "show", "1", "--private")
        #expect(newer.out.contains("for me alone:     Nu er det bedre\n"))
        #expect(newer.out.contains("version:          1 (1)\n"))
    }

    @Test func noCommandLetsThePrivateNoteOut() async throws {
        let world = try await world()
        let listed = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        #expect(listed.count == 5)
        #expect(!listed.contains { $0["kind"] as? String == "private-note" })
        let id = try await privateID(world, listed.compactMap { $0["item"] as? String })
        for words in [
            ["open", id, "-o", "-"], ["open", "6", "-o", "-"], ["show", id],
            ["grant", id, "--to", "mads.card", "--purpose", "x"],
            ["grant", "6", "--to", "mads.card", "--purpose", "x"],
            ["incident", "link", "1", id],
        ] {
            let refused = try await world.bevis("signe", words)
            #expect(refused.status == 3, "\(words): \(refused.out) \(refused.err)")
        }
        let grant = try await world.bevis(
            "signe", "grant", "--all", "--to", "mads.card", "--purpose", "Alt", "--rights", "export", "--json",
            "--yes")
        #expect(grant.status == 0, "\(grant.err)")
        let seen = try await world.bevis("mads", "list", "--lent", "--purpose", "Alt", "--json")
        #expect((try seen.json() as? [[String: Any]])?.count == 5, "\(seen.err)")
        for words in [["open", id], ["open", "6"]] {
            let opened = try await world.bevis("mads", words + ["--lent", "--purpose", "Alt", "-o", "-"])
            #expect(opened.status != 0)
            #expect(opened.out == "")
        }
        for (folder, words) in [("plain", ["take"]), ("sealed", ["take", "--sealed"])] {
            let taken = try await world.bevis("signe", words + ["--out", folder])
            #expect(taken.status == 0)
            #expect(
                taken.err
                    == "1 private note stays in the vault: read with 'bevis incident show N --private' what you need "
                    + "of it\n")
            let files = try world.names(in: folder)
            #expect(!files.contains { $0.contains("note") }, "\(files)")
            for file in files {
                #expect(try !contains(world.read("\(folder)/\(file)"), DossierTests.secret), "\(file)")
            }
        }
        try await world.prepare("signe", "timeline", "--logskema", "log.csv")
        #expect(try !contains(world.read("log.csv"), DossierTests.secret))
        try await world.prepare("revisor", "audit", "export", "--out", "bundle")
        let audit = try await world.tool("grep", "-rqF", DossierTests.secret, "bundle", "v")
        #expect(audit.status == 1)
        let auditor = Command(folder: world.folder, environment: world.environment(of: "revisor"))
        let verified = try await auditor.run(
            ["bevis-audit", "verify", "bundle", "--keys", "Keys", "-i", "h-revisor/identity.age"])
        #expect(verified.status == 0, "\(verified.out)\(verified.err)")
    }

    @Test func standingGrantNeverCoversPrivateNotes() async throws {
        let world = try await world()
        let grant = try await world.bevis(
            "signe", "grant", "--standing", "--to", "mads.card", "--purpose", "Fast kontakt", "--rights", "export",
            "--yes")
        #expect(grant.status == 0, "\(grant.err)")
        let noted = try await world.bevis(
            "signe", "incident", "edit", "1", "--private", "-", input: Array("Mere".utf8))
        #expect(noted.status == 0, "\(noted.err)")
        #expect(!noted.err.contains("now covers"), "\(noted.err)")
        let edited = try await world.bevis("signe", "incident", "edit", "1", "--place", "Her", "--reason", "Glemt")
        #expect(edited.status == 0, "\(edited.err)")
        #expect(
            try await world.bevis("signe", "list").err.contains("now covers 1 more item")
                || edited.err.contains("1 more"))
        let seen = try await world.bevis("mads", "list", "--lent", "--purpose", "Alt", "--json")
        let kinds = try #require(try seen.json() as? [[String: Any]]).map { $0["kind"] as? String }
        #expect(kinds.count == 6, "\(seen.err)")
        #expect(!kinds.contains("private-note"))
        #expect(kinds.filter { $0 == "incident" }.count == 2)
    }

    /// Whoever gets the case key with everything that was taken, and the vault's folder besides, reads all but that.
    @Test func caseKeyDoesNotOpenThePrivateNote() async throws {
        let world = try await world()
        let listed = try #require(try await world.bevis("signe", "list", "--json").json() as? [[String: Any]])
        let id = try await privateID(world, listed.compactMap { $0["item"] as? String })
        try await world.prepare("signe", "take", "--sealed", "--out", "out")
        world.killCustodian(SIGTERM)
        let script = """
            import sqlite3
            rows = sqlite3.connect('v/records.sqlite').execute("SELECT header, description FROM item WHERE hex(id) = ?",
                ('\(id.uppercased())',))
            for row in rows:
                for number, cell in enumerate(row): open('found-%d' % number, 'wb').write(cell)
            """
        let found = try await world.tool("python3", "-c", script)
        #expect(found.status == 0, "\(found.err)")
        let names = try world.names(in: ".").filter { $0.hasPrefix("found-") }
        #expect(names.count == 2, "header and description: \(names)")
        for name in names {
            let opened = try await world.tool("age", "-d", "-i", "out/case-key.txt", name)
            #expect(opened.status != 0)
            #expect(opened.err.contains("no identity matched"), "\(opened.err)")
        }
    }

    @Test func sheetBringsThePrivateNoteBack() async throws {
        let world = try await world()
        let sheet = String(decoding: try world.read("sheet.txt"), as: UTF8.self)
            .split(separator: "\n").filter { $0.contains(#/^ *[1-6] /#) }.joined(separator: "\n")
        let back = try await world.bevis("ny", "recover", "--name", "Signe Holm", input: Array((sheet + "\n\n").utf8))
        #expect(back.status == 0, "\(back.err)")
        let shown = try await world.bevis("ny", "incident", "show", "1", "--private")
        #expect(shown.out.contains("for me alone:     \(DossierTests.secret)\n"), "\(shown.out) \(shown.err)")
    }

    /// The id of the item that is in the log but not in the list.
    private func privateID(_ world: Sandbox, _ listed: [String]) async throws -> String {
        let log = try #require(try await world.bevis("signe", "log", "--json").json() as? [[String: Any]])
        let added = log.filter { $0["event"] as? String == "item-added" }.flatMap { $0["items"] as? [String] ?? [] }
        let hidden = added.filter { !listed.contains($0) }
        #expect(hidden.count == 1)
        return try #require(hidden.first)
    }

    private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}
