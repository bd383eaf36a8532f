import AgeFile
import AuditTrail
import Foundation
import Sharing
import SignedNote
import Sodium
import Testing
import TransparencyLog

/// The folder for the police, through the real command, of a real case.
@Suite struct HandoverTests {
    private static let secret = "Jeg er bange for at miste mit arbejde"
    private static let hostile = "<script>alert(1)</script>\" onload='x' #let y = [*z*] =cmd|x"

    /// Signe's world with an order and three incidents; the first has exhibits and a private note.
    private func world() async throws -> Sandbox {
        let world = try await World.copy()
        try world.write("private.txt", Array(HandoverTests.secret.utf8))
        try await world.prepare(
            "signe", "order", "add", "tilhold", "--served", "2026-09-01", "--expires", "2031-08-31", "--journal",
            "0100-1",
            "--scope", "Må ikke henvende sig til mig")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Stod ved døren", "--when", "2026-11-12 22:15", "--kind", "at-home",
            "--breach", "possible", "--order", "1", "--evidence", "2", "--evidence", "3", "--private", "private.txt",
            "--zone", "Europe/Copenhagen", "--highlight")
        try await world.prepare(
            "signe", "incident", "add", "--what", HandoverTests.hostile, "--when", "2026-11-14", "--kind", "message")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Ringede hele natten", "--when", "2021-05-01", "--kind", "call",
            "--address", "Nygade 4, 6700 Esbjerg")
        return world
    }

    /// The codes of all findings, by where they stand.
    private func findings(_ world: Sandbox, _ more: [String] = []) async throws -> [(code: String, text: String)] {
        let check = try await world.bevis(
            "signe", ["handover", "--order", "1", "--check", "--json", "--language", "en"] + more)
        let all = try #require(try check.json() as? [[String: Any]], "\(check.err)")
        return try all.map {
            (
                try #require($0["code"] as? String),
                "\(try #require($0["where"] as? String)): \(try #require($0["text"] as? String))"
            )
        }
    }

    /// Writes `out` with everything confirmed but what contains one of `held`.
    @discardableResult
    private func handOver(
        _ world: Sandbox, _ more: [String] = [], to out: String = "out", holding held: [String] = []
    ) async throws -> Outcome {
        let choice = more.filter { !["--zip", "--split", "1MB", "--seal-to"].contains($0) && !$0.hasPrefix("age1") }
        var answers: [String] = []
        for finding in try await findings(world, choice.contains("--language") ? [] : choice) {
            let isHeld = held.contains { finding.text.contains($0) }
            answers += [isHeld ? "--exclude" : "--confirm", finding.code]
        }
        let outcome = try await world.bevis(
            "signe", ["handover", "--order", "1", "--out", world.path(out)] + answers + more)
        #expect(outcome.status == 0, "\(outcome.err)")
        return outcome
    }

    private func files(_ world: Sandbox, _ folder: String = "out") throws -> [String] {
        let start = world.path(folder)
        let all = try #require(FileManager.default.enumerator(atPath: start))
        return all.compactMap { $0 as? String }.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: start + "/" + name, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    private func text(_ world: Sandbox, _ name: String) throws -> String {
        String(decoding: try world.read(name), as: UTF8.self)
    }

    // MARK: The folder

    @Test func folderIsABagWhoseNoteBindsEveryFile() async throws {
        let world = try await world()
        try await handOver(world, ["--to", "Sydjyllands Politi", "--language", "da"])
        for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let sums = try await Command(folder: world.path("out")).run(["sha256sum", "--strict", "-c", manifest])
            #expect(sums.status == 0, "\(sums.err)")
        }
        let names = try files(world)
        func listed(_ name: String) throws -> Set<String> {
            Set(try text(world, "out/" + name).split(separator: "\n").map { String($0.dropFirst(66)) })
        }
        #expect(try listed("manifest-sha256.txt") == Set(names.filter { $0.hasPrefix("data/") }))
        #expect(
            try listed("tagmanifest-sha256.txt").union(["tagmanifest-sha256.txt", "handover.note"])
                == Set(names.filter { !$0.hasPrefix("data/") }))
        let note = try Unverified<HandoverNote>(parsing: try world.read("out/handover.note"))
        let body = try note.verified(by: note.body.owner).body
        #expect(body.tagManifest == SHA256.hash(try world.read("out/tagmanifest-sha256.txt")))
        #expect(body.to.map { text($0.bytes) } == "Sydjyllands Politi")
        #expect(body.volumes == 1)
        for name in names {
            #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(name)")
            #expect(![".exe", ".js", ".bat", ".py", ".sh"].contains { name.hasSuffix($0) }, "\(name)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: world.path("out/index.html"))[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(try world.read("out/data/exhibits/001-hallway.jpg") == World.original(2))
        #expect(try world.read("out/data/exhibits/002-hallway.mp4") == World.original(3))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func everyItemAndLineIsProvenUnderTheNotesCheckpoint() async throws {
        let world = try await world()
        let grant = try await world.lend(["2"])
        try await world.prepare(
            "mads", "open", "1", "--grant", grant, "--purpose", "Brud", "--journal", "0100-1", "-o", world.path("got"))
        try await handOver(world, holding: ["Nygade"])
        let note = try Unverified<HandoverNote>(parsing: try world.read("out/handover.note")).body
        let policy = LogPolicy(log: note.log)
        let lines = try world.names(in: "out/data/custody/log").filter { $0.hasSuffix(".record") }
        var events: [Event: Int] = [:]
        for line in lines {
            let stem = "out/data/custody/log/" + line.dropLast(7)
            let record = try world.read(stem + ".record")
            let salt = try RecordSalt(hex: try world.read(stem + ".salt").dropLast())
            let tag = try Hex.decode(try world.read(stem + ".tag").dropLast())
            let leaf = try Leaf(entry: tag + salt.commitment(to: record).bytes.array)
            let proof = try LogProof(parsing: try world.read(stem + ".tlog-proof"))
            #expect(proof.checkpointNote == note.checkpoint)
            #expect(proof.index == UInt64(line.prefix(6)))
            _ = try proof.verify(leaf: leaf.hash, policy: policy)
            events[try Record(parsing: record).event, default: 0] += 1
        }
        // The third incident is held back in part: neither its item nor its line is there.
        #expect(events[.caseOpened] == 1)
        #expect(events[.itemAdded] == 5)
        #expect(events[.granted] == 1)
        #expect(events[.opened, default: 0] >= 1)
        #expect(events[.exported, default: 0] >= 1)
        for name in try world.names(in: "out/data/custody/items") {
            let item = try HandoverItem(parsing: try world.read("out/data/custody/items/" + name))
            let ingest = try Unverified<IngestRecord>(
                parsing: try world.read("out/data/custody/notes/\(text(item.ingest.hex)).note"))
            let record = try ingest.verified(by: ingest.body.signer).body
            #expect(record.original == IngestRecord.commitment(toOriginal: item.digest, salt: item.salt))
            let file = try #require(item.file)
            #expect(SHA256.hash(try world.read("out/" + text(file.bytes))) == item.digest)
        }
        let page = try text(world, "out/index.html")
        #expect(page.contains("Mads Krag"))
        #expect(page.contains("0100-1"))
    }

    @Test func noKeyPrivateNoteOrOtherItemIsInTheFolder() async throws {
        let world = try await world()
        // A grant of two items, one of which is not handed over.
        _ = try await world.lend(["1", "2"])
        try await handOver(world, holding: ["Nygade"])
        let list = try await world.bevis("signe", "list", "--json")
        let items = try #require(try list.json() as? [[String: Any]])
        let ids = try items.map { try #require($0["item"] as? String) }
        let other = try #require(ids.first)
        let names = try files(world)
        #expect(names.count > 30)
        for name in names {
            let bytes = try world.read("out/" + name)
            for hidden in ["AGE-SECRET-KEY", "PRIVATE+KEY", HandoverTests.secret, "private-note", "Nygade 4", other] {
                #expect(bytes.firstRange(of: Array(hidden.utf8)) == nil, "\(name) holds \(hidden)")
            }
            #expect(!name.contains(other))
        }
        let page = try text(world, "out/index.html")
        #expect(page.contains("access given"))
        #expect(page.contains("[held back]"))
    }

    // MARK: The disclosure check

    @Test func nothingIsWrittenBeforeEachFindingIsAnswered() async throws {
        let world = try await world()
        let found = try await findings(world)
        #expect(found.contains { $0.text.contains("Nygade 4, 6700 Esbjerg") })
        let unanswered = try await world.bevis(
            "signe", "handover", "--order", "1", "--out", world.path("out"), "--language", "en")
        #expect(unanswered.status == 2)
        #expect(
            unanswered.err.contains("incident 3, address: address\n    Nygade 4, 6700 Esbjerg"), "\(unanswered.err)")
        #expect(unanswered.err.contains("a help and no guarantee"))
        #expect(!world.exists("out"))
        let wrong = try await world.bevis(
            "signe", "handover", "--order", "1", "--out", world.path("out"), "--confirm", "zzzzzz")
        #expect(wrong.status == 2)
        let code = try #require(found.first { $0.text.contains("Nygade") }).code
        let both = try await world.bevis(
            "signe", "handover", "--order", "1", "--out", world.path("out"), "--confirm", code, "--exclude", code)
        #expect(both.status == 2)
        // An answer is for the text that was seen: after a correction it counts no longer.
        try await world.prepare(
            "signe", "incident", "edit", "3", "--address", "Storegade 9, 6700 Esbjerg", "--reason", "Flyttet")
        let stale = try await world.bevis(
            "signe",
            ["handover", "--order", "1", "--out", world.path("out")] + found.flatMap { ["--confirm", $0.code] })
        #expect(stale.status == 2)
        #expect(!world.exists("out"))
    }

    @Test func eachFindingIsAskedAboutAtTheTerminal() async throws {
        let world = try await world()
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "TerminalTests/typist.py").path
        let count = try await findings(world).count
        #expect(count == 2)
        let steps: [[String?]] = [
            ["Må det med? ja eller nej: ", "måske\n"], ["svar ja eller nej", nil],
            ["Må det med? ja eller nej: ", "nej\n"], ["Må det med? ja eller nej: ", "nej\n"], ["wrote", nil],
        ]
        let spec: [String: Any] = [
            "argv": [
                Command.binaries + "/bevis", "handover", "--order", "1", "--out", world.path("out"), "--language", "da",
            ],
            "steps": steps.map { $0.map { $0 as Any? ?? NSNull() } },
            "environment": world.environment(of: "signe"),
        ]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: spec), as: UTF8.self)
        let typed = try await world.tool("python3", script, json)
        #expect(typed.status == 0, "\(typed.err)")
        let page = try text(world, "out/index.html")
        #expect(page.contains("[tilbageholdt]") && !page.contains("Nygade"))
        // No original is there that holds its place, and no copy that does.
        #expect(!world.exists("out/data/exhibits/001-hallway.jpg"))
        #expect(world.exists("out/data/copies/001-without-place-hallway.jpg"))
    }

    @Test func whatIsHeldBackIsInNoFile() async throws {
        let world = try await world()
        try await handOver(world, ["--language", "da"], holding: ["Nygade"])
        let page = try text(world, "out/index.html")
        #expect(page.contains("[tilbageholdt]"))
        #expect(!world.exists("out/data/texts/incident-3.txt"))
        #expect(world.exists("out/data/texts/incident-1.txt"))
        for name in try files(world) {
            #expect(try world.read("out/" + name).firstRange(of: Array("Nygade".utf8)) == nil, "\(name)")
        }
    }

    @Test func originalThatHoldsItsPlaceIsReplacedByACopyWithoutIt() async throws {
        let world = try await world()
        try world.write("gps.jpg", try World.original(2))
        let tagged = try await world.tool(
            "exiftool", "-q", "-overwrite_original", "-GPSLatitude=55.4761", "-GPSLatitudeRef=N",
            "-GPSLongitude=8.4594",
            "-GPSLongitudeRef=E", world.path("gps.jpg"))
        #expect(tagged.status == 0, "\(tagged.err)")
        try await world.prepare("signe", "incident", "link", "2", world.path("gps.jpg"))
        let outcome = try await handOver(world, holding: ["55.4761", "Nygade"])
        #expect(!world.exists("out/data/exhibits/003-gps.jpg"), "\(outcome.err)")
        let copy = "out/data/copies/003-without-place-gps.jpg"
        let facts = try await world.tool("exiftool", "-n", "-GPSLatitude", "-GPSLongitude", world.path(copy))
        #expect(facts.out == "", "\(facts.out)")
        let items = try world.names(in: "out/data/custody/items").map {
            try HandoverItem(parsing: try world.read("out/data/custody/items/" + $0))
        }
        let item = try #require(items.first { $0.exhibit == 3 })
        #expect(item.file == nil)
        #expect(item.digest == SHA256.hash(try world.read("gps.jpg")))
        #expect(item.copies.contains { $0.kind == .withoutPlace && text($0.tool.bytes).contains("-gps:all=") })
        #expect(try text(world, "out/index.html").contains(text(item.digest.hex)))
        try await handOver(world, to: "whole", holding: ["Nygade"])
        #expect(try world.read("whole/data/exhibits/003-gps.jpg") == world.read("gps.jpg"))
    }

    // MARK: Pages

    @Test func pagesSayWhatTheOrderIsAndWhatNobodyStated() async throws {
        let world = try await world()
        try await handOver(world, ["--language", "da"], to: "da")
        let danish = try text(world, "da/index.html")
        for part in [
            "<html lang=\"da\">", "<title>Mappe</title>", "Tilhold, § 1", "1. sep. 2026", "31. aug. 2031",
            "ikke oplyst",
            "Mulige overtrædelser", "12. nov. 2026 kl. 22.15\n",
            "Europe/Copenhagen, UTC+01:00, hvor der ikke står andet", "pakken cryptography", "baggrund", "uge 46, 2026",
            "Giv mig venligst besked, før I kontakter personen.", "data/exhibits/001-hallway.jpg",
            "ingen juridisk vurdering",
        ] { #expect(danish.contains(part), "\(part)") }
        try await handOver(world, ["--language", "en"], to: "en")
        let english = try text(world, "en/index.html")
        for part in [
            "<html lang=\"en\">", "<title>Folder</title>", "not stated", "Suspected breaches", "12 Nov 2026, 22:15",
            "background", "unchanged since intake", "Please warn me before contacting the person.",
            "certutil -hashfile",
        ] { #expect(english.contains(part), "\(part)") }
        for word in ["§ 242", "straf", "fængsel", "bøde", "penalty", "punish"] {
            #expect(!danish.contains(word) && !english.contains(word), "\(word)")
        }
    }

    /// What somebody copies out of the PDF is what the checkers compare with.
    @Test func hashesAndKeysInThePDFAreCopiedAsTheyAre() async throws {
        let world = try await world()
        try await handOver(world, ["--language", "da"])
        let read = try await world.tool("pdftotext", "-raw", world.path("out/data/dossier.pdf"), "-")
        #expect(read.status == 0, "\(read.err)")
        #expect(!read.out.contains("\u{200B}"))
        let lines = Set(read.out.split { $0 == "\n" || $0 == " " }.map(String.init))
        let note = try Unverified<HandoverNote>(parsing: try world.read("out/handover.note")).body
        let hash = SHA256.hash(try world.read("out/data/exhibits/001-hallway.jpg")).hex
        for bytes in [hash, note.owner.text, note.log.text] { #expect(lines.contains(text(bytes)), "\(text(bytes))") }
        // The header of a narrow column is whole and stands apart from the next one.
        #expect(read.out.contains("Overtrædelse Bilag\n"), "\(read.out)")
    }

    @Test func folderTellsOneTimeAndOneLanguage() async throws {
        let world = try await World.copy()
        try await world.prepare("signe", "order", "add", "tilhold", "--served", "2026-09-01")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Ringede", "--when", "2026-11-12 22:15", "--zone",
            "Europe/Copenhagen", "--no-reply", "--evidence", "2", "--language", "en")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Skrev", "--when", "2026-11-13 06:00", "--zone", "America/New_York")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Stod der", "--when", "2026-07-13 06:00", "--zone",
            "Europe/Copenhagen")
        try await handOver(world, ["--language", "da"])
        let page = try text(world, "out/index.html")
        for part in [
            "<td>12. nov. 2026 kl. 22.15\n", "<td>13. nov. 2026 kl. 12.00\n",
            "oplyst som 13. nov. 2026 kl. 06.00 (UTC-05:00)", "<td>13. jul. 2026 kl. 06.00 (UTC+02:00)\n",
            "<td>Intet svar</td>",
        ] { #expect(page.contains(part), "\(part)") }
        #expect(!page.contains("No reply") && !page.contains("(UTC+00:00)") && !page.contains("(UTC+01:00)"))
        #expect(page.contains("14. mar. 2026 kl. 22.41.07") && !page.contains("2026:03:14"), "\(page)")
        let table = try text(world, "out/data/incidents.csv")
        #expect(table.contains("2026-11-13;12:00") && table.contains("Intet svar"), "\(table)")
    }

    @Test func plainTextIsLookedIntoAndStaysOutWhenItIsHeldBack() async throws {
        let world = try await world()
        let secret = "Bor nu på Kajgaden 7, tlf. 22 33 44 55"
        try world.write("adr.txt", Array("Hej\n\(secret)\nVi ses\n".utf8))
        try world.write("old.txt", Array("bor i Kongeall".utf8) + [0xE9] + Array(" 3\n".utf8))
        try await world.prepare("signe", "incident", "link", "1", world.path("adr.txt"))
        try await world.prepare("signe", "incident", "link", "1", world.path("old.txt"))
        let found = try await findings(world)
        #expect(found.contains { $0.text == "exhibit 3, the file's own text: \(secret)" }, "\(found)")
        #expect(found.contains { $0.text == "exhibit 4, the file's own text: bor i Kongeallé 3" }, "\(found)")
        try await handOver(world, holding: ["Kajgaden", "Nygade"])
        for name in try files(world) {
            #expect(try world.read("out/" + name).firstRange(of: Array("Kajgaden".utf8)) == nil, "\(name)")
        }
        #expect(world.exists("out/data/exhibits/004-old.txt") && !world.exists("out/data/exhibits/003-adr.txt"))
        #expect(try text(world, "out/index.html").contains("held back by the owner"))
    }

    @Test func checkThatFindsNothingSaysSoInHerLanguage() async throws {
        let world = try await World.copy()
        try await world.prepare("signe", "order", "add", "tilhold", "--served", "2026-09-01")
        for (language, words) in [("da", "der blev ikke fundet noget"), ("en", "nothing was found")] {
            let check = try await world.bevis(
                "signe", "handover", "--order", "1", "--check", "--language", language)
            #expect(check.status == 0 && check.out.hasPrefix(words), "\(check.out)\(check.err)")
            #expect(check.out.contains(language == "da" ? "en hjælp og ingen garanti" : "a help and no guarantee"))
        }
    }

    @Test func hostileTextsStayTextInEveryForm() async throws {
        let world = try await world()
        try await handOver(world)
        let page = try text(world, "out/index.html")
        #expect(!page.contains("<script"))
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        let graph = try JSONSerialization.jsonObject(with: Data(try world.read("out/data/case.jsonld")))
        #expect((graph as? [String: Any])?["@graph"] is [Any])
        let table = try text(world, "out/data/incidents.csv")
        #expect(table.contains("\"<script>alert(1)</script>\"\" onload='x' #let y = [*z*] =cmd|x\""), "\(table)")
        let pdf = try world.read("out/data/dossier.pdf")
        for part in ["/StructTreeRoot", "<pdfaid:part>2"] {
            #expect(pdf.firstRange(of: Array(part.utf8)) != nil, "\(part)")
        }
        for part in ["/JavaScript", "/Launch", "/EmbeddedFile", "/URI"] {
            #expect(pdf.firstRange(of: Array(part.utf8)) == nil, "\(part)")
        }
    }

    @Test func camerasClipBringsItsClockAndTheCardsThatVouchForIt() async throws {
        let world = try await world()
        try await world.pair()
        try world.film("2026-11-22/18/hall/04.05.mp4", 1)
        #expect(try await world.watchOnce().status == 0)
        try await world.prepare(
            "signe", "device", "clock", "Gangen", "--reads", "2026-11-22T18:05:30Z", "--reference",
            "2026-11-22T18:04:00Z", "--source", "telefon")
        let clip = try #require(try await world.added().first { ($0["kind"] as? String) == "footage" })
        try await world.prepare("signe", "incident", "link", "2", try #require(clip["item"] as? String))
        try await world.prepare("signe", "device", "withdraw", "Gangen")
        try await handOver(world, ["--language", "da", "--zone", "Europe/Copenhagen"], holding: ["Nygade"])
        let page = try text(world, "out/index.html")
        for part in [
            "22. nov. 2026 kl. 19.04.05", "22. nov. 2026 kl. 19.02.35", "uret 1 min 30 s foran", "enheden Gangen",
        ] {
            #expect(page.contains(part), "\(part)")
        }
        #expect(!page.contains("ikke bekræftet"))
        let records = try world.names(in: "out/data/custody/log").filter { $0.hasSuffix(".record") }.map {
            try Record(parsing: try world.read("out/data/custody/log/" + $0))
        }
        #expect(records.filter { $0.event == .caseOpened }.count == 1)
        #expect(records.filter { $0.event == .caseCardChanged }.count == 2)
        #expect(records.contains { $0.event == .itemAdded && $0.actor == nil })
    }

    @Test func withoutTheTypesetterTheFolderIsWholeAndSaysWhatIsMissing() async throws {
        let world = try await world()
        var answers: [String] = []
        for finding in try await findings(world) { answers += ["--confirm", finding.code] }
        let outcome = try await world.bevis(
            "signe", ["handover", "--order", "1", "--out", world.path("out")] + answers,
            with: ["BEVIS_TYPST": world.path("nowhere")])
        #expect(outcome.status == 0)
        #expect(outcome.err.contains("no PDF: the Python package typst is not in"), "\(outcome.err)")
        #expect(!world.exists("out/data/dossier.pdf"))
        #expect(world.exists("out/handover.note"))
    }

    // MARK: Forms

    @Test func splitFoldersAreEachABagOfTheirOwn() async throws {
        let world = try await world()
        for (name, size) in [("long.bin", 1_200_000), ("short.bin", 900_000)] {
            try world.write(name, [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size))
            try await world.prepare("signe", "incident", "link", "1", world.path(name))
        }
        let written = try await handOver(world, ["--split", "1MB"])
        #expect(
            written.err.contains(
                "exhibit 3 alone is 1.2 MB, more than 1.0 MB: folder 2 is larger than --split says\n"), "\(written.err)"
        )
        #expect(try world.names(in: "out") == ["1", "2", "3"] && !world.exists("out.unfinished"))
        for number in ["1", "2", "3"] {
            let note = try Unverified<HandoverNote>(parsing: try world.read("out/\(number)/handover.note")).body
            #expect("\(note.volume)" == number && note.volumes == 3)
            let sums = try await Command(folder: world.path("out/" + number)).run(
                ["sha256sum", "--strict", "-c", "manifest-sha256.txt"])
            #expect(sums.status == 0)
        }
        #expect(
            try (1...3).map { try world.names(in: "out/\($0)/data/exhibits").filter { !$0.hasSuffix("6") } } == [
                ["001-hallway.jpg", "002-hallway.mp4"], ["003-long.bin.data"], ["004-short.bin.data"],
            ])
        #expect(try text(world, "out/1/index.html").contains("in folder 2"))
    }

    @Test func zipHoldsTheFolderAndASealedOneOpensForItsRecipientAlone() async throws {
        let world = try await world()
        try await handOver(world, ["--zip"], to: "plain")
        let listed = try await world.tool("python3", "-m", "zipfile", "-l", world.path("plain.zip"))
        #expect(listed.out.contains("handover/index.html"), "\(listed.err)")
        #expect(listed.out.contains("handover/data/exhibits/001-hallway.jpg"))
        let made = try await world.tool("age-keygen", "-o", world.path("key.txt"))
        let recipient = try #require(made.err.firstMatch(of: /age1[a-z0-9]+/)).output
        try await handOver(world, ["--seal-to", String(recipient)], to: "sealed")
        #expect(!world.exists("sealed.zip"))
        let opened = try await world.tool(
            "age", "-d", "-i", world.path("key.txt"), "-o", world.path("opened.zip"), world.path("sealed.zip.age"))
        #expect(opened.status == 0, "\(opened.err)")
        let again = try await world.tool("python3", "-m", "zipfile", "-t", world.path("opened.zip"))
        #expect(again.status == 0, "\(again.out)")
        let both = try await handOver(world, ["--zip", "--seal-to", String(recipient)], to: "both")
        #expect(world.exists("both.zip") && world.exists("both.zip.age") && !world.exists("both.unfinished"))
        #expect(both.out.contains("both.zip'\n") && both.out.contains("both.zip.age'\n"), "\(both.out)")
    }

    @Test func fullDiskEndsInAClearMessageAndLeavesNothing() async throws {
        let world = try await world()
        var words = ["handover", "--order", "1", "--out", world.path("small/out")]
        for finding in try await findings(world) { words += ["--confirm", finding.code] }
        // A file system of its own that is too small for the originals.
        let jail = ["bwrap", "--dev-bind", "/", "/", "--size", "24576", "--tmpfs", world.path("small"), "--"]
        let script = "\"$@\"; code=$?; find small -type f > left; exit $code"
        let outcome = try await Command(folder: world.folder, environment: world.environment(of: "signe")).run(
            jail + ["sh", "-c", script, "sh", Command.binaries + "/bevis"] + words)
        #expect(outcome.status == 3, "\(outcome.err)")
        #expect(outcome.err.contains("the disk is full"), "\(outcome.err)")
        #expect(outcome.err.contains("not finished: what was written of the handover was deleted again"))
        #expect(try text(world, "left").isEmpty)
    }

    @Test func whatExistsIsNeverWrittenOver() async throws {
        let world = try await world()
        try world.write("taken", [1])
        for (out, more): (String, [String]) in [("taken", []), ("free", ["--zip"])] {
            try world.write("free.zip", [2])
            let outcome = try await world.bevis(
                "signe", ["handover", "--order", "1", "--out", world.path(out)] + more)
            #expect(outcome.status == 1, "\(outcome.err)")
            #expect(outcome.err.contains("exists already"))
        }
        #expect(!world.exists("free"))
        #expect(try world.read("taken") == [1] && world.read("free.zip") == [2])
    }

    @Test func wrongUseIsToldBeforeTheVaultIsAsked() async throws {
        let world = try await World.copy()
        for (words, message) in [
            (["--order", "1"], "say where to"), (["--order", "1", "--out", "x", "--check"], "say where to"),
            (["--order", "1", "--out", "x", "--json"], "--json is for --check"),
            (["--order", "1", "--out", "x", "--split", "0"], "--split needs a size"),
            (["--order", "1", "--out", "x", "--split", "100"], "--split needs a size of at least 1 MB with its unit"),
            (["--order", "1", "--out", "x", "--seal-to", "age1nonsense"], "is not a recipient"),
        ] {
            let outcome = try await world.bevis("signe", ["handover"] + words)
            #expect(outcome.status == 2, "\(words): \(outcome.err)")
            #expect(outcome.err.contains(message), "\(words): \(outcome.err)")
        }
        let missing = try await world.bevis("signe", "handover", "--order", "1", "--check")
        #expect(missing.status == 3)
        #expect(missing.err.contains("there is no order 1"))
    }
}
