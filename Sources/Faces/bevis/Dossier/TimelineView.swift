import Dossier
import Sharing
import SignedNote
import Sodium
import Terminal

/// Incidents on a line each, newest first, and how many there were in each week.
struct TimelineView {
    private let timeline: Timeline
    private let language: Language

    init(_ file: CaseFile, _ language: Language) {
        timeline = Timeline(file)
        self.language = language
    }

    /// The lines of the incidents.
    var lines: [String] { timeline.incidents.map { line($0) } }

    private func line(_ history: History<Incident>) -> String {
        let (incident, facts) = (history.newest.body, history.newest.body.facts)
        var parts = [String(history.number)]
        if let from = facts.occurred.from {
            let about = facts.occurred.precision == .about ? "~" : ""
            parts.append(about + clock(from, facts.occurred.precision))
        } else {
            parts.append("\(Precision.unknown.text(language))")
        }
        if let kind = facts.kind { parts.append("\(kind.text(language))") }
        if let place = facts.place { parts.append(Escaped.text(place.bytes, limit: 40)) }
        if let mark = TimelineView.mark(facts, language) { parts.append(mark) }
        if incident.isBackground { parts.append("(\(Phrase.background.text(language)))") }
        if history.versions.count > 1 { parts.append("v\(incident.entry.version)") }
        if !history.newest.isAttested { parts.append("(\(Phrase.unattested.text(language)))") }
        let first = facts.what.bytes.split(separator: 0x0A).first ?? []
        parts.append(Escaped.text(first, limit: 60))
        return parts.joined(separator: "  ")
    }

    /// How a breach is marked; `nil` for none.
    static func mark(_ facts: IncidentFacts, _ language: Language) -> String? {
        guard let breach = facts.breach, breach != .none else { return nil }
        let phrase = breach == .possible ? Phrase.possibleBreach : Phrase.reportedBreach
        let order = facts.order.map { ", \(Phrase.order.text(language).lowercased) \($0)" } ?? ""
        return "! \(phrase.text(language))\(order)"
    }

    /// Weeks and kinds with their counts.
    var countLines: [String] {
        var lines: [String] = []
        var week: Week?
        for count in timeline.counts {
            let kind = count.kind.map { "\($0.text(language))" } ?? "\(Phrase.notStated.text(language))"
            if count.week == week, let last = lines.popLast() {
                lines.append(last + ", \(kind) \(count.number)")
            } else {
                lines.append("\(string(count.week.text))  \(kind) \(count.number)")
            }
            week = count.week
        }
        if timeline.backgroundCount > 0 {
            lines.append("\(Phrase.background.text(language)) (< 2022)  \(timeline.backgroundCount)")
        }
        return lines
    }

    var json: JSONValue {
        let counts = timeline.counts.map { count in
            JSONValue.object([
                "week": .text(string(count.week.text)), "kind": count.kind.map { .text(string($0.word)) } ?? .absent,
                "count": .number(Int64(count.number)),
            ])
        }
        return .object([
            "incidents": .array(timeline.incidents.map { TimelineView.json($0) }), "weeks": .array(counts),
            "background": .number(Int64(timeline.backgroundCount)),
        ])
    }

    static func json(_ history: History<Incident>) -> JSONValue {
        let (incident, facts) = (history.newest.body, history.newest.body.facts)
        return .object([
            "incident": .number(Int64(clamping: history.number)),
            "item": .text(string(history.newest.id.hex)), "attested": .flag(history.newest.isAttested),
            "version": .number(Int64(clamping: incident.entry.version)),
            "occurred_from": facts.occurred.from.map { .text(string($0.text)) } ?? .absent,
            "precision": .text(string(facts.occurred.precision.word)),
            "kind": facts.kind.map { .text(string($0.word)) } ?? .absent,
            "place": facts.place.map { .text(string($0.bytes)) } ?? .absent,
            "what": .text(string(facts.what.bytes)),
            "order_breach": facts.breach.map { .text(string($0.word)) } ?? .absent,
            "order": facts.order.map { .number(Int64(clamping: $0)) } ?? .absent,
            "exhibits": .array(facts.exhibits.map { .number(Int64(clamping: $0.number)) }),
            "highlight": .flag(facts.isHighlight), "background": .flag(incident.isBackground),
            "recorded_at": .time(incident.entry.recordedAt.seconds),
            "recorded_after_seconds": incident.lateness.map { .number(Int64(clamping: $0)) } ?? .absent,
        ])
    }
}

extension StaticString {
    fileprivate var lowercased: String { "\(self)".lowercased() }
}
