import AgeFile
import Sodium

/// Fills blocks with sealed chunks, proves and opens them.
struct BlockUnsealer: Sendable {
    let leaves: LeafList
    let key: PayloadKey
    /// The chunks that are wanted.
    let chunks: Range<UInt64>

    /// The chunks in a block.
    func chunks(of block: Block) -> Range<UInt64> {
        let first = chunks.lowerBound + block.number * UInt64(Block.chunkCapacity)
        return first..<min(chunks.upperBound, first + UInt64(Block.chunkCapacity))
    }

    private func memory(_ chunk: UInt64, of block: Block, count: Int) -> UnsafeMutableRawBufferPointer {
        block.chunk(Int(chunk - chunks(of: block).lowerBound), count: count)
    }

    /// The bytes of an opened chunk.
    func plaintext(_ chunk: UInt64, of block: Block) -> UnsafeMutableRawBufferPointer {
        memory(chunk, of: block, count: leaves.layout.plaintextSize(ofChunk: chunk))
    }

    /// Fills a block; `fetch` says whether it got all bytes of the range.
    func fill(
        _ block: Block, of ring: BlockRing,
        _ fetch: (Range<UInt64>, UnsafeMutableRawBufferPointer) throws -> Bool
    ) {
        let wanted = chunks(of: block)
        let first = leaves.layout.payloadRange(ofChunk: wanted.lowerBound)
        let last = leaves.layout.payloadRange(ofChunk: wanted.upperBound - 1)
        let range = first.lowerBound..<last.upperBound
        do {
            let room = UnsafeMutableRawBufferPointer(rebasing: block.memory[..<range.count])
            guard try fetch(range, room) else {
                throw VaultError(
                    .truncated, "the payload ends too early", at: .chunk(wanted.lowerBound, of: leaves.id))
            }
            ring.finishFill(block, isLast: wanted.upperBound == chunks.upperBound, holdingBack: false)
        } catch {
            ring.failFill(error)
        }
    }

    /// Opens blocks until there are no more.
    func run(_ ring: BlockRing) {
        while case .work(let block)? = ring.nextTask() {
            do throws(VaultError) {
                for chunk in chunks(of: block) { try open(chunk, of: block) }
                ring.finishWork(block)
            } catch {
                ring.failWork(block, error)
            }
        }
    }

    // In place. A chunk that fails leaves its sealed bytes behind, never plaintext.
    private func open(_ chunk: UInt64, of block: Block) throws(VaultError) {
        let size = leaves.layout.plaintextSize(ofChunk: chunk)
        let sealed = UnsafeRawBufferPointer(memory(chunk, of: block, count: size + ChaCha20Poly1305.tagSize))
        try leaves.check(sealed, chunk: chunk)
        do throws(AgeError) {
            try key.openChunk(
                sealed, index: chunk, isLast: leaves.layout.isLast(chunk), into: plaintext(chunk, of: block))
        } catch {
            throw VaultError(
                .notAuthentic, "the key given does not open the item's chunk", at: .chunk(chunk, of: leaves.id))
        }
    }
}
