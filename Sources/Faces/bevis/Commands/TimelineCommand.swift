import ArgumentParser
import Dossier
import Sharing
import Terminal

/// `bevis timeline`: everything that happened, newest first.
struct TimelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline", abstract: "See what happened, newest first, and how often: counts a week and kind.",
        discussion: """
            Counts are counts: whether they amount to anything is for others to say. What lies before 2022 is background.
            Examples:
              bevis timeline --language da
              bevis timeline --logskema log.csv --language da
            """)

    @Option(
        help: ArgumentHelp(
            "Write the log form to this file instead: .tsv with tabs, all else with semicolons.", valueName: "out.csv"))
    var logskema: String?
    @Flag(help: "Replace the output file if it exists.") var force = false
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var dossier: DossierOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let language = try dossier.words()
        let desk = try Desk(vault, passphrase)
        let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
        if let logskema { return try write(book, to: logskema, language) }
        try desk.remember()
        let view = TimelineView(book.file, language)
        let lines = view.lines.isEmpty ? ["nothing is here yet"] : view.lines + [""] + view.countLines
        try Output(json: json).show(view.json, or: lines.joined(separator: "\n"))
    }

    private func write(_ book: CaseBook, to path: String, _ language: Language) throws {
        guard !book.file.incidents.isEmpty else { throw CommandFailure(.refused, "there are no incidents yet") }
        let out = try OutputFile(path, replacing: force)
        // It leaves the vault: logged as an export of what it was made from.
        try book.logReading(book.file.incidents.map(\.newest.id), as: .export)
        let separator: UInt8 = path.lowercased().hasSuffix(".tsv") ? 0x09 : 0x3B
        let text = LogForm.text(book.file, language, separator: separator) { exhibit in
            Array("\(exhibit.number): \(book.titles[exhibit.item] ?? short(exhibit.item))".utf8)
        }
        // The mark tells spreadsheets that it is UTF-8.
        try out.write([0xEF, 0xBB, 0xBF] + text)
        try out.commit()
        try book.desk.remember()
        try Output(json: json).line("wrote \(book.file.incidents.count) incidents into \(Escaped.quoted(path))")
    }
}
