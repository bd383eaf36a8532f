public import MerkleTree
public import Sodium

/// Random access in which every chunk is checked against the file's id before it is opened.
///
/// The age tags alone do not bind a chunk to the file: whoever ever held the file key can make others that open.
public struct CheckedPayloadReader: Sendable {
    /// Where the chunks lie.
    public let layout: PayloadLayout
    /// The file that every chunk is checked against.
    public let id: AgeFileID
    private let leaves: [TreeHash]
    private let key: PayloadKey

    /// Checks once that `leaves`, the nonce's first, lead to `id`.
    /// - Throws: `AgeError.wrongID` when they do not, when their number does not fit the layout, or when `key` was
    ///   made with another nonce.
    public init(
        layout: PayloadLayout, leaves: [TreeHash], id: AgeFileID, key: PayloadKey
    ) throws(AgeError) {
        guard UInt64(leaves.count) == layout.chunkCount + 1 else {
            throw AgeError(.wrongID, "the leaf hashes of a file do not fit its length")
        }
        var builder = TreeBuilder()
        for leaf in leaves { builder.append(leaf) }
        guard builder.root.bytes == id.bytes else {
            throw AgeError(.wrongID, "the leaf hashes of a file do not lead to its id")
        }
        guard leaves[0] == TreeHash.leaf(key.nonce.bytes) else {
            throw AgeError(.wrongID, "the nonce of a file does not belong to its id")
        }
        self.layout = layout
        self.leaves = leaves
        self.id = id
        self.key = key
    }

    /// Opens sealed chunk `index`, the payload's bytes at `layout.payloadRange(ofChunk:)`, into a buffer of
    /// `layout.plaintextSize(ofChunk:)` bytes. Any number of threads may call it at once; `hashing` is the SHA-256
    /// that checks the chunk.
    /// - Throws: `AgeError.wrongID` when the chunk is not the file's, with nothing opened; `.payloadNotAuthentic`
    ///   when it is and the key is not.
    public func openChunk<Hash: SHA256Hashing & ~Copyable>(
        _ sealed: UnsafeRawBufferPointer, index: UInt64, into plaintext: UnsafeMutableRawBufferPointer,
        hashing: Hash.Type = SHA256.self
    ) throws(AgeError) {
        precondition(index < layout.chunkCount, "a chunk beyond the payload")
        let range = layout.payloadRange(ofChunk: index)
        guard sealed.count == range.count,
            PayloadTree<Hash>.leaf(of: sealed) == leaves[Int(index) + 1]
        else { throw AgeError(.wrongID, "a sealed chunk is not the one that the file's id names") }
        try key.openChunk(sealed, index: index, isLast: layout.isLast(index), into: plaintext)
    }

    /// Reads the plaintext bytes of `range`, which is cut at the plaintext's end.
    ///
    /// `fetch` is asked for one range of the payload at a time; `emit` gets the bytes in order and must not keep what
    /// it is lent. Cost depends on the range alone.
    /// - Throws: as `openChunk`, or what `fetch` throws.
    public func read<Hash: SHA256Hashing & ~Copyable>(
        _ range: Range<UInt64>, hashing: Hash.Type = SHA256.self,
        fetch: (Range<UInt64>) throws(AgeError) -> [UInt8], emit: (UnsafeRawBufferPointer) -> Void
    ) throws(AgeError) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: PayloadLayout.chunkSize, alignment: 16)
        defer {
            Wipe.memory(buffer)
            buffer.deallocate()
        }
        for index in layout.chunks(covering: range) {
            let size = layout.plaintextSize(ofChunk: index)
            let chunk = UnsafeMutableRawBufferPointer(rebasing: buffer[..<size])
            let sealed = try fetch(layout.payloadRange(ofChunk: index))
            try sealed.lend { sealed throws(AgeError) in
                try openChunk(sealed, index: index, into: chunk, hashing: hashing)
            }
            let start = index * UInt64(PayloadLayout.chunkSize)
            let lower = Int(max(range.lowerBound, start) - start)
            let upper = Int(min(range.upperBound - start, UInt64(size)))
            emit(UnsafeRawBufferPointer(rebasing: chunk[lower..<upper]))
        }
    }
}
