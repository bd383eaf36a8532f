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

    private struct State: Sendable {
        var known: [[UInt8]: Parsed] = [:]
        var byteCount = 0
    }

    private static var byteLimit: Int { 16 << 20 }
    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// What a note's bytes say, and the note's text hash.
    func parse(_ bytes: [UInt8]) throws -> (body: Body, hash: NoteHash) {
        if let parsed = state.withLock({ $0.known[bytes] }) { return (parsed.body, parsed.hash) }
        let note = try UnverifiedNote(parsing: bytes)
        let parsed = Parsed(body: try Body(parsing: note.text), hash: note.hash)
        state.withLock { state in
            if state.known.count >= limit || state.byteCount + bytes.count > ParsedNotes.byteLimit { state = State() }
            if state.known.updateValue(parsed, forKey: bytes) == nil { state.byteCount += bytes.count }
        }
        return (parsed.body, parsed.hash)
    }
}
