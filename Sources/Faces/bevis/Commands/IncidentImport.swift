import ArgumentParser
import Dossier
import Sharing
import SignedNote
import Terminal

extension IncidentCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Take in a log form: a table of text, one row for each incident.",
            discussion: """
                Columns are known by their headers, Danish or English; a date and what happened are needed. What stands \
                in other columns is kept in the text. All rows are taken in, or none. A row that is there already is \
                left out. Keep the form itself too: bevis add FILE.
                Example:
                  bevis incident import logskema.csv --date-order dmy
                """)

        @Argument(help: "The table: .csv or .tsv, UTF-8; '-' is standard input.") var file: String
        @Option(
            help: ArgumentHelp(
                "How dates such as 04/05/2026 are meant: dmy or mdy. Without it they are refused.", valueName: "order"))
        var dateOrder: String?
        @Option(help: ArgumentHelp("What stands between cells: comma, semicolon or tab.", valueName: "separator"))
        var separator: String?
        @Flag(help: "Only check the table; nothing is taken in.") var check = false
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var dossier: DossierOptions
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let language = try dossier.words()
            try dossier.useZone()
            let form = try form()  // what is wrong shows before a passphrase is asked for
            if check { return try tell(form.rows.count, 0, "can be taken in") }
            let desk = try Desk(vault, passphrase)
            let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
            let versions = book.file.incidents.flatMap(\.versions).map(\.body.facts)
            var known = Set(versions.map { Import.key($0) })
            let told = Set(versions.map { Import.occasion($0, $0.what) })
            var number = book.file.nextIncident
            var count = 0
            for row in form.rows where known.insert(Import.key(row.facts)).inserted {
                if form.isOwn, told.contains(Import.occasion(row.facts, row.what)) { continue }
                try book.write(Incident(try book.entry(number), row.facts), language)
                (number, count) = (number + 1, count + 1)
            }
            try desk.remember()
            try tell(count, form.rows.count - count, "taken in")
        }

        private func tell(_ count: Int, _ left: Int, _ what: String) throws {
            let value = JSONValue.object(["incidents": .number(Int64(count)), "known": .number(Int64(left))])
            let rest = left == 0 ? "" : "; \(left) were there already"
            try Output(json: json).show(value, or: "\(count) \(count == 1 ? "incident" : "incidents") \(what)\(rest)")
        }

        /// What makes two rows the same: all that a form states, but for exhibits.
        private static func key(_ facts: IncidentFacts) -> [UInt8] {
            var facts = facts
            facts.exhibits = []
            return facts.text
        }

        /// When something happened, and what: enough to know a row again that this program wrote.
        private static func occasion(_ facts: IncidentFacts, _ what: FreeText) -> [UInt8] {
            IncidentFacts(facts.occurred, what: what).text
        }

        private func form() throws -> LogForm {
            let bytes = try Descriptor.reading(file).readAll(limit: Table.maximumSize)
            let now = Person.now().seconds
            let reading = LogForm.Reading(
                separator: try separatorByte(), order: try order(),
                zone: try LocalZone.name.map { try PlainText(Array($0.utf8)) }
            ) { day, minutes in
                let clock = "\(Import.digits(minutes / 60)):\(Import.digits(minutes % 60))"
                guard let stated = try? StatedTime("\(string(day.text)) \(clock)", now: now) else { return nil }
                return try? moment(stated)
            }
            do throws(LogForm.Refusals) { return try LogForm(parsing: bytes, reading) } catch {
                for refused in error.errors.prefix(20) {
                    Output(json: false).note("line \(refused.line): \(refused.reason)")
                }
                let rows = error.errors.count == 1 ? "1 row is" : "\(error.errors.count) rows are"
                throw CommandFailure(
                    .refused, "\(Escaped.quoted(file)): \(rows) refused; nothing was taken in",
                    hint: Import.hint(error.errors))
            }
        }

        private static func hint(_ errors: [TableError]) -> String {
            if errors.contains(where: { $0.code == .ambiguousDate }) {
                return "where the day comes first: --date-order dmy; else write dates as 2026-11-12"
            }
            if errors.contains(where: { $0.code == .unknownHeader || $0.code == .ambiguousSeparator }) {
                return "the first line names the columns, such as: Dato;Tidspunkt;Sted;Hvad skete der?"
            }
            return "correct these rows, then try again"
        }

        private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

        private func order() throws -> DateOrder? {
            switch dateOrder {
            case nil: return nil
            case "dmy": return .dayFirst
            case "mdy": return .monthFirst
            case .some: throw CommandFailure(.usage, "--date-order is dmy or mdy")
            }
        }

        private func separatorByte() throws -> UInt8? {
            switch separator {
            case nil: return nil
            case "comma": return 0x2C
            case "semicolon": return 0x3B
            case "tab": return 0x09
            case .some: throw CommandFailure(.usage, "--separator is comma, semicolon or tab")
            }
        }
    }
}
