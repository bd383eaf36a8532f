public import SignedNote
import Sodium

/// Which of the cards kept is the person's own: one line with its text hash.
public struct OwnCard: Sendable {
    private let file: StoredFile

    /// The place in a home folder; nothing is read.
    public init(_ home: HomeFolder) { file = StoredFile(path: home.path(of: "own-card")) }

    /// The hash of the own card; `nil` before one was chosen.
    /// - Throws: `HomeError.altered`, `.unreachable`.
    public func hash() throws(HomeError) -> NoteHash? {
        guard file.exists else { return nil }
        let text = try file.read(limit: 100)
        guard let hash = try? NoteHash(hex: text.prefix { $0 != 0x0A }) else {
            throw HomeError(.altered, "the note of the own card cannot be read", file.path)
        }
        return hash
    }

    /// Chooses the own card.
    /// - Throws: `HomeError.unreachable`, `.diskFull`.
    public func choose(_ hash: NoteHash) throws(HomeError) { try file.replace(with: hash.hex + [0x0A]) }
}
