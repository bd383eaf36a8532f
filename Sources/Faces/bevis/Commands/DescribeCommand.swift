import AgeFile
import ArgumentParser
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// `bevis describe`: say better what an item is.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Give an item of yours another title, kind, time, place or note.",
        discussion: """
            The evidence itself is never touched, nor what was found of its file. What you do not name stays as it is. \
            Grants that you gave before go on showing the earlier description.
            Examples:
              bevis describe 4 --title 'Hallway, Tuesday evening' --captured '2026-11-24 22:41'
              bevis describe 4 --clear place --clear note
            """)

    /// What can be taken away again.
    enum Field: String, CaseIterable, ExpressibleByArgument {
        case title, captured, place, note
    }

    @Option(help: "What you call it.") var title: String?
    @Option(help: "statement, photo, footage, sound, document, messages or other.") var kind: String?
    @Option(help: "When it was made, such as '2026-11-20 19:04'.") var captured: String?
    @Option(help: "Where it was made.") var place: String?
    @Option(help: "A note of your own.") var note: String?
    @Option(help: ArgumentHelp("Take this away: title, captured, place or note; may be repeated.", valueName: "field"))
    var clear: [Field] = []
    @OptionGroup var target: OwnItemOptions

    func run() async throws {
        let found = try target.find()
        let (desk, item) = (found.desk, found.item)
        let described = try changed(found.known)
        guard described != found.known else {
            throw CommandFailure(.usage, "this changes nothing", hint: "say what to change; bevis describe --help")
        }
        let receipt = try desk.session.describe(item, as: described, of: found.own, by: desk.caller)
        try desk.remember()
        let name = (described.title?.bytes ?? described.fileName).map { "  " + Escaped.text($0) } ?? ""
        try Output(json: target.json).show(
            .object(["item": .text(string(item.id.hex)), "entry": .number(Int64(receipt.proof.index))]),
            or: "described \(short(item.id))\(name)  (entry \(receipt.proof.index) of the log)")
    }

    private func changed(_ known: Description) throws -> Description {
        guard !known.kind.isDossier, known.kind != .clockCheck else {
            throw CommandFailure(
                .refused, "what this item is called follows from its own text",
                hint: "correct an incident with: bevis incident edit; an order with: bevis order add")
        }
        var described = known
        for field in clear {
            switch field {
            case .title: described.title = nil
            case .captured: described.captured = nil
            case .place: described.place = nil
            case .note: described.note = nil
            }
        }
        if let title { described.title = try line(title, "--title") }
        if let kind { described.kind = try ItemKind.stated(kind, help: "bevis describe --help") }
        if let captured {
            described.captured = Timestamp(seconds: try TimeArgument.moment(captured, now: Person.now().seconds))
        }
        if let place { described.place = try line(place, "--place") }
        if let note { described.note = Array(note.utf8) }
        return described
    }
}

extension ItemKind {
    /// The kind that a person named for a piece of evidence.
    static func stated(_ word: String, help: String) throws -> ItemKind {
        guard let kind = ItemKind(word: Array(word.utf8)), !kind.isDossier, kind != .clockCheck else {
            throw CommandFailure(.usage, "there is no kind \(Escaped.quoted(word))", hint: help)
        }
        return kind
    }
}
