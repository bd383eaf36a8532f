import Dossier
import SignedNote
import Terminal

/// The questions at the terminal: what and when; the rest can be skipped with an empty line.
struct IncidentDialogue {
    private let language: Language
    private let dialogue: Dialogue

    init(_ language: Language) throws {
        self.language = language
        do throws(CommandFailure) { dialogue = try Dialogue() } catch {
            throw CommandFailure(
                .usage, "say what happened and when", hint: "give --what and --when, or come with a terminal")
        }
    }

    func facts() throws -> IncidentFacts {
        let isDanish = language == .danish
        try dialogue.tell(
            isDanish
                ? "Kun de to første er nødvendige. En tom linje springer over. Resten kan komme senere."
                : "Only the first two are needed. An empty line skips. The rest can come later.")
        let what = try dialogue.demand(label(.what)) { text throws(CommandFailure) in try freeText(text, "what") }
        let hint = isDanish ? " (2026-11-12, 2026-11-12 22:15, ukendt)" : " (2026-11-12, 2026-11-12 22:15, unknown)"
        let occurred = try dialogue.demand(label(.when) + hint) { text throws(CommandFailure) in
            try IncidentDialogue.occurrence(text)
        }
        var facts = IncidentFacts(occurred, what: what)
        facts.place = try text(.place)
        facts.personSeen = try choice(.personSeen) { $0.text(language) }
        facts.witnesses = try text(.witnesses).map { [Witness(name: $0)] } ?? []
        facts.effect = try text(.effect)
        facts.response = try text(.response)
        facts.breach = try choice(.breach) { $0.text(language) }
        return facts
    }

    private func label(_ field: FieldLabel) -> String { "\(field.text(language))" }

    private static func occurrence(_ text: String) throws(CommandFailure) -> Occurrence {
        do {
            if text == "unknown" || text == "ukendt" { return try Occurrence(from: nil, precision: .unknown) }
            let stated = try StatedTime(text, now: Person.now().seconds)
            let zone = try LocalZone.name.map { try line($0, "zone") }
            return try Occurrence(from: try moment(stated), precision: stated.isDay ? .day : .exact, zone: zone)
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure(.usage, "\(Escaped.quoted(text)) is not a time")
        }
    }

    private func text(_ field: FieldLabel) throws -> FreeText? {
        try dialogue.ask(label(field)).map { text throws(CommandFailure) in try freeText(text, label(field)) }
    }

    /// One of a few words, by its number.
    private func choice<Word: DossierWord>(
        _ field: FieldLabel, _ shown: (Word) -> StaticString
    ) throws -> Word? {
        let words = Array(Word.allCases)
        let list = words.enumerated().map { "\($0 + 1) \(shown($1))" }.joined(separator: ", ")
        while true {
            guard let answer = try dialogue.ask("\(label(field)) (\(list))") else { return nil }
            if let number = Int(answer), words.indices.contains(number - 1) { return words[number - 1] }
            if let word = words.first(where: { "\(shown($0))" == answer || string($0.word) == answer }) { return word }
        }
    }
}
