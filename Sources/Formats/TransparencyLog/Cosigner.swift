public import SignedNote
public import Sodium

/// A named private key that cosigns checkpoints (tlog-cosignature, Ed25519).
///
/// A cosignature says that the checkpoint is the largest consistent head of its log that the cosigner has seen; to see
/// to that, before each call, is its owner's duty. It does not name the cosigner, so each has a key of its own.
public struct Cosigner: Sendable {
    private let key: SigningKey
    /// The public half, of kind `cosignature`.
    public let verifierKey: VerifierKey

    /// Names a private key.
    public init(name: KeyName, key: SigningKey) {
        self.key = key
        verifierKey = VerifierKey(name: name, kind: .cosignature, key: key.verificationKey)
    }

    /// Makes the signature line for a checkpoint; `time` in Unix seconds.
    /// - Throws: `LogError.malformed` when the note is not a checkpoint, `.malformedTime` beyond 2^63 - 1.
    public func cosign(_ checkpointNote: UnverifiedNote, time: UInt64) throws(LogError) -> NoteSignature {
        _ = try Checkpoint(parsing: checkpointNote.text)
        guard let payload = try? CosignaturePayload(signing: checkpointNote.text, time: time, with: key) else {
            throw LogError(.malformedTime, "a cosignature's time is not below 2^63")
        }
        return NoteSignature(by: verifierKey, payload)
    }

    /// Checks one signature line by `key` and tells the time it states, in Unix seconds.
    /// - Throws: `LogError.notAuthentic` when the line is not by `key` or does not match the note.
    public static func verify(
        _ signature: NoteSignature, of checkpointNote: UnverifiedNote, by key: VerifierKey
    ) throws(LogError) -> UInt64 {
        guard key.kind == .cosignature, signature.claims(key), key.accepts(signature, over: checkpointNote.text),
            let payload = try? CosignaturePayload(parsing: signature.signature)
        else {
            throw LogError(.notAuthentic, "a cosignature does not match its checkpoint")
        }
        return payload.time
    }
}
