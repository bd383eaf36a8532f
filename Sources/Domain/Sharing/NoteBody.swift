import AgeFile
public import SignedNote
import Sodium

/// The meaning of a signed note of ours: its type line and its fields in their fixed order.
public protocol NoteBody: Sendable {
    /// The text's first line.
    static var type: StaticString { get }
    /// Reads the fields in order; the caller has checked the type line and checks that nothing follows.
    init(reading reader: inout LineTextReader) throws(NoteError)
    /// Writes the fields in order.
    func write(to writer: inout LineTextWriter)
}

extension NoteBody {
    /// Reads a whole note text.
    /// - Throws: `NoteError` when it has another type, a field missing, repeated, unknown, out of order or malformed.
    public init(parsing text: [UInt8]) throws(NoteError) {
        var reader = try LineTextReader(text, type: Self.type)
        try self.init(reading: &reader)
        try reader.end()
    }

    /// The note's text; parsing it gives an equal value.
    public var text: [UInt8] {
        var writer = LineTextWriter(type: Self.type)
        write(to: &writer)
        return writer.text
    }
}

/// A note that was parsed; its signatures still have to be verified.
public struct Unverified<Body: NoteBody>: Sendable {
    /// What the note says, not yet to be believed.
    public let body: Body
    /// The note as received.
    public let note: UnverifiedNote

    /// Parses a note and its text.
    /// - Throws: `NoteError`.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        note = try UnverifiedNote(parsing: bytes)
        body = try Body(parsing: note.text)
    }

    /// The note's identity: SHA-256 of its text.
    public var hash: NoteHash { note.hash }

    /// Verifies that `key` signed the text, and that no other line under the key is false.
    /// - Throws: `NoteError`.
    public func verified(by key: VerifierKey) throws(NoteError) -> Verified<Body> {
        let verified = try note.verified(by: [key])
        return Verified(body: body, note: verified.note)
    }
}

/// A note whose signature by the key that its rules ask for was verified.
public struct Verified<Body: NoteBody>: Sendable {
    /// What the signer said.
    public let body: Body
    /// The note as received or made.
    public let note: UnverifiedNote

    fileprivate init(body: Body, note: UnverifiedNote) {
        self.body = body
        self.note = note
    }

    /// Signs `body`.
    /// - Throws: `NoteError`.
    public init(_ body: Body, signedBy signer: NoteSigner) throws(NoteError) {
        self.body = body
        note = try signer.sign(body.text).note
    }

    /// The note's identity: SHA-256 of its text.
    public var hash: NoteHash { note.hash }
    /// The note's bytes, signatures included.
    public var bytes: [UInt8] { note.bytes }
}

extension LineTextReader {
    /// The value of `key` as a type with a fixed set of words.
    mutating func word<Word: NoteWord>(_ key: StaticString) throws(NoteError) -> Word {
        let text = try value(key)
        guard let word = Word.allCases.first(where: { $0.word == text }) else {
            throw NoteError(.malformedValue, "a field holds a word that is not known here")
        }
        return word
    }

    /// The value of `key` as an age recipient.
    mutating func recipient(_ key: StaticString) throws(NoteError) -> AgeRecipient {
        let text = try value(key)
        // Capitals are an age recipient too, but a note says each thing in one way only.
        guard let recipient = try? AgeRecipient(parsing: text), recipient.text == text else {
            throw NoteError(.malformedValue, "a field does not hold an age recipient in small letters")
        }
        return recipient
    }

    /// The verifier keys of all lines from here on that have `key`, each once.
    mutating func distinctVerifierKeys(_ key: StaticString) throws(NoteError) -> [VerifierKey] {
        let keys = try verifierKeys(key)
        guard Set(keys).count == keys.count, keys.count <= 1000 else {
            throw NoteError(.malformedValue, "a list names a key twice, or more than 1,000 keys")
        }
        return keys
    }
}

extension LineTextWriter {
    mutating func add(_ key: StaticString, _ word: some NoteWord) {
        write(key, word.word)
    }

    mutating func add(_ key: StaticString, _ recipient: AgeRecipient) {
        write(key, recipient.text)
    }
}

/// A value out of a fixed set of lower-case words.
protocol NoteWord: CaseIterable, Sendable {
    var literal: StaticString { get }
}

extension NoteWord {
    var word: [UInt8] { literal.withUTF8Buffer { [UInt8]($0) } }
}
