import Foundation
import MerkleTree
import SignedNote
import Sodium
import Testing
import TransparencyLog

/// A receipt proves an entry to somebody who has neither vault nor key.
@Suite struct ReceiptTests {
    @Test func receiptLeadsToASignedCheckpointAndItsRecordToTheEntry() async throws {
        let world = try await World.copy()
        let wrote = try await world.bevis("signe", "receipt", "7", "-o", "r.tlog-proof")
        #expect(wrote.status == 0, "\(wrote.err)")
        #expect(wrote.out == "wrote 'r.tlog-proof', and its record and salt beside it\n")
        let proof = try LogProof(parsing: try world.read("r.tlog-proof"))
        #expect(proof.index == 7)
        let policy = try LogPolicy(parsing: try world.read("Keys/policy"))
        // The commitment is SHA-256 of label, salt and record; the tag before it is in the exported log.
        let salt = try #require(
            String(decoding: try world.read("r.tlog-proof.salt"), as: UTF8.self).split(separator: "\n").first)
        let hashed = try await world.tool(
            "python3", "-c",
            """
            import hashlib, sys
            record = open('r.tlog-proof.record', 'rb').read()
            print(hashlib.sha256(b'bevis/v1/leaf\\0' + bytes.fromhex(sys.argv[1]) + record).hexdigest())
            """, String(salt))
        let exported = try await world.bevis("revisor", "audit", "export", "--out", "bundle")
        #expect(exported.status == 0, "\(exported.err)")
        let bundle = try world.read(
            "bundle/log/tile/entries/000.p/" + world.names(in: "bundle/log/tile/entries/000.p")[0])
        // An entry bundle holds two bytes of length and 48 of entry for each.
        let entry = Array(bundle[7 * 50 + 2..<8 * 50])
        #expect(hashed.outLines == [String(decoding: Hex.encode(Array(entry[16...])), as: UTF8.self)])
        #expect(throws: Never.self) { try proof.verify(leaf: TreeHash.leaf(entry), policy: policy) }
        let other = Array(bundle[6 * 50 + 2..<7 * 50])
        #expect(throws: LogError.self) { try proof.verify(leaf: TreeHash.leaf(other), policy: policy) }
        let record = String(decoding: try world.read("r.tlog-proof.record"), as: UTF8.self)
        #expect(record.hasPrefix("bevis.example/record/v1\nstream case\n"))
        #expect(record.contains("\nevent item-added\n"))
    }

    @Test func entryOfOthersHasNoReceipt() async throws {
        let world = try await World.copy()
        let outcome = try await world.bevis("signe", "receipt", "0", "-o", "r")
        #expect(outcome.status == 3)
        #expect(outcome.err == "bevis: entry 0 is not one of your case's\n  see: bevis log\n")
        #expect(!world.exists("r"))
    }
}
