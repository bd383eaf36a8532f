import Foundation
import Testing

/// The vaults that earlier versions made: whatever changes, they still open, and everything in them is as it was.
@Suite struct GoldenTests {
    static let folder = URL(filePath: World.media).deletingLastPathComponent().path + "/Golden"

    static let vaults: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("example-vault-") }.sorted()
    }()

    /// A copy of a golden vault in the places of a sandbox, as its custodian and its people would have it.
    ///
    /// Git keeps neither modes nor empty folders: every right of others is taken away here, and folders that were empty
    /// are left for the custodian to make. Locks and sockets were never stored.
    static func copy(of name: String) async throws -> Sandbox {
        let sandbox = try Sandbox()
        let script = """
            set -e
            cp -r --no-preserve=mode "$0"/. .
            mv vault v
            mv example-passphrase passphrase
            for home in home-*; do mv "$home" "h-${home#home-}"; done
            chmod -R u=rwX,go= .
            """
        let copied = try await sandbox.tool("bash", "-c", script, folder + "/" + name)
        guard copied.status == 0 else { throw CommandError(description: copied.err) }
        return sandbox
    }

    private func word(_ sandbox: Sandbox, _ name: String) throws -> String {
        String(decoding: try sandbox.read(name), as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Whether the files named in `SHA256SUMS` are the originals, by a tool that is not ours.
    private func areOriginal(in sandbox: Sandbox) async throws -> Bool {
        try await sandbox.tool("sha256sum", "--check", "--strict", "SHA256SUMS").status == 0
    }

    @Test func thereIsAGoldenVault() {
        #expect(GoldenTests.vaults.contains("example-vault-1"))
    }

    @Test(arguments: vaults) func ownerFindsAndOpensEverything(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let list = try await sandbox.bevis("signe", "list", "--json")
        #expect(list.status == 0, "\(list.err)")
        let items = try #require(try list.json() as? [[String: Any]])
        #expect(items.compactMap { $0["kind"] as? String } == ["statement", "photo", "footage"])
        let names = ["statement.txt", "hallway.jpg", "hallway.mp4"]
        for (index, file) in names.enumerated() {
            let opened = try await sandbox.bevis("signe", "open", "\(index + 1)", "-o", file)
            #expect(opened.status == 0, "\(opened.err)")
        }
        #expect(try await areOriginal(in: sandbox))
        let verified = try await sandbox.bevis("signe", "vault", "verify")
        #expect(verified.status == 0, "\(verified.err)")
    }

    @Test(arguments: vaults) func logTellsWhatItToldThen(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let log = try await sandbox.bevis("signe", "log", "--json")
        #expect(log.status == 0, "\(log.err)")
        let now = try #require(try log.json() as? [[String: Any]])
        let then = try #require(
            try JSONSerialization.jsonObject(with: Data(sandbox.read("log.json"))) as? [[String: Any]])
        #expect(then.count > 10)
        #expect(now.count == then.count, "nothing happens to a vault that only lies there")
        for (old, new) in zip(then, now) {
            // A later version may tell more of an entry, never less and nothing else.
            for (member, value) in old {
                #expect(
                    (value as? NSObject) == (new[member] as? NSObject), "\(member) of entry \(old["entry"] ?? "?")")
            }
        }
    }

    @Test(arguments: vaults) func officerOpensWhatIsLentAndNothingElse(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let grant = try word(sandbox, "grant-open")
        for (number, file) in [("1", "statement.txt"), ("2", "hallway.jpg"), ("3", "hallway.mp4")] {
            let opened = try await sandbox.bevis(
                "mads", "open", number, "--grant", grant, "--purpose", "Igen", "--journal", "EX-2", "-o", file)
            #expect(opened.status == 0, "\(opened.err)")
        }
        #expect(try await areOriginal(in: sandbox))
        for (ended, reason) in [("grant-revoked", "the grant was revoked"), ("grant-expired", "the grant has expired")]
        {
            let refused = try await sandbox.bevis(
                "mads", "open", "1", "--grant", try word(sandbox, ended), "--purpose", "Igen", "-o", "x")
            #expect(refused.status == 1)
            #expect(refused.err.contains("bevis: refused: \(reason) (the refusal is entry"), "\(refused.err)")
        }
        let withdrawn = try await sandbox.bevis(
            "nina", "open", "1", "--grant", try word(sandbox, "grant-withdrawn"), "--purpose", "Igen", "-o", "x")
        #expect(withdrawn.status == 1)
        #expect(withdrawn.err.contains("the card was withdrawn"), "\(withdrawn.err)")
        #expect(!sandbox.exists("x"))
    }

    @Test(arguments: vaults) func ownerLendsAndAddsAsBefore(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        try sandbox.write("more.txt", Array("one more\n".utf8))
        let added = try await sandbox.bevis("signe", "add", "more.txt")
        #expect(added.status == 0, "\(added.err)")
        let grant = try await sandbox.lend(["4"])
        let opened = try await sandbox.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Nyt", "-o", "-")
        #expect(opened.outBytes == Array("one more\n".utf8), "\(opened.err)")
    }

    @Test(arguments: vaults) func storedBundleIsIntactAndANewOneGoesOn(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let identity = ["--keys", "Keys", "-i", "h-revisor/identity.age"]
        let auditor = Command(folder: sandbox.folder, environment: sandbox.environment(of: "revisor"))
        let stored = try await auditor.run(["bevis-audit", "verify", "bundle"] + identity)
        #expect(stored.status == 0, "\(stored.out)\(stored.err)")
        #expect(stored.out.hasPrefix("intact: "))
        let exported = try await sandbox.bevis("revisor", "audit", "export", "--out", "new")
        #expect(exported.status == 0, "\(exported.err)")
        #expect(try await auditor.run(["bevis-audit", "verify", "new"] + identity).status == 0)
        let consistent = try await auditor.run([
            "bevis-audit", "consistency", "new", "bundle/log/checkpoint", "--keys", "Keys",
        ])
        #expect(consistent.status == 0, "\(consistent.out)\(consistent.err)")
    }

    @Test(arguments: vaults) func sheetBringsEverythingBackInANewHome(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let sheet = String(decoding: try sandbox.read("sheet.txt"), as: UTF8.self)
        let typed = PersonTests.typedLines(sheet).joined(separator: "\n") + "\n\n"
        let back = try await sandbox.bevis("later", "recover", "--name", "Signe Eksempel", input: Array(typed.utf8))
        #expect(back.status == 0, "\(back.err)")
        for (number, file) in [("1", "statement.txt"), ("2", "hallway.jpg"), ("3", "hallway.mp4")] {
            let opened = try await sandbox.bevis("later", "open", number, "-o", file)
            #expect(opened.status == 0, "\(opened.err)")
        }
        #expect(try await areOriginal(in: sandbox))
    }

    // MARK: Altered ones

    /// Changes the lowest bit of one byte in the middle of a file.
    private func alter(_ path: String, in sandbox: Sandbox) throws {
        var bytes = try sandbox.read(path)
        bytes[bytes.count / 2] ^= 1
        try sandbox.write(path, bytes)
    }

    @Test(arguments: vaults) func oneByteOfAnObjectAlteredIsFound(_ name: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let list = try #require(try await sandbox.bevis("signe", "list", "--json").json() as? [[String: Any]])
        let photo = try #require(list[1]["item"] as? String)
        sandbox.killCustodian()
        try alter("v/objects/\(photo.prefix(2))/\(photo)", in: sandbox)
        let verified = try await sandbox.bevis("signe", "vault", "verify")
        #expect(verified.status == 1)
        #expect(verified.err.contains(photo.prefix(12)), "\(verified.err)")
        let opened = try await sandbox.bevis("signe", "open", "2", "-o", "hallway.jpg")
        #expect(opened.status == 1)
        #expect(!sandbox.exists("hallway.jpg"))
        #expect(try await sandbox.bevis("signe", "open", "3", "-o", "hallway.mp4").status == 0, "another is not harmed")
    }

    @Test(arguments: vaults, ["bundle/log/tile/entries/000.p", "bundle/records/000", "bundle/log/checkpoint"])
    func oneByteOfTheBundleAlteredIsFound(_ name: String, _ path: String) async throws {
        let sandbox = try await GoldenTests.copy(of: name)
        let file = path.hasSuffix(".p") ? try path + "/" + #require(sandbox.names(in: path).first) : path
        try alter(file, in: sandbox)
        let verified = try await Command(folder: sandbox.folder, environment: sandbox.environment(of: "revisor"))
            .run(["bevis-audit", "verify", "bundle", "--keys", "Keys", "-i", "h-revisor/identity.age"])
        #expect(verified.status == 1, "\(verified.out)\(verified.err)")
    }
}
