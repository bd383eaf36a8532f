import AgeFile
import BulkHash
import Custodian
import CustodianProtocol
import Foundation
import Hummingbird
import MerkleTree
import NIOCore
import Sodium
import Storage

extension CustodianRoutes {
    /// Takes a sealed payload, nonce first, checks its form while it streams to disk, and answers with its id.
    func upload(_ request: Request) async throws -> Response {
        let staged = try custodian.stageObject()
        let intake = PayloadIntake(staged: staged)
        try await request.consumeBody(upTo: CustodianRoutes.objectLimit) { buffer in
            try await offPool { try buffer.withUnsafeReadableBytes { try intake.take($0) } }
        }
        let (id, size, leaves) = try await offPool { try intake.finish() }
        try await offPool { try custodian.commitObject(staged, id: id, leaves: leaves) }
        return try Answers.json(Wire.Uploaded(id: text(id.hex), size: size))
    }
}

/// Runs blocking work off the cooperative pool.
func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result(catching: work)) }
    }
}

/// Cuts a stream of payload bytes into nonce and sealed chunks, hashes them into the tree, and writes them.
final class PayloadIntake: @unchecked Sendable {
    // Guard: one upload drives it, one piece after the other.
    private let staged: any StagedObject
    private var leaves: [TreeHash] = []
    private var size: UInt64 = 0
    private var pending: [UInt8] = []

    init(staged: any StagedObject) {
        self.staged = staged
        pending.reserveCapacity(PayloadLayout.sealedChunkSize)
    }

    private var wanted: Int { leaves.isEmpty ? 16 : PayloadLayout.sealedChunkSize }

    func take(_ bytes: UnsafeRawBufferPointer) throws {
        try staged.write(bytes)
        size += UInt64(bytes.count)
        var rest = bytes
        while rest.count > 0 {
            if pending.isEmpty, rest.count >= wanted {
                let whole = UnsafeRawBufferPointer(rebasing: rest[..<wanted])
                rest = UnsafeRawBufferPointer(rebasing: rest[wanted...])
                leaves.append(TreeHash.leaf(whole, hashing: BulkSHA256.self))
                continue
            }
            let count = min(wanted - pending.count, rest.count)
            pending.append(contentsOf: rest[..<count])
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if pending.count == wanted { closeLeaf() }
        }
    }

    private func closeLeaf() {
        leaves.append(pending.withUnsafeBytes { TreeHash.leaf($0, hashing: BulkSHA256.self) })
        pending.removeAll(keepingCapacity: true)
    }

    func finish() throws -> (AgeFileID, UInt64, [TreeHash]) {
        if !pending.isEmpty { closeLeaf() }
        guard let layout = try? PayloadLayout(payloadSize: size), UInt64(leaves.count) == layout.chunkCount + 1 else {
            throw CustodianError(.malformed, "what was uploaded is not a sealed payload")
        }
        var tree = TreeBuilder()
        for leaf in leaves { tree.append(leaf) }
        return (AgeFileID(tree.root.bytes), size, leaves)
    }
}
