public import SignedNote
import Sodium

/// The cards of other people, one signed note a file: `cards/HEX.note` by the hash of its text.
///
/// A card is kept as it came; who signed it is for the reader to check.
public struct Cards: Sendable {
    private let home: HomeFolder

    /// The cards in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    private func file(_ hash: NoteHash) -> StoredFile {
        StoredFile(path: home.path(of: "cards/" + String(decoding: hash.hex, as: UTF8.self) + ".note"))
    }

    /// Keeps a card; signatures that come later are added to those known.
    /// - Throws: `HomeError.altered` when what is kept is damaged, `.unreachable`, `.diskFull`.
    public func keep(_ card: UnverifiedNote) throws(HomeError) {
        _ = try home.makeFolder("cards")
        let lock = try home.lock()
        defer { withExtendedLifetime(lock) {} }
        let file = file(card.hash)
        var merged = card
        if file.exists {
            merged = card.signatures.reduce(try read(file, card.hash)) { $0.adding($1) }
        }
        guard merged.signatures.count <= UnverifiedNote.maximumSignatures else {
            throw HomeError(.altered, "a card has too many signatures", file.path)
        }
        try file.replace(with: merged.bytes)
    }

    /// The card of a hash.
    /// - Throws: `HomeError.missing`, `.altered` when the file does not hold it, `.unreachable`.
    public func card(_ hash: NoteHash) throws(HomeError) -> UnverifiedNote { try read(file(hash), hash) }

    /// All cards, by hash.
    /// - Throws: as `card(_:)`.
    public func all() throws(HomeError) -> [UnverifiedNote] {
        var cards: [UnverifiedNote] = []
        for name in try home.names(in: "cards", suffix: ".note") {
            guard let hash = try? NoteHash(hex: Array(name.utf8)) else { continue }
            cards.append(try card(hash))
        }
        return cards
    }

    private func read(_ file: StoredFile, _ hash: NoteHash) throws(HomeError) -> UnverifiedNote {
        let bytes = try file.read()
        guard let note = try? UnverifiedNote(parsing: bytes), note.hash == hash else {
            throw HomeError(.altered, "a card's file does not hold the card that its name says", file.path)
        }
        return note
    }
}
