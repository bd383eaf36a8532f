public import AgeFile
public import Sharing
public import Sodium

/// What sealing an original gave, the header apart.
public struct SealedContent: Sendable {
    /// RFC 6962 root over the payload: the item's id.
    public let id: AgeFileID
    /// The payload's nonce.
    public let nonce: PayloadNonce
    /// Bytes of the payload, nonce included.
    public let payloadSize: UInt64
    /// Number of sealed chunks.
    public let chunkCount: UInt64
    /// The key that opens it.
    public let fileKey: FileKey
    /// Bytes of the original.
    public let originalSize: UInt64
    /// SHA-256 of the original.
    public let originalDigest: Digest

    /// What the ingest record says of it once it has a header.
    public func facts(header: AgeHeader) -> SealedFileFacts {
        SealedFileFacts(
            id: id, payloadSize: payloadSize, chunkCount: chunkCount, header: header.digest,
            keyCommitment: fileKey.commitment(to: id))
    }
}
