/// Where the chunks of a payload lie (formats A1, "Random access"). Offsets count from the payload's first byte, which
/// is the first of its nonce.
///
/// A layout made from a length alone is a claim: believe the size once the last chunk has opened as the last.
public struct PayloadLayout: Sendable, Equatable {
    /// Plaintext bytes of a full chunk.
    public static let chunkSize = 65536
    /// Sealed bytes of a full chunk.
    public static let sealedChunkSize = 65552
    /// The largest plaintext that a layout describes, 2^60 bytes.
    public static let maximumPlaintextSize: UInt64 = 1 << 60

    private static let tagSize = UInt64(sealedChunkSize - chunkSize)

    /// Bytes of plaintext.
    public let plaintextSize: UInt64
    /// Number of chunks, at least 1.
    public let chunkCount: UInt64
    /// Bytes of the payload, nonce included.
    public let payloadSize: UInt64

    /// The layout of a plaintext of at most `maximumPlaintextSize` bytes.
    public init(plaintextSize: UInt64) {
        precondition(plaintextSize <= PayloadLayout.maximumPlaintextSize, "a plaintext beyond any disk")
        let chunk = UInt64(PayloadLayout.chunkSize)
        self.plaintextSize = plaintextSize
        chunkCount = max(1, (plaintextSize + chunk - 1) / chunk)
        payloadSize = UInt64(PayloadNonce.size) + plaintextSize + chunkCount * PayloadLayout.tagSize
    }

    /// The layout of a payload of `payloadSize` bytes, nonce included.
    /// - Throws: `AgeError.malformedHeader` when there is no room for the nonce, `.truncated` when the last chunk is
    ///   shorter than its tag, `.malformedPayload` for any other length that no plaintext has.
    public init(payloadSize: UInt64) throws(AgeError) {
        guard payloadSize >= UInt64(PayloadNonce.size) else {
            throw AgeError(.malformedHeader, "a payload ends inside its nonce")
        }
        guard payloadSize <= PayloadLayout(plaintextSize: PayloadLayout.maximumPlaintextSize).payloadSize else {
            throw AgeError(.malformedPayload, "a payload is longer than any disk")
        }
        let sealed = payloadSize - UInt64(PayloadNonce.size)
        let sealedChunk = UInt64(PayloadLayout.sealedChunkSize)
        let count = (sealed + sealedChunk - 1) / sealedChunk
        guard count > 0, sealed >= (count - 1) * sealedChunk + PayloadLayout.tagSize else {
            throw AgeError(.truncated, "a payload ends inside its last chunk's tag")
        }
        let layout = PayloadLayout(plaintextSize: sealed - count * PayloadLayout.tagSize)
        guard layout.chunkCount == count else {
            throw AgeError(.malformedPayload, "a payload's last chunk is empty")
        }
        self = layout
    }

    /// Plaintext bytes of chunk `index`, which must be below `chunkCount`.
    public func plaintextSize(ofChunk index: UInt64) -> Int {
        precondition(index < chunkCount, "a chunk beyond the payload")
        let start = index * UInt64(PayloadLayout.chunkSize)
        return Int(min(plaintextSize - start, UInt64(PayloadLayout.chunkSize)))
    }

    /// Where sealed chunk `index`, which must be below `chunkCount`, lies in the payload.
    public func payloadRange(ofChunk index: UInt64) -> Range<UInt64> {
        let start = UInt64(PayloadNonce.size) + index * UInt64(PayloadLayout.sealedChunkSize)
        return start..<(start + UInt64(plaintextSize(ofChunk: index)) + PayloadLayout.tagSize)
    }

    /// Whether chunk `index` is the last.
    public func isLast(_ index: UInt64) -> Bool { index == chunkCount - 1 }

    /// The chunks that hold the plaintext bytes of `range`; what lies beyond the plaintext is left out.
    public func chunks(covering range: Range<UInt64>) -> Range<UInt64> {
        let upper = min(range.upperBound, plaintextSize)
        guard range.lowerBound < upper else { return 0..<0 }
        let chunk = UInt64(PayloadLayout.chunkSize)
        return (range.lowerBound / chunk)..<((upper - 1) / chunk + 1)
    }
}
