import ArgumentParser
import CustodianClient
import FileFacts
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// `bevis add`: evidence goes in, sealed before it leaves this process.
struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add statements, photos, footage: sealed here, kept by the custodian.",
        discussion: """
            Files and folders are read once and left as they are; links and special files are refused. '-' is standard \
            input.
            Examples:
              bevis add hallway.mp4 --title 'Hallway, Tuesday evening'
              bevis add Photos/ Letters/
              some-camera --dump | bevis add - --kind footage --title 'Live'
            """)

    @Argument(help: ArgumentHelp("Files, folders, or '-'.", valueName: "path")) var paths: [String]
    @Option(help: "What you call it; the file's name without it.") var title: String?
    @Option(help: "statement, photo, footage, sound, document, messages or other; guessed from the name without it.")
    var kind: String?
    @Option(help: "When it was made, such as '2026-11-20 19:04'.") var captured: String?
    @Option(help: "Where it was made.") var place: String?
    @Option(help: "A note of your own.") var note: String?
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Look into the file for its own time, device and place, and keep them beside what you state.")
    var facts = false
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let plan = paths == ["-"] ? nil : IngestPlan(paths.map { Array($0.utf8) })
        if let plan { try warn(plan) }
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        var added: [JSONValue] = []
        if let plan {
            for file in plan.files {
                added.append(try add(try file.open(), named: file.relativeName, own, desk))
            }
        } else {
            added.append(try add(try IngestSource.standardInput(), named: nil, own, desk))
        }
        desk.attend(besides: [.grants, .erasures])  // standing grants cover at once what was added
        try desk.remember()
        if json { try Output(json: true).show(.array(added), or: "") }
        if let plan, !plan.refusals.isEmpty { throw refusal(plan.refusals.count) }
    }

    private func warn(_ plan: IngestPlan) throws {
        for refusal in plan.refusals {
            Output(json: json).note("not added: \(Escaped.quoted(refusal.path)): \(refusal.reason.reason)")
        }
        if plan.files.isEmpty { throw refusal(plan.refusals.count) }
    }

    private func refusal(_ count: Int) -> CommandFailure {
        CommandFailure(
            .incomplete, count == 0 ? "there was nothing to add" : "\(count) of what was named could not be added",
            hint: "give regular files or folders; links and special files are never followed")
    }

    private func add(
        _ source: IngestSource, named name: [UInt8]?, _ own: OwnCase, _ desk: Desk
    ) throws -> JSONValue {
        let shown = name.map { Escaped.text($0) } ?? "standard input"
        let found = facts ? find(in: source, shown) : Description.Found()
        var progress = Progress(shown, total: source.size, quiet: json)
        let intake = VaultSession.Intake(source: source) { content in
            try self.describe(content, source: source, name: name, found)
        }
        let (id, receipt) = try desk.session.add(intake, to: own, by: desk.caller) { progress.update($0) }
        progress.finish()
        try Output(json: json).line("added \(short(id))  \(shown)  (entry \(receipt.proof.index) of the log)")
        return .object([
            "item": .text(string(id.hex)), "name": name.map { .bytes($0) } ?? .absent,
            "entry": .number(Int64(receipt.proof.index)),
        ])
    }

    /// What the file says of itself; a file that cannot be looked into is added all the same.
    private func find(in source: IngestSource, _ shown: String) -> Description.Found {
        do throws(FactsError) {
            let found = try source.withFile { file throws(FactsError) in try FileFacts.find(in: file) }
            let made = Description.Found(found ?? FoundFacts())
            if let place = made.place {
                Output(json: json).note(
                    "\(shown) holds a place: \(string(place.bytes)); whoever is lent it gets that too")
            }
            return made
        } catch {
            Output(json: json).note("\(shown) was not looked into: \(error.reason)")
            return Description.Found()
        }
    }

    private func describe(
        _ content: SealedContent, source: IngestSource, name: [UInt8]?, _ found: Description.Found
    ) throws -> Description {
        let media = name.flatMap { MediaType(guessedFrom: $0) }
        let chosen =
            try kind.map { try ItemKind.stated($0, help: "bevis add --help") }
            ?? ItemKind(guessedFrom: media, fileName: name)
        var description = Description(
            of: content, kind: chosen, recorded: Person.now(), title: try title.map { try line($0, "--title") },
            fileName: name, mediaType: media)
        description.captured = try captured.map {
            Timestamp(seconds: try TimeArgument.moment($0, now: Person.now().seconds))
        }
        description.modified = source.modified
        description.place = try place.map { try line($0, "--place") }
        description.note = note.map { Array($0.utf8) }
        description.found = found
        return description
    }
}
