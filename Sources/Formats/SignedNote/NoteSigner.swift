public import Sodium

/// A named private key that signs notes with Ed25519.
public struct NoteSigner: Sendable {
    private let key: SigningKey
    /// The public half.
    public let verifierKey: VerifierKey

    /// Names a private key. One key has one role: do not use it under a second name.
    public init(name: KeyName, key: SigningKey) {
        self.key = key
        verifierKey = VerifierKey(name: name, kind: .ed25519, key: key.verificationKey)
    }

    /// Reads `PRIVATE+KEY+name+hex8+base64` of the byte 01 and a 32-byte seed, without a line feed.
    /// - Throws: `NoteError.malformedKey`, also when the key ID does not fit the public key.
    public init(parsing secret: SecretBytes) throws(NoteError) {
        var text = secret.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        guard text.starts(with: NoteSigner.prefix) else {
            throw NoteError(.malformedKey, "a private key does not start with PRIVATE+KEY+")
        }
        var parts = try KeyText(parsing: text[NoteSigner.prefix.count...])
        defer { Wipe.array(&parts.payload) }
        guard parts.payload.count == 33, parts.payload[0] == VerifierKey.Kind.ed25519.rawValue else {
            throw NoteError(.malformedKey, "a private key is not an Ed25519 seed")
        }
        let seed = parts.payload.withUnsafeBytes { SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0[1...])) }
        guard let key = try? SigningKey(seed: seed) else {
            throw NoteError(.malformedKey, "a private key is not an Ed25519 seed")
        }
        self.init(name: parts.name, key: key)
        guard verifierKey.id == parts.id else {
            throw NoteError(.malformedKey, "a private key does not fit its key ID")
        }
    }

    /// The private key as `init(parsing:)` reads it; to be sealed wherever it is kept.
    public var privateText: SecretBytes {
        var payload = [VerifierKey.Kind.ed25519.rawValue] + key.seed.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&payload) }
        var encoded = Base64.encode(payload, .padded)
        defer { Wipe.array(&encoded) }
        var text = NoteSigner.prefix + verifierKey.name.bytes + [KeyText.plus]
        text += Hex.encode(verifierKey.id.bytes) + [KeyText.plus]
        text.reserveCapacity(text.count + encoded.count)  // no copy of the seed is left behind by growth
        text += encoded
        return SecretBytes(wiping: &text)
    }

    /// Signs a text and makes it a note.
    /// - Throws: as `signature(over:)`.
    public func sign(_ text: [UInt8]) throws(NoteError) -> VerifiedNote {
        let note = UnverifiedNote(text: text, signatures: [try signature(over: text)])
        return VerifiedNote(note: note, signers: [verifierKey])
    }

    /// The signature line for a text, for a note that others sign too.
    /// - Throws: `NoteError.malformed` when the text does not end in LF, is not UTF-8 or holds a control character;
    ///   `.unexpectedType` when it could be taken for what a cosigner signs.
    public func signature(over text: [UInt8]) throws(NoteError) -> NoteSignature {
        guard text.last == NoteText.lineFeed, NoteText.isValid(text) else {
            throw NoteError(.malformed, "a text to sign is not UTF-8 lines")
        }
        guard !text.starts(with: CosignaturePayload.firstLine + [NoteText.lineFeed]) else {
            throw NoteError(.unexpectedType, "a text to sign looks like a cosignature")
        }
        return NoteSignature(by: verifierKey, key.sign(text))
    }

    private static let prefix = NoteText.bytes("PRIVATE+KEY+")
}
