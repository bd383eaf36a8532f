import Dossier
import Sharing
import SignedNote
import Sodium
import Terminal

/// One version of an incident, all fields.
struct IncidentView {
    private var view: DossierView
    private let language: Language

    init(_ filed: Filed<Incident>, of history: History<Incident>, _ book: CaseBook, _ language: Language) {
        self.language = language
        view = DossierView(language)
        let facts = filed.body.facts
        view.add(.number, "incident", .number(Int64(clamping: history.number)))
        addVersion(filed, of: history)
        addTime(filed.body)
        view.add(.kind, "kind", facts.kind, facts.kind?.text(language))
        view.add(.place, "place", facts.place)
        view.add(.address, "address", facts.address)
        view.add(.what, "what", facts.what)
        view.add(.personSeen, "person_seen", facts.personSeen, facts.personSeen?.text(language))
        view.add(.howRecognised, "how_recognised", facts.howRecognised)
        view.add(.identifiers, "identifiers", facts.identifiers)
        addPeople(facts)
        view.add(.injuryDamage, "injury_damage", facts.injuryDamage)
        view.add(.effect, "effect", facts.effect)
        view.add(.response, "response", facts.response?.shown(in: language))
        view.add(
            .exhibits, "exhibits", .array(facts.exhibits.map { IncidentView.json($0) }),
            facts.exhibits.map { book.text($0) })
        view.add(.breach, "order_breach", facts.breach, facts.breach?.text(language))
        view.add(.order, "order", facts.order.map { .number(Int64(clamping: $0)) })
        addPolice(facts)
        view.add(.highlight, "highlight", .flag(facts.isHighlight), facts.isHighlight ? ["\(yes)"] : [])
    }

    private var yes: StaticString { Phrase.yes.text(language) }

    private mutating func addVersion(_ filed: Filed<Incident>, of history: History<Incident>) {
        let entry = filed.body.entry
        var doubts: [String] = []
        if !filed.isAttested { doubts.append("\(Phrase.unattested.text(language))") }
        if !history.isUnbroken { doubts.append("\(Phrase.broken.text(language))") }
        let count = history.versions.count
        view.add(
            .version, "version", .number(Int64(clamping: entry.version)),
            ["\(entry.version) (\(count))" + doubts.map { "  " + $0 }.joined()])
        view.members(["attested": .flag(filed.isAttested), "item": .text(string(filed.id.hex))])
        if entry.reason != nil { view.add(.reason, "reason", entry.reason) }
        view.add(.recorded, "recorded_at", .time(entry.recordedAt.seconds))
        view.add(.recordedBy, "recorded_by", .text(string(entry.recordedBy.bytes)))
    }

    private mutating func addTime(_ incident: Incident) {
        let occurred = incident.facts.occurred
        func add(_ label: FieldLabel, _ key: String, _ moment: Moment?) {
            view.add(
                label, key, moment.map { .text(string($0.text)) }, moment.map { [clock($0, occurred.precision)] })
        }
        add(.when, "occurred_from", occurred.from)
        if occurred.to != nil { add(.until, "occurred_to", occurred.to) }
        view.add(.precision, "precision", occurred.precision, occurred.precision.text(language))
        view.add(.zone, "zone", occurred.zone.map { .text(string($0.bytes)) })
        view.add(
            .late, "recorded_after_seconds", incident.lateness.map { .number(Int64(clamping: $0)) },
            incident.lateness.map { [Lateness.text($0, language)] })
        view.members(["background": .flag(incident.isBackground)])
    }

    private mutating func addPeople(_ facts: IncidentFacts) {
        let witnesses = facts.witnesses.map { witness in
            JSONValue.object([
                "name": .text(string(witness.name.bytes)),
                "contact": witness.contact.map { .text(string($0.bytes)) } ?? .absent,
                "saw": witness.saw.map { .text(string($0.bytes)) } ?? .absent,
            ])
        }
        view.add(
            .witnesses, "witnesses", .array(witnesses),
            facts.witnesses.map { witness in
                [witness.name, witness.contact, witness.saw].compactMap { $0 }
                    .map { Escaped.text($0.bytes, limit: .max) }.joined(separator: "; ")
            })
        view.add(.othersPresent, "others_present", facts.othersPresent)
        view.add(.childrenPresent, "children_present", facts.childrenPresent)
    }

    private mutating func addPolice(_ facts: IncidentFacts) {
        let contacts = facts.police.map { contact in
            JSONValue.object([
                "date": contact.date.map { .text(string($0.text)) } ?? .absent,
                "officer": contact.officer.map { .text(string($0.bytes)) } ?? .absent,
                "unit": contact.unit.map { .text(string($0.bytes)) } ?? .absent,
                "journal": contact.journal.map { .text(string($0.bytes)) } ?? .absent,
                "receipt": contact.receipt.map { .text(string($0.bytes)) } ?? .absent,
            ])
        }
        view.add(
            .police, "police_contact", .array(contacts),
            facts.police.map { contact in
                ([contact.date.map { string($0.text) }]
                    + [contact.officer, contact.unit, contact.journal, contact.receipt].map {
                        $0.map { Escaped.text($0.bytes, limit: .max) }
                    }).compactMap { $0 }.joined(separator: "; ")
            })
    }

    private static func json(_ exhibit: Exhibit) -> JSONValue {
        .object([
            "exhibit": .number(Int64(clamping: exhibit.number)), "item": .text(string(exhibit.item.hex)),
            "saved": exhibit.saved.map { .text(string($0.bytes)) } ?? .absent,
            "original": exhibit.original.map { .text(string($0.bytes)) } ?? .absent,
        ])
    }

    /// Adds the private note, for people alone: what machines are given can be passed on.
    mutating func show(_ note: PrivateNote?) {
        view.show(
            .privateNote, note.map { DossierView.lines($0.facts) } ?? ["\(Phrase.notStated.text(language))"])
    }

    var json: JSONValue { view.json }
    var text: String { view.text }
}

/// How long after it happened something was written down.
enum Lateness {
    static func text(_ seconds: UInt64, _ language: Language) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        let isDanish = language == .danish
        if hours < 1 { return "\(minutes) \(isDanish ? "min." : "min")" }
        if days < 2 { return "\(hours) \(isDanish ? "timer" : "h")" }
        return "\(days) \(isDanish ? "dage" : "days")"
    }
}
