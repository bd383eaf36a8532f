import AgeFile
import Foundation
import MerkleTree
import Sodium
import Storage
import StorageSQLite
import Testing

struct TreeFileTests {
    @Test func tornTreeOfAnObjectIsNotBelievedButMadeAnew() throws {
        let places = try Places()
        let folder = try places.folder("torn")
        let objects = folder.objects()
        let payload = Random.bytes(16 + 299 * PayloadLayout.sealedChunkSize + 500)
        var cutter = PayloadCutter<SHA256>()
        payload.withUnsafeBytes { cutter.take($0) }
        let finished = cutter.finish()
        let id = try #require(finished)
        let staged = try objects.stage()
        try payload.withUnsafeBytes { try staged.write($0) }
        try objects.commit(staged, id: id, leaves: cutter.leaves)

        // The last hash is the root of the first 256 leaves; the path of leaf 300 needs it.
        let name = String(decoding: id.hex, as: UTF8.self)
        let tree = URL(fileURLWithPath: folder.path + "/objects/\(name.prefix(2))/\(name).tree")
        let whole = try Data(contentsOf: tree)
        #expect(whole.count == 32 * (cutter.leaves.count + 1))
        for torn in [whole.dropLast(32) + Data(count: 32), whole.dropLast(40), Data()] {
            try Data(torn).write(to: tree)
            let proven = try #require(try objects.provenLeaves(of: id, at: [300]).first)
            #expect(proven.leaf == cutter.leaves[300])
            try proven.path.verify(leaf: proven.leaf, root: TreeHash(id.bytes))
            #expect(try Data(contentsOf: tree) == whole)
        }
    }
}
