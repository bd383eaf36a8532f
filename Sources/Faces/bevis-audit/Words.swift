import AuditTrail
import Sharing
import Sodium
import Terminal

/// Numbers and names as people read them.
enum Words {
    /// `1,234,567`.
    static func number(_ value: UInt64) -> String {
        var digits = String(value)
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }

    /// `1 leaf`, `1,234 leaves`.
    static func count(_ value: UInt64, _ one: String, _ many: String? = nil) -> String {
        "\(number(value)) \(value == 1 ? one : many ?? one + "s")"
    }

    /// The text, with spaces before it up to `width`.
    static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// The first eight digits of an id, enough to tell one from another by eye.
    static func short(_ id: some Typed32) -> String { String(decoding: id.hex.prefix(8), as: UTF8.self) }

    static func whole(_ id: some Typed32) -> String { String(decoding: id.hex, as: UTF8.self) }

    static func text(_ stream: StreamID) -> String {
        switch stream {
        case .vault: "the vault's stream"
        case .matter(let id): "case \(short(id))"
        case .grant(let id): "grant \(short(id))"
        }
    }

    static func text(_ person: AuditLine.Person) -> String {
        guard let holder = person.holder else { return "card \(short(person.card))" }
        return PersonText.text(
            name: holder.name.bytes, role: holder.role.bytes, organisation: holder.organisation?.bytes)
    }
}

/// Findings for people and for machines.
enum FindingText {
    static func text(_ finding: Finding) -> String {
        var place: [String] = []
        if let index = finding.index { place.append("leaf \(Words.number(index))") }
        if let stream = finding.stream { place.append(Words.text(stream)) }
        if let object = finding.object { place.append(Escaped.text(object)) }
        let head = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
        let why = finding.failures.map { $0.sentence.description }.joined(separator: "; ")
        var text = head + finding.kind.sentence.description + (why.isEmpty ? "" : ": " + why)
        if finding.severity == .incomplete, finding.kind.severity != .incomplete {
            text += " (what is missing may explain it)"
        }
        return text
    }

    static func json(_ finding: Finding) -> JSONValue {
        var members: [String: JSONValue] = [
            "kind": .text(finding.kind.word.description), "sentence": .text(finding.kind.sentence.description),
            "advice": .text(finding.kind.advice.description), "severity": .text(word(finding.severity)),
            "leaf": finding.index.map { .number(Int64(clamping: $0)) } ?? .absent,
            "failures": .array(finding.failures.map { .bytes($0.wordBytes) }),
        ]
        if let object = finding.object { members["file"] = .bytes(object) }
        switch finding.stream {
        case .vault?: members["stream"] = .text("vault")
        case .matter(let id)?: members["case"] = .text(Words.whole(id))
        case .grant(let id)?: members["grant"] = .text(Words.whole(id))
        case nil: break
        }
        return .object(members)
    }

    private static func word(_ severity: Finding.Severity) -> String {
        switch severity {
        case .altered: "altered"
        case .ruleBroken: "rule-broken"
        case .incomplete: "incomplete"
        }
    }
}
