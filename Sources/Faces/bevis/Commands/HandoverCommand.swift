import ArgumentParser
import Dossier
import Sharing
import Terminal

/// `bevis handover`: the folder that an officer opens offline.
struct HandoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover", abstract: "Write the folder for the police: order, incidents, originals and proofs.",
        discussion: """
            The folder opens by a double click on index.html, without a network and without installing anything. \
            Whoever holds it reads it.
            Examples:
              bevis handover --order 1 --out /media/usb/folder --language da
            """)

    @Option(help: ArgumentHelp("The order that may have been broken.", valueName: "number")) var order: UInt64
    @Option(help: ArgumentHelp("Only this incident; repeat it for several. Without it: all.", valueName: "number"))
    var incident: [UInt64] = []
    @Option(help: ArgumentHelp("Also this item as an exhibit; repeat it for several.", valueName: "item"))
    var item: [String] = []
    @Option(help: ArgumentHelp("The new folder to write.", valueName: "folder")) var out: String
    @Option(help: "Whom it is for, as you want it to stand there.") var to: String?
    @Option(help: "What it is for.") var purpose: String?
    @Option(help: "The police's journal number.") var journal: String?
    @OptionGroup var dossier: DossierOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let statement = HandoverWriter.Statement(
            to: try to.map { try line($0, "--to") }, purpose: try purpose.map { try line($0, "--purpose") },
            journal: try journal.map { try line($0, "--journal") })
        let desk = try Desk(vault, passphrase)
        let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
        let plan = try HandoverPlan(book, order: order, incidents: incident, items: item)
        try HandoverWriter(plan, statement).write(to: out)
        try desk.remember()
        try Output(json: false).line("wrote \(Escaped.quoted(out))")
    }
}
