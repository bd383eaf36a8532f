public import Sodium

/// SHA-256 of a note's text: the note's identity. Signature lines are malleable and do not count.
public struct NoteHash: Typed32 {
    public let bytes: Bytes32
    public init(_ bytes: Bytes32) { self.bytes = bytes }

    /// The hash of a text, its final LF included.
    public init(of text: [UInt8]) { bytes = SHA256.hash(text).bytes }
}

/// A well-formed signed note whose signatures nobody has checked (signed-note).
public struct UnverifiedNote: Hashable, Sendable {
    /// The largest note that `init(parsing:maximumSize:)` takes by default, in bytes.
    public static let defaultMaximumSize = 1 << 20
    /// The largest number of signature lines.
    public static let maximumSignatures = 100

    /// The signed text with its final LF.
    public let text: [UInt8]
    /// The signature lines in order; at least one.
    public let signatures: [NoteSignature]

    /// Reads text, an empty line, and signature lines; the last empty line separates.
    /// - Throws: `NoteError.malformed` or `.tooLarge`.
    public init(parsing bytes: [UInt8], maximumSize: Int = UnverifiedNote.defaultMaximumSize) throws(NoteError) {
        guard bytes.count <= maximumSize else { throw NoteError(.tooLarge, "a note is larger than its limit") }
        guard NoteText.isValid(bytes) else {
            throw NoteError(.malformed, "a note is not UTF-8 or holds a control character")
        }
        guard bytes.last == NoteText.lineFeed, let end = UnverifiedNote.lastEmptyLine(of: bytes) else {
            throw NoteError(.malformed, "a note has no empty line before its signatures, or no final line feed")
        }
        let lines = bytes[(end + 1)...].dropLast().split(
            separator: NoteText.lineFeed, omittingEmptySubsequences: false)
        guard lines.count <= UnverifiedNote.maximumSignatures else {
            throw NoteError(.tooLarge, "a note has too many signatures")
        }
        var signatures: [NoteSignature] = []
        for line in lines { signatures.append(try NoteSignature(parsing: line)) }
        text = [UInt8](bytes[..<end])
        self.signatures = signatures
    }

    init(text: [UInt8], signatures: [NoteSignature]) {
        self.text = text
        self.signatures = signatures
    }

    // Index of the LF that is the last empty line.
    private static func lastEmptyLine(of bytes: [UInt8]) -> Int? {
        guard bytes.count > 2 else { return nil }
        return (1..<bytes.count).last { bytes[$0] == NoteText.lineFeed && bytes[$0 - 1] == NoteText.lineFeed }
    }

    /// The note as it is stored and sent; what was parsed comes back byte for byte.
    public var bytes: [UInt8] {
        var bytes = text + [NoteText.lineFeed]
        for signature in signatures { bytes += signature.line + [NoteText.lineFeed] }
        return bytes
    }

    /// The note's identity.
    public var hash: NoteHash { NoteHash(of: text) }

    /// The note with one more signature line; the same note if it has that line already.
    ///
    /// Readers refuse more than `maximumSignatures` lines.
    public func adding(_ signature: NoteSignature) -> UnverifiedNote {
        signatures.contains(signature) ? self : UnverifiedNote(text: text, signatures: signatures + [signature])
    }

    /// Checks the signatures by `keys`; lines by other keys are ignored.
    /// - Throws: `NoteError.notAuthentic` when a signature by one of `keys` fails, `.repeatedSignature` when one of
    ///   them stands twice, `.unknownSigner` when none is left, `.ambiguousKey` when two keys share name and ID.
    public func verified(by keys: [VerifierKey]) throws(NoteError) -> VerifiedNote {
        var signers: [VerifierKey] = []
        for signature in signatures {
            let candidates = keys.filter { signature.claims($0) }
            guard let key = candidates.first else { continue }
            guard candidates.allSatisfy({ $0 == key }) else {
                throw NoteError(.ambiguousKey, "two known keys share a name and a key ID")
            }
            guard !signers.contains(key) else {
                throw NoteError(.repeatedSignature, "a known key signs a note twice")
            }
            guard key.accepts(signature, over: text) else {
                throw NoteError(.notAuthentic, "a known key's signature does not match the note")
            }
            signers.append(key)
        }
        guard !signers.isEmpty else { throw NoteError(.unknownSigner, "a note has no signature by a known key") }
        return VerifiedNote(note: self, signers: signers)
    }
}

/// A note that at least one known key has signed, and on which no known key's signature fails.
public struct VerifiedNote: Hashable, Sendable {
    /// The note with all its lines, those by unknown keys included.
    public let note: UnverifiedNote
    /// The known keys whose signatures matched, in the order of their lines.
    public let signers: [VerifierKey]

    /// The signed text with its final LF.
    public var text: [UInt8] { note.text }
    /// The note's identity.
    public var hash: NoteHash { note.hash }
    /// The note as it is stored and sent.
    public var bytes: [UInt8] { note.bytes }

    /// Whether `key` is among the signers.
    public func isSigned(by key: VerifierKey) -> Bool { signers.contains(key) }
}
