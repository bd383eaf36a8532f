public import Dossier
public import SignedNote
import Sodium

/// What could tell somebody where the owner, or those near her, can be found.
public enum Sensitive: UInt8, CaseIterable, Sendable {
    case address, workplace, school, treatment, telephone, mail, position, person

    /// The kind in words.
    public func text(_ language: Language) -> String {
        let words = Words(language)
        switch self {
        case .address: return words.pick("adresse", "address")
        case .workplace: return words.pick("arbejdsplads", "workplace")
        case .school: return words.pick("skole eller institution", "school or nursery")
        case .treatment: return words.pick("behandler, rådgiver eller krisecenter", "therapist, counsellor or shelter")
        case .telephone: return words.pick("telefonnummer", "telephone number")
        case .mail: return words.pick("e-mailadresse", "e-mail address")
        case .position: return words.pick("GPS-position", "GPS position")
        case .person: return words.pick("person", "person")
        }
    }
}

/// Where something stands that would leave.
public enum Place: Hashable, Sendable {
    /// A field of an incident, by its number; `part` counts the values of a list from 0.
    case incident(UInt64, FieldLabel, part: Int)
    /// A field of the order.
    case order(FieldLabel, part: Int)
    /// Something of an exhibit, by its number.
    case exhibit(UInt64, ExhibitField)
    /// A person who lent, asked or opened, by the card's text hash.
    case person(NoteHash)
    /// What somebody wrote as the purpose of entry so-and-so of the log.
    case purpose(UInt64)

    /// What is said of an exhibit.
    public enum ExhibitField: UInt8, Sendable {
        case title, fileName, place, note, saved
        /// The position inside the original itself.
        case position
        /// Whether the original holds a position could not be found out.
        case unknown
        /// Lines of the original itself, where it is plain text.
        case content
    }

    var name: String {
        switch self {
        case .incident(let number, let field, let part): "incident \(number) \(field) \(part)"
        case .order(let field, let part): "order \(field) \(part)"
        case .exhibit(let number, let field): "exhibit \(number) \(field)"
        case .person(let card): "person " + String(decoding: card.hex, as: UTF8.self)
        case .purpose(let entry): "purpose \(entry)"
        }
    }

    /// The place in words.
    public func text(_ language: Language) -> String {
        let words = Words(language)
        switch self {
        case .incident(let number, let field, _):
            return words.pick("hændelse", "incident") + " \(number), \(field.text(language))"
        case .order(let field, _): return words.pick("forbuddet", "the order") + ", \(field.text(language))"
        case .exhibit(let number, let field):
            return words.pick("bilag", "exhibit") + " \(number), " + field.text(words)
        case .person: return words.pick("listen over hvem der har haft adgang", "the list of who had access")
        case .purpose(let entry):
            return words.pick("formålet i loggens linje", "the purpose in the log's entry") + " \(entry)"
        }
    }
}

extension Place.ExhibitField {
    func text(_ words: Words) -> String {
        switch self {
        case .title: words.pick("titel", "title")
        case .fileName: words.pick("filnavn", "file name")
        case .place: words.pick("sted", "place")
        case .note: words.pick("bemærkning", "remark")
        case .saved: words.pick("hvordan gemt", "how saved")
        case .position: words.pick("inde i filen", "inside the file")
        case .content: words.pick("filens egen tekst", "the file's own text")
        case .unknown: words.pick("filen kunne ikke undersøges for GPS", "the file could not be searched for GPS")
        }
    }
}

/// One thing that the owner confirms or holds back before anything is written.
public struct DisclosureFinding: Sendable {
    /// Where it stands.
    public let place: Place
    /// What it seems to be.
    public let kinds: [Sensitive]
    /// The text that it stands in.
    public let text: String

    /// Six digits that stand for this text at this place: an answer given to them can be meant for nothing else.
    public let code: String

    /// A finding of its parts.
    public init(place: Place, kinds: [Sensitive], text: String) {
        self.place = place
        self.kinds = kinds
        self.text = text
        let hash = SHA256.hash(Array((place.name + "\n" + text).utf8)).hex
        code = String(decoding: hash.prefix(6), as: UTF8.self)
    }
}
