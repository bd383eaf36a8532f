public import AgeFile
import BulkHash
import Sodium

/// Seals an original while somebody pulls the payload: nonce first, then sealed chunks, in order.
///
/// The original is read once. Hashing it, sealing, and hashing the sealed chunks for the id go on in threads of the
/// stream's own, in a ring of a few MiB whatever the length. Giving the stream up ends them and wipes the ring. One
/// thread at a time may pull; it need not be the same.
public final class PayloadStream: @unchecked Sendable {
    // Guard: its owner lets one thread at a time pull; everything shared with the stream's threads lies in the ring.
    private let ring: BlockRing
    private let sealer: BlockSealer
    private var threads = WorkerThreads()
    private var tree: PayloadTree<BulkSHA256>
    private var rest: UnsafeRawBufferPointer
    private var current: Block?
    private var failure: (any Error)?
    private var isOver = false
    private let nonceBytes: UnsafeMutableRawBufferPointer

    /// Bytes of the original whose sealed form has been handed out.
    public private(set) var originalCount: UInt64 = 0
    /// Bytes of the whole payload, where the original's size is known: what is pulled comes to this, or fails.
    public let payloadSize: UInt64?

    /// Starts sealing. `fileKey` and `nonce` must be fresh.
    /// - Throws: `VaultError.unavailable` when no thread can be started.
    public init(
        from source: IngestSource, fileKey: FileKey, nonce: PayloadNonce = .random(),
        threads count: Int = PayloadStream.defaultThreadCount
    ) throws(VaultError) {
        // A short file needs no more than its own blocks, and one in which its end shows.
        let blocks = source.size.map { $0 / BlockSealer.plaintextCapacity + 1 } ?? .max
        let needed = Int(min(UInt64(max(1, count)), blocks))
        let capacity = min(64, UInt64(8 * needed + 16), blocks < 64 ? blocks + 1 : 64)
        ring = BlockRing(capacity: Int(capacity), workersFill: true)
        sealer = BlockSealer(source: source, fileKey: fileKey, nonce: nonce)
        tree = PayloadTree(nonce: nonce)
        payloadSize = source.size.map { PayloadLayout(plaintextSize: $0).payloadSize }
        nonceBytes = .allocate(byteCount: PayloadNonce.size, alignment: 1)
        nonceBytes.copyBytes(from: nonce.bytes)
        rest = UnsafeRawBufferPointer(nonceBytes)
        for _ in 0..<needed {
            try threads.start { [ring, sealer] in sealer.run(ring) }
        }
    }

    deinit {
        ring.stop()
        threads.join()
        nonceBytes.deallocate()
    }

    /// One thread a processor.
    public static var defaultThreadCount: Int { WorkerThreads.processorCount }

    /// Copies the next bytes of the payload into `buffer`; 0 at the end.
    /// - Throws: `VaultError.unreadable` or `.changedWhileReading`, now and at every later call.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var count = 0
        while count < buffer.count, try fetch() {
            let size = min(rest.count, buffer.count - count)
            UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + size)])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<size]))
            rest = UnsafeRawBufferPointer(rebasing: rest[size...])
            count += size
            // What is at hand goes out at once; waiting for more could starve a slow connection.
            if rest.isEmpty, count > 0 { break }
        }
        return count
    }

    /// Lends `body` the next bytes of the payload without copying them.
    /// - Returns: `false` at the end, with `body` not called.
    /// - Throws: as `read(into:)`, or what `body` throws.
    public func next(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        guard try fetch() else { return false }
        let bytes = rest
        rest = UnsafeRawBufferPointer(rebasing: rest[rest.count...])
        try body(bytes)
        return true
    }

    /// What was sealed, once everything has been pulled.
    /// - Throws: `VaultError.incomplete` before the end or after a failure.
    public func finish() throws(VaultError) -> SealedContent {
        guard isOver, let digest = sealer.originalDigest else {
            throw VaultError(.incomplete, "the payload was not pulled to its end")
        }
        let layout = PayloadLayout(plaintextSize: originalCount)
        return SealedContent(
            id: tree.id, nonce: sealer.nonce, payloadSize: layout.payloadSize, chunkCount: layout.chunkCount,
            fileKey: sealer.fileKey, originalSize: originalCount, originalDigest: digest)
    }

    // Makes `rest` the next bytes, if there are any.
    private func fetch() throws -> Bool {
        if let failure { throw failure }
        while rest.isEmpty, !isOver {
            do {
                try advance()
            } catch {
                failure = error
                throw error
            }
        }
        return !rest.isEmpty
    }

    private func advance() throws {
        if let block = current {
            current = nil
            ring.release(block)
        }
        guard let block = try ring.nextDone() else {
            isOver = true
            return
        }
        for leaf in block.leaves { tree.append(leaf) }
        originalCount += UInt64(block.filledCount)
        current = block
        rest = UnsafeRawBufferPointer(rebasing: block.memory[..<BlockSealer.sealedCount(block)])
    }
}
