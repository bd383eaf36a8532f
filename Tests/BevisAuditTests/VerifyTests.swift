import AgeFile
import AuditTrail
import LogFixture
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Testing

@Suite struct VerifyTests {
    @Test func anHonestBundleIsIntact() throws {
        let stage = try Stage()
        try stage.write()
        let answer = stage.run("verify")
        #expect(answer.errors == "")
        #expect(answer.code == 0)
        #expect(answer.output.hasPrefix("intact: 10 leaves, 2026-09-21"))
        #expect(answer.output.contains("CEST"))
        #expect(answer.output.contains("          1  opened\n"))
        #expect(answer.output.contains("          1  refused\n"))
        let json = try stage.json(stage.run("verify", ["--json"]))
        #expect(json["verdict"] as? String == "intact")
        #expect(json["leaves"] as? Int == 10)
        #expect(json["first"] as? String == "2026-09-21T14:13:20Z")
        #expect(json["signatures"] as? Int == 13)
    }

    @Test(arguments: [UInt64(255), 256, 257, 700]) func bundlesOfEverySizeAreIntact(size: UInt64) throws {
        let stage = try Stage()
        try stage.grow(to: size)
        try stage.write()
        #expect(stage.run("verify").code == 0)
    }

    @Test func withoutAnIdentityOnlyTheLogIsChecked() throws {
        let stage = try Stage()
        stage.log.records[7] = nil
        try stage.write()
        let answer = stage.run("verify", keys: false)
        #expect(answer.code == 0)
        #expect(answer.output.contains("not checked: records and decisions"))
        #expect(stage.run("verify").code == 4)
    }

    @Test func brokenRuleIsToldInPlainWords() throws {
        let stage = try Stage()
        try stage.log.open(stage.officer, stage.matter, stage.lent, [stage.items[0]])
        try stage.write()
        let answer = stage.run("verify")
        #expect(answer.code == 1)
        #expect(answer.output.hasPrefix("rule broken: 11 leaves"))
        #expect(
            answer.output.contains(
                "leaf 10, grant \(String(decoding: stage.lent.id.hex.prefix(8), as: UTF8.self)): "
                    + "a request was granted that the rules forbid: the grant was revoked\n"))
        #expect(answer.output.contains("tell the owner"))
    }

    @Test func everyKindOfFileIsWatched() throws {
        let stage = try Stage()
        try stage.grow(to: 300)
        try stage.write()
        let list = "lists/\(String(decoding: stage.lent.id.hex, as: UTF8.self)).age"
        let expected: [(String, Int32, String)] = [
            ("log/checkpoint", 1, "checkpoint-invalid"), ("log/tile/0/000", 1, "tile-differs"),
            ("log/tile/0/001.p/44", 1, "tile-differs"), ("log/tile/1/000.p/1", 1, "tile-differs"),
            ("log/tile/entries/000", 1, "tile-differs"), ("log/tile/entries/001.p/44", 1, "tile-differs"),
            ("records/000", 1, "record-unreadable"), ("records/001", 1, "record-unreadable"),
            (list, 1, "list-differs"),
        ]
        for (name, code, kind) in expected {
            let path = "bundle/" + name
            let bytes = stage.folder.read(path)
            try #require(!bytes.isEmpty, "\(name)")
            var changed = bytes
            // In the midst of something that counts, not in a length.
            if name.hasSuffix("checkpoint") {
                // The root's first digit, into another that is base64 too: what is no checkpoint at all is told apart.
                let place = try #require(bytes.split(separator: 0x0A, maxSplits: 2).last).startIndex
                changed[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            } else {
                changed[name.contains("entries") ? 30 : min(bytes.count / 2 + 40, bytes.count - 1)] ^= 1
            }
            try stage.folder.write(changed, to: path)
            let answer = stage.run("verify", ["--json"])
            #expect(answer.code == code, "\(name): \(answer.errors)")
            #expect(try stage.kinds(answer).contains(kind), "\(name)")
            try stage.folder.write(bytes, to: path)
        }
        #expect(stage.run("verify").code == 0)
    }

    @Test func whatIsNoCheckpointIsRefusedInWords() throws {
        let stage = try Stage()
        try stage.write()
        let bytes = stage.folder.read("bundle/log/checkpoint")
        for broken in [[], Array("nonsense\n".utf8), [UInt8](bytes.dropLast()), [UInt8](bytes.prefix(bytes.count / 2))]
        {
            try stage.folder.write(broken, to: "bundle/log/checkpoint")
            let answer = stage.run("verify", ["--json"])
            #expect(answer.code == 1)
            #expect(
                answer.errors
                    == "bevis-audit: log/checkpoint is not a signed checkpoint\n  fetch the bundle again\n")
        }
    }

    @Test func pageCutOffIsFound() throws {
        let stage = try Stage()
        try stage.write()
        let bytes = stage.folder.read("bundle/records/000")
        for rest in [0, 3, 4, bytes.count - 1] {
            try stage.folder.write([UInt8](bytes.prefix(rest)), to: "bundle/records/000")
            let answer = stage.run("verify", ["--json"])
            #expect(answer.code == 1)
            #expect(try stage.kinds(answer).contains("page-malformed"))
        }
    }

    @Test func missingFilesAreTold() throws {
        let stage = try Stage()
        try stage.grow(to: 300)
        try stage.write()
        let list = "lists/\(String(decoding: stage.lent.id.hex, as: UTF8.self)).age"
        let expected: [(String, Int32)] = [
            ("log/checkpoint", 3), ("log/tile/0/000", 1), ("log/tile/1/000.p/1", 1), ("log/tile/entries/000", 1),
            ("records/000", 4), ("records/001", 4), (list, 4), ("keys.age", 4),
        ]
        for (name, code) in expected {
            let bytes = stage.folder.read("bundle/" + name)
            stage.folder.remove("bundle/" + name)
            let answer = stage.run("verify")
            #expect(answer.code == code, "\(name): \(answer.output)")
            try stage.folder.write(bytes, to: "bundle/" + name)
        }
    }

    @Test func truncatedLogUnderItsOldCheckpointIsFound() throws {
        let stage = try Stage()
        let head = try stage.log.checkpoint()
        stage.log.entries.removeLast()
        stage.log.records.removeLast()
        stage.log.rebuild()
        try stage.write()
        try stage.folder.write(head, to: "bundle/log/checkpoint")
        #expect(stage.run("verify").code == 1)
    }

    @Test func removedLeafIsFound() throws {
        let stage = try Stage()
        let head = try stage.log.checkpoint(size: 9, root: try stage.log.tree.root(size: 9))
        stage.log.entries.remove(at: 7)
        stage.log.records.remove(at: 7)
        stage.log.rebuild()
        try stage.write()
        try stage.folder.write(head, to: "bundle/log/checkpoint")
        let answer = stage.run("verify", ["--json"])
        #expect(answer.code == 1)
        #expect(try stage.kinds(answer).contains("tree-differs"))
        #expect(try stage.kinds(answer).contains("number-skipped"))
    }

    @Test func anotherLogsKeyIsFound() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write(LogFixture().trustedKeys(), in: "keys")
        let answer = stage.run("verify", ["--json"])
        #expect(answer.code == 1)
        #expect(try stage.kinds(answer).first == "checkpoint-invalid")
    }

    @Test func checkpointThatNobodySignedCannotKeepUsBusy() throws {
        let stage = try Stage()
        try stage.write()
        let huge = try LogFixture().checkpoint(size: 1 << 62, root: Random.value())
        try stage.folder.write(huge, to: "bundle/log/checkpoint")
        #expect(stage.run("verify").code == 1)
        #expect(stage.run("list").code == 1)
    }

    @Test func anotherOperatorsKeyIsFound() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write(signer("example.org/operator").verifierKey.text, to: "keys/operator")
        let answer = stage.run("verify", ["--json"])
        #expect(answer.code == 1)
        #expect(try stage.kinds(answer).contains("trust-not-next"))
    }

    @Test func policyInTheBundleIsNeverTrusted() throws {
        let stage = try Stage()
        try stage.write()
        stage.folder.remove("keys/policy")
        let answer = stage.run("verify")
        #expect(answer.code == 3)
        #expect(answer.errors.contains("there is no policy among the trusted keys"))
    }

    @Test func anotherAuditorsIdentityIsRefused() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write(LogFixture.identityFile(.random()), to: "identity")
        let answer = stage.run("verify")
        #expect(answer.code == 3)
        #expect(answer.errors.contains("made for another auditor"))
    }

    @Test func identityUnderAPassphraseOpens() throws {
        let stage = try Stage()
        try stage.write()
        let passphrase = Array("correct horse".utf8).withUnsafeBytes { SecretBytes(copying: $0) }
        let sealed = try AgeFile.seal(LogFixture.identityFile(stage.auditor), passphrase: passphrase, logN: 10)
        try stage.folder.write(sealed.bytes, to: "identity")
        try stage.folder.write(Array("correct horse\n".utf8), to: "passphrase")
        _ = stage.folder.run("/bin/chmod", ["600", "passphrase"])
        let run = ["verify", "bundle", "--keys", "keys", "-i", "identity"]
        let answer = stage.folder.run(Stage.program, run, environment: ["BEVIS_PASSPHRASE_FILE=passphrase"])
        #expect(answer.code == 0, "\(answer.errors)")
        try stage.folder.write(Array("wrong horse\n".utf8), to: "passphrase")
        let wrong = stage.folder.run(Stage.program, run, environment: ["BEVIS_PASSPHRASE_FILE=passphrase"])
        #expect(wrong.code == 3)
    }

    @Test func linksAndPipesInABundleAreNotFollowed() throws {
        let stage = try Stage()
        try stage.write()
        stage.folder.remove("bundle/records/000")
        _ = stage.folder.run("/bin/ln", ["-s", "/dev/zero", "bundle/records/000"])
        #expect(stage.run("verify").code == 4)
        stage.folder.remove("bundle/log/checkpoint")
        _ = stage.folder.run("/usr/bin/mkfifo", ["bundle/log/checkpoint"])
        #expect(stage.run("verify").code == 1)
    }

    @Test func wrongUsageIsTwo() throws {
        let stage = try Stage()
        #expect(stage.folder.run(Stage.program, ["verify"]).code == 2)
        #expect(stage.folder.run(Stage.program, ["verify", "nothing-here", "--keys", "nothing"]).code == 3)
        #expect(stage.folder.run(Stage.program, ["--help"]).code == 0)
    }

    @Test func bundleWithoutKeptCheckpointsIsIncomplete() throws {
        let stage = try Stage()
        try stage.write()
        #expect(stage.folder.read("bundle/checkpoints/000") != [])
        stage.folder.remove("bundle/checkpoints/000")
        let answer = stage.run("verify", ["--json"])
        #expect(answer.code == 4)
        #expect(try stage.kinds(answer) == ["head-withheld"])
    }

    @Test func malformedPageOfCheckpointsIsFound() throws {
        let stage = try Stage()
        try stage.write()
        try stage.folder.write([1, 2, 3], to: "bundle/checkpoints/000")
        let answer = stage.run("verify", ["--json"])
        #expect(answer.code == 1)
        #expect(try stage.kinds(answer) == ["page-malformed", "head-withheld"])
    }

    @Test func keptCheckpointOfAnotherHistoryIsFound() throws {
        let stage = try Stage()
        let index = try #require(stage.log.heads.keys.first)
        stage.log.heads[index] = try stage.log.checkpoint(size: index + 1, root: TreeHash.leaf([1]))
        try stage.write()
        let answer = stage.run("verify", ["--json"])
        #expect(answer.code == 1)
        #expect(try stage.kinds(answer) == ["forked"])
    }
}
