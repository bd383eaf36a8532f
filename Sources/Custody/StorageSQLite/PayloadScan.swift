import AgeFile
import BulkHash
import Glibc
import MerkleTree
import Storage

/// Reads a stored payload and hashes it into the leaves of its tree.
enum PayloadScan {
    static func leaves(of object: any StoredObject) throws -> [TreeHash] {
        guard let layout = try? PayloadLayout(payloadSize: object.size) else {
            throw StorageError(.damaged, "an object has no length of a sealed payload")
        }
        var leaves: [TreeHash] = []
        leaves.reserveCapacity(Int(layout.chunkCount) + 1)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: PayloadLayout.sealedChunkSize, alignment: 64)
        defer { buffer.deallocate() }
        let nonce = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<16])
        guard try object.read(at: 0, into: nonce) == 16 else { throw StorageError(.damaged, "an object is too short") }
        leaves.append(TreeHash.leaf(UnsafeRawBufferPointer(nonce), hashing: BulkSHA256.self))
        for chunk in 0..<layout.chunkCount {
            let range = layout.payloadRange(ofChunk: chunk)
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<Int(range.upperBound - range.lowerBound)])
            guard try object.read(at: range.lowerBound, into: part) == part.count else {
                throw StorageError(.damaged, "an object is too short")
            }
            leaves.append(TreeHash.leaf(UnsafeRawBufferPointer(part), hashing: BulkSHA256.self))
        }
        return leaves
    }
}
