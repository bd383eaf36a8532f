import Foundation
import Sodium
import Testing

@testable import Terminal

@Suite struct PassphraseTests {
    private func text(_ secret: SecretBytes) -> String {
        secret.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test func theFirstLineOfAFileIsThePassphrase() throws {
        let bench = try Bench()
        try bench.write("pass", "correct horse\r\nsecond line\n")
        #expect(text(try Passphrase.ask(for: "x", from: .file(bench.path("pass")))) == "correct horse")
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o620])
    func aFileThatOthersCanOpenIsRefused(mode: Int) throws {
        let bench = try Bench()
        try bench.write("pass", "correct horse\n", mode: mode)
        let failure = #expect(throws: CommandFailure.self) {
            try Passphrase.ask(for: "x", from: .file(bench.path("pass")))
        }
        #expect(failure?.message.hasSuffix("is open to others") == true)
    }

    @Test(arguments: ["", "\n", "\r\n"])
    func anEmptyPassphraseIsRefused(content: String) throws {
        let bench = try Bench()
        try bench.write("pass", content)
        #expect(throws: CommandFailure.self) { try Passphrase.ask(for: "x", from: .file(bench.path("pass"))) }
    }

    @Test func aLineWithoutEndIsRefused() throws {
        let bench = try Bench()
        try bench.write("pass", String(repeating: "x", count: 5_000))
        #expect(throws: CommandFailure.self) { try Passphrase.ask(for: "x", from: .file(bench.path("pass"))) }
    }

    @Test func linesOfADescriptorComeOneAfterTheOther() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("the old one\nthe new one".utf8))
        try pipe.fileHandleForWriting.close()
        let number = pipe.fileHandleForReading.fileDescriptor
        #expect(text(try Passphrase.ask(for: "x", from: .descriptor(number))) == "the old one")
        #expect(text(try Passphrase.choose(for: "x", from: .descriptor(number))) == "the new one")
        #expect(throws: CommandFailure.self) { try Passphrase.ask(for: "x", from: .descriptor(number)) }
    }

    @Test func aShortNewPassphraseIsRefused() throws {
        let bench = try Bench()
        try bench.write("pass", "nine char")
        #expect(throws: CommandFailure.self) { try Passphrase.choose(for: "x", from: .file(bench.path("pass"))) }
        try bench.write("pass", "ten charas")
        #expect(try Passphrase.choose(for: "x", from: .file(bench.path("pass"))).count == 10)
    }

    @Test func generatedPassphrasesAreGroupsAndDiffer() {
        let made = (0..<50).map { _ in text(Passphrase.generate()) }
        #expect(Set(made).count == 50)
        for passphrase in made {
            #expect(passphrase.wholeMatch(of: /[a-z2-7]{5}(-[a-z2-7]{5}){4}/) != nil)
        }
        #expect(Set(made.joined()).count == 33)
    }

    @Test func theOptionCountsBeforeTheEnvironment() {
        #expect(PassphraseSource.chosen(descriptor: 3) == .descriptor(3))
    }
}

/// Prompts, at a real terminal; the command stands for all that ask.
@Suite struct PromptTests {
    private static let ask = "new passphrase for the file (leave empty to have one made): "

    @Test func aTypedPassphraseIsHiddenAskedTwiceAndSeals() throws {
        let bench = try Bench()
        try bench.write("in", "what happened")
        let sealing = try TerminalOutcome(
            [Run.bevis, "seal", "-p", "-o", bench.path("out.age"), bench.path("in")],
            steps: [(PromptTests.ask, "correct horse\n"), ("the same again: ", "correct horse\n")])
        #expect(sealing.status == 0 && sealing.hidden == true && sealing.restored)
        #expect(!sealing.shown.contains("correct horse"))
        // The stock tool opens it under the same passphrase, and this one asks as well, with both streams redirected.
        let opened = try TerminalOutcome(
            ["/usr/bin/age", "-d", "-o", bench.path("back"), bench.path("out.age")],
            steps: [("Enter passphrase: ", "correct horse\n")])
        #expect(opened.status == 0)
        #expect(try bench.read("back") == Array("what happened".utf8))
        let own = try TerminalOutcome(
            [Run.bevis, "unseal"], steps: [("passphrase for standard input: ", "correct horse\n")],
            stdin: bench.path("out.age"), stdout: bench.path("own"))
        #expect(own.status == 0 && own.hidden == true && own.restored)
        #expect(try bench.read("own") == Array("what happened".utf8))
        let wrong = try TerminalOutcome(
            [Run.bevis, "unseal", bench.path("out.age")], steps: [("out.age': ", "another horse\n")])
        #expect(wrong.status == 1 && wrong.shown.contains("does not open the file"))
    }

    @Test func twoThatDifferAndOneTooShortAreAskedAgainAndThenRefused() throws {
        let bench = try Bench()
        try bench.write("in", "x")
        let outcome = try TerminalOutcome(
            [Run.bevis, "seal", "-p", "-o", bench.path("out.age"), bench.path("in")],
            steps: [
                (PromptTests.ask, "short\n"), ("is shorter than 10 characters", nil),
                (PromptTests.ask, "correct horse\n"),
                ("the same again: ", "correct hearse\n"), ("the two differ", nil), (PromptTests.ask, "short\n"),
            ])
        #expect(outcome.status == 1 && outcome.restored)
        #expect(bench.names == ["in"])
    }

    @Test func anEmptyOneIsMadeUpAndShownOnce() throws {
        let bench = try Bench()
        try bench.write("in", "x")
        let outcome = try TerminalOutcome(
            [Run.bevis, "seal", "-p", "-o", bench.path("out.age"), bench.path("in")], steps: [(PromptTests.ask, "\n")])
        #expect(outcome.status == 0)
        let made = try #require(outcome.shown.firstMatch(of: /([a-z2-7]{5}-){4}[a-z2-7]{5}/)).output.0
        try bench.write("pass", String(made) + "\n")
        let opened = try Run.bevis(
            ["unseal", bench.path("out.age")], environment: ["BEVIS_PASSPHRASE_FILE": bench.path("pass")])
        #expect(opened.status == 0 && opened.text == "x")
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT])
    func aSignalGivesTheTerminalBack(signal: Int32) throws {
        let bench = try Bench()
        try bench.write("in", "x")
        let outcome = try TerminalOutcome(
            [Run.bevis, "seal", "-p", "-o", bench.path("out.age"), bench.path("in")],
            steps: [(PromptTests.ask, "half a pass")], signal: signal)
        #expect(outcome.hidden == true)
        #expect(outcome.restored)
        #expect(outcome.status == -signal)
        #expect(bench.names == ["in"])
    }

    @Test func aStopShowsTypingAndGoingOnHidesItAgain() throws {
        let bench = try Bench()
        try bench.write("in", "x")
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("stop.py").path
        let outcome = try Run.program(
            "/usr/bin/python3", [script, Run.bevis, "seal", "-p", "-o", bench.path("out.age"), bench.path("in")])
        #expect(outcome.status == 0)
        #expect(bench.names == ["in"])
    }

    @Test func withoutATerminalItSaysWhatElseToDo() throws {
        let outcome = try Run.shell("setsid \"$BEVIS\" seal -p -o /tmp/never < /dev/null")
        #expect(outcome.status == 2)
        #expect(
            outcome.errors.contains("bevis: a passphrase is needed, and there is no terminal to ask at\n  set BEVIS"))
    }
}
