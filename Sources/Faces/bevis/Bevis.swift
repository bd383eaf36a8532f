import ArgumentParser
import Terminal

/// The command for everybody who keeps, lends or reads evidence.
@main
struct Bevis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bevis",
        abstract: "Keep evidence sealed, lend it by name and until a time, see who opened it.",
        discussion: """
            Begin: bevis identity create --name 'Your name'
                   bevis vault init --vault FOLDER, then set BEVIS_VAULT to it
                   bevis case create, bevis add FILE, bevis list
            """,
        version: Release.line("bevis"),
        groupedSubcommands: [
            CommandGroup(
                name: "Keeping:",
                subcommands: [
                    IdentityCommand.self, CaseCommand.self, AddCommand.self, ListCommand.self, ShowCommand.self,
                    DescribeCommand.self, FactsCommand.self, OpenCommand.self, TakeCommand.self, EraseCommand.self,
                    RecoverCommand.self,
                ]),
            CommandGroup(
                name: "Cameras:", subcommands: [DeviceCommand.self, WatchCommand.self, CompletenessCommand.self]),
            CommandGroup(
                name: "What happened:",
                subcommands: [
                    IncidentCommand.self, OrderCommand.self, TimelineCommand.self, HandoverCommand.self,
                ]),
            CommandGroup(
                name: "Lending:",
                subcommands: [
                    CardCommand.self, GrantCommand.self, GrantsCommand.self, ApproveCommand.self, DeclineCommand.self,
                    RevokeCommand.self, IssuerCommand.self, GuidanceCommand.self,
                ]),
            CommandGroup(name: "Checking:", subcommands: [LogCommand.self, ReceiptCommand.self, AuditCommand.self]),
            CommandGroup(name: "The vault:", subcommands: [VaultCommand.self, ServeCommand.self]),
            CommandGroup(name: "Without a vault:", subcommands: [SealCommand.self, UnsealCommand.self]),
        ])

    static func main() async {
        await CommandEntry.run(Bevis.self, explain: Explanation.of)
    }
}
