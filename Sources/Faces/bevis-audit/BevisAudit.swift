import ArgumentParser
import Terminal

/// The command for auditors: checks a bundle offline and trusts nobody.
@main
struct BevisAudit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bevis-audit",
        abstract: "Check who opened what: the log, every record, every decision.",
        discussion: """
            Works on a bundle, a folder that 'bevis audit export' wrote, without a network. The keys that it trusts \
            come from another folder, never from the bundle. 'verify-handover' checks the folder that 'bevis handover' \
            wrote for somebody else.
            """,
        version: Release.line("bevis-audit"),
        subcommands: [
            VerifyCommand.self, ListCommand.self, ShowCommand.self, ProveCommand.self, ConsistencyCommand.self,
            EvidenceCommand.self, VerifyHandoverCommand.self,
        ])

    static func main() async {
        await CommandEntry.run(BevisAudit.self, explain: Explanation.of)
    }
}
