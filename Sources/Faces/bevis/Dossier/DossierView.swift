import Dossier
import SignedNote
import Terminal

/// Fields of the dossier as people and machines read them. What is not stated says so.
struct DossierView {
    private let language: Language
    private var rows: [(label: String, lines: [String])] = []
    private var members: [String: JSONValue] = [:]

    init(_ language: Language) { self.language = language }

    /// Adds a field under its key for machines.
    mutating func add(_ label: FieldLabel, _ key: String, _ value: JSONValue?, _ lines: [String]? = nil) {
        members[key] = value ?? .absent
        let shown = lines ?? value.map { [DossierView.plain($0)] } ?? []
        rows.append(("\(label.text(language))", shown.isEmpty ? ["\(Phrase.notStated.text(language))"] : shown))
    }

    mutating func add(_ label: FieldLabel, _ key: String, _ text: FreeText?) {
        add(label, key, text.map { .text(string($0.bytes)) }, text.map { DossierView.lines($0) })
    }

    mutating func add(_ label: FieldLabel, _ key: String, _ texts: [FreeText]) {
        add(label, key, .array(texts.map { .text(string($0.bytes)) }), texts.flatMap { DossierView.lines($0) })
    }

    mutating func add(_ label: FieldLabel, _ key: String, _ word: (some DossierWord)?, _ text: StaticString?) {
        add(label, key, word.map { .text(string($0.word)) }, text.map { ["\($0)"] })
    }

    /// Adds something that only people see.
    mutating func show(_ label: FieldLabel, _ lines: [String]) {
        rows.append(("\(label.text(language))", lines))
    }

    /// Adds something that only machines see.
    mutating func members(_ more: [String: JSONValue]) { members.merge(more) { $1 } }

    var json: JSONValue { .object(members) }

    /// One line a field, further lines below each other.
    var text: String {
        let width = rows.map(\.label.count).max() ?? 0
        var text: [String] = []
        for row in rows {
            for (index, line) in row.lines.enumerated() {
                let head = index == 0 ? row.label + ":" : ""
                text.append(head + String(repeating: " ", count: width + 2 - head.count) + line)
            }
        }
        return text.joined(separator: "\n")
    }

    /// A text line by line, each fit for a terminal and none cut off.
    static func lines(_ text: FreeText) -> [String] {
        text.bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Escaped.text($0, limit: .max) }
    }

    private static func plain(_ value: JSONValue) -> String {
        switch value {
        case .text(let text): Escaped.text(text, limit: .max)
        case .number(let number): String(number)
        case .time(let seconds): LocalTime.text(seconds)
        default: ""
        }
    }
}

/// A time of the dossier as people read it: what the clock on the wall showed, and its distance from UTC.
func clock(_ moment: Moment, _ precision: Precision) -> String {
    let text = string(moment.text)
    let day = text.prefix(10)
    guard precision != .day else { return String(day) }
    return "\(day) \(text.dropFirst(11).prefix(5)) (UTC\(text.suffix(6)))"
}
