import Sharing
import SignedNote
import Synchronization

/// Bodies of stored notes that were parsed before: what a note says follows from its bytes alone.
///
/// A decision reads the same cards, grants and case cards again and again, and checking the keys in them costs more
/// than all else in parsing. Whether a card was withdrawn or a grant has ended is not in the note, and not kept here.
final class ParsedNotes<Body: NoteBody>: Sendable {
    private struct Parsed: Sendable {
        let body: Body
        let hash: NoteHash
    }

    private let limit: Int
    private let known = Mutex<[[UInt8]: Parsed]>([:])

    init(limit: Int) { self.limit = limit }

    /// What a note's bytes say, and the note's text hash.
    func parse(_ bytes: [UInt8]) throws -> (body: Body, hash: NoteHash) {
        if let parsed = known.withLock({ $0[bytes] }) { return (parsed.body, parsed.hash) }
        let note = try UnverifiedNote(parsing: bytes)
        let parsed = Parsed(body: try Body(parsing: note.text), hash: note.hash)
        known.withLock {
            if $0.count >= limit { $0.removeAll() }
            $0[bytes] = parsed
        }
        return (parsed.body, parsed.hash)
    }
}
