public import Dossier

/// Words and sentences of a handover, each in Danish and English.
struct Words {
    let language: Language

    init(_ language: Language) { self.language = language }

    func pick(_ danish: String, _ english: String) -> String { language == .danish ? danish : english }

    var notStated: String { "\(Phrase.notStated.text(language))" }
    var heldBack: String { Held.text(language) }

    // MARK: Days and times

    private static let months = (
        danish: ["jan.", "feb.", "mar.", "apr.", "maj", "jun.", "jul.", "aug.", "sep.", "okt.", "nov.", "dec."],
        english: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )

    /// `12. nov. 2026`, `12 Nov 2026`.
    func day(_ day: Day) -> String {
        let months = pick(Words.months.danish, Words.months.english)
        let month = months[max(0, min(11, day.month - 1))]
        return pick("\(day.dayOfMonth). \(month) \(day.year)", "\(day.dayOfMonth) \(month) \(day.year)")
    }

    private func pick(_ danish: [String], _ english: [String]) -> [String] {
        language == .danish ? danish : english
    }

    /// `12. nov. 2026 kl. 22.15`, with seconds where they matter, and the clock's distance from UTC.
    func time(_ moment: Moment, seconds: Bool = false) -> String {
        let text = String(decoding: moment.text, as: UTF8.self)
        let clock = text.dropFirst(11).prefix(seconds ? 8 : 5)
        let shown = pick(" kl. " + clock.map { $0 == ":" ? "." : String($0) }.joined(), ", " + clock)
        return day(moment.day) + shown + " (UTC\(text.suffix(6)))"
    }

    /// When something happened, and how well that is known.
    func time(_ occurred: Occurrence) -> String {
        guard let from = occurred.from else { return pick("tidspunkt ikke oplyst", "time not stated") }
        let isDay = occurred.precision == .day
        var text = isDay ? day(from.day) : time(from)
        if let to = occurred.to {
            text += pick(" til ", " to ") + (isDay ? day(to.day) : time(to))
        }
        switch occurred.precision {
        case .exact: return text + "\n" + pick("nøjagtigt", "exact")
        case .about: return pick("ca. ", "about ") + text + "\n" + pick("omtrentligt tidspunkt", "approximate time")
        case .day: return text + "\n" + pick("kun dagen er kendt", "only the day is known")
        case .unknown: return text
        }
    }

    // MARK: Single words

    func breach(_ breach: Breach?) -> String {
        guard let breach else { return notStated }
        switch breach {
        case .possible: return pick("mulig", "possible")
        case .reported: return pick("anmeldt", "reported")
        case .none: return pick("nej", "no")
        }
    }

    func order(_ kind: OrderKind) -> String {
        let name: String
        switch kind {
        case .tilhold: name = pick("Tilhold", "Restraining order (tilhold)")
        case .opholdsforbud: name = pick("Opholdsforbud", "Exclusion order (opholdsforbud)")
        case .strakstilhold: name = pick("Strakstilhold", "Immediate restraining order (strakstilhold)")
        }
        return name + ", \(kind.section) "
            + pick("i lov om tilhold, opholdsforbud og bortvisning", "of the Danish act on restraining orders")
    }

    func certainty(_ certainty: Certainty?) -> String {
        switch certainty {
        case .certain: pick("Set, helt sikker", "Seen, certain")
        case .think: pick("Set, men ikke helt sikker", "Seen, but not certain")
        case .unknown: pick("Ukendt person", "Unknown person")
        case nil: notStated
        }
    }
}

/// What stands in place of something that the owner held back.
public enum Held {
    /// `[tilbageholdt]`, `[held back]`.
    public static func text(_ language: Language) -> String {
        language == .danish ? "[tilbageholdt]" : "[held back]"
    }
}
