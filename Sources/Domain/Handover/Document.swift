public import Dossier

/// What a handover shows people, apart from any form: one content, of which HTML and PDF are made.
public struct Document: Sendable {
    /// The language of all words.
    public let language: Language
    /// Stands in a window's or a file's title; neutral.
    public let title: String
    /// The sections in their order.
    public let sections: [Section]

    /// A document of its parts.
    public init(language: Language, title: String, sections: [Section]) {
        self.language = language
        self.title = title
        self.sections = sections
    }
}

/// A part of a document with a heading.
public struct Section: Sendable {
    /// The heading.
    public let heading: String
    /// Whether it begins on a sheet of its own.
    public let startsSheet: Bool
    /// What stands in it.
    public let blocks: [Block]

    /// A section of its parts.
    public init(_ heading: String, startsSheet: Bool = true, _ blocks: [Block]) {
        self.heading = heading
        self.startsSheet = startsSheet
        self.blocks = blocks
    }
}

/// Something that stands by itself.
public enum Block: Sendable {
    /// A heading within a section.
    case heading(String)
    /// Text.
    case paragraph(Inline)
    /// Names of things with their values.
    case facts([Fact])
    /// Rows below headers.
    case table(headers: [String], rows: [[Inline]])
    /// A picture by its path from the folder, with words for those who do not see it.
    case picture(path: String, words: String)
    /// What somebody types into a computer, line by line.
    case commands([String])
    /// Labels with room to write by hand.
    case form([String])
}

/// A name and a value.
public struct Fact: Sendable {
    /// The name.
    public let label: String
    /// The value.
    public let value: Inline

    /// A fact of its parts.
    public init(_ label: String, _ value: Inline) {
        self.label = label
        self.value = value
    }
}

/// Text in a line, or several; some of it may lead to a file of the folder.
public struct Inline: Sendable, ExpressibleByStringLiteral {
    /// A piece of text.
    public struct Piece: Sendable {
        /// The text; line feeds begin new lines.
        public let text: String
        /// The path of a file from the folder.
        public let path: String?
    }

    /// The pieces, which stand next to each other.
    public private(set) var pieces: [Piece]

    /// Plain text. What could hide or reorder text is made visible.
    public init(_ text: String) { pieces = [Piece(text: Shown.text(text), path: nil)] }

    public init(stringLiteral text: String) { self.init(text) }

    /// Text that leads to a file of the folder.
    public init(_ text: String, path: String) { pieces = [Piece(text: Shown.text(text), path: path)] }

    /// Several, with a text between each and the next.
    public init(_ all: [Inline], separator: String) {
        pieces = []
        for (index, one) in all.enumerated() {
            if index > 0 { pieces.append(Piece(text: separator, path: nil)) }
            pieces += one.pieces
        }
    }

    /// The text without where it leads.
    public var text: String { pieces.map(\.text).joined() }
}

/// Strangers' text made fit to be read.
enum Shown {
    /// Characters that show nothing, or change the order of others, are named instead; line feeds and tabs stay.
    static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { isHidden($0) }) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                shown += "[U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: return false
        case 0x200C, 0x200D: return false  // within words of some scripts, and within pictures such as families
        case 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0: return true  // letters without a shape
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return true
        default: return false
        }
    }
}
