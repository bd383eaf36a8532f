import AgeFile
import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// `bevis case`: a person's matters.
struct CaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case", abstract: "Open a case, list yours, show one.",
        subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Open a case and get its recovery sheet.",
            discussion: """
                Print the sheet, or write it down, and keep it away from this machine: with it everything comes back \
                if you lose this machine or your passphrase. Nobody can make it again.
                Example:
                  bevis case create --title 'Notes' --sheet sheet.html
                """)

        @Option(help: "What you call the case; only you can read it.") var title: String?
        @Option(help: ArgumentHelp("Also write the sheet as a page to print.", valueName: "out.html"))
        var sheet: String?
        @Option(help: "The sheet's language: da or en.") var language = "en"
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let language = try CaseCommand.language(language)
            let title = try title.map { try line($0, "--title") }
            let paper = RecoverySheet()
            let desk = try Desk(vault, passphrase)
            // The sheet first: a kill in between leaves a sheet without a case, never a case without its sheet.
            if let sheet {
                let page = try OutputFile(sheet)
                try paper.htmlPage(language).withUnsafeBytes { try page.write($0) }
                try page.commit()
            }
            let output = Descriptor.standardOutput()
            try paper.plainPage(language).withUnsafeBytes { try output.write($0) }
            let own = try open(desk, title, paper)
            try desk.remember()
            try Output(json: false).line("\ncase \(short(own.card.caseID)) is open")
        }

        private func open(_ desk: Desk, _ title: PlainText?, _ paper: RecoverySheet) throws -> OwnCase {
            do {
                return try desk.session.openCase(
                    title: title, by: desk.caller, owner: desk.person.identity.age.recipient,
                    paper: paper.identity.recipient)
            } catch {
                // Only a refusal says that nothing was done; an answer that was lost may have been a yes.
                let said =
                    (error as? ClientError).map { [.unreachable, .refused, .tooMany, .unknown].contains($0.code) }
                    ?? false
                Output(json: false).note(
                    said
                        ? "the case was not opened: throw the sheet above away, it opens nothing"
                        : "it is not known whether the case was opened: keep the sheet above until 'bevis case list' "
                            + "shows that it was not")
                throw error
            }
        }
    }

    static func language(_ word: String) throws -> RecoverySheet.Language {
        switch word {
        case "da": return .danish
        case "en": return .english
        default: throw CommandFailure(.usage, "the language is da or en")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List your cases in a vault.")

        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let cases = try desk.ownCases()
            let erased = try desk.session.erasedCases(by: desk.caller, identity: desk.person.identity.age)
            var lines = cases.map { own in
                "\(short(own.card.caseID))  \(own.keys.title.map { Escaped.text($0.bytes) } ?? "(no title)")"
            }
            lines += erased.map {
                "\(short($0.id))  (erased \(LocalTime.text($0.erased.seconds)): entry \($0.index) of the log)"
            }
            var values = cases.map { own in
                JSONValue.object([
                    "case": .text(string(own.card.caseID.hex)),
                    "title": own.keys.title.map { .text(string($0.bytes)) } ?? .absent,
                ])
            }
            values += erased.map {
                .object(["case": .text(string($0.id.hex)), "erased": .time($0.erased.seconds)])
            }
            try Output(json: json).show(
                .array(values), or: lines.isEmpty ? "you have no case in this vault" : lines.joined(separator: "\n"))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a case of yours.")

        @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let own = try desk.ownCase(matter)
            let items = try desk.session.caseItems(of: own, by: desk.caller)
            let kept = items.count { !$0.isErased }
            var facts = Facts()
            facts.add("case", .text(string(own.card.caseID.hex)))
            facts.add("title", own.keys.title.map { .text(Escaped.text($0.bytes)) } ?? .absent)
            facts.add("recipient", .text(string(own.card.recipient.text)))
            facts.add("items", .number(Int64(kept)))
            facts.add("erased", .number(Int64(items.count - kept)), label: "items erased")
            let waiting = try desk.session.waitingErasures(by: desk.caller)
                .filter { $0.erasure.caseID == own.card.caseID }
            facts.add(
                "to_erase", json ? .array(waiting.map { ErasureView($0).json }) : .text(ErasureView.text(waiting)),
                label: "to be erased")
            facts.add("grants", .number(Int64(try desk.session.givenGrants(of: own, by: desk.caller).count)))
            try Output(json: json).show(facts)
        }
    }
}
