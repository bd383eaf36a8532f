import AgeFile
import ArgumentParser
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// `bevis erase`: destroy items, or a whole case, after a wait.
struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Have items, or your whole case, destroyed after a wait; take that back.",
        discussion: """
            Nothing is destroyed at once: the vault waits, seven days unless its operator chose otherwise, and until then \
            you can take it back. Each of your commands reminds you, and the log shows that it was asked for. Without \
            items, shows what waits. An incident or order goes with all its versions, and with your private notes \
            about it.
            Examples:
              bevis erase 3 5
              bevis erase --private-note 2
              bevis erase --whole-case
              bevis erase
              bevis erase --cancel 3f2a91c0b7d4
            """)

    @Argument(help: "Items: their numbers in 'bevis list', or the first digits of their ids.") var items: [String] = []
    @Flag(help: "The whole case, with everything that is lent of it.") var wholeCase = false
    @Option(
        help: ArgumentHelp(
            "Your private note about this incident, and nothing else of it; may be repeated.", valueName: "incident"))
    var privateNote: [UInt64] = []
    @Option(
        help: ArgumentHelp("Take this back: the first digits of its id, as 'bevis erase' shows it.", valueName: "id"))
    var cancel: String?
    @Flag(help: "Do not ask: for scripts.") var yes = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws {
        guard [!items.isEmpty || !privateNote.isEmpty, wholeCase, cancel != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("name items, or --whole-case, or --cancel: one of them")
        }
    }

    func run() async throws {
        let desk = try Desk(vault, passphrase, showing: [.erasures])
        if let cancel {
            try takeBack(cancel, desk)
        } else if wholeCase || !items.isEmpty || !privateNote.isEmpty {
            try ask(desk)
        } else {
            try list(desk)
        }
        try desk.remember()
    }

    private func list(_ desk: Desk) throws {
        let waiting = try desk.session.waitingErasures(by: desk.caller)
        let titles = try waiting.isEmpty ? [:] : self.titles(desk)
        let views = waiting.map { ErasureView($0, titles: titles) }
        try Output(json: json).show(
            .array(views.map(\.json)),
            or: views.isEmpty ? "nothing waits to be erased" : views.map(\.text).joined(separator: "\n"))
    }

    private func titles(_ desk: Desk) throws -> [AgeFileID: String] {
        try desk.ownCases().reduce(into: [:]) { all, own in
            all.merge(try desk.titles(of: own)) { first, _ in first }
        }
    }

    // MARK: Asking

    private func ask(_ desk: Desk) throws {
        let own = try desk.ownCase(matter)
        let chosen = try desk.items(items, of: own)
        guard Set(chosen.map(\.id)).count == chosen.count else {
            throw CommandFailure(.usage, "an item is named twice")
        }
        let selected = try ErasureSelection(chosen, notes: privateNote, of: own, desk).items
        guard selected.count <= Erasure.maximumItems else {
            throw CommandFailure(.usage, "at most \(Erasure.maximumItems) items at once")
        }
        let wait = try desk.session.erasureWait()
        let due = LocalTime.text(Person.now().seconds + wait)
        if !json {
            let names = selected.map { "  \(short($0.id))  \($0.name)" }
            try Output(json: false).line(
                ((selected.isEmpty ? [wholeCaseText(own)] : names) + [words(due)]).joined(separator: "\n"))
        }
        let what = selected.isEmpty ? "your whole case" : selected.count == 1 ? "this item" : "these items"
        try Confirm.ask("have \(what) destroyed from \(due) on", yes: yes)
        let (asked, receipt) = try desk.session.askErasure(of: selected.map(\.id), in: own, by: desk.caller)
        guard !json else { return try Output(json: true).show(ErasureView(asked).json, or: "") }
        try Output(json: false).line(
            "asked: entry \(receipt.proof.index) of the log. From \(LocalTime.text(asked.erasure.due.seconds)) on it is "
                + "destroyed. To keep it, before then: bevis erase --cancel \(short(asked.hash))")
    }

    private func wholeCaseText(_ own: OwnCase) -> String {
        let title = own.keys.title.map { Escaped.quoted($0.bytes) } ?? "(no title)"
        return "  the whole case \(short(own.card.caseID)) \(title), with all items and all that is lent"
    }

    /// What is destroyed and what is not. Nothing here may promise more than is so.
    private func words(_ due: String) -> String {
        """
        Until \(due) nothing is destroyed and you can take this back. Then the vault destroys what it keeps of it, \
        its keys and its words, and nobody can open it here any more: what was lent of it ends, and nobody, \
        you included, gets it back.
        What stays: copies that others have opened or kept, and yours; how many things happened and when; backups of \
        the vault until their keeper replaces them. Nobody can prove that a disk has forgotten.
        """
    }

    // MARK: Taking back

    private func takeBack(_ prefix: String, _ desk: Desk) throws {
        let waiting = try desk.waitingErasure(prefix)
        guard let own = try desk.ownCases().first(where: { $0.card.caseID == waiting.erasure.caseID }) else {
            throw CommandFailure(
                .unreachable, "the keys of case \(short(waiting.erasure.caseID)) are not on this machine",
                hint: "get them back with its sheet: bevis recover")
        }
        let receipt = try desk.session.cancelErasure(waiting.hash, of: own, by: desk.caller)
        guard !json else {
            return try Output(json: true).show(
                .object([
                    "cancelled": .text(string(waiting.hash.hex)), "entry": .number(Int64(receipt.proof.index)),
                ]), or: "")
        }
        try Output(json: false).line(
            "taken back: entry \(receipt.proof.index) of the log. It stays. If you did not ask for this yourself, somebody "
                + "has used your keys: see 'bevis log'.")
    }
}
