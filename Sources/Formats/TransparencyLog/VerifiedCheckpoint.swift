public import SignedNote

/// A witness's statement of when it had seen a checkpoint.
public struct Cosignature: Hashable, Sendable {
    /// The witness's key.
    public let key: VerifierKey
    /// Unix seconds.
    public let time: UInt64
}

/// A checkpoint that a policy accepts: signed by its log and cosigned by the quorum.
public struct VerifiedCheckpoint: Hashable, Sendable {
    /// The head.
    public let checkpoint: Checkpoint
    /// The signed checkpoint with all its lines.
    public let note: UnverifiedNote
    /// The log's key that signed it.
    public let logKey: VerifierKey
    /// The good cosignatures by witnesses of the policy, in the order of their lines.
    public let cosignatures: [Cosignature]
    /// Those of them that the policy's quorum counts.
    public let quorumCosignatures: [Cosignature]

    /// The signed checkpoint's bytes.
    public var bytes: [UInt8] { note.bytes }

    /// The median of the times that the quorum's witnesses state, in Unix seconds: of an even number, the earlier of
    /// the middle two, so that it is always a time that some witness stated. `nil` when the policy asks for none.
    public var medianTime: UInt64? {
        let times = quorumCosignatures.map { $0.time }.sorted()
        return times.isEmpty ? nil : times[(times.count - 1) / 2]
    }
}
