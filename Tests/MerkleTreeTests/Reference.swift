import MerkleTree
import Sodium

// RFC 6962 written down as it reads: slow, recursive, and independent of the code under test but for SHA-256.
enum Reference {
    static func leaf(_ entry: [UInt8]) -> [UInt8] { SHA256.hash([0] + entry).bytes.array }
    static func node(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { SHA256.hash([1] + left + right).bytes.array }

    static func split(_ count: Int) -> Int {
        var power = 1
        while power * 2 < count { power *= 2 }
        return power
    }

    static func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        switch leaves.count {
        case 0: return SHA256.hash([]).bytes.array
        case 1: return leaves[leaves.startIndex]
        default:
            let middle = leaves.startIndex + split(leaves.count)
            return node(root(leaves[..<middle]), root(leaves[middle...]))
        }
    }

    // Section 2.1.1, PATH
    static func path(_ index: Int, _ leaves: ArraySlice<[UInt8]>) -> [[UInt8]] {
        guard leaves.count > 1 else { return [] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        if index < half { return path(index, leaves[..<middle]) + [root(leaves[middle...])] }
        return path(index - half, leaves[middle...]) + [root(leaves[..<middle])]
    }

    // Section 2.1.2, SUBPROOF
    static func proof(_ older: Int, _ leaves: ArraySlice<[UInt8]>, known: Bool = true) -> [[UInt8]] {
        if older == leaves.count { return known ? [] : [root(leaves)] }
        let half = split(leaves.count)
        let middle = leaves.startIndex + half
        if older <= half { return proof(older, leaves[..<middle], known: known) + [root(leaves[middle...])] }
        return proof(older - half, leaves[middle...], known: false) + [root(leaves[..<middle])]
    }
}

func leaves(_ count: Int) -> [[UInt8]] { (0..<count).map { Reference.leaf([UInt8($0 & 0xFF), UInt8($0 >> 8)]) } }

func hash(_ bytes: [UInt8]) throws -> TreeHash { try TreeHash(copying: bytes) }

// All leaves are equal, so each level has one hash: trees of any size without their leaves.
struct UniformTree: TreeReader {
    private let levels: [TreeHash]

    init(_ leaf: TreeHash) {
        var levels = [leaf]
        while levels.count < 64 { levels.append(TreeHash.node(levels[levels.count - 1], levels[levels.count - 1])) }
        self.levels = levels
    }

    func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash { levels[level] }
}

// SplitMix64: seeded, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
