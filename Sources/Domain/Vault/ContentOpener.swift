public import AgeFile

/// Opens an item's payload: every chunk is first proven to be part of the item's id, then opened, on all cores.
///
/// age's own tags would not do: whoever ever held the file key can make other chunks that open.
public struct ContentOpener: Sendable {
    /// The proven leaf hashes.
    public let leaves: LeafList
    private let fileKey: FileKey
    private let threadCount: Int

    /// Opens the item that `leaves` belong to. `fileKey` has been checked with the ingest record's commitment or the
    /// header's MAC; a wrong one opens nothing.
    public init(
        leaves: LeafList, fileKey: FileKey, threads: Int = PayloadStream.defaultThreadCount
    ) {
        self.leaves = leaves
        self.fileKey = fileKey
        threadCount = max(1, threads)
    }

    /// Opens the whole payload. `pull` fills a buffer with the payload's next bytes, the nonce first, as far as it
    /// likes but at least one, and returns their number, 0 at the end; `sink` gets the plaintext in order and must not
    /// keep what it is lent. Both are called by the caller's own thread.
    /// - Throws: `VaultError.wrongID`, `.notAuthentic` or `.truncated`, naming the first chunk that is wrong, with all
    ///   before it handed out; `.malformed` when bytes follow the payload; or what a closure throws.
    public func open(
        from pull: (UnsafeMutableRawBufferPointer) throws -> Int, to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let nonce = try readNonce { try fill($0, from: pull) }
        let chunks = 0..<leaves.layout.chunkCount
        try run(chunks: chunks, nonce: nonce, sink: { try sink($1) }, fill: { try fill($1, from: pull) == $0.count })
        let beyond = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try pull($0) }
        guard beyond == 0 else {
            throw VaultError(.malformed, "bytes follow the end of the item", at: .item(leaves.id))
        }
    }

    /// Opens the plaintext bytes of `range`, which is cut at the plaintext's end. `fetch` fills a buffer with the
    /// bytes of a range of the payload, and returns how many there were; cost depends on the range alone.
    /// - Throws: as `open(from:to:)`; `VaultError.malformed` when a leaf hash that is wanted is missing.
    public func open(
        range: Range<UInt64>, fetch: (Range<UInt64>, UnsafeMutableRawBufferPointer) throws -> Int,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let chunks = leaves.layout.chunks(covering: range)
        guard !chunks.isEmpty else { return }
        let nonce = try readNonce { try fetch(0..<UInt64(PayloadNonce.size), $0) }
        let cut: (UInt64, UnsafeRawBufferPointer) throws -> Void = { index, bytes in
            let start = index * UInt64(PayloadLayout.chunkSize)
            let lower = Int(max(range.lowerBound, start) - start)
            let upper = Int(min(range.upperBound - start, UInt64(bytes.count)))
            try sink(UnsafeRawBufferPointer(rebasing: bytes[lower..<upper]))
        }
        try run(chunks: chunks, nonce: nonce, sink: cut, fill: { try fetch($0, $1) == $0.count })
    }

    private func readNonce(_ fill: (UnsafeMutableRawBufferPointer) throws -> Int) throws -> PayloadNonce {
        var bytes = [UInt8](repeating: 0, count: PayloadNonce.size)
        guard try bytes.withUnsafeMutableBytes({ try fill($0) }) == PayloadNonce.size else {
            throw VaultError(.truncated, "the payload ends inside its nonce", at: .item(leaves.id))
        }
        let nonce = try PayloadNonce(bytes)
        try leaves.check(nonce)
        return nonce
    }

    private func run(
        chunks: Range<UInt64>, nonce: PayloadNonce, sink: (UInt64, UnsafeRawBufferPointer) throws -> Void,
        fill: (Range<UInt64>, UnsafeMutableRawBufferPointer) throws -> Bool
    ) throws {
        let blocks = (UInt64(chunks.count) + UInt64(Block.chunkCapacity) - 1) / UInt64(Block.chunkCapacity)
        let threads = Int(min(UInt64(threadCount), blocks))
        let capacity = Int(min(blocks, UInt64(min(64, 8 * threads + 16))))
        let ring = BlockRing(capacity: capacity, workersFill: false)
        let unsealer = BlockUnsealer(
            leaves: leaves, key: PayloadKey(fileKey: fileKey, nonce: nonce), chunks: chunks)
        var workers = WorkerThreads()
        defer {
            ring.stop()
            workers.join()
        }
        // A single block is opened where it stands: a thread would cost more than it saves.
        if blocks > 1 { for _ in 0..<threads { try workers.start { unsealer.run(ring) } } }
        while true {
            while let block = ring.blockToFill() { unsealer.fill(block, of: ring, fill) }
            if blocks == 1 { unsealer.run(ring) }
            guard let block = try ring.nextDone() else { return }
            for index in unsealer.chunks(of: block) {
                try sink(index, UnsafeRawBufferPointer(unsealer.plaintext(index, of: block)))
            }
            ring.release(block)
        }
    }
}

/// Pulls until `buffer` is full or there is nothing more.
private func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from pull: (UnsafeMutableRawBufferPointer) throws -> Int
) throws -> Int {
    var filled = 0
    while filled < buffer.count {
        let count = try pull(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
        if count == 0 { break }
        filled += count
    }
    return filled
}
