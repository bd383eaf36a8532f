import AuditTrail
import MerkleTree
import SignedNote
import Sodium
import TransparencyLog

/// The log's tree and its receipts.
enum TreeBench {
    static func run(leaves count: Int) {
        let entries = (0..<count).map { _ in Leaf(tag: LeafTag(truncating: random()), commitment: Digest(random())) }
        var root = TreeHash.emptyRoot
        var builder = TreeBuilder()
        report("tree.edge_s", seconds { for entry in entries { builder.append(entry.hash) } })
        root = builder.root
        var tree = MemoryTree()
        report("tree.whole_s", seconds { tree = MemoryTree(entries.lazy.map(\.hash)) })
        report("tree.same", (try? tree.root(size: UInt64(count))) == root ? 1 : 0)
        report("tree.leaves", Double(count))
    }

    // Not secret and not many bits: filling a million leaves from the system would take longer than hashing them.
    nonisolated(unsafe) private static var counter = Random.bytes(32)

    private static func random() -> Bytes32 {
        for place in counter.indices {
            counter[place] &+= 1
            if counter[place] != 0 { break }
        }
        return SHA256.hash(counter).bytes
    }

    /// A receipt out of a log of `count` leaves: its size, and the time to parse and check it.
    static func receipt(leaves count: Int) throws {
        var tree = MemoryTree()
        for number in 0..<count { tree.append(TreeHash.leaf(withUnsafeBytes(of: number) { Array($0) })) }
        let size = UInt64(count)
        let name = try KeyName(Array("bevis.example/log/0123456789abcdef".utf8))
        let log = NoteSigner(name: name, key: SigningKey())
        let policy = LogPolicy(log: log.verifierKey)
        let checkpoint = Checkpoint(origin: name, size: size, root: try tree.root(size: size))
        let note = try log.sign(checkpoint.text).note
        var times: [Double] = []
        var bytes: [UInt8] = []
        for step in 0..<2000 {
            let index = UInt64(step) * 7919 % size
            bytes = LogProof(try InclusionProof(index: index, size: size, from: tree), checkpoint: note).bytes
            let leaf = try tree.hash(level: 0, index: index)
            times.append(try seconds { _ = try LogProof(parsing: bytes).verify(leaf: leaf, policy: policy) })
        }
        report("receipt.check", times: times)
        report("receipt.bytes", Double(bytes.count))
    }
}
