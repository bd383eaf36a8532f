import MerkleTree
import Sodium
import Testing

// The leaves and roots that Certificate Transparency's implementations share; values as in transparency-dev/merkle,
// testonly/constants.go and testdata (Apache-2.0).
@Suite struct KnownAnswerTests {
    private let entries = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    private func hashes(_ texts: [String]) throws -> [TreeHash] {
        try texts.map { try hash(Base64.decode([UInt8]($0.utf8), .padded)) }
    }

    @Test func emptyRootIsTheHashOfNothing() throws {
        #expect([TreeHash.emptyRoot] == (try hashes(["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="])))
        #expect(TreeBuilder().root == TreeHash.emptyRoot)
        #expect(try MemoryTree().root(size: 0) == TreeHash.emptyRoot)
    }

    @Test func rootsOfAllSizesAreKnown() throws {
        var builder = TreeBuilder()
        var tree = MemoryTree()
        for (size, root) in roots.enumerated() {
            let expected = try TreeHash(hex: [UInt8](root.utf8))
            #expect(builder.root == expected)
            #expect(try tree.root(size: UInt64(size)) == expected)
            guard size < entries.count else { break }
            let leaf = TreeHash.leaf(try Hex.decode([UInt8](entries[size].utf8)))
            builder.append(leaf)
            tree.append(leaf)
        }
    }

    @Test func foreignInclusionProofIsAccepted() throws {  // testdata/inclusion/2/happy-path.json
        let proof = InclusionProof(
            index: 5, size: 8,
            hashes: try hashes([
                "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]))
        try proof.verify(
            leaf: TreeHash.leaf([0x40, 0x41, 0x42, 0x43]), root: try TreeHash(hex: [UInt8](roots[8].utf8)))
    }

    @Test func foreignConsistencyProofIsAccepted() throws {  // testdata/consistency/2/happy-path.json
        let proof = ConsistencyProof(
            hashes: try hashes([
                "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=", "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
                "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
            ]))
        try proof.verify(
            older: 6, olderRoot: try TreeHash(hex: [UInt8](roots[6].utf8)), newer: 8,
            newerRoot: try TreeHash(hex: [UInt8](roots[8].utf8)))
    }
}
