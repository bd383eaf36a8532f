import ArgumentParser
import Terminal

/// `bevis-audit verify`: everything there is to check.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a bundle: log, records, signatures, and every decision.",
        discussion: """
            Ends with 0 when everything is intact, 1 when something was altered or a rule was broken, 3 when \
            something cannot be read, 4 when something is missing. Without -i only the log itself is checked.
            """)

    @OptionGroup var options: BundleOptions

    func run() throws {
        let verdict = try verdict()
        try verdict.show(on: Output(json: options.json))
        guard verdict.status == .done else { throw ExitCode(verdict.status.rawValue) }
    }

    func verdict() throws(CommandFailure) -> BundleVerdict {
        let bundle = try options.opened()
        // A log that cannot be read whole would only bring forth findings that mean nothing.
        guard let keys = try options.auditKeys(of: bundle.folder), bundle.isReadable else {
            return BundleVerdict(bundle, nil)
        }
        var run = ReplayRun(bundle, keys, keepsLines: false)
        try run.run()
        return BundleVerdict(bundle, run.replay, of: run.findings)
    }
}
