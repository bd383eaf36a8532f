internal import MerkleTree
public import SignedNote

extension LogPolicy {
    /// Checks a signed checkpoint: its log's signature, no failing signature by any known key, and the quorum.
    /// - Throws: `LogError.malformed`, `.tooLarge`, `.unknownLog`, `.notAuthentic`, `.repeatedSignature`,
    ///   `.quorumMissing`, or `.mismatch` for size 0 with a root that is not the empty tree's.
    public func verify(_ bytes: [UInt8]) throws(LogError) -> VerifiedCheckpoint {
        let note: UnverifiedNote
        do throws(NoteError) {
            note = try UnverifiedNote(parsing: bytes, maximumSize: LogPolicy.maximumNoteSize)
        } catch {
            throw LogError(error)
        }
        return try verify(note)
    }

    /// Checks a signed checkpoint that is parsed already.
    /// - Throws: as `verify(_:)` of bytes.
    public func verify(_ note: UnverifiedNote) throws(LogError) -> VerifiedCheckpoint {
        let checkpoint = try Checkpoint(parsing: note.text)
        let logKeys = logs.map { $0.key }.filter { $0.kind == .ed25519 && $0.name == checkpoint.origin }
        let signers = try signers(of: note, among: logKeys)
        guard let logKey = signers.first(where: { logKeys.contains($0) }) else {
            throw LogError(.unknownLog, "a checkpoint is not signed by a log of the policy")
        }
        guard checkpoint.size > 0 || checkpoint.root == TreeHash.emptyRoot else {
            throw LogError(.mismatch, "a checkpoint of an empty log has another root than the empty tree")
        }
        let signed = witnesses.filter { signers.contains($0.key) }
        guard isSatisfied(byWitnesses: signed.map { $0.name }) else {
            throw LogError(.quorumMissing, "a checkpoint lacks cosignatures that the policy's quorum asks for")
        }
        let cosignatures = LogPolicy.cosignatures(of: note, by: signed.map { $0.key })
        let counted = quorumWitnesses.map { $0.key }
        return VerifiedCheckpoint(
            checkpoint: checkpoint, note: note, logKey: logKey, cosignatures: cosignatures,
            quorumCosignatures: cosignatures.filter { counted.contains($0.key) })
    }

    private func signers(of note: UnverifiedNote, among logKeys: [VerifierKey]) throws(LogError) -> [VerifierKey] {
        do throws(NoteError) {
            return try note.verified(by: logKeys + witnesses.map { $0.key }).signers
        } catch {
            throw LogError(error)
        }
    }

    private static func cosignatures(of note: UnverifiedNote, by keys: [VerifierKey]) -> [Cosignature] {
        note.signatures.compactMap { signature in
            guard let key = keys.first(where: { signature.claims($0) }),
                let payload = try? CosignaturePayload(parsing: signature.signature)
            else { return nil }
            return Cosignature(key: key, time: payload.time)
        }
    }
}
