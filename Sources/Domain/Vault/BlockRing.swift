import AgeFile
import Glibc
import MerkleTree
import Sodium

/// One block of a ring, in the hands of whoever fills, works on or drains it.
struct Block: @unchecked Sendable {
    // Guard: the ring hands the memory of a block to one holder at a time.

    /// Sealed chunks that fit.
    static let chunkCapacity = 4
    /// Bytes of memory.
    static let byteCapacity = chunkCapacity * PayloadLayout.sealedChunkSize

    /// The block's place in the stream, from 0.
    let number: UInt64
    /// Room for `chunkCapacity` sealed chunks, chunk k at k times its sealed size whether sealed or not.
    let memory: UnsafeMutableRawBufferPointer
    /// What the filler put in, in the filler's own measure.
    var filledCount = 0
    /// Whether the stream ends with this block.
    var isLast = false
    /// Leaf hashes of its sealed chunks.
    var leaves: [TreeHash] = []

    /// The memory of chunk `index`, `count` bytes of it.
    func chunk(_ index: Int, count: Int) -> UnsafeMutableRawBufferPointer {
        let start = index * PayloadLayout.sealedChunkSize
        return UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + count)])
    }
}

/// A ring of blocks that are filled in order, worked on by several threads in any order, and drained in order.
///
/// Its memory is all that a stream of any length takes. A failure takes the place of a block: the blocks before it are
/// still drained, so that an error always names the first place that is wrong.
final class BlockRing: @unchecked Sendable {
    // Guard: `lock` for every variable below; the bytes of a block belong to its holder.
    private struct Slot {
        var block: Block
        var isDone = false
        var failure: (any Error)?
    }

    /// What a worker is to do next.
    enum Task {
        case fill(Block)
        case work(Block)
    }

    private let lock = ConditionLock(conditionCount: 2)
    private let workAvailable = 0
    private let blockDone = 1

    private let workersFill: Bool
    private let memory: UnsafeMutableRawBufferPointer
    private let capacity: UInt64
    private var slots: [Slot] = []
    private var filled: UInt64 = 0  // blocks that were filled
    private var published: UInt64 = 0  // blocks that may be worked on
    private var taken: UInt64 = 0  // blocks that somebody works on or has worked on
    private var drained: UInt64 = 0  // blocks whose memory is free again
    private var end: UInt64?  // blocks of the whole stream, once known
    private var isFilling = false
    private var isStopped = false
    private var sleepers = 0

    /// A ring of `capacity` blocks, filled by the workers themselves or by its owner.
    init(capacity: Int, workersFill: Bool) {
        self.workersFill = workersFill
        self.capacity = UInt64(capacity)
        memory = .allocate(byteCount: capacity * Block.byteCapacity, alignment: 4096)
        for index in 0..<capacity {
            let start = index * Block.byteCapacity
            let room = UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + Block.byteCapacity)])
            slots.append(Slot(block: Block(number: UInt64(index), memory: room)))
        }
    }

    deinit {
        // Blocks that nobody worked on may hold plaintext.
        Wipe.memory(memory)
        memory.deallocate()
    }

    private func index(_ number: UInt64) -> Int { Int(number % capacity) }
    private var isFull: Bool { filled - drained >= capacity }
    private var mayFill: Bool { !isFilling && end == nil && !isFull }

    private func takeForFilling() -> Block {
        isFilling = true
        let block = Block(number: filled, memory: slots[index(filled)].block.memory)
        slots[index(filled)] = Slot(block: block)
        return block
    }

    private func wakeWorkers() {
        if sleepers > 1 { lock.broadcast(workAvailable) } else if sleepers == 1 { lock.signal(workAvailable) }
    }
}

/// The workers' side.
extension BlockRing {
    /// Waits for something to do; `nil` when there will be nothing more.
    ///
    /// Filling goes first, for it is the stage that only one can do at a time.
    func nextTask() -> Task? {
        lock.withLock {
            while !isStopped {
                if workersFill, mayFill { return .fill(takeForFilling()) }
                if taken < published {
                    let block = slots[index(taken)].block
                    taken += 1
                    if taken < published || workersFill && mayFill { wakeWorkers() }
                    return .work(block)
                }
                if let end, taken >= end || published < end && !isFilling && taken == published { return nil }
                sleepers += 1
                lock.wait(for: workAvailable)
                sleepers -= 1
            }
            return nil
        }
    }

    /// Gives back a block that was worked on.
    func finishWork(_ block: Block) {
        lock.withLock { settle(block.number, block, failure: nil) }
    }

    /// Puts a failure in the place of a block that was worked on.
    func failWork(_ block: Block, _ failure: any Error) {
        lock.withLock { settle(block.number, block, failure: failure) }
    }

    private func settle(_ number: UInt64, _ block: Block, failure: (any Error)?) {
        slots[index(number)] = Slot(block: block, isDone: true, failure: failure)
        if number == drained { lock.signal(blockDone) }
    }

    /// Whether the stream was given up.
    var isCancelled: Bool { lock.withLock { isStopped } }
}

/// The filler's side: a worker or the owner.
extension BlockRing {
    /// A free block to fill, or `nil` when there is none at present or none is wanted any more.
    func blockToFill() -> Block? {
        lock.withLock { mayFill ? takeForFilling() : nil }
    }

    /// Gives back a filled block. With `holdingBack` it is not worked on before the next one shows whether it was the
    /// last; an empty block after others only says that they were.
    func finishFill(_ block: Block, isLast: Bool, holdingBack: Bool) {
        lock.withLock {
            isFilling = false
            if holdingBack, block.filledCount == 0, block.number > 0 {
                slots[index(block.number - 1)].block.isLast = true
                published = block.number
                end = block.number
            } else {
                slots[index(block.number)].block = block
                slots[index(block.number)].block.isLast = isLast
                filled = block.number + 1
                published = holdingBack && !isLast ? block.number : filled
                if isLast { end = filled }
            }
            wakeWorkers()
        }
    }

    /// Ends the stream with a failure, in the place of the first block that nobody may work on yet.
    func failFill(_ failure: any Error) {
        lock.withLock {
            isFilling = false
            slots[index(published)].failure = failure
            slots[index(published)].isDone = true
            end = published + 1
            filled = published + 1
            lock.broadcast(workAvailable)
            lock.signal(blockDone)
        }
    }
}

/// The owner's side.
extension BlockRing {
    /// Waits for the next block in order; `nil` at the end.
    /// - Throws: the failure that stands in its place.
    func nextDone() throws -> Block? {
        try lock.withLock {
            while !isStopped {
                if let end, drained == end { return nil }
                let slot = slots[index(drained)]
                if slot.isDone, drained < filled {
                    if let failure = slot.failure { throw failure }
                    return slot.block
                }
                lock.wait(for: blockDone)
            }
            throw VaultError(.incomplete, "the stream was given up")
        }
    }

    /// Frees the block that `nextDone` gave.
    func release(_ block: Block) {
        lock.withLock {
            slots[index(block.number)].isDone = false
            drained = block.number + 1
            if workersFill, mayFill { wakeWorkers() }
        }
    }

    /// Ends all waiting.
    func stop() {
        lock.withLock {
            isStopped = true
            lock.broadcast(workAvailable)
            lock.broadcast(blockDone)
        }
    }
}
