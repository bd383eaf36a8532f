import AgeFile
import BulkHash
import Sodium

/// Fills blocks from an original and seals them; run by every thread of a stream.
final class BlockSealer: @unchecked Sendable {
    // Guard: the ring lets one thread fill at a time, and hands its memory over with a lock; so does the end of the
    // stream, before which the digest is not asked for.
    static let plaintextCapacity = UInt64(Block.chunkCapacity * PayloadLayout.chunkSize)

    let fileKey: FileKey
    let nonce: PayloadNonce
    private let source: IngestSource
    private let key: PayloadKey
    private var hash = BulkSHA256()
    private var count: UInt64 = 0
    private(set) var originalDigest: Digest?

    init(source: IngestSource, fileKey: FileKey, nonce: PayloadNonce) {
        self.source = source
        self.fileKey = fileKey
        self.nonce = nonce
        key = PayloadKey(fileKey: fileKey, nonce: nonce)
    }

    func run(_ ring: BlockRing) {
        while let task = ring.nextTask() {
            switch task {
            case .fill(let block): fill(block, of: ring)
            case .work(let block): ring.finishWork(seal(block))
            }
        }
    }

    // Chunk by chunk, so that each is hashed while it is still in the processor's cache.
    private func fill(_ block: Block, of ring: BlockRing) {
        var block = block
        do throws(VaultError) {
            var isLast = false
            for index in 0..<Block.chunkCapacity where !isLast {
                let chunk = block.chunk(index, count: PayloadLayout.chunkSize)
                let read = try source.read(into: chunk) { ring.isCancelled }
                hash.update(UnsafeRawBufferPointer(rebasing: chunk[..<read]))
                block.filledCount += read
                isLast = read < PayloadLayout.chunkSize
            }
            count += UInt64(block.filledCount)
            try source.checkNotBeyondEnd(count)
            if isLast {
                try source.checkUnchanged(afterReading: count)
                originalDigest = hash.finish()
            }
            ring.finishFill(block, isLast: isLast, holdingBack: true)
        } catch {
            ring.failFill(error)
        }
    }

    // In place: the plaintext is gone once its block is sealed.
    private func seal(_ block: Block) -> Block {
        var block = block
        for index in 0..<BlockSealer.chunkCount(block) {
            let offset = index * PayloadLayout.chunkSize
            let size = min(PayloadLayout.chunkSize, block.filledCount - offset)
            let sealed = block.chunk(index, count: size + ChaCha20Poly1305.tagSize)
            key.sealChunk(
                UnsafeRawBufferPointer(rebasing: sealed[..<size]),
                index: block.number * UInt64(Block.chunkCapacity) + UInt64(index),
                isLast: block.isLast && index == BlockSealer.chunkCount(block) - 1, into: sealed)
            block.leaves.append(PayloadTree<BulkSHA256>.leaf(of: UnsafeRawBufferPointer(sealed)))
        }
        return block
    }

    private static func chunkCount(_ block: Block) -> Int {
        max(1, (block.filledCount + PayloadLayout.chunkSize - 1) / PayloadLayout.chunkSize)
    }

    /// Bytes of a block once it is sealed; its chunks then touch.
    static func sealedCount(_ block: Block) -> Int {
        block.filledCount + chunkCount(block) * ChaCha20Poly1305.tagSize
    }
}
