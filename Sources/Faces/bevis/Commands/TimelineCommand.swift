import ArgumentParser
import Dossier
import Terminal

/// `bevis timeline`: everything that happened, newest first.
struct TimelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline", abstract: "See what happened, newest first, and how often: counts a week and kind.",
        discussion: """
            Counts are counts: whether they amount to anything is for others to say. What lies before 2022 is background.
            Example:
              bevis timeline --language da
            """)

    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var dossier: DossierOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let language = try dossier.words()
        let desk = try Desk(vault, passphrase)
        let view = TimelineView(try CaseBook(desk, try desk.ownCase(dossier.matter)).file, language)
        try desk.remember()
        let text = view.lines.isEmpty ? "nothing is here yet" : (view.lines + [""] + view.countLines).joined(separator: "\n")
        try Output(json: json).show(view.json, or: text)
    }
}
