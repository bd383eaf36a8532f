/// What an item is to the person who keeps it.
public enum ItemKind: UInt8, CaseIterable, Sendable {
    /// What somebody wrote down or said for the case.
    case statement
    /// A still picture.
    case photo
    /// Moving pictures.
    case footage
    /// A recording without pictures.
    case sound
    /// Letters, decisions, forms, tables.
    case document
    /// Exported messages, mails, call lists.
    case messages
    /// What a device's clock read beside a reference: a text of this program's.
    case clockCheck
    /// Something that happened: a text of the dossier.
    case incident
    /// A restraining order: a text of the dossier.
    case order
    /// What the owner writes for herself alone: a text of the dossier, sealed to the case's private key.
    case privateNote
    /// Anything else.
    case other

    private var literal: StaticString {
        switch self {
        case .statement: "statement"
        case .photo: "photo"
        case .footage: "footage"
        case .sound: "sound"
        case .document: "document"
        case .messages: "messages"
        case .clockCheck: "clock-check"
        case .incident: "incident"
        case .order: "order"
        case .privateNote: "private-note"
        case .other: "other"
        }
    }

    /// The word in a description.
    public var word: [UInt8] { literal.withUTF8Buffer { [UInt8]($0) } }

    /// Whether the content is a text that only this program writes.
    public var isDossier: Bool { self == .incident || self == .order || self == .privateNote }

    /// The kind of a word, or `nil` for a word that is none.
    public init?(word: [UInt8]) {
        guard let kind = ItemKind.allCases.first(where: { $0.word == word }) else { return nil }
        self = kind
    }

    /// A guess from names alone, for the user to correct; the content is never looked at. No guess is `statement`.
    public init(guessedFrom mediaType: MediaType?, fileName: [UInt8]?) {
        guard let type = mediaType ?? fileName.flatMap({ MediaType(guessedFrom: $0) }) else {
            self = .other
            return
        }
        switch type.group {
        case "image": self = .photo
        case "video": self = .footage
        case "audio": self = .sound
        case "message": self = .messages
        case "text": self = .document
        default:
            if type.text == "application/mbox" || type.text == "application/vnd.ms-outlook" {
                self = .messages
            } else {
                self = MediaType.documents.contains(type.text) ? .document : .other
            }
        }
    }
}
