import Foundation
import Testing

/// The tool that runs a page's transcript, and the README under it.
@Suite struct TranscriptTests {
    static let root = URL(filePath: World.media).deletingLastPathComponent().deletingLastPathComponent().path

    static let sample = #"""
        # A page with a transcript

        Text before it is not run.

        ```sh
        $ false
        ```

        ```console
        $ bevis identity create --name 'Signe Holm' >/dev/null
        $ bevis vault init
        log:           bevis.example/log/0123456789abcdef
        entries:       0
        custodian key: bevis.example/custodian+01234567+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        log key:       bevis.example/log/0123456789abcdef+01234567+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
        $ bevis case create --title 'Noter'
        ...
        case 0123456789ab is open
        $ bevis add statement.pdf \
            hallway.jpg
        added 0123456789ab  statement.pdf  (entry 1 of the log)
        added 0123456789ab  hallway.jpg  (entry 2 of the log)
        $ bevis list
        1  0123456789ab  document  1.0 kB  2026-01-01 00:00 UTC  statement.pdf
        2  0123456789ab  photo  1.0 kB  2026-01-01 00:00 UTC  hallway.jpg
        $ item=$(bevis list --json | sed 's/.*"item":"\([0-9a-f]*\)".*/\1/')
        $ bevis open "$item" -o out.jpg && cmp out.jpg hallway.jpg
        opened 0123456789ab: entry 5 of the log
        $ bevis identity create --name 'Signe Holm'
        bevis: there is an identity in '/home/signe/.local/share/mappen' already; it is not overwritten
          use another folder for another person: BEVIS_HOME=…
        ```

        ```console
        $ false
        ```
        """#

    private func run(_ page: String) async throws -> Outcome {
        let sandbox = try Sandbox()
        try sandbox.write("page.md", Array(page.utf8))
        return try await run(sandbox, sandbox.path("page.md"))
    }

    private func run(_ sandbox: Sandbox, _ path: String) async throws -> Outcome {
        try await Command(folder: sandbox.folder, environment: ["BEVIS_BIN": Command.binaries])
            .run([TranscriptTests.root + "/Tools/transcript.sh", path])
    }

    @Test func transcriptThatIsTrueHolds() async throws {
        let outcome = try await run(TranscriptTests.sample)
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
        #expect(outcome.out == "transcript: 8 commands, 0 differ\n")
    }

    @Test(arguments: [
        ("  photo  ", "  document  "), ("ab is open", "ab is shut"),
        ("  use another folder for another person: BEVIS_HOME=…\n", ""),
        ("cmp out.jpg hallway.jpg", "cmp out.jpg statement.pdf"), ("entries:       0\n", "entries:       none\n"),
    ]) func transcriptThatIsFalseIsFound(_ old: String, _ new: String) async throws {
        let page = TranscriptTests.sample.replacingOccurrences(of: old, with: new)
        #expect(page != TranscriptTests.sample)
        let outcome = try await run(page)
        #expect(outcome.status == 1)
        #expect(outcome.out.hasSuffix("transcript: 8 commands, 1 differ\n"), "\(outcome.out)")
    }

    @Test func pageWithoutCommandsIsAFailure() async throws {
        let outcome = try await run("# Nothing\n\n```sh\n$ true\n```\n")
        #expect(outcome.status == 1)
        #expect(outcome.err.hasSuffix("no command in a ```console block: nothing was tested\n"))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: root + "/README.md")))
    func readmeTranscriptHolds() async throws {
        let outcome = try await run(try Sandbox(), TranscriptTests.root + "/README.md")
        #expect(outcome.status == 0, "\(outcome.out)\(outcome.err)")
    }
}
