import LogFixture
import MerkleTree
import Sharing
import Sodium
import Testing
import TransparencyLog

/// `list`, `show`, `prove`, `consistency`.
@Suite struct CommandTests {
    private func lines(_ answer: Folder.Answer) -> [String] { answer.output.split(separator: "\n").map(String.init) }

    @Test func listTellsWhoDidWhat() throws {
        let stage = try Stage()
        try stage.write()
        let answer = stage.run("list")
        #expect(answer.code == 0)
        #expect(lines(answer).count == 10)
        let grant = String(decoding: stage.lent.id.hex.prefix(8), as: UTF8.self)
        let matter = String(decoding: stage.matter.id.hex.prefix(8), as: UTF8.self)
        #expect(
            lines(answer)[7]
                == "      7  2026-09-21 16:14 CEST  opened  by Officer (police, Police, East)  case \(matter)  "
                + "grant \(grant)  1 item  for 'case work'  journal 5100-2026")
    }

    @Test func listKeepsToItsConditions() throws {
        let stage = try Stage()
        try stage.write()
        let grant = String(decoding: stage.lent.id.hex.prefix(6), as: UTF8.self)
        let matter = String(decoding: stage.matter.id.hex, as: UTF8.self)
        let expected: [([String], Int)] = [
            (["--event", "opened"], 1), (["--event", "opened", "--event", "granted"], 2), (["--refused"], 1),
            (["--actor", "officer"], 3), (["--grant", grant], 4), (["--case", matter], 7),
            (["--actor", "Nobody"], 0), (["--since", "2026-09-21T15:00:00Z"], 2),
            (["--until", "2026-09-21T14:13:20Z"], 7), (["--since", "2026-09-22", "--until", "2026-09-23"], 0),
        ]
        for (conditions, count) in expected {
            let answer = stage.run("list", conditions)
            #expect(lines(answer).count == count, "\(conditions): \(answer.output)\(answer.errors)")
        }
        #expect(stage.run("list", ["--event", "eaten"]).code == 2)
        #expect(stage.run("list", keys: false).code == 2)
    }

    @Test func listInJSONIsOneObjectALine() throws {
        let stage = try Stage()
        try stage.write()
        let answer = stage.run("list", ["--json", "--refused"])
        let line = try stage.json(answer)
        #expect(line["event"] as? String == "refused")
        #expect(line["failures"] as? [String] == ["right-missing"])
        #expect(line["time"] as? String == "2026-09-21T15:14:20Z")
        #expect((line["actor"] as? [String: Any])?["organisation"] as? String == "Police, East")
    }

    @Test func hostileNamesAreEscaped() throws {
        let stage = try Stage(officer: "Off\u{202E}icer \u{200B}")
        try stage.write()
        let answer = stage.run("list")
        #expect(answer.output.contains("Off\\u{202e}icer"))
        #expect(!answer.output.unicodeScalars.contains("\u{202E}"))
        #expect(!stage.run("list", ["--json"]).output.unicodeScalars.contains("\u{202E}"))
    }

    @Test func showTellsWhatLiesBehindALeaf() throws {
        let stage = try Stage()
        try stage.write()
        let answer = stage.run("show", ["7"])
        #expect(answer.code == 0)
        #expect(answer.output.contains("  bevis.example/record/v1\n"))
        #expect(answer.output.contains("  bevis.example/request/v1\n"))
        #expect(answer.output.contains("  journal 5100-2026\n"))
        #expect(stage.run("show", ["10"]).code == 2)
    }

    @Test func whatIsNotSignedIsNeitherListedNorShown() throws {
        let stage = try Stage()
        try stage.write()
        let other = try stage.log.checkpoint(size: stage.log.size, root: Random.value())
        try stage.folder.write(other, to: "bundle/log/checkpoint")
        #expect(try stage.kinds(stage.run("verify", ["--json"])) == ["tree-differs"])
        for (command, words) in [("list", []), ("show", ["7"])] as [(String, [String])] {
            let answer = stage.run(command, words)
            #expect(answer.code == 1 && answer.output == "", "\(answer.output)")
            #expect(answer.errors.contains("the log cannot be relied on"))
        }
    }

    @Test func listAndShowEndAsTheVerdictDoes() throws {
        let stage = try Stage()
        try stage.log.open(stage.officer, stage.matter, stage.lent, [stage.items[0]])
        try stage.write()
        #expect(stage.run("verify").code == 1)
        for (command, words) in [("list", []), ("show", ["7"]), ("list", ["--json"])] as [(String, [String])] {
            let answer = stage.run(command, words)
            #expect(answer.code == 1 && !answer.output.isEmpty)
            #expect(answer.errors.contains("bevis-audit: rule broken: 1 finding; see 'bevis-audit verify'"))
        }
        stage.folder.remove("bundle/records/000")
        #expect(stage.run("list").code == stage.run("verify").code)
    }

    @Test func refusedAndEventsExcludeEachOther() throws {
        let stage = try Stage()
        try stage.write()
        #expect(stage.run("list", ["--refused", "--event", "opened"]).code == 2)
    }

    @Test func logsThatCannotBeAreRefusedAtOnce() throws {
        for size in [(1 << 40) + 1, 1 << 63, .max] as [UInt64] {
            let stage = try Stage()
            try stage.write()
            let head = try stage.log.checkpoint(size: size, root: Random.value())
            try stage.folder.write(head, to: "bundle/log/checkpoint")
            let answer = stage.run("verify")
            #expect(answer.code == 1 && answer.errors.contains("more than 2^40 leaves"), "\(answer)")
        }
    }

    @Test func logWhoseEntriesAreMostlyMissingIsNotLookedForForLong() throws {
        let stage = try Stage()
        try stage.write()
        let head = try stage.log.checkpoint(size: 1 << 40, root: Random.value())
        try stage.folder.write(head, to: "bundle/log/checkpoint")
        let answer = stage.run("verify")
        #expect(answer.code == 1 && answer.output.hasPrefix("altered: 1,099,511,627,776 leaves"), "\(answer)")
    }

    @Test func cardThatNobodyVouchesForIsMarked() throws {
        let stage = try Stage()
        for (name, role) in [("Mads Krag", "police, Politi"), ("Mads (police, Politi)", "person")] {
            _ = try stage.log.person(name, role: role)
        }
        try stage.write()
        let output = stage.run("list", ["--event", "card-added"]).output
        #expect(output.contains("Mads Krag ('police, Politi', vouched for by nobody)"))
        #expect(output.contains("'Mads (police, Politi)' (person)"))
    }

    @Test func proofIsAReceipt() throws {
        let stage = try Stage()
        try stage.grow(to: 300)
        try stage.write()
        for index in [0, 7, 255, 256, 299] as [UInt64] {
            let answer = stage.run("prove", ["\(index)", "-o", "\(index).tlog-proof"], keys: false)
            #expect(answer.code == 0, "\(answer.errors)")
            let proof = try LogProof(parsing: stage.folder.read("\(index).tlog-proof"))
            let leaf = TreeHash.leaf(stage.log.entries[Int(index)])
            #expect(try proof.verify(leaf: leaf, policy: stage.log.policy).checkpoint.size == 300)
        }
        #expect(stage.run("prove", ["7", "-o", "7.tlog-proof"], keys: false).code == 1)
        #expect(stage.run("prove", ["300"], keys: false).code == 2)
        let facts = try stage.json(stage.run("prove", ["7", "--json"], keys: false))
        #expect(facts["proof"] as? String == String(decoding: stage.folder.read("7.tlog-proof"), as: UTF8.self))
        #expect(facts["leaf"] as? Int == 7 && facts["size"] as? Int == 300)
    }

    @Test func keptCheckpointIsPartOfTheLog() throws {
        let stage = try Stage()
        let early = try stage.log.checkpoint()
        try stage.grow(to: 300)
        try stage.write()
        try stage.folder.write(early, to: "early")
        let answer = stage.run("consistency", ["early"], keys: false)
        #expect(answer.code == 0, "\(answer.output)\(answer.errors)")
        #expect(answer.output.hasPrefix("consistent: the kept log of 10 leaves"))
        _ = stage.run("prove", ["3", "-o", "kept"], keys: false)
        #expect(stage.run("consistency", ["kept"], keys: false).code == 0)
    }

    @Test func keptCheckpointOfAnotherHistoryIsFound() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write(try stage.log.checkpoint(size: 5, root: Random.value()), to: "kept")
        let answer = stage.run("consistency", ["kept"], keys: false)
        #expect(answer.code == 1)
        #expect(answer.output.contains("two histories"))
    }

    @Test func keptCheckpointOfALongerLogIsFound() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write(try stage.log.checkpoint(size: 50, root: Random.value()), to: "kept")
        let answer = stage.run("consistency", ["kept"], keys: false)
        #expect(answer.code == 1)
        #expect(answer.output.contains("shorter than it was before"))
    }

    @Test func keptCheckpointOfAnotherLogProvesNothing() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write(try LogFixture().checkpoint(), to: "kept")
        #expect(stage.run("consistency", ["kept"], keys: false).code == 1)
        try stage.folder.write(Array("nothing".utf8), to: "kept")
        #expect(stage.run("consistency", ["kept"], keys: false).code == 3)
    }
}
