import AgeFile
import ArgumentParser
import CustodianClient
import Dossier
import Sharing
import SignedNote
import Terminal

extension IncidentCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what was written down, newest first.")

        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let language = try dossier.words()
            let desk = try Desk(vault, passphrase)
            let file = try CaseBook(desk, try desk.ownCase(dossier.matter)).file
            try desk.remember()
            let lines = TimelineView(file, language).lines
            try Output(json: json).show(
                .array(Timeline(file).incidents.map { TimelineView.json($0) }),
                or: lines.isEmpty ? "nothing is here yet" : lines.joined(separator: "\n"))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show an incident, all fields; older versions with --version.",
            discussion: "The reading is logged, as every opening is. Your private note is shown with --private only.")

        @Argument(help: "The incident's number.") var number: UInt64
        @Option(help: "An older version.") var version: UInt64?
        @Flag(help: "The fields in the form that 'add --from' and 'edit --from' read.") var text = false
        @Flag(name: .customLong("private"), help: "Your private note too.") var showsPrivate = false
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func validate() throws {
            guard !showsPrivate || !json && !text else {
                throw ValidationError("a private note is shown to people only, never written for machines")
            }
            guard !json || !text else { throw ValidationError("give --json or --text") }
        }

        func run() async throws {
            let language = try dossier.words()
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            let history = try book.incident(number)
            guard
                let filed = version.map({ wanted in history.versions.last { $0.body.entry.version == wanted } })
                    ?? history.newest
            else {
                throw CommandFailure(
                    .unreachable, "incident \(number) has no such version",
                    hint: "its versions are 1 to \(history.newest.body.entry.version)")
            }
            try book.logReading([filed.id])
            var view = IncidentView(filed, of: history, book, language)
            if showsPrivate { view.show(try book.privateNote(number)) }
            try desk.remember()
            if text { return try Descriptor.standardOutput().write(string(filed.body.facts.text)) }
            try Output(json: json).show(view.json, or: view.text)
        }
    }
}

extension CaseBook {
    /// Leaves the line that every opening leaves.
    func logReading(_ ids: [AgeFileID], as action: Action = .read) throws {
        let reason = VaultSession.Reason(action: action, purpose: PlainText(literal: "own use"), journal: nil)
        for start in stride(from: 0, to: ids.count, by: AccessRequest.maximumItems) {
            let part = Array(ids[start..<min(ids.count, start + AccessRequest.maximumItems)])
            _ = try desk.session.logOwnOpening(part, of: own.keys, card: own.cardHash, for: reason, by: desk.caller)
        }
    }
}
