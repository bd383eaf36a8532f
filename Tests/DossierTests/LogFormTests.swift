import AgeFile
import SignedNote
import Sodium
import Testing

@testable import Dossier

@Suite struct TableTests {
    private func cells(_ written: String, _ separator: Character = ",") throws -> [[String]] {
        try Table(parsing: bytes(written), separator: separator.asciiValue ?? 0).rows.map { $0.cells.map(text) }
    }

    @Test func quotesAndLineEndsAreThoseOfTheStandard() throws {
        #expect(try cells("a,b\r\n\"x,\"\"y\"\"\n2\",\r\n") == [["a", "b"], ["x,\"y\"\n2", ""]])
        #expect(try cells("\u{FEFF}a;b\nc;\"\"", ";") == [["a", "b"], ["c", ""]])
        #expect(try cells("a,b,") == [["a", "b", ""]])
        #expect(try cells("\n\na\n") == [["a"]])
        #expect(try cells("") == [])
    }

    @Test(arguments: [
        ("a\n\"x", 2), ("a\nb\"c\n", 2), ("a\n\"x\"y\n", 2), ("a\rb\n", 1), ("a\n\"b\nc\nd", 2), ("\"a\n\"\nb\"\n", 3),
    ])
    func tornTablesAreRefusedWithTheirLine(_ written: String, _ line: Int) throws {
        let error = #expect(throws: TableError.self) { _ = try Table(parsing: bytes(written), separator: 0x2C) }
        #expect(error?.code == .torn)
        #expect(error?.line == line)
    }

    @Test func bytesThatAreNotTextAreRefusedWithTheirLine() throws {
        let error = #expect(throws: TableError.self) {
            _ = try Table(parsing: bytes("a\nb") + [0xE6, 0x0A], separator: 0x2C)
        }
        #expect(error?.code == .notText)
        #expect(error?.line == 2)
    }

    @Test func cellsThatASpreadsheetWouldRunGetAnApostrophe() {
        for (cell, expected) in [
            ("=1+1", "'=1+1"), ("+45 12", "'+45 12"), ("-x", "'-x"), ("@SUM(A1)", "'@SUM(A1)"), ("  =1", "'  =1"),
            ("＝1", "'＝1"), ("a=1", "a=1"), ("'=1", "''=1"), ("'a", "'a"), ("", ""),
        ] {
            #expect(text(Table.text([[bytes(cell)]], separator: 0x3B)) == expected + "\r\n")
        }
        #expect(text(Table.text([[bytes("\t=1")]], separator: 0x3B)) == "'\t=1\r\n")
        #expect(text(Table.text([[bytes("a;b"), bytes("\"")]], separator: 0x3B)) == "\"a;b\";\"\"\"\"\r\n")
    }

    @Test func anyTableComesBack() throws {
        var random = Seeded(11)
        let alphabet = Array("a\",;\t\n=+-@' æ")
        for _ in 0..<1_000 {
            let rows = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                (0..<3).map { _ in
                    bytes(
                        String(
                            (0..<Int.random(in: 0..<6, using: &random)).compactMap { _ in
                                alphabet.randomElement(using: &random)
                            }))
                }
            }
            for separator in [UInt8(0x2C), 0x3B, 0x09] {
                let written = Table.text(rows, separator: separator)
                let read = try Table(parsing: written, separator: separator)
                #expect(Table.text(read.rows.map { $0.cells.map(Table.unneutral) }, separator: separator) == written)
                for line in read.rows {
                    for cell in line.cells {
                        #expect(![0x3D, 0x2B, 0x2D, 0x40].contains(cell.first ?? 0))
                    }
                }
            }
        }
    }
}

extension Table {
    /// What a reader makes of a cell.
    fileprivate static func unneutral(_ cell: [UInt8]) -> [UInt8] { original(cell) }
}

@Suite struct LogFormTests {
    /// A clock one hour east of UTC that has come to the end of 2026, and never shows 02:30 on 29 March.
    private func reading(_ order: DateOrder? = nil, separator: UInt8? = nil) -> LogForm.Reading {
        LogForm.Reading(separator: separator, order: order) { day, minutes in
            guard day.year < 2027, !(text(day.text) == "2026-03-29" && minutes == 150) else { return nil }
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return try? moment("\(text(day.text))T\(two(minutes / 60)):\(two(minutes % 60)):00+01:00")
        }
    }

    private func facts(_ table: String, _ order: DateOrder? = nil) throws -> [IncidentFacts] {
        try LogForm(parsing: bytes(table), reading(order)).rows.map(\.facts)
    }

    private func errors(_ table: String, _ order: DateOrder? = nil) -> [TableError.Code] {
        do {
            _ = try LogForm(parsing: bytes(table), reading(order))
            return []
        } catch {
            return error.errors.map(\.code)
        }
    }

    @Test func danishFormIsRead() throws {
        let read = try facts(
            """
            Dato;Tidspunkt;Sted;Hvad skete der?;Vidner;Hvordan reagerede du?;Dokumentation;Humør
            2026-11-12;kl. 22.15;Hjemme;"Stod ved døren
            i lang tid";Nabo;Intet;Foto;bange
            13. november 2026;aften;;Ringede;;;;
            14/11/2026;ca. 20:00-20:30;;"'+45 12";;;;
            ukendt;;;Rygter;;;;
            """)
        #expect(read.count == 4)
        #expect(text(read[0].occurred.from?.text ?? []) == "2026-11-12T22:15:00+01:00")
        #expect(read[0].occurred.precision == .exact)
        #expect(text(read[0].what.bytes) == "Stod ved døren\ni lang tid\n[Dokumentation] Foto\n[Humør] bange")
        #expect(read[0].place == (try free("Hjemme")))
        #expect(read[0].witnesses == [Witness(name: try free("Nabo"))])
        #expect(read[0].response == (try free("Intet")))
        #expect(read[1].occurred.precision == .day)
        #expect(text(read[1].what.bytes) == "Ringede\n[Tidspunkt] aften")
        #expect(read[2].occurred.precision == .about)
        #expect(text(read[2].occurred.to?.text ?? []) == "2026-11-14T20:30:00+01:00")
        #expect(text(read[2].what.bytes) == "+45 12")
        #expect(read[3].occurred.precision == .unknown)
    }

    @Test func englishFormIsReadWithAnySeparator() throws {
        for separator in [",", ";", "\t"] {
            let table =
                "When\(separator)What happened\(separator)Type\r\n2026-11-12 22:15\(separator)Rang\(separator)Call\r\n"
            let read = try facts(table)
            #expect(read.map(\.kind) == [.call])
            #expect(text(read[0].occurred.from?.text ?? []) == "2026-11-12T22:15:00+01:00")
        }
    }

    @Test func datesThatCanBeReadInTwoWaysAreRefusedUntilSomebodySays() throws {
        for date in ["04/05/2026", "4.5.2026", "04-05-2026", "4/5-2026"] {
            let table = "Dato;Hvad skete\n\(date);x\n"
            #expect(errors(table) == [.ambiguousDate], "\(date)")
            #expect(text(try facts(table, .dayFirst)[0].occurred.from?.day.text ?? []) == "2026-05-04")
            #expect(text(try facts(table, .monthFirst)[0].occurred.from?.day.text ?? []) == "2026-04-05")
        }
        for (date, day) in [
            ("13/05/2026", "2026-05-13"), ("05/13/2026", "2026-05-13"), ("05.05.2026", "2026-05-05"),
            ("4. maj 2026", "2026-05-04"), ("4 May 2026", "2026-05-04"),
        ] {
            #expect(text(try facts("Dato;Hvad skete\n\(date);x\n")[0].occurred.from?.day.text ?? []) == day)
        }
        #expect(errors("Dato;Hvad skete\n05/13/2026;x\n", .dayFirst) == [.badDate])
    }

    @Test func everyRefusedRowIsToldByItsLine() throws {
        let table = """
            Dato;Tidspunkt;Hvad skete
            2026-11-12;;"to
            linjer"
            12.11.26;;x
            2026-02-30;;x
            i går;;x
            ;;x
            2026-11-12;;
            2026-11-12;x
            2027-01-01;;x
            2026-03-29;02:30;x
            2026-11-12;;a\u{1B}[2J
            """
        do {
            _ = try LogForm(parsing: bytes(table), reading())
            Issue.record("taken in")
        } catch {
            #expect(error.errors.map(\.line) == [4, 5, 6, 7, 8, 9, 10, 11, 12])
            #expect(
                error.errors.map(\.code) == [
                    .badDate, .badDate, .badDate, .missingValue, .missingValue, .unevenRow, .badDate, .badDate,
                    .badValue,
                ])
        }
    }

    @Test func headersDecideOrTheTableIsRefused() {
        #expect(errors("a;b\n1;2\n") == [.unknownHeader])
        #expect(errors("Dato;Sted\n2026-11-12;x\n") == [.unknownHeader])
        #expect(errors("Dato;Date;Hvad skete\n2026-11-12;x;y\n") == [.unknownHeader])
        #expect(errors("") == [.unknownHeader])
        #expect(errors("Dato;Hvad skete\n2026-11-12;\"x\n") == [.torn])
    }

    @Test func whatIsWrittenOutComesInAgain() throws {
        let filed = Filed(
            id: Random.value() as AgeFileID, place: 0, isAttested: true,
            body: Incident(
                try Entry(number: 1, recordedAt: Timestamp(seconds: 1_794_550_000), recordedBy: signe),
                try IncidentTests.full()))
        let file = CaseFile(incidents: [filed], orders: [], erased: [])
        for language in [Language.danish, .english] {
            let out = LogForm.text(file, language, separator: 0x3B) { bytes("\($0.number)") }
            #expect(text(out).contains(";\"'+45 12 34 56 78\nAB 12 345\";"))
            let form = try LogForm(parsing: out, reading())
            let facts = try #require(form.rows.first?.facts)
            let (before, after) = (filed.body.facts, facts)
            #expect(after.occurred.from == before.occurred.from)
            #expect(after.occurred.to == before.occurred.to)
            #expect(after.occurred.precision == .about)
            #expect(after.place == before.place)
            #expect(after.kind == before.kind)
            #expect(after.breach == before.breach)
            #expect(after.effect == before.effect)
            #expect(text(after.what.bytes).hasPrefix(text(before.what.bytes) + "\n["))
            #expect(text(after.what.bytes).contains("] +45 12 34 56 78\nAB 12 345"))
        }
    }

    @Test func rowsAreInTheOrderOfTimeAndBackgroundIsMarked() throws {
        let filed = try [("2026-11-12T22:15:00+01:00", "b"), ("2021-01-01T00:00:00+01:00", "a")].enumerated().map {
            Filed(
                id: Random.value() as AgeFileID, place: $0, isAttested: true,
                body: Incident(
                    try Entry(number: UInt64($0 + 1), recordedAt: Timestamp(seconds: 0), recordedBy: signe),
                    try DossierTests.facts($1.0, $1.1)))
        }
        let out = text(
            LogForm.text(CaseFile(incidents: filed, orders: [], erased: []), .danish, separator: 0x09) { _ in [] })
        let lines = out.split(separator: "\r\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
        #expect(lines.map { $0[0] } == ["Nr.", "2", "1"])
        #expect(lines.map { $0.last } == ["Bemærkning", "baggrund", ""])
    }
}
