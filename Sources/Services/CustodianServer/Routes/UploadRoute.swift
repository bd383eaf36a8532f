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
        let cutter = UploadCutter()
        try await request.consumeBody(upTo: CustodianRoutes.objectLimit) { buffer in
            try await offPool {
                try buffer.withUnsafeReadableBytes { bytes in
                    try staged.write(bytes)
                    cutter.cut.take(bytes)
                }
            }
        }
        guard let id = cutter.cut.finish() else {
            throw CustodianError(.malformed, "what was uploaded is not a sealed payload")
        }
        try await custodian.refuseErased(id)
        let leaves = cutter.cut.leaves
        try await offPool { try custodian.commitObject(staged, id: id, leaves: leaves) }
        // Once more: it may have been erased while this was being flushed.
        do {
            try await custodian.refuseErased(id)
        } catch {
            try await offPool { try custodian.removeObject(id) }
            throw error
        }
        return try Answers.json(Wire.Uploaded(id: text(id.hex), size: cutter.cut.size))
    }
}

/// Runs blocking work off the cooperative pool.
func offPool<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(with: Swift.Result(catching: work)) }
    }
}

// Guard: one upload drives it, one piece after the other.
private final class UploadCutter: @unchecked Sendable {
    var cut = PayloadCutter<BulkSHA256>()
}
