import ArgumentParser
import Dossier
import Sharing
import SignedNote
import Sodium
import Terminal

/// `bevis order`: the restraining orders that what happened may have broken.
struct OrderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order", abstract: "Write down a restraining order; list them.",
        subcommands: [Add.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Write down an order, or correct one with --edit; the old version is kept.",
            discussion: """
                Only the kind is required: tilhold (§ 1), opholdsforbud (§ 3) or strakstilhold (§ 2 a).
                Example:
                  bevis order add tilhold --served 2026-09-01 --expires 2031-08-31 --journal 0100-12345 --protects 'Me'
                """)

        @Argument(help: "tilhold, opholdsforbud or strakstilhold.") var kind: String?
        @Option(help: "The decision's number or name.") var decision: String?
        @Option(help: "The police's journal number.") var journal: String?
        @Option(help: "The day on which it was served.") var served: String?
        @Option(help: "Its last day.") var expires: String?
        @Option(help: "What it forbids, and where.") var scope: String?
        @Option(help: ArgumentHelp("Whom it protects; repeat it for several.", valueName: "name")) var protects:
            [String] = []
        @Option(help: "Who issued it.") var authority: String?
        @Option(help: ArgumentHelp("Correct this order.", valueName: "number")) var edit: UInt64?
        @Option(help: "Why it is corrected.") var reason: String?
        @Option(help: "Read the fields from this file, in the form that 'list --text' writes.") var from: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func validate() throws {
            guard kind != nil || edit != nil || from != nil else {
                throw ValidationError("say the kind: tilhold, opholdsforbud or strakstilhold")
            }
            guard (edit == nil) == (reason == nil) else {
                throw ValidationError("a correction needs --edit NUMBER and --reason")
            }
        }

        func run() async throws {
            let language = try dossier.words()
            let given = try from.map { try OrderCommand.read($0) }
            let word: OrderKind? = try kind.map { try bevis.word($0, "kind") }
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            let newest = try edit.map { try book.order($0).newest }
            guard var facts = given ?? newest?.body.facts ?? word.map({ OrderFacts($0) }) else {
                throw CommandFailure(.usage, "say the kind: tilhold, opholdsforbud or strakstilhold")
            }
            if let word { facts.kind = word }
            try apply(to: &facts)
            let entry =
                if let newest, let reason {
                    try book.correction(of: newest, because: try freeText(reason, "--reason"))
                } else {
                    try book.entry(book.file.nextOrder)
                }
            let index = try book.write(Order(entry, facts), language)
            try desk.remember()
            let value = JSONValue.object([
                "order": .number(Int64(clamping: entry.number)), "version": .number(Int64(clamping: entry.version)),
                "entry": .number(Int64(clamping: index)),
            ])
            try Output(json: json).show(
                value, or: "order \(entry.number), version \(entry.version) (entry \(index) of the log)")
        }

        private func apply(to facts: inout OrderFacts) throws {
            if let decision { facts.decision = try freeText(decision, "--decision") }
            if let journal { facts.journal = try freeText(journal, "--journal") }
            if let served { facts.served = try day(served, "--served") }
            if let expires { facts.expires = try day(expires, "--expires") }
            if let scope { facts.scope = try freeText(scope, "--scope") }
            facts.protected += try protects.map { try freeText($0, "--protects") }
            if let authority { facts.authority = try freeText(authority, "--authority") }
            try explaining("the order") { () throws(NoteError) in try facts.check() }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the orders, all fields; what nobody stated says so.")

        @Argument(help: "Only this order.") var number: UInt64?
        @Flag(help: "All versions, not only the newest.") var versions = false
        @Flag(help: "The fields of one order in the form that 'add --from' reads.") var text = false
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func validate() throws {
            guard !text || number != nil && !json && !versions else {
                throw ValidationError("--text is for one order, without --json or --versions")
            }
        }

        func run() async throws {
            let language = try dossier.words()
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            let histories = try number.map { [try book.order($0)] } ?? book.file.orders
            try desk.remember()
            if text, let only = histories.first {
                return try Descriptor.standardOutput().write(string(only.newest.body.facts.text))
            }
            let shown = histories.flatMap { history in
                (versions ? history.versions : [history.newest]).map { OrderView($0, of: history, language) }
            }
            try Output(json: json).show(
                .array(shown.map(\.json)),
                or: shown.isEmpty ? "nothing is here yet" : shown.map(\.text).joined(separator: "\n\n"))
        }
    }

    static func read(_ path: String) throws -> OrderFacts {
        let text = try Descriptor.reading(path).readAll(limit: 1 << 20)
        return try explaining(Escaped.quoted(path)) { () throws(NoteError) in try OrderFacts(parsing: text) }
    }
}

/// One version of an order, all fields.
struct OrderView {
    private var view: DossierView

    init(_ filed: Filed<Order>, of history: History<Order>, _ language: Language) {
        view = DossierView(language)
        let (entry, facts) = (filed.body.entry, filed.body.facts)
        var doubts = filed.isAttested ? "" : "  \(Phrase.unattested.text(language))"
        if !history.isUnbroken { doubts += "  \(Phrase.broken.text(language))" }
        view.add(.number, "order", .number(Int64(clamping: entry.number)))
        view.add(
            .version, "version", .number(Int64(clamping: entry.version)),
            ["\(entry.version) (\(history.versions.count))\(doubts)"])
        view.members(["attested": .flag(filed.isAttested), "item": .text(string(filed.id.hex))])
        if entry.reason != nil { view.add(.reason, "reason", entry.reason) }
        view.add(.recorded, "recorded_at", .time(entry.recordedAt.seconds))
        view.add(.recordedBy, "recorded_by", .text(string(entry.recordedBy.bytes)))
        view.add(
            .kind, "kind", .text(string(facts.kind.word)), ["\(facts.kind.literal) (\(facts.kind.section))"])
        view.add(.decision, "decision", facts.decision)
        view.add(.journal, "journal", facts.journal)
        view.add(.served, "served", facts.served.map { .text(string($0.text)) })
        view.add(.expires, "expires", facts.expires.map { .text(string($0.text)) })
        view.add(.scope, "scope", facts.scope)
        view.add(.protected, "protects", facts.protected)
        view.add(.authority, "authority", facts.authority)
    }

    var json: JSONValue { view.json }
    var text: String { view.text }
}
