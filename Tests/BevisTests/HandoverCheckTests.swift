import AgeFile
import AuditTrail
import Foundation
import Glibc
import Sharing
import SignedNote
import Sodium
import Testing
import TransparencyLog

/// Both checkers of a handover folder, on what the real command wrote and on what was done to it afterwards.
@Suite struct HandoverCheckTests {
    /// Both checkers end with this code, and `bevis-audit` says these words.
    private func expect(
        _ handed: HandedOver, _ status: Int32, _ words: String = "", _ more: [String] = ["--keys", "Keys"],
        _ what: String = ""
    ) async throws {
        let (audit, python) = try await handed.check(more)
        #expect(audit.status == status, "\(what): \(audit.out)\(audit.err)")
        #expect(python.status == status, "\(what): \(python.out)\(python.err)")
        #expect(words.isEmpty || audit.out.contains(words), "\(what): \(audit.out)")
        #expect(!python.err.contains("Traceback"), "\(what): \(python.err)")
    }

    @Test func honestFolderHolds() async throws {
        let handed = try await HandedOver.copy()
        let (audit, python) = try await handed.check()
        #expect(audit.status == 0, "\(audit.out)\(audit.err)")
        #expect(
            audit.out.hasPrefix("holds: 4 originals unchanged since they were taken in, "), "\(audit.out)")
        #expect(audit.out.contains(", for Politi, journal 0100-1\n"))
        #expect(
            audit.out.hasSuffix(
                "It proves that the originals are unchanged since they were taken in, not that what they show is true.\n"
            ))
        #expect(python.status == 0, "\(python.out)\(python.err)")
        #expect(python.out.hasSuffix("\nholds\n"), "\(python.out)")

        let alone = try await handed.check([])
        #expect(alone.audit.status == 0 && alone.python.status == 0)
        #expect(
            alone.audit.out.contains("\nThe keys come from the folder itself: this tells only that it holds together. ")
        )
        #expect(
            alone.python.out.hasSuffix(
                "\nholds\nThe keys come from the folder itself: this tells only that it holds together.\n"))

        let json = try await handed.check(["--keys", "Keys", "--json"]).audit
        let facts = try #require(try json.json() as? [String: Any])
        #expect(facts["verdict"] as? String == "holds" && facts["anchored"] as? Bool == true)
        #expect((facts["faults"] as? [Any])?.isEmpty == true && (facts["unattested"] as? [Any])?.isEmpty == true)
        let owner = String(decoding: try handed.note().owner.text, as: UTF8.self)
        #expect(facts["owner"] as? String == owner)
        #expect(try await handed.check(["--owner", owner]).audit.status == 0)
        // All that the story did is there, so that every rule has something to look at.
        for event: Event in [
            .caseOpened, .itemAdded, .granted, .opened, .refused, .exported, .revoked, .lentOn, .approved, .declined,
        ] { #expect(try !handed.lines(event).isEmpty, "\(event.literal)") }
        // The page lies in the folder as it is in the project.
        #expect(
            try handed.read("data/custody/check-handover.txt")
                == Command.bytes(HandedOver.checker))
    }

    @Test func everyFlippedByteIsFound() async throws {
        let handed = try await HandedOver.copy()
        var random = Seeded(state: 20_261_127)
        let files = try handed.files()
        #expect(files.count > 60)
        for name in files + Array(repeating: "handover.note", count: 12) {
            let bytes = try handed.read(name)
            var altered = bytes
            let place = Int(random.next() % UInt64(bytes.count))
            altered[place] ^= UInt8(1 << (random.next() % 8))
            try handed.write(name, altered)
            try await expect(
                handed, 1, "altered: do not rely on this folder\n", ["--keys", "Keys"], "\(name) \(place)")
            try handed.write(name, bytes)
        }
        try await expect(handed, 0)
    }

    @Test func fileThatIsMissingMakesItIncomplete() async throws {
        let handed = try await HandedOver.copy()
        let grant = try #require(try handed.lines(.granted).first)
        let names = [
            "index.html", "data/exhibits/001-hallway.jpg",
            "data/custody/check-handover.txt", grant + ".record", grant + ".salt",
            try #require(try handed.lines(.caseOpened).first) + ".tlog-proof",
            try #require(try handed.files().first { $0.hasPrefix("data/custody/items/") }),
            try #require(try handed.files().first { $0.hasPrefix("data/custody/notes/") }),
        ]
        for name in names {
            let bytes = try handed.read(name)
            try handed.remove(name)
            try await expect(
                handed, 4, "incomplete: nothing is altered, but something is missing\n  ", ["--keys", "Keys"], name)
            try await expect(handed, 4, "  \(name): is missing\n", ["--keys", "Keys"], name)
            try handed.write(name, bytes)
        }
        // Without a manifest nothing says of the copies and pages what they were; the originals are proven by the log.
        let place = "data/copies/002-still.jpg"
        try handed.write(place, try handed.read(place) + [0])
        for name in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let bytes = try handed.read(name)
            try handed.remove(name)
            // The manifest that is left is of no account: somebody could have fitted it to what he altered.
            let payload = name == "tagmanifest-sha256.txt" ? try handed.refit(place) : nil
            try await expect(handed, 4, "incomplete: something is missing, and ", ["--keys", "Keys"], name)
            try await expect(handed, 4, "  \(place): cannot be checked without what is missing\n")
            let (audit, _) = try await handed.check()
            for words in ["nothing is altered", "001-hallway.jpg: "] { #expect(!audit.out.contains(words)) }
            try handed.write(name, bytes)
            if let payload { try handed.write("manifest-sha256.txt", payload) }
        }
        let whole = try await Command(folder: handed.world.folder).run(["bevis-audit", "verify-handover", "nowhere"])
        #expect(whole.status == 3)
        let wrong = try await Command(folder: handed.world.folder).run(["python3", HandedOver.checker])
        #expect(wrong.status == 2)
    }

    /// Whoever takes away what the owner signed gets no word that anything is as it was.
    @Test func withoutTheOwnersNoteNothingIsSaidToHold() async throws {
        let handed = try await HandedOver.copy()
        try handed.remove("handover.note")
        try await expect(handed, 1, "nothing here can be checked: what would say so is gone\n")
        try handed.remove("manifest-sha256.txt")
        try handed.remove("tagmanifest-sha256.txt")
        try handed.write("data/exhibits/002-hallway.mp4", Array("FAKE".utf8))
        try await expect(handed, 1, "nothing here can be checked: what would say so is gone\n")
        let (audit, python) = try await handed.check(["--keys", "Keys", "--json"])
        let facts = try #require(try audit.json() as? [String: Any])
        #expect(facts["verdict"] as? String == "uncheckable" && facts["anchored"] as? Bool == false)
        #expect(python.out.hasSuffix("nothing here can be checked: what would say so is gone\n"), "\(python.out)")
        #expect(!audit.out.contains("nothing is altered") && !python.out.contains("holds"))
    }

    /// Mac and Windows leave these as soon as somebody looks at the folder.
    @Test func whatSystemsLeaveIsNamedAndDoesNotCount() async throws {
        let handed = try await HandedOver.copy()
        let names = [".DS_Store", "data/exhibits/Thumbs.db", "data/Desktop.ini", "data/exhibits/._001-hallway.jpg"]
        for name in names { try handed.write(name, [1]) }
        let (audit, python) = try await handed.check()
        #expect(audit.status == 0 && python.status == 0, "\(audit.out)\(python.out)")
        #expect(audit.out.hasPrefix("holds: ") && python.out.hasSuffix("\nholds\n"))
        for name in names {
            #expect(audit.out.contains("not part of the handover, left by a computer's system: \(name)\n"))
            #expect(python.out.contains("left by a computer's system, not part of the handover: '\(name)'\n"))
        }
        try handed.write("data/exhibits/letter.pdf", [1])
        let more = try await handed.check()
        #expect(more.audit.status == 1 && more.python.status == 1)
        #expect(
            more.audit.out.hasPrefix(
                "added: all that belongs to the handover holds, but 1 file does not belong to it; somebody put something "
                    + "there\n"))
        #expect(more.audit.out.hasSuffix("\n  data/exhibits/letter.pdf: does not belong to the handover\n"))
        #expect(more.python.out.contains("  data/exhibits/letter.pdf: does not belong to the handover\n"))
        // A link is no file that a system leaves.
        try handed.remove("data/exhibits/letter.pdf")
        #expect(symlink("/etc/hostname", handed.path("data/.DS_Store")) == 0)
        try await expect(handed, 1, "  data/.DS_Store: is a link or no plain file; it was not opened\n")
    }

    @Test func pageWithoutItsPackageChecksAllElseAndSaysSo() async throws {
        let handed = try await HandedOver.copy()
        try FileManager.default.createDirectory(
            atPath: handed.world.path("lacking/cryptography"), withIntermediateDirectories: true)
        try handed.world.write("lacking/cryptography/__init__.py", Array("raise ImportError\n".utf8))
        let command = Command(folder: handed.world.folder, environment: ["PYTHONPATH": handed.world.path("lacking")])
        let words = ["python3", HandedOver.checker, handed.folder, "--log", try handed.trustedLog()]
        let lacking = try await command.run(words)
        #expect(lacking.status == 3 && lacking.err.isEmpty, "\(lacking.out)\(lacking.err)")
        #expect(lacking.out.contains("No signature was checked: the Python package \"cryptography\" is not here"))
        #expect(lacking.out.contains("python3 -m pip install cryptography\n"))
        #expect(lacking.out.hasSuffix("\nwhat was checked holds, but no signature was checked\n"), "\(lacking.out)")
        try handed.write("data/exhibits/001-hallway.jpg", [1])
        let altered = try await command.run(words)
        #expect(altered.status == 1 && altered.out.hasSuffix("altered: do not rely on this folder\n"))
    }

    @Test func whatWasAddedIsFoundAndNothingHostileIsOpened() async throws {
        let handed = try await HandedOver.copy()
        for name in [
            "autorun.inf", "data/exhibits/999-more.jpg", "data/custody/log/999999.record", "data/x", "d\u{E6}t",
        ] {
            try handed.write(name, Array("x".utf8))
            try await expect(handed, 1, "added: all that belongs to the handover holds, ", ["--keys", "Keys"], name)
            try handed.remove(name)
        }
        // Links out of the folder, in place of a file and of a folder; what nobody could read to its end.
        let original = "data/exhibits/001-hallway.jpg"
        try handed.remove(original)
        #expect(symlink("/etc/hostname", handed.path(original)) == 0)
        try await expect(handed, 1, "  \(original): is a link or no plain file; it was not opened\n")
        try handed.remove(original)
        #expect(mkfifo(handed.path(original), 0o600) == 0)
        try await expect(handed, 1, "  \(original): is a link or no plain file; it was not opened\n")
        try handed.remove(original)
        try handed.write(original, try World.original(2))
        try await expect(handed, 0)
        #expect(symlink("/", handed.path("data/all")) == 0)
        try await expect(handed, 1, "  data/all: is a link or no plain file; it was not opened\n")
        try handed.remove("data/all")
        #expect(truncate(handed.path("handover.note"), 1 << 40) == 0)
        try await expect(handed, 1, "  handover.note: is longer than 1.0 MB\n")
    }

    @Test func manifestThatLeadsOutOfTheFolderIsRefused() async throws {
        let handed = try await HandedOver.copy()
        let honest = try handed.read("manifest-sha256.txt")
        let hash = SHA256.hash(try Command.bytes("/etc/hostname")).hex
        for path in ["data/../../../../etc/hostname", "/etc/hostname", "data//x", "data/./x", "data/a b", "data/%2e"] {
            try handed.write("manifest-sha256.txt", honest + hash + Array("  \(path)\n".utf8))
            try handed.resealTags()
            try await expect(
                handed, 1, "  manifest-sha256.txt: has a line ", ["--keys", "Keys"], path)
        }
        for text in [Array(honest.dropLast()), honest + honest, Array(honest.reversed()), [0xFF, 0x0A]] {
            try handed.write("manifest-sha256.txt", text)
            try handed.resealTags()
            try await expect(handed, 1, "manifest-sha256.txt: ")
        }
    }

    @Test func folderThatWasMadeAnewWithoutTheOwnersKeyIsFound() async throws {
        let handed = try await HandedOver.copy()
        // Another picture under manifests that fit; the note is the owner's old one.
        for name in ["data/exhibits/001-hallway.jpg", "data/exhibits/001-hallway.jpg.sha256"] {
            let other = try World.original(1)
            try handed.write(
                name, name.hasSuffix("jpg") ? other : SHA256.hash(other).hex + Array("  001-hallway.jpg\n".utf8))
        }
        try handed.rewriteManifests()
        try await expect(handed, 1, "  tagmanifest-sha256.txt: is not the one that the owner signed\n")
        // Signed by a stranger's key in her name, and in the stranger's own.
        let stranger = NoteSigner(name: try handed.note().owner.name, key: SigningKey())
        try handed.resign(by: stranger)
        try await expect(handed, 1, "  handover.note: is not signed by the owner that it names\n")
        try handed.resign(by: stranger, naming: stranger.verifierKey)
        try await expect(handed, 1, "names a case card that does not follow the one before it\n")
        let owner = String(decoding: try handed.owner().verifierKey.text, as: UTF8.self)
        let known = try await handed.check(["--owner", owner]).audit
        #expect(known.status == 1)
        #expect(known.out.contains("  handover.note: is not signed by the owner's key given\n"), "\(known.out)")
    }

    /// The owner herself signs what is not true: the log and what was signed at intake contradict her.
    @Test func ownerCannotExchangeAnOriginal() async throws {
        let handed = try await HandedOver.copy()
        let other = try World.original(1)
        let original = "data/exhibits/001-hallway.jpg"
        let was = String(decoding: SHA256.hash(try handed.read(original)).hex, as: UTF8.self)
        let now = String(decoding: SHA256.hash(other).hex, as: UTF8.self)
        let name = try #require(
            try handed.files().first { name in
                try name.hasPrefix("data/custody/items/")
                    && String(decoding: handed.read(name), as: UTF8.self).contains(was)
            })
        try handed.write(original, other)
        try handed.write(original + ".sha256", Array("\(now)  001-hallway.jpg\n".utf8))
        try handed.reseal()
        try await expect(handed, 1, "  \(original): is not the original that was taken in\n")
        let text = String(decoding: try handed.read(name), as: UTF8.self)
        let size = try #require(text.firstMatch(of: /\nsize ([0-9]+)\n/)).output.1
        try handed.write(
            name,
            Array(
                text.replacingOccurrences(of: was, with: now)
                    .replacingOccurrences(of: "\nsize \(size)\n", with: "\nsize \(other.count)\n").utf8))
        try handed.reseal()
        try await expect(
            handed, 1, "  \(name): states a hash that is not the one which was signed when it was taken in\n")
    }

    @Test func lineProofOrNoteInAnothersPlaceIsFound() async throws {
        for (what, words, change) in HandoverCheckTests.exchanges {
            let handed = try await HandedOver.copy()
            try change(handed)
            try handed.reseal()
            try await expect(handed, 1, words, ["--keys", "Keys"], what)
        }
    }

    private typealias Change = @Sendable (HandedOver) throws -> Void

    /// What an owner could do with her key, and what is said of it.
    private static let exchanges: [(String, String, Change)] = [
        (
            "record of another line", "is not what the log holds at entry",
            { handed in
                let (one, other) = (try handed.lines(.granted)[0], try handed.lines(.opened)[0])
                let (first, second) = (try handed.read(one + ".record"), try handed.read(other + ".record"))
                try handed.write(one + ".record", second)
                try handed.write(other + ".record", first)
            }
        ),
        (
            "salt", "is not what the log holds at entry",
            { handed in
                let one = try handed.lines(.opened)[0]
                try handed.write(one + ".salt", Hex.encode(Random.bytes(32)) + [0x0A])
            }
        ),
        (
            "tag in capitals and spaces", "is not 32 hexadecimal digits and a line end",
            { handed in
                let one = try handed.lines(.opened)[0]
                try handed.write(one + ".tag", Array("  ".utf8) + (try handed.read(one + ".tag")))
            }
        ),
        (
            "proof of another line", "is not the proof of entry",
            { handed in
                let (one, other) = (try handed.lines(.granted)[0], try handed.lines(.opened)[0])
                try handed.write(one + ".tlog-proof", try handed.read(other + ".tlog-proof"))
            }
        ),
        (
            "note of another name", "is not the note that its name says",
            { handed in
                let notes = try handed.files().filter { $0.hasPrefix("data/custody/notes/") }
                try handed.write(notes[0], try handed.read(notes[1]))
            }
        ),
        (
            "note that is not signed", "is not signed by the key that has to sign it",
            { handed in
                let notes = try handed.files().filter { $0.hasPrefix("data/custody/notes/") }
                for name in notes {
                    let note = try UnverifiedNote(parsing: try handed.read(name))
                    let stranger = NoteSigner(name: try KeyName(note.signatures[0].name), key: SigningKey())
                    try handed.write(name, try stranger.sign(note.text).bytes)
                }
            }
        ),
        (
            "file of no item", "belongs to no item: nothing proves where it comes from",
            { handed in try handed.write("data/exhibits/077-more.jpg", try World.original(1)) }
        ),
        (
            "note of no line", "is named by no line of the log that is here",
            { handed in
                let card = Card(
                    kind: .person, name: PlainText(literal: "Nobody"), role: PlainText(literal: "police"),
                    organisation: nil, key: try handed.owner().verifierKey, recipient: AgeIdentity.random().recipient,
                    issued: try handed.note().time, expires: nil)
                let note = try Verified(card, signedBy: try handed.owner())
                try handed.write(String(decoding: HandoverLayout.note(note.hash), as: UTF8.self), note.bytes)
            }
        ),
    ]

    @Test func logOfAnotherVaultOrHeadIsNotTrusted() async throws {
        let handed = try await HandedOver.copy()
        let other = try await Command(folder: handed.world.folder).run(
            ["bevis-audit", "verify-handover", "out", "--keys", "other"])
        #expect(other.status == 1)
        #expect(other.out.contains("  handover.note: is of a log that is not the trusted one: "), "\(other.out)")
        // The same head signed by a log of the same name, which the note names as its log.
        let note = try handed.note()
        let forger = NoteSigner(name: note.log.name, key: SigningKey())
        let head = try forger.sign(try UnverifiedNote(parsing: note.checkpoint).text).bytes
        for name in try handed.files() where name.hasSuffix(".tlog-proof") {
            let proof = try handed.read(name)
            try handed.write(name, Array(proof.dropLast(note.checkpoint.count)) + head)
        }
        try handed.reseal(log: forger.verifierKey, checkpoint: head)
        try await expect(handed, 0, "", [])
        try await expect(handed, 1, "  handover.note: is of a log that is not the trusted one: ")
        try handed.reseal(log: note.log, checkpoint: head)
        try await expect(handed, 1, "holds a checkpoint that its log has not signed\n")
    }

    /// Programs of others take the folder for what it says it is. `make setup-test` installs them.
    @Test func foreignProgramsAcceptTheBagAndItsGraph() async throws {
        let handed = try await HandedOver.copy()
        let peers =
            URL(filePath: World.media).deletingLastPathComponent().deletingLastPathComponent().path
            + "/.build-peers"
        let python = Command(folder: handed.world.folder, environment: ["PYTHONPATH": peers])
        let bag = try await python.run(["python3", "-m", "bagit", "--validate", "out"])
        #expect(bag.status == 0 && bag.err.hasSuffix("out is valid\n"), "run: make setup-test\n\(bag.err)")
        let validator = peers + "/bin/case_validate"
        let graph = try await python.run(["python3", validator, "out/data/case.jsonld"])
        #expect(graph.status == 0, "run: make setup-test\n\(graph.out)\(graph.err)")
        #expect(graph.out == "Validation Report\nConforms: True\n", "\(graph.out)")
        try handed.write("data/exhibits/001-hallway.jpg", [1])
        #expect(try await python.run(["python3", "-m", "bagit", "--validate", "out"]).status == 1)
    }
}

extension HandedOver {
    /// Fits the manifest to a file that was altered.
    /// - Returns: the manifest as it was.
    fileprivate func refit(_ place: String) throws -> [UInt8] {
        let old = try read("manifest-sha256.txt")
        let lines = String(decoding: old, as: UTF8.self).split(separator: "\n").map { line -> String in
            guard line.hasSuffix("  " + place) else { return String(line) }
            return String(decoding: SHA256.hash((try? read(place)) ?? []).hex, as: UTF8.self) + "  " + place
        }
        try write("manifest-sha256.txt", Array((lines.joined(separator: "\n") + "\n").utf8))
        return old
    }

    /// Fits the tag manifest to a manifest that was altered, and signs.
    fileprivate func resealTags() throws {
        let names = ["bag-info.txt", "bagit.txt", "index.html", "manifest-sha256.txt"]
        try write(
            "tagmanifest-sha256.txt",
            try names.flatMap { SHA256.hash(try read($0)).hex + Array("  \($0)\n".utf8) })
        try resign()
    }
}

/// Numbers that are the same at every run.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 20
    }
}
