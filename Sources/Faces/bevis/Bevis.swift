import ArgumentParser
import Terminal

/// The command for everybody who keeps, lends or reads evidence.
@main
struct Bevis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bevis",
        abstract: "Keep evidence sealed, lend it by name and until a time, see who opened it.",
        subcommands: [SealCommand.self, UnsealCommand.self])

    static func main() async {
        await CommandEntry.run(Bevis.self, explain: Explanation.of)
    }
}
