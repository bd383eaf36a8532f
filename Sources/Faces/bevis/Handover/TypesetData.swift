import Dossier
import Handover
import Terminal

/// A document as the data that the template reads.
struct TypesetData {
    private let document: Document
    private let day: Day
    private let pictures: Bool

    init(_ document: Document, day: Day, pictures: Bool) {
        self.document = document
        self.day = day
        self.pictures = pictures
    }

    var json: JSONValue {
        .object([
            "title": .text(document.title), "language": .text(document.language == .danish ? "da" : "en"),
            "day": .array([day.year, day.month, day.dayOfMonth].map { .number(Int64($0)) }),
            "words": .object([:]), "sections": .array(document.sections.map { section($0) }),
        ])
    }

    private func section(_ section: Section) -> JSONValue {
        .object([
            "heading": plain(section.heading), "sheet": .flag(section.startsSheet),
            "blocks": .array(section.blocks.compactMap { block($0) }),
        ])
    }

    private func block(_ block: Block) -> JSONValue? {
        switch block {
        case .heading(let text): return .object(["kind": .text("heading"), "text": plain(text)])
        case .paragraph(let words): return .object(["kind": .text("paragraph"), "text": plain(words.text)])
        case .facts(let facts):
            let rows = facts.map { JSONValue.array([plain($0.label), plain($0.value.text)]) }
            return .object(["kind": .text("facts"), "rows": .array(rows)])
        case .table(let headers, let rows):
            return .object([
                "kind": .text("table"), "headers": .array(headers.map { plain($0) }),
                "widths": .array(TypesetData.widths(headers, rows).map { .number($0) }),
                "rows": .array(rows.map { .array($0.map { plain($0.text) }) }),
            ])
        case .picture(let path, let words):
            guard pictures else { return nil }
            return .object(["kind": .text("picture"), "path": .text(path), "words": plain(words)])
        case .commands(let lines):
            return .object(["kind": .text("commands"), "lines": .array(lines.map { plain($0) })])
        case .form(let labels):
            return .object(["kind": .text("form"), "labels": .array(labels.map { plain($0) })])
        }
    }

    /// Shares of the width, of which long texts get more; 0 where a column is as wide as what stands in it.
    private static func widths(_ headers: [String], _ rows: [[Inline]]) -> [Int64] {
        headers.indices.map { column in
            let lines = rows.flatMap { column < $0.count ? $0[column].text.split(separator: "\n") : [] }
            let longest = lines.map(\.count).max() ?? 0
            return max(longest, headers[column].count) <= narrow ? 0 : Int64(min(40, max(narrow, longest)))
        }
    }

    /// Characters up to which a text is not broken: several such columns leave room for the others.
    private static let narrow = 16

    /// Text of signs that the typesetter's own fonts have; PDF/A allows no others. What they lack is named.
    private func plain(_ text: String) -> JSONValue {
        var shown = ""
        for scalar in text.unicodeScalars {
            if TypesetData.isCovered(scalar.value) {
                shown.unicodeScalars.append(scalar)
            } else if scalar.value != 0xFE0F {  // says only that a sign is to be coloured
                shown += "[U+" + String(scalar.value, radix: 16, uppercase: true) + "]"
            }
        }
        return .text(shown)
    }

    private static func isCovered(_ value: UInt32) -> Bool {
        switch value {
        case 0x0A, 0x20...0x7E, 0xA0...0x17F, 0x391...0x3A1, 0x3A3...0x3C9, 0x401...0x45F: true
        case 0x1E80...0x1E85, 0x2010...0x2015, 0x2018...0x201E, 0x2020...0x2022, 0x2026, 0x2030, 0x2039, 0x203A: true
        case 0x20AC, 0x2122, 0x2190...0x2193, 0x2212: true
        default: false
        }
    }
}
