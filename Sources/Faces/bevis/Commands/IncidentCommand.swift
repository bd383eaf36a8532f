import ArgumentParser
import Dossier
import Sharing
import SignedNote
import Terminal

/// `bevis incident`: what happened, one thing at a time.
struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident", abstract: "Write down what happened; look at it; correct it; link evidence.",
        subcommands: [Add.self, Edit.self, List.self, Show.self, Link.self, Import.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Write down what happened: what and when suffice, the rest can come later.",
            discussion: """
                Without options you are asked at the terminal. Times are those of your clock, or of --zone.
                Examples:
                  bevis incident add --what 'He stood at the door' --when '2026-11-12 22:15'
                  bevis incident add --what 'Twelve calls' --when 2026-11-13 --kind call --no-reply --evidence calls.png
                """)

        @OptionGroup var fields: IncidentOptions
        @Option(help: ArgumentHelp("Read the fields from this file, in the form that 'show --text' writes."))
        var from: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let language = try dossier.words()
            try dossier.useZone()
            var facts = try base(language)  // what is wrong shows before a passphrase is asked for
            try fields.apply(to: &facts, language)
            let privateText = try fields.privateText()
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            try book.checkOrder(facts)
            try book.link(fields.evidence, to: &facts)
            let number = book.file.nextIncident
            let index = try book.write(Incident(try book.entry(number), facts), language)
            if let privateText { try book.keepPrivate(privateText, about: number) }
            try desk.remember()
            try IncidentCommand.tell(number, 1, index, json)
        }

        private func base(_ language: Language) throws -> IncidentFacts {
            if let from { return try IncidentCommand.read(from) }
            guard let what = fields.what, fields.when != nil else {
                guard fields.isEmpty, !json else {
                    throw CommandFailure(.usage, "say what happened and when", hint: "give --what and --when")
                }
                return try IncidentDialogue(language).facts()
            }
            guard let occurred = try fields.occurrence(nil) else {
                throw CommandFailure(.usage, "say when it happened", hint: "give --when, or --when unknown")
            }
            return IncidentFacts(occurred, what: try freeText(what, "--what"))
        }
    }

    struct Edit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "edit", abstract: "Correct or complete an incident: a new version; the old one is kept.",
            discussion: """
                Witnesses, identifiers, contacts and evidence are added to those there. To take something away: \
                'show --text', change the file, 'edit --from'.
                Example:
                  bevis incident edit 3 --place 'Stairwell' --reason 'Had forgotten the place'
                """)

        @Argument(help: "The incident's number.") var number: UInt64
        @Option(help: "Why it is corrected.") var reason: String?
        @OptionGroup var fields: IncidentOptions
        @Option(help: ArgumentHelp("Take the fields from this file, in the form that 'show --text' writes."))
        var from: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        private var changesIncident: Bool { from != nil || !fields.isEmpty }

        func validate() throws {
            guard changesIncident || fields.privateNote != nil else { throw ValidationError("say what to change") }
            guard !changesIncident || reason != nil else { throw ValidationError("say why, with --reason") }
        }

        func run() async throws {
            let language = try dossier.words()
            try dossier.useZone()
            let given = try from.map { try IncidentCommand.read($0) }
            let privateText = try fields.privateText()
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            let newest = try book.incident(number).newest
            var (version, index) = (newest.body.entry.version, UInt64(0))
            if changesIncident, let reason {
                var facts = given ?? newest.body.facts
                try fields.apply(to: &facts, language)
                try book.checkOrder(facts)
                try book.link(fields.evidence, to: &facts)
                let entry = try book.correction(of: newest, because: try freeText(reason, "--reason"))
                index = try book.write(Incident(entry, facts), language)
                version = entry.version
            }
            if let privateText { index = try book.keepPrivate(privateText, about: number) }
            try desk.remember()
            try IncidentCommand.tell(number, version, index, json)
        }
    }

    struct Link: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "link", abstract: "Link evidence to an incident; each item keeps its exhibit number.",
            discussion: """
                Files are added to the case first.
                Example:
                  bevis incident link 3 hallway.mp4 --saved 'Downloaded from the camera' --original 'Memory card'
                """)

        @Argument(help: "The incident's number.") var number: UInt64
        @Argument(help: ArgumentHelp("Items by number or id, or files.", valueName: "item|file")) var evidence: [String]
        @Option(help: "How it was saved.") var saved: String?
        @Option(help: "Where the original is.") var original: String?
        @Option(help: "Why it is linked; says so itself without it.") var reason: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let language = try dossier.words()
            let (saved, original) = (
                try saved.map { try freeText($0, "--saved") }, try original.map { try freeText($0, "--original") }
            )
            let reason = try freeText(reason ?? (language == .danish ? "bilag tilføjet" : "exhibit linked"), "--reason")
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            let newest = try book.incident(number).newest
            var facts = newest.body.facts
            try book.link(evidence, to: &facts, saved: saved, original: original)
            let entry = try book.correction(of: newest, because: reason)
            let index = try book.write(Incident(entry, facts), language)
            try desk.remember()
            try IncidentCommand.tell(number, entry.version, index, json)
        }
    }

    static func tell(_ number: UInt64, _ version: UInt64, _ index: UInt64, _ json: Bool) throws {
        let value = JSONValue.object([
            "incident": .number(Int64(clamping: number)), "version": .number(Int64(clamping: version)),
            "entry": .number(Int64(clamping: index)),
        ])
        try Output(json: json).show(value, or: "incident \(number), version \(version) (entry \(index) of the log)")
    }

    /// Fields from a file in their text form.
    static func read(_ path: String) throws -> IncidentFacts {
        let text = try Descriptor.reading(path).readAll(limit: 1 << 20)
        return try explaining(Escaped.quoted(path)) { () throws(NoteError) in try IncidentFacts(parsing: text) }
    }
}

extension CaseBook {
    /// Refuses an order that is not there.
    func checkOrder(_ facts: IncidentFacts) throws {
        if let number = facts.order { _ = try order(number) }
    }
}
