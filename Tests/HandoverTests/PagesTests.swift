import AgeFile
import Camera
import Dossier
import Handover
import Sharing
import SignedNote
import Sodium
import Testing

/// What the pages say, and what they never say.
@Suite struct PagesTests {
    private func text(_ word: String) throws -> FreeText { try FreeText(Array(word.utf8)) }

    private func moment(_ word: String) throws -> Moment { try Moment(parsing: Array(word.utf8)) }

    private func content(_ language: Language, _ order: OrderFacts = OrderFacts(.tilhold)) throws -> Content {
        Content(
            language: language, owner: "Signe Holm", made: try moment("2026-11-27T10:00:00+01:00"), order: (1, order),
            local: { time in
                guard let moment = try? Moment(time, offsetMinutes: 60) else { preconditionFailure("a moment") }
                return moment
            })
    }

    private func incident(
        _ number: UInt64, _ from: String?, breach: Breach? = nil, order: UInt64? = nil,
        _ change: (inout IncidentFacts) -> Void = { _ in }
    ) throws -> IncidentPage {
        let occurred = try Occurrence(from: try from.map { try moment($0) }, precision: from == nil ? .unknown : .exact)
        var facts = IncidentFacts(occurred, what: try text("Hændelse nummer \(number)"))
        facts.breach = breach
        facts.order = order
        change(&facts)
        let entry = try Entry(
            number: number, recordedAt: Timestamp(seconds: 1_795_000_000), recordedBy: PlainText(literal: "Signe Holm"))
        return IncidentPage(
            entry: entry, facts: facts, versionCount: 1, isUnbroken: true, isAttested: true,
            path: "data/texts/incident-\(number).txt")
    }

    private func html(_ content: Content) -> String {
        String(decoding: HTMLPage.bytes(of: content.document), as: UTF8.self)
    }

    private func firstSheet(_ content: Content) -> String {
        let page = html(content)
        return String(page[..<(page.firstRange(of: "<section id=\"s2\"")?.lowerBound ?? page.endIndex)])
    }

    @Test func whatNobodyStatedOfAnOrderSaysSo() throws {
        let danish = firstSheet(try content(.danish))
        #expect(danish.components(of: "ikke oplyst") == 7)
        #expect(firstSheet(try content(.english)).components(of: "not stated") == 7)
        let immediate = firstSheet(try content(.danish, OrderFacts(.strakstilhold)))
        #expect(immediate.contains("gælder, indtil det afløses"))
        #expect(immediate.contains("§ 2 a"))
    }

    @Test func onlyBreachesOfThisOrderStandOnTheFirstSheet() throws {
        var content = try content(.danish)
        content.incidents = [
            try incident(1, "2026-11-12T22:15:00+01:00", breach: .possible, order: 1),
            try incident(2, "2026-11-13T22:15:00+01:00", breach: .reported),
            try incident(3, "2026-11-14T22:15:00+01:00", breach: .possible, order: 2),
            try incident(4, "2026-11-15T22:15:00+01:00", breach: Breach.none),
        ]
        let sheet = firstSheet(content)
        #expect(sheet.contains("Hændelse nummer 1") && sheet.contains("Hændelse nummer 2"))
        #expect(!sheet.contains("Hændelse nummer 3") && !sheet.contains("Hændelse nummer 4"))
        #expect(html(content).contains("Hændelse nummer 4"), "the log has them all")
    }

    @Test func firstSheetStaysOneSheetAndSaysHowManyMoreThereAre() throws {
        var content = try content(.english)
        content.incidents = try (1...20).map {
            try incident($0, "2026-11-12T22:15:00+01:00", breach: .possible) { facts in
                facts.what =
                    (try? FreeText(Array(String(repeating: "lang tekst ", count: 300).dropLast().utf8))) ?? facts.what
            }
        }
        let sheet = firstSheet(content)
        #expect(sheet.contains("13 more are in the table on the next page."))
        #expect(sheet.utf8.count < 9_000)
    }

    @Test func backgroundIsMarkedAndCountsSayNothingMore() throws {
        var content = try content(.danish)
        content.incidents = [try incident(1, "2021-12-31T23:59:00+01:00"), try incident(2, nil)]
        content.backgroundCount = 1
        let page = html(content)
        #expect(page.contains("(baggrund)"))
        #expect(page.contains("Før 1. januar 2022 (baggrund): 1"))
        #expect(page.contains("tidspunkt ikke oplyst"))
        for word in ["§ 242", "straffeloven", "fængsel", "bøde", "skyldig", "systematisk"] {
            #expect(!page.contains(word), "\(word)")
        }
    }

    @Test func camerasOwnTimeStandsBesideTheCorrectedOne() throws {
        let device = NoteSigner(name: try KeyName(Array("bevis.example/device".utf8)), key: SigningKey()).verifierKey
        let check = ClockCheck(
            device: device, reads: Timestamp(seconds: 1_795_000_090), reference: Timestamp(seconds: 1_795_000_000),
            source: PlainText(literal: "telefon"), photo: nil)
        let shown = Timestamp(seconds: 1_795_100_090)
        for (language, words) in [
            (Language.danish, ["uret 1 min 30 s foran", "telefon", "hvordan uret er gået siden, vides ikke"]),
            (.english, ["clock 1 min 30 s ahead", "telefon", "how the clock went since is not known"]),
        ] {
            var content = try content(language)
            var exhibit = ExhibitPage(
                number: 1, kind: "footage", original: .here("data/exhibits/001-a.mp4"), size: 5,
                digest: String(repeating: "a", count: 64), recorded: shown)
            exhibit.captured = shown
            exhibit.corrected = ClockHistory([check]).correct(shown)
            content.exhibits = [exhibit]
            let page = html(content)
            let own = language == .danish ? "kl. 15.54.50" : "15:54:50"
            let corrected = language == .danish ? "kl. 15.53.20" : "15:53:20"
            #expect(page.contains(own) && page.contains(corrected), "\(page)")
            for word in words { #expect(page.contains(word), "\(word)") }
        }
    }

    @Test func exhibitThatIsNotHereIsNoLink() throws {
        var content = try content(.english)
        content.incidents = [
            try incident(1, "2026-11-12T22:15:00+01:00") { facts in
                facts.exhibits = (1...4).map { Exhibit(number: $0, item: Random.value()) }
            }
        ]
        func exhibit(_ number: UInt64, _ original: ExhibitPage.Original) -> ExhibitPage {
            ExhibitPage(
                number: number, kind: "photo", original: original, size: 1, digest: "00",
                recorded: Timestamp(seconds: 0))
        }
        content.exhibits = [
            exhibit(1, .here("data/exhibits/001-a.jpg")), exhibit(2, .volume(2)), exhibit(3, .heldBack),
        ]
        content.erased = [4]
        let page = html(content)
        #expect(page.contains("<a href=\"data/exhibits/001-a.jpg\">Exhibit\u{A0}1</a>"))
        for part in ["Exhibit\u{A0}2 (in folder 2)", "Exhibit\u{A0}3 [held back]", "Exhibit\u{A0}4 (erased)"] {
            #expect(page.contains(part), "\(part)")
        }
    }

    @Test func everyPageIsThereInBothLanguages() throws {
        for (language, headings) in [
            (
                Language.danish,
                [
                    "Materiale til politiet", "Oversigt over mulige overtrædelser", "Typiske hændelser",
                    "Log over hændelser",
                    "Hvor ofte", "Bilag", "Hvem har haft adgang", "Hvad mappen viser, og hvad den ikke viser",
                    "Sådan kontrolleres mappen", "Kvittering",
                ]
            ),
            (
                .english,
                [
                    "Material for the police", "Table of suspected breaches", "Typical incidents", "Log of incidents",
                    "How often", "Exhibits", "Who had access", "What the folder proves, and what it does not",
                    "How to check the folder", "Receipt",
                ]
            ),
        ] {
            #expect(try content(language).document.sections.map(\.heading) == headings)
        }
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
