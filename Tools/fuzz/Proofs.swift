import MerkleTree
import Sodium

private let leaves = (0..<70).map { TreeHash.leaf([UInt8($0)]) }

/// Takes numbers and hashes off the front of the input; past its end everything is zero.
private struct Source {
    var bytes: [UInt8]

    mutating func number(below limit: Int) -> Int { Int(next()) % limit }

    mutating func next() -> UInt8 { bytes.isEmpty ? 0 : bytes.removeFirst() }
}

/// A proof of a real tree holds, and no other list of hashes does.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var source = Source(bytes: input(start, min(count, 4096)))
    let size = source.number(below: leaves.count) + 1
    let place = source.number(below: size)
    let tree = MemoryTree(leaves.prefix(size))
    guard let root = try? tree.root(size: UInt64(size)), let olderRoot = try? tree.root(size: UInt64(place)),
        let inclusion = try? InclusionProof(index: UInt64(place), size: UInt64(size), from: tree),
        let consistency = try? ConsistencyProof(older: UInt64(place), newer: UInt64(size), from: tree)
    else {
        demand(false, "a tree has proofs")
        return 0
    }
    func holds(_ hashes: [TreeHash]) -> Bool {
        (try? InclusionProof(index: UInt64(place), size: UInt64(size), hashes: hashes)
            .verify(leaf: leaves[place], root: root)) != nil
    }
    func connects(_ hashes: [TreeHash]) -> Bool {
        (try? ConsistencyProof(hashes: hashes)
            .verify(older: UInt64(place), olderRoot: olderRoot, newer: UInt64(size), newerRoot: root)) != nil
    }
    demand(holds(inclusion.hashes), "a proof of inclusion holds")
    demand(connects(consistency.hashes), "a proof of consistency holds")
    let inclusionHashes = altered(inclusion.hashes, &source)
    demand(inclusionHashes == inclusion.hashes || !holds(inclusionHashes), "no other proof of inclusion holds")
    let consistencyHashes = altered(consistency.hashes, &source)
    demand(consistencyHashes == consistency.hashes || !connects(consistencyHashes), "no other proof connects")
    demandRefusal(of: inclusion, root, &source)
    return 0
}

/// What the sizes say does not matter to a proof's safety, however large they are.
private func demandRefusal(of proof: InclusionProof, _ root: TreeHash, _ source: inout Source) {
    let index = (0..<8).reduce(UInt64(0)) { sum, _ in sum << 8 | UInt64(source.next()) }
    let size = (0..<8).reduce(UInt64(0)) { sum, _ in sum << 8 | UInt64(source.next()) }
    let other = TreeHash.leaf([1, 2, 3])
    let claimed = InclusionProof(index: index, size: size, hashes: proof.hashes)
    demand((try? claimed.verify(leaf: other, root: root)) == nil, "a leaf that is not in the tree has no proof")
    let connection = ConsistencyProof(hashes: proof.hashes)
    demand(
        (try? connection.verify(older: max(index, 1), olderRoot: other, newer: size, newerRoot: root)) == nil,
        "a root that the tree never had is not connected")
}

/// Removes, adds, exchanges or changes hashes as the input says.
private func altered(_ hashes: [TreeHash], _ source: inout Source) -> [TreeHash] {
    var hashes = hashes
    for _ in 0..<source.number(below: 4) {
        let place = source.number(below: hashes.count + 1)
        switch source.number(below: 4) {
        case 0 where place < hashes.count: hashes.remove(at: place)
        case 1: hashes.insert(leaves[source.number(below: leaves.count)], at: place)
        case 2 where place < hashes.count: hashes.swapAt(place, source.number(below: hashes.count))
        case 3 where place < hashes.count:
            var bytes = hashes[place].bytes.array
            bytes[source.number(below: 32)] ^= source.next()
            hashes[place] = (try? TreeHash(copying: bytes)) ?? hashes[place]
        default: break
        }
    }
    return hashes
}
