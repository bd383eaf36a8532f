import Sharing
public import SignedNote

/// What the owner writes about an incident for herself alone. Sealed to the case's private key, never to the case key:
/// see `CaseKeys.privateIdentity`. It names its incident; no incident names it.
public struct PrivateNote: DossierBody, Equatable {
    public static let type: StaticString = "bevis.example/private-note/v1"

    /// The number is the incident's; a later version replaces what is shown.
    public let entry: Entry
    /// The text.
    public let facts: FreeText

    public init(_ entry: Entry, _ facts: FreeText) {
        self.entry = entry
        self.facts = facts
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        entry = try Entry(reading: &reader)
        facts = try reader.text("text")
    }

    public func write(to writer: inout LineTextWriter) {
        entry.write(to: &writer)
        writer.stated("text", facts)
    }
}
