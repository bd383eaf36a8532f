import AgeFile
import AuditTrail
import Custodian
import CustodianClient
import Foundation
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import StorageSQLite
import TransparencyLog

/// Opening latency and start of a custodian whose vault has grown, filled through the storage interface.
enum GrowthBench {
    static func run(bevis: String, folder: String, small: Int, large: Int) async throws {
        let vault = folder + "/growth-vault"
        try makeOriginal(folder + "/growth-original", byteCount: 100_000)
        var custodian = try ServingCustodian(bevis: bevis, folder: vault, creating: true)
        let lent = try LentCase([folder + "/growth-original"], at: custodian.endpoint)
        for (name, count) in [("small", small), ("large", large)] {
            custodian.stop()
            let start = now()
            let size = try await fill(vault, lent, to: UInt64(count))
            report("growth.\(name).filling_s", now() - start)
            report("growth.\(name).leaves", Double(size))
            custodian = try ServingCustodian(bevis: bevis, folder: vault)
            report("growth.\(name).start_without_tiles_s", custodian.startSeconds)
            try ReleaseBench.oneClient(lent, custodian, count: 300, as: "growth.\(name).release")
            var starts: [Double] = []
            for _ in 0..<3 {
                custodian.kill()
                custodian = try ServingCustodian(bevis: bevis, folder: vault)
                starts.append(custodian.startSeconds)
            }
            report("growth.\(name).start_after_kill_s", starts.sorted()[1])
            report("growth.\(name).custodian_peak_mib", custodian.peakMiB)
        }
        custodian.stop()
    }

    /// Appends items, each with its leaf, until the vault has `count` of them, under a checkpoint of its own key.
    private static func fill(_ path: String, _ lent: LentCase, to count: UInt64) async throws -> UInt64 {
        let folder = try VaultFolder(path: path, creating: false)
        let records = try folder.records()
        let log = try CustodianKeys(in: folder.keys()).log
        let matter = lent.own.card.caseID
        var size: UInt64 = 0
        repeat {
            size = try await records.transaction { records in
                guard let head = try records.head() else { throw BenchError("the vault has no log") }
                return try append(min(20_000, max(1, count - min(count, head.size))), to: records, head, matter, log)
            }
        } while size < count
        try await records.scrub()
        return size
    }

    private static func append(
        _ count: UInt64, to records: any RecordTransaction, _ head: LogHead, _ matter: CaseID, _ log: NoteSigner
    ) throws -> UInt64 {
        var tree = try TreeBuilder(count: head.size, frontier: head.frontier)
        let filler = Random.bytes(1000)
        let newest = try records.newestNumber(of: .matter(matter))
        for step in 0..<count {
            let leaf = Leaf(
                tag: LeafTag(truncating: Random.value(AgeFileID.self).bytes), commitment: Random.value())
            try records.append(
                LeafRow(
                    index: tree.count, leaf: leaf, stream: .matter(matter), number: newest + 1 + step, record: filler))
            try records.insert(
                ItemRow(
                    id: Random.value(), caseID: matter, descriptionID: Random.value(), ingest: filler,
                    contentHeader: Array(filler[..<200]), description: Array(filler[..<700]), isErased: false))
            tree.append(leaf.hash)
        }
        let text = Checkpoint(origin: log.verifierKey.name, size: tree.count, root: tree.root).text
        try records.setHead(
            LogHead(
                size: tree.count, frontier: tree.frontier, checkpoint: try log.sign(text).bytes, time: head.time))
        return tree.count
    }
}
