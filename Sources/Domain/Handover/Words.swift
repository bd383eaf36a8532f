public import Dossier
import SignedNote

/// The one clock by which a folder tells all times.
struct FolderClock {
    /// Minutes east of UTC that are named once and not again.
    let home: Int
    let local: @Sendable (Timestamp) -> Moment
}

/// Words and sentences of a handover, each in Danish and English.
struct Words {
    let language: Language
    private let clock: FolderClock?

    init(_ language: Language, _ clock: FolderClock? = nil) { (self.language, self.clock) = (language, clock) }

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

    /// `12. nov. 2026 kl. 22.15`, with seconds where they matter, and with the clock's distance from UTC where it is not
    /// the folder's own.
    func time(_ moment: Moment, seconds: Bool = false) -> String {
        let isHome = clock.map { $0.home == moment.offsetMinutes } ?? false
        return reading(moment, seconds: seconds) + (isHome ? "" : " (\(distance(moment)))")
    }

    private func reading(_ moment: Moment, seconds: Bool) -> String {
        let clock = String(decoding: moment.text, as: UTF8.self).dropFirst(11).prefix(seconds ? 8 : 5)
        return day(moment.day) + pick(" kl. " + clock.map { $0 == ":" ? "." : String($0) }.joined(), ", " + clock)
    }

    /// `UTC+01:00`.
    private func distance(_ moment: Moment) -> String { "UTC\(String(decoding: moment.text, as: UTF8.self).suffix(6))" }

    /// The zone of all times, named once.
    func zone(_ name: String?, at made: Moment) -> String {
        (name.map { $0 + ", " } ?? "") + distance(made)
            + pick(", hvor der ikke står andet", ", where nothing else is said")
    }

    /// What a file says of when it was made, `2026:03:14 21:41:00`, as a date; any other text as it is.
    func fileTime(_ text: String) -> String {
        var parts = Array(text.utf8)
        guard parts.count >= 19, parts[10] == 0x20 else { return text }
        (parts[4], parts[7], parts[10]) = (0x2D, 0x2D, 0x54)
        // Parts of a second stand between the time and the distance.
        let rest = parts[19...].drop { $0 == 0x2E || (0x30...0x39).contains($0) }
        let distance = rest.isEmpty || rest.elementsEqual([0x5A]) ? Array("+00:00".utf8) : Array(rest)
        guard let moment = try? Moment(parsing: parts[..<19] + distance) else { return text }
        guard rest.isEmpty else { return time(local(moment), seconds: true) }
        return reading(moment, seconds: true) + pick(" (tidszone ikke oplyst)", " (time zone not stated)")
    }

    /// When something happened by the folder's clock, how well that is known, and what was stated where that differs.
    func time(_ occurred: Occurrence) -> String {
        guard let from = occurred.from else { return pick("tidspunkt ikke oplyst", "time not stated") }
        let isDay = occurred.precision == .day
        let here = local(from)
        var text = isDay ? day(from.day) : time(here)
        if let to = occurred.to {
            text += pick(" til ", " to ") + (isDay ? day(to.day) : time(local(to)))
        }
        let stated = isDay || here == from ? "" : "\n" + pick("oplyst som ", "stated as ") + time(from)
        return known(text, occurred) + stated
    }

    private func local(_ moment: Moment) -> Moment { clock?.local(moment.timestamp) ?? moment }

    private func known(_ text: String, _ occurred: Occurrence) -> String {
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
