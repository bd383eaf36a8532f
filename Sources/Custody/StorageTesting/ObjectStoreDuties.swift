import AgeFile
import MerkleTree
import Sodium
public import Storage

/// Duties of a store of sealed payloads.
public enum ObjectStoreDuties {
    /// All of them.
    public static let all: [Duty<any ObjectStore>] = [
        Duty("a committed object is read back, in any pieces, also when the store is opened anew") { open in
            let sample = try Sample(chunks: 3)
            try sample.store(in: try open("read"), pieces: 1000)
            let store = try open("read")
            try require(try store.contains(sample.id), "it is contained")
            let object = try store.open(sample.id)
            try require(object.size == UInt64(sample.payload.count), "its size is the payload's")
            for (offset, count) in [(0, 16), (16, 65_552), (60_000, 70_000), (sample.payload.count - 1, 1)] {
                let read = try bytes(object, at: UInt64(offset), count: count)
                try require(read == Array(sample.payload[offset..<offset + count]), "a piece is read in full")
            }
        },
        Duty("a read is short only at the end") { open in
            let sample = try Sample(chunks: 1)
            let store = try open("short")
            try sample.store(in: store)
            let (object, size) = (try store.open(sample.id), UInt64(sample.payload.count))
            try require(try bytes(object, at: size - 10, count: 100) == Array(sample.payload.suffix(10)), "at the end")
            for offset in [size, size + 1, UInt64.max] {
                try require(try bytes(object, at: offset, count: 8).isEmpty, "beyond the end there is nothing")
            }
            try require(try bytes(object, at: 3, count: 0).isEmpty, "an empty buffer takes nothing")
        },
        Duty("what is not stored is missing") { open in
            let (store, id): (any ObjectStore, AgeFileID) = (try open("missing"), Random.value())
            try require(try !store.contains(id), "it is not contained")
            try require(try code { try store.open(id) } == .missing, "opening it says so")
            try require(try code { try store.leaves(of: id) } == .missing, "asking for its leaves says so")
            try require(try store.ids().isEmpty, "nothing is named")
            try store.remove(id)
        },
        Duty("a dropped or uncommitted object leaves nothing") { open in
            let sample = try Sample(chunks: 1)
            do {
                let store = try open("dropped")
                let staged = try store.stage()
                try sample.payload.withUnsafeBytes { try staged.write($0) }
            }
            let store = try open("dropped")
            try store.removeAbandoned()
            try require(try !store.contains(sample.id), "it is not contained")
            try require(try store.ids().isEmpty, "nothing is named")
        },
        Duty("removing what is abandoned leaves alone what is being written") { open in
            let sample = try Sample(chunks: 1)
            let store = try open("abandoned")
            let staged = try store.stage()
            try sample.payload.withUnsafeBytes { try staged.write($0) }
            try store.removeAbandoned()
            try store.commit(staged, id: sample.id, leaves: sample.leaves)
            try require(try store.contains(sample.id), "it is contained")
        },
        Duty("committing the same object again is no error") { open in
            let sample = try Sample(chunks: 2)
            let store = try open("twice")
            try sample.store(in: store)
            let object = try store.open(sample.id)
            try sample.store(in: store)
            try require(try store.ids() == [sample.id], "it has one id")
            try require(try bytes(object, at: 0, count: 100) == Array(sample.payload.prefix(100)), "a reader goes on")
        },
        Duty("leaf hashes are the ones of the object's tree, or made anew from it") { open in
            let sample = try Sample(chunks: 3)
            let store = try open("leaves")
            try sample.store(in: store, leaves: [])
            try require(try store.leaves(of: sample.id) == sample.leaves, "wrong ones are not believed")
            try require(try open("leaves").leaves(of: sample.id) == sample.leaves, "they are there anew")
        },
        Duty("single leaves come with paths to the id, also from a tree that was lost, and none from beyond it") {
            open in
            // More than one full tile of leaves, and an end that fills none.
            let sample = try Sample(chunks: 300)
            let size = UInt64(sample.leaves.count)
            let indices: [UInt64] = [0, 1, 255, 256, 257, size - 1]
            for (name, leaves) in [("paths", sample.leaves), ("lost-paths", [])] {
                let store = try open(name)
                try sample.store(in: store, leaves: leaves)
                let proven = try store.provenLeaves(of: sample.id, at: indices)
                for (index, one) in zip(indices, proven) {
                    try require(one.leaf == sample.leaves[Int(index)], "the leaf at \(index) is the tree's")
                    try require(one.path.index == index && one.path.size == size, "its path says where it stands")
                    try one.path.verify(leaf: one.leaf, root: TreeHash(sample.id.bytes))
                }
                try require(proven.count == indices.count, "there is one for each index")
                try require(try code { try store.provenLeaves(of: sample.id, at: [size]) } == .missing, "none beyond")
            }
        },
        Duty("an object that is not what its id says is damaged") { open in
            let sample = try Sample(chunks: 2)
            let store = try open("damaged")
            try Sample(id: sample.id, payload: sample.payload.dropLast(1) + [0, 1]).store(in: store, leaves: [])
            try require(try code { try store.leaves(of: sample.id) } == .damaged, "its leaves say so")
        },
        Duty("a removed object is gone, also when the store is opened anew; removing again is no error") { open in
            let (sample, other) = (try Sample(chunks: 1), try Sample(chunks: 1))
            let store = try open("removed")
            try sample.store(in: store)
            try other.store(in: store)
            try store.remove(sample.id)
            try store.remove(sample.id)
            try require(try code { try store.open(sample.id) } == .missing, "it is missing")
            try require(try open("removed").ids() == [other.id], "the other one stays")
        },
    ]

    private static func bytes(_ object: any StoredObject, at offset: UInt64, count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let read = try buffer.withUnsafeMutableBytes { try object.read(at: offset, into: $0) }
        return Array(buffer.prefix(read))
    }

    /// Random bytes with the form of a sealed payload.
    private struct Sample {
        let id: AgeFileID
        let payload: [UInt8]
        let leaves: [TreeHash]

        init(chunks: Int) throws {
            payload = Random.bytes(16 + (chunks - 1) * PayloadLayout.sealedChunkSize + 500)
            let layout = try PayloadLayout(payloadSize: UInt64(payload.count))
            var leaves = [TreeHash.leaf(Array(payload[..<16]))]
            for chunk in 0..<layout.chunkCount {
                let range = layout.payloadRange(ofChunk: chunk)
                leaves.append(TreeHash.leaf(Array(payload[Int(range.lowerBound)..<Int(range.upperBound)])))
            }
            var tree = TreeBuilder()
            for leaf in leaves { tree.append(leaf) }
            (self.leaves, id) = (leaves, AgeFileID(tree.root.bytes))
        }

        init(id: AgeFileID, payload: [UInt8]) {
            (self.id, self.payload, leaves) = (id, payload, [])
        }

        func store(in store: any ObjectStore, leaves: [TreeHash]? = nil, pieces: Int = 1 << 16) throws {
            let staged = try store.stage()
            for start in stride(from: 0, to: payload.count, by: pieces) {
                try payload[start..<min(start + pieces, payload.count)].withUnsafeBytes { try staged.write($0) }
            }
            try store.commit(staged, id: id, leaves: leaves ?? self.leaves)
        }
    }
}
