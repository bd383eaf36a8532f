public import Sodium

/// One signature line of a note: an em dash, the key's name, and base64 of key ID and signature.
public struct NoteSignature: Hashable, Sendable {
    /// The signer's name as it stands in the line. Names of unknown signers may hold any UTF-8 but spaces and `+`.
    public let name: [UInt8]
    /// Which of the name's keys signed.
    public let keyID: KeyID
    /// The bytes behind the key ID: 64 for an Ed25519 signature, 72 for a cosignature; at least one.
    public let signature: [UInt8]

    /// The line of a signature by `key`.
    public init(by key: VerifierKey, _ signature: Signature) {
        name = key.name.bytes
        keyID = key.id
        self.signature = signature.bytes
    }

    /// The line of a cosignature by `key`.
    public init(by key: VerifierKey, _ cosignature: CosignaturePayload) {
        name = key.name.bytes
        keyID = key.id
        signature = cosignature.bytes
    }

    /// Reads a line without its LF; the base64 is padded and canonical.
    /// - Throws: `NoteError.malformed`.
    public init(parsing line: some Collection<UInt8>) throws(NoteError) {
        let parts = [UInt8](line).split(separator: NoteText.space, omittingEmptySubsequences: false)
        guard parts.count == 3, [UInt8](parts[0]) == NoteSignature.dash, !parts[1].isEmpty else {
            throw NoteError(.malformed, "a signature line is not a dash, a name and base64")
        }
        let name = [UInt8](parts[1])
        guard NoteText.isValid(name), !name.contains(KeyText.plus), !NoteText.holdsSpace(parts[1]) else {
            throw NoteError(.malformed, "a signer's name holds a space, a plus sign or a control character")
        }
        guard let payload = try? Base64.decode([UInt8](parts[2]), .padded), payload.count > 4 else {
            throw NoteError(.malformed, "a signature is not canonical base64 of a key ID and more")
        }
        self.name = name
        keyID = try KeyID(payload.prefix(4))
        signature = [UInt8](payload.dropFirst(4))
    }

    /// The line without its LF.
    public var line: [UInt8] {
        NoteSignature.dash + [NoteText.space] + name + [NoteText.space]
            + Base64.encode(keyID.bytes + signature, .padded)
    }

    /// Whether the line claims to be by `key`.
    public func claims(_ key: VerifierKey) -> Bool { keyID == key.id && name == key.name.bytes }

    private static let dash: [UInt8] = [0xE2, 0x80, 0x94]  // U+2014
}
