import ArgumentParser
import AuditTrail
import CustodianClient
import Terminal

/// `bevis audit`: what an auditor takes away.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "As an auditor: take the log and its records away for checking.",
        subcommands: [Export.self])

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write a bundle for 'bevis-audit verify', which needs no network.",
            discussion: """
                The vault's trust note has to name you as an auditor. The bundle holds no evidence.
                Example:
                  bevis audit export --out bundle && bevis-audit verify bundle --keys Keys -i ~/.local/share/mappen/identity.age
                """)

        @Option(help: ArgumentHelp("The folder to write; it must not be there yet.", valueName: "folder")) var out:
            String
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let size = try BundleExport(desk.session, by: desk.caller).write(to: out)
            try desk.remember()
            try Output(json: false).line("wrote \(size) entries into \(Escaped.quoted(out))")
        }
    }
}
