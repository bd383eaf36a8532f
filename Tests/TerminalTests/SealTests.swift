import Foundation
import Testing

@testable import Terminal

/// `bevis seal` and `bevis unseal` with the stock tool as the peer.
@Suite struct SealTests {
    private let bench: Bench
    private let recipient: String
    private let content: [UInt8]

    init() throws {
        bench = try Bench()
        let made = try Run.program("/usr/bin/age-keygen", ["-o", bench.path("key")])
        recipient = try #require(made.errors.split(separator: " ").last.map { $0.trimmingCharacters(in: .newlines) })
        content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        try bench.write("in", content)
    }

    private func age(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let outcome = try Run.age(arguments, input: input)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])
    func theStockToolOpensWhatIsSealedAndTheOtherWayRound(size: Int) throws {
        let plain = Array(content.prefix(size))
        let sealed = try Run.bevis(["seal", "-r", recipient], input: plain)
        #expect(sealed.status == 0 && sealed.errors.isEmpty)
        #expect(try age(["-d", "-i", bench.path("key")], input: sealed.output) == plain)
        for form in [[], ["-a"]] {
            let theirs = try age(form + ["-r", recipient], input: plain)
            let opened = try Run.bevis(["unseal", "-i", bench.path("key"), "-"], input: theirs)
            #expect(opened.status == 0 && opened.output == plain)
        }
    }

    @Test func severalRecipientsAndFilesOpenOnTheirOwn() throws {
        _ = try Run.program("/usr/bin/age-keygen", ["-o", bench.path("second")])
        _ = try Run.program("/usr/bin/age-keygen", ["-o", bench.path("stranger")])
        let second = try Run.program("/usr/bin/age-keygen", ["-y", bench.path("second")]).text
        try bench.write("list", "# friends\n\n\(second)")
        let sealed = try Run.bevis(
            ["seal", "-r", recipient, "-R", bench.path("list"), "-o", bench.path("out.age"), bench.path("in")])
        #expect(sealed.status == 0)
        for key in ["key", "second"] {
            #expect(try age(["-d", "-i", bench.path(key), bench.path("out.age")]) == content)
            let opened = try Run.bevis([
                "unseal", "-i", bench.path("stranger"), "-i", bench.path(key), bench.path("out.age"),
            ])
            #expect(opened.output == content)
        }
        let stranger = try Run.bevis(["unseal", "-i", bench.path("stranger"), bench.path("out.age")])
        #expect(stranger.status == 1 && stranger.output.isEmpty)
        #expect(stranger.errors.contains("no identity given opens the file"))
    }

    @Test func anIdentityUnderAPassphraseIsOpenedFirst() throws {
        try bench.write("pass", "correct horse\n")
        let locked = try Run.bevis(
            ["seal", "-p", "-o", bench.path("key.age"), bench.path("key")],
            environment: ["BEVIS_PASSPHRASE_FILE": bench.path("pass")])
        #expect(locked.status == 0)
        let sealed = try age(["-r", recipient], input: content)
        let opened = try Run.bevis(
            ["unseal", "-i", bench.path("key.age")], input: sealed,
            environment: ["BEVIS_PASSPHRASE_FILE": bench.path("pass")])
        #expect(opened.status == 0 && opened.output == content)
        try bench.write("wrong", "another horse\n")
        let refused = try Run.bevis(
            ["unseal", "-i", bench.path("key.age")], input: sealed,
            environment: ["BEVIS_PASSPHRASE_FILE": bench.path("wrong")])
        #expect(refused.status == 1 && refused.output.isEmpty)
    }

    @Test(arguments: [65_536 + 16, 1, 100_000, 65_552])
    func aCutFileReleasesOnlyWhatVerifiedAndLeavesNoFile(missing: Int) throws {
        let sealed = try age(["-r", recipient], input: content)
        try bench.write("cut.age", Array(sealed.dropLast(missing)))
        let stream = try Run.bevis(["unseal", "-i", bench.path("key"), bench.path("cut.age")])
        #expect(stream.status == 1)
        #expect(content.starts(with: stream.output) && stream.output.count % 65_536 == 0)
        let file = try Run.bevis(["unseal", "-i", bench.path("key"), "-o", bench.path("back"), bench.path("cut.age")])
        #expect(file.status == 1 && !bench.exists("back"))
        #expect(bench.names == ["cut.age", "in", "key"])
    }

    @Test func aFileCutBetweenChunksIsCalledCutOff() throws {
        let sealed = try age(["-r", recipient], input: Array(content.prefix(131_073)))
        let stream = try Run.bevis(["unseal", "-i", bench.path("key")], input: Array(sealed.dropLast(17)))
        #expect(stream.status == 1 && stream.errors.contains("ends before its last chunk"))
        #expect(stream.output == Array(content.prefix(131_072)))
    }

    @Test func anAlteredByteIsNoticed() throws {
        let sealed = try age(["-r", recipient], input: content)
        for position in [3, 60, 150, 184, 190, 66_000, sealed.count - 1] {
            var altered = sealed
            altered[position] ^= 1
            let opened = try Run.bevis(["unseal", "-i", bench.path("key"), "-o", bench.path("back")], input: altered)
            #expect(opened.status == 1 && !bench.exists("back"))
        }
        let longer = try Run.bevis(["unseal", "-i", bench.path("key"), "-o", bench.path("back")], input: sealed + [0])
        #expect(longer.status == 1 && !bench.exists("back"))
    }

    @Test func brokenArmorIsRefused() throws {
        let armored = String(decoding: try age(["-a", "-r", recipient], input: content), as: UTF8.self)
        let end = "-----END AGE ENCRYPTED FILE-----\n"
        let lines = armored.split(separator: "\n").map(String.init)
        let broken = [
            String(armored.dropLast(end.count)), armored + "x", armored.replacingOccurrences(of: end, with: "\n" + end),
            ([lines[0]] + ["AAAA"] + lines[1...]).joined(separator: "\n"),
            ([lines[0]] + [lines[1] + "AAAA"] + lines[2...]).joined(separator: "\n"),
            armored.replacingOccurrences(of: "BEGIN AGE", with: "BEGIN PGP"), "\n " + armored,
            armored.replacingOccurrences(of: end, with: "-----END AGE ENCRYPTED FILE----- \n"),
        ]
        for text in broken {
            let opened = try Run.bevis(
                ["unseal", "-i", bench.path("key"), "-o", bench.path("back")], input: Array(text.utf8))
            #expect(opened.status == 1 && !bench.exists("back"))
        }
        let windows = "\r\n  \r\n" + armored.replacingOccurrences(of: "\n", with: "\r\n") + " \n\n"
        #expect(try Run.bevis(["unseal", "-i", bench.path("key")], input: Array(windows.utf8)).output == content)
    }

    @Test func nothingIsOverwrittenWithoutForce() throws {
        try bench.write("out", "old")
        let refused = try Run.bevis(["seal", "-r", recipient, "-o", bench.path("out"), bench.path("in")])
        #expect(refused.status == 1)
        #expect(try bench.read("out") == Array("old".utf8))
        #expect(
            try Run.bevis(["seal", "--force", "-r", recipient, "-o", bench.path("out"), bench.path("in")]).status == 0)
        #expect(try age(["-d", "-i", bench.path("key"), bench.path("out")]) == content)
    }

    @Test func inputAndOutputCannotBeOneFile() throws {
        let link = bench.path("link")
        try FileManager.default.linkItem(atPath: bench.path("in"), toPath: link)
        for output in [bench.path("in"), link] {
            let outcome = try Run.bevis(["seal", "--force", "-r", recipient, "-o", output, bench.path("in")])
            #expect(outcome.status == 2 && outcome.errors.contains("the same file"))
        }
        #expect(try bench.read("in") == content)
        let unsealing = try Run.bevis(["unseal", "--force", "-i", bench.path("key"), "-o", link, bench.path("in")])
        #expect(unsealing.status == 2)
    }

    @Test func binaryOutputIsKeptFromTheTerminal() throws {
        let sealing = try TerminalOutcome([Run.bevis, "seal", "-r", recipient, bench.path("in")], steps: [])
        #expect(sealing.status == 2 && sealing.shown.contains("will not write binary output to the terminal"))
        let forced = try TerminalOutcome([Run.bevis, "seal", "-r", recipient, "-o", "-", bench.path("in")], steps: [])
        #expect(forced.status == 0 && forced.shown.contains("age-encryption.org/v1"))
        try bench.write("text.age", try age(["-r", recipient], input: Array("she said \u{E6}\n".utf8)))
        let text = try TerminalOutcome(
            [Run.bevis, "unseal", "-i", bench.path("key"), bench.path("text.age")], steps: [])
        #expect(text.status == 0 && text.shown.contains("she said \u{E6}"))
        try bench.write("hostile.age", try age(["-r", recipient], input: Array("\u{1B}]0;owned\u{7}".utf8)))
        let hostile = try TerminalOutcome(
            [Run.bevis, "unseal", "-i", bench.path("key"), bench.path("hostile.age")], steps: [])
        #expect(hostile.status == 2 && !hostile.shown.contains("owned"))
    }

    @Test(
        arguments: [
            ([], "nobody to seal to"), (["-p", "-r", "age1x"], "cannot be combined"),
            (["-r", "age1x"], "is not a recipient"),
            (["-r", "ssh-ed25519 AAAA"], "not supported"), (["-a", "-p"], "armored output is not offered"),
            (["-R", "-", "-"], "asked for twice"), (["-p", "--passphrase-fd", "0"], "asked for twice"),
            (["-p", "--passphrase-fd", "77"], "is not open"), (["-x"], "unknown option"),
        ] as [([String], String)])
    func wrongUsageIsTwo(arguments: [String], message: String) throws {
        let outcome = try Run.bevis(["seal"] + arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("bevis: ") && outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func aSecretKeyGivenAsRecipientIsNotShown() throws {
        let lines = String(decoding: try bench.read("key"), as: UTF8.self).split(separator: "\n")
        let key = String(try #require(lines.last))
        let outcome = try Run.bevis(["seal", "-r", key])
        #expect(outcome.status == 2 && !outcome.errors.contains(key))
    }

    @Test func unsealingAsksForWhatItNeeds() throws {
        let sealed = try age(["-r", recipient], input: [1])
        #expect(try Run.bevis(["unseal"], input: sealed).errors.contains("name an identity file with -i"))
        #expect(try Run.bevis(["unseal", "-p", "-i", "x"], input: sealed).status == 2)
        #expect(try Run.bevis(["unseal", "-i", "-", "-"], input: sealed).status == 2)
        #expect(try Run.bevis(["unseal", "-i", "/nonexistent"], input: sealed).status == 3)
        #expect(try Run.bevis(["unseal", "-i", bench.path("in")], input: sealed).status == 2)
        #expect(try Run.bevis(["unseal", "-i", bench.path("key")], input: Array("not an age file".utf8)).status == 1)
        #expect(try Run.bevis(["unseal", "-i", bench.path("key")]).status == 1)
    }

    @Test func aReaderThatGoesAwayEndsItQuietly() throws {
        try bench.write("out.age", try age(["-r", recipient], input: content))
        let outcome = try Run.shell(
            "\"$BEVIS\" unseal -i \"$1\" \"$2\" | head -c 3 > /dev/null; echo ${PIPESTATUS[0]}",
            [bench.path("key"), bench.path("out.age")])
        #expect(outcome.errors.isEmpty)
        #expect(["0\n", "3\n"].contains(outcome.text))
    }

    @Test func aFullDiskIsNamedAndLeavesNothing() throws {
        let outcome = try Run.bevis(["seal", "-r", recipient, "-o", "/dev/full", bench.path("in")])
        #expect(outcome.status == 3 && outcome.errors.contains("the disk is full"))
        let limited = try Run.shell(
            "trap '' XFSZ; ulimit -f 64; \"$BEVIS\" seal -r \"$1\" -o big.age in", [recipient], in: bench.path)
        #expect(limited.status == 3 && limited.errors.contains("grows beyond"))
        #expect(bench.names == ["in", "key"])
    }

    @Test func noOtherUserSeesTheResultAndNoDumpIsMade() throws {
        let outcome = try Run.shell(
            """
            umask 0; ulimit -c unlimited 2> /dev/null
            (sleep 5 | "$BEVIS" seal -r "$1" -o out.age) & sleep 1
            grep 'core file' /proc/$(pgrep -nf "seal -r $1 -o")/limits; wait
            stat -c %a out.age
            """, [recipient], in: bench.path)
        #expect(outcome.text.contains("Max core file size        0                    0"))
        #expect(outcome.text.hasSuffix("600\n"))
    }

    @Test func memoryStaysBoundedOnALongStream() throws {
        let outcome = try Run.shell(
            """
            head -c 200000000 /dev/zero | "$BEVIS" seal -r "$1" |
              (ulimit -v 600000; exec "$BEVIS" unseal -i key) | wc -c
            """, [recipient], in: bench.path)
        #expect(outcome.text == "200000000\n", "\(outcome.errors)")
    }
}
