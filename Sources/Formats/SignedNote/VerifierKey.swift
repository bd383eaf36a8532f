public import Sodium

/// A named public key that verifies signature lines (signed-note, section "verifier keys").
public struct VerifierKey: Hashable, Sendable {
    /// What a signature line of the key says.
    public enum Kind: UInt8, Sendable {
        /// Ed25519 over the note's text.
        case ed25519 = 1
        /// A timestamped cosignature of a checkpoint (tlog-cosignature).
        case cosignature = 4
    }

    /// The key's name.
    public let name: KeyName
    /// What its signatures say.
    public let kind: Kind
    /// The Ed25519 public key.
    public let key: VerificationKey
    /// First four bytes of SHA-256(name, 0A, kind, key).
    public let id: KeyID

    /// Names a key.
    public init(name: KeyName, kind: Kind, key: VerificationKey) {
        self.name = name
        self.kind = kind
        self.key = key
        id = KeyID(name: name, kind: kind, key: key)
    }

    /// Reads `name+hex8+base64`: the name, the key ID in lower-case hexadecimal, and the kind byte with the key in
    /// padded base64.
    /// - Throws: `NoteError.malformedKey`, also when the key ID does not fit or the point is unusable.
    public init(parsing text: [UInt8]) throws(NoteError) {
        let parts = try KeyText(parsing: text[...])
        guard let kind = parts.payload.first.flatMap(Kind.init(rawValue:)) else {
            throw NoteError(.malformedKey, "a verifier key is of an unknown kind")
        }
        do throws(SodiumError) {
            let key = try VerificationKey(checking: parts.payload.dropFirst())
            self.init(name: parts.name, kind: kind, key: key)
        } catch {
            throw NoteError(.malformedKey, "a verifier key does not hold a usable public key")
        }
        guard id == parts.id else { throw NoteError(.malformedKey, "a verifier key does not fit its key ID") }
    }

    /// `name+hex8+base64`, as `init(parsing:)` reads it.
    public var text: [UInt8] {
        let payload = Base64.encode([kind.rawValue] + key.bytes.array, .padded)
        return name.bytes + [KeyText.plus] + Hex.encode(id.bytes) + [KeyText.plus] + payload
    }

    /// Whether `signature` is this key's and matches the note's text.
    package func accepts(_ signature: NoteSignature, over text: [UInt8]) -> Bool {
        switch kind {
        case .ed25519:
            guard let signature = try? Signature(signature.signature) else { return false }
            return key.accepts(signature, over: text)
        case .cosignature:
            guard let cosignature = try? CosignaturePayload(parsing: signature.signature) else { return false }
            return key.accepts(cosignature.signature, over: CosignaturePayload.message(text, time: cosignature.time))
        }
    }
}

/// The three parts of an encoded key; the base64 may hold further plus signs.
struct KeyText {
    static let plus: UInt8 = 0x2B

    let name: KeyName
    let id: KeyID
    var payload: [UInt8]

    init(parsing text: ArraySlice<UInt8>) throws(NoteError) {
        let parts = text.split(separator: KeyText.plus, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw NoteError(.malformedKey, "a key has three parts joined by plus signs") }
        var encoded = [UInt8](parts[2])
        defer { Wipe.array(&encoded) }
        guard let name = try? KeyName(parts[0]), let idBytes = try? Hex.decode(parts[1]), let id = try? KeyID(idBytes),
            let payload = try? Base64.decode(encoded, .padded)
        else {
            throw NoteError(.malformedKey, "a key is not name, key ID and base64")
        }
        self.name = name
        self.id = id
        self.payload = payload
    }
}
