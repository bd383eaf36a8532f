import AgeFile
import Dossier
import Sharing
import SignedNote
import Sodium
import Testing

@Suite struct IncidentTests {
    static func full() throws -> IncidentFacts {
        var facts = IncidentFacts(
            try Occurrence(
                from: try moment("2026-11-12T22:15:00+01:00"), to: try moment("2026-11-12T22:40:00+01:00"),
                precision: .about, zone: PlainText(literal: "Europe/Copenhagen")),
            what: try free("Stod ved døren.\nSagde: \\\"jeg ser dig\\\"\tto gange"))
        facts.kind = .atHome
        facts.place = try free("Opgangen")
        facts.address = try free("none")
        facts.personSeen = .think
        facts.howRecognised = try free("Gang og jakke")
        facts.identifiers = [try free("+45 12 34 56 78"), try free("AB 12 345")]
        facts.witnesses = [
            Witness(name: try free("Nabo"), contact: try free("2. tv"), saw: try free("Hørte ham")),
            Witness(name: try free("Anna")),
        ]
        facts.othersPresent = try free("Ingen")
        facts.childrenPresent = try free("Mit barn")
        facts.injuryDamage = try free("Ridse i døren")
        facts.effect = try free("Sov ikke")
        facts.response = try free("Intet svar")
        facts.exhibits = [
            Exhibit(number: 2, item: Random.value(), saved: try free("Hentet"), original: try free("Kortet")),
            Exhibit(number: 1, item: Random.value()),
        ]
        facts.breach = .reported
        facts.order = 1
        facts.police = [
            PoliceContact(
                date: try Day(parsing: bytes("2026-11-13")), officer: try free("Krag"), unit: try free("Station"),
                journal: try free("0100-1"), receipt: try free("Papir")),
            PoliceContact(journal: try free("0100-2")),
        ]
        facts.isHighlight = true
        return facts
    }

    static func incident(_ facts: IncidentFacts) throws -> Incident {
        Incident(try Entry(number: 3, recordedAt: Timestamp(seconds: 1_794_550_000), recordedBy: signe), facts)
    }

    @Test func everyFieldComesBackAndTheTextIsCanonical() throws {
        for facts in [try IncidentTests.full(), try facts()] {
            let incident = try IncidentTests.incident(facts)
            let read = try Incident(parsing: incident.text)
            #expect(read == incident)
            #expect(read.text == incident.text)
            #expect(try IncidentFacts(parsing: facts.text) == facts)
        }
    }

    @Test func leastIncidentHasOnlyWhatIsStated() throws {
        #expect(
            text(try IncidentTests.incident(try facts()).text) == """
                bevis.example/incident/v1
                number 3
                version 1
                previous none
                recorded-at 2026-11-13T06:06:40Z
                recorded-by Signe Holm
                occurred-from 2026-11-12T22:15:00+01:00
                precision exact
                what He stood at the door

                """)
    }

    @Test func everyAlteredLineIsRefused() throws {
        let lines = text(try IncidentTests.incident(try IncidentTests.full()).text).split(separator: "\n")
        for index in lines.indices {
            var doubled = lines
            doubled.insert(lines[index], at: index)
            let listed = ["identifier", "witness", "exhibit", "police"].contains { lines[index].hasPrefix($0) }
            if !listed {
                #expect(
                    throws: NoteError.self, "\(lines[index])",
                    performing: { _ = try Incident(parsing: bytes(doubled.joined(separator: "\n") + "\n")) })
            }
            var unknown = lines
            unknown.insert("mood bad", at: index)
            #expect(throws: NoteError.self) {
                _ = try Incident(parsing: bytes(unknown.joined(separator: "\n") + "\n"))
            }
        }
        var swapped = lines
        swapped.swapAt(6, 7)
        #expect(throws: NoteError.self) { _ = try Incident(parsing: bytes(swapped.joined(separator: "\n") + "\n")) }
    }

    @Test(arguments: [
        "kind burglary", "kind Call", "person-seen maybe", "order-breach yes", "precision roughly", "highlight no",
        "order 0", "exhibit 0", "police 2026-02-30", "occurred-from 2026-11-12T22:15:00Z",
        "occurred-from 2026-11-12T22:15:00-00:00", "occurred-from 1969-12-31T22:15:00+01:00",
        "occurred-from 2026-11-12T22:15:00+14:01", "occurred-to 2026-11-12T22:14:59+01:00", "version 0", "number 0",
        "what a\\x", "what a\\", "zone none",
    ])
    func wrongValueIsRefused(_ line: String) throws {
        let key = line.prefix { $0 != " " } + " "
        let whole = text(try IncidentTests.incident(try IncidentTests.full()).text)
        var lines = whole.split(separator: "\n").map(String.init)
        let place = try #require(lines.firstIndex { $0.hasPrefix(key) })
        lines[place] = line
        #expect(throws: NoteError.self) { _ = try Incident(parsing: bytes(lines.joined(separator: "\n") + "\n")) }
    }

    @Test func contradictionsAreRefused() throws {
        let item: AgeFileID = Random.value()
        let changes: [(inout IncidentFacts) throws -> Void] = [
            { $0.order = 1 },
            { ($0.order, $0.breach) = (1, Breach.none) },
            { $0.exhibits = [Exhibit(number: 1, item: item), Exhibit(number: 2, item: item)] },
            { $0.exhibits = [Exhibit(number: 1, item: item), Exhibit(number: 1, item: Random.value())] },
            { $0.police = [PoliceContact()] },
            { $0.identifiers = [FreeText](repeating: try free("x"), count: 1001) },
        ]
        for change in changes {
            var facts = try facts()
            try facts.check()
            try change(&facts)
            #expect(try refusal { try facts.check() } == .malformedValue)
            #expect(throws: NoteError.self) { _ = try IncidentFacts(parsing: facts.text) }
        }
    }

    @Test func timesThatContradictThemselvesAreRefused() throws {
        let evening = try moment("2026-11-12T22:15:00+01:00")
        let midnight = try moment("2026-11-12T00:00:00+01:00")
        #expect(try refusal { try Occurrence(from: nil, precision: .exact) } == .malformedValue)
        #expect(try refusal { try Occurrence(from: evening, precision: .unknown) } == .malformedValue)
        #expect(try refusal { try Occurrence(from: nil, to: evening, precision: .unknown) } == .malformedValue)
        #expect(try refusal { try Occurrence(from: evening, to: midnight, precision: .exact) } == .malformedValue)
        #expect(try refusal { try Occurrence(from: evening, precision: .day) } == .malformedValue)
        #expect(try refusal { try Occurrence(from: midnight, to: evening, precision: .day) } == .malformedValue)
        #expect(try refusal { try Occurrence(from: midnight, precision: .day) } == nil)
    }

    @Test func latenessCountsFromTheEndOfWhatIsStated() throws {
        func lateness(_ from: String, _ to: String?, _ precision: Precision, recorded: UInt64) throws -> UInt64? {
            let occurred = try Occurrence(
                from: try moment(from), to: try to.map { try moment($0) }, precision: precision)
            let entry = try Entry(number: 1, recordedAt: Timestamp(seconds: recorded), recordedBy: signe)
            return Incident(entry, IncidentFacts(occurred, what: try free("x"))).lateness
        }
        let base = try moment("2026-11-12T22:15:00+01:00").timestamp.seconds
        #expect(try lateness("2026-11-12T22:15:00+01:00", nil, .exact, recorded: base + 60) == 60)
        #expect(
            try lateness("2026-11-12T22:15:00+01:00", "2026-11-12T22:16:00+01:00", .exact, recorded: base + 60) == 0)
        #expect(try lateness("2026-11-12T22:15:00+01:00", nil, .exact, recorded: base - 60) == 0)
        let day = try moment("2026-11-12T00:00:00+01:00").timestamp.seconds
        #expect(try lateness("2026-11-12T00:00:00+01:00", nil, .day, recorded: day + 86_400) == 1)
        let unknown = Incident(
            try Entry(number: 1, recordedAt: Timestamp(seconds: base), recordedBy: signe),
            IncidentFacts(try Occurrence(from: nil, precision: .unknown), what: try free("x")))
        #expect(unknown.lateness == nil)
        #expect(!unknown.isBackground)
    }

    @Test func backgroundIsWhatLiesBefore2022ByTheClockOnTheWall() throws {
        for (when, expected) in [
            ("2021-12-31T23:59:59+01:00", true), ("2022-01-01T00:00:00+01:00", false),
            ("2022-01-01T00:30:00+14:00", false), ("2021-12-31T23:30:00-10:00", true),
        ] {
            #expect(try IncidentTests.incident(try facts(when)).isBackground == expected, "\(when)")
        }
    }

    @Test func correctionNamesTheVersionBeforeAndWhy() throws {
        let first = try Entry(number: 7, recordedAt: Timestamp(seconds: 100), recordedBy: signe)
        let id: AgeFileID = Random.value()
        let second = try first.corrected(
            from: id, reason: try free("Glemte stedet"), recordedAt: Timestamp(seconds: 200), recordedBy: signe)
        #expect(second.number == 7)
        #expect(second.version == 2)
        #expect(second.previous == id)
        let incident = Incident(second, try facts())
        #expect(try Incident(parsing: incident.text) == incident)
        let whole = text(incident.text)
        for (line, other) in [
            ("previous \(text(id.hex))", "previous none"), ("version 2", "version 1"), ("reason Glemte stedet\n", ""),
        ] {
            let altered = whole.replacing(line, with: other)
            #expect(altered != whole)
            #expect(throws: NoteError.self) { _ = try Incident(parsing: bytes(altered)) }
        }
    }
}

@Suite struct OrderTests {
    @Test func everyFieldComesBack() throws {
        var facts = OrderFacts(.strakstilhold)
        let least = Order(
            try Entry(number: 1, recordedAt: Timestamp(seconds: 100), recordedBy: signe), facts)
        #expect(try Order(parsing: least.text) == least)
        facts.decision = try free("Afgørelse 12")
        facts.journal = try free("0100-10010-00001-26")
        facts.served = try Day(parsing: bytes("2026-09-01"))
        facts.expires = try Day(parsing: bytes("2031-08-31"))
        facts.scope = try free("Må ikke henvende sig")
        facts.protected = [try free("Signe"), try free("Barn")]
        facts.authority = try free("Københavns Politi")
        let whole = Order(try Entry(number: 1, recordedAt: Timestamp(seconds: 100), recordedBy: signe), facts)
        #expect(try Order(parsing: whole.text) == whole)
        #expect(try OrderFacts(parsing: facts.text) == facts)
        #expect(whole.text != least.text)
    }

    @Test func orderThatEndsBeforeItWasServedIsRefused() throws {
        var facts = OrderFacts(.tilhold)
        facts.served = try Day(parsing: bytes("2026-09-01"))
        facts.expires = try Day(parsing: bytes("2026-08-31"))
        #expect(try refusal { try facts.check() } == .malformedValue)
        #expect(throws: NoteError.self) { _ = try OrderFacts(parsing: facts.text) }
        facts.expires = facts.served
        #expect(try refusal { try facts.check() } == nil)
    }

    @Test func sectionsAreThoseOfTheAct() {
        #expect(OrderKind.allCases.map { "\($0.section)" } == ["§ 1", "§ 3", "§ 2 a"])
    }
}
