import MerkleTree
import Testing

private let largest = 70

@Suite struct InclusionTests {
    private let rows = leaves(largest)

    @Test func everyProofUpToSeventyLeavesIsTheReferences() throws {
        let tree = MemoryTree(try rows.map { try hash($0) })
        for size in 1...largest {
            let root = try hash(Reference.root(rows[..<size]))
            #expect(try tree.root(size: UInt64(size)) == root)
            for index in 0..<size {
                let proof = try InclusionProof(index: UInt64(index), size: UInt64(size), from: tree)
                #expect(proof.hashes == (try Reference.path(index, rows[..<size]).map { try hash($0) }))
                try proof.verify(leaf: try hash(rows[index]), root: root)
            }
        }
    }

    private func isRefused(_ proof: InclusionProof, leaf: TreeHash, root: TreeHash) -> Bool {
        do { try proof.verify(leaf: leaf, root: root) } catch { return true }
        return false
    }

    @Test func everyAlteredProofIsRefused() throws {
        let tree = MemoryTree(try rows.map { try hash($0) })
        for size in UInt64(1)...33 {
            let root = try tree.root(size: size)
            for index in 0..<size {
                let good = try InclusionProof(index: index, size: size, from: tree)
                let leaf = try hash(rows[Int(index)])
                func altered(_ change: (inout [TreeHash]) -> Void) -> InclusionProof {
                    var hashes = good.hashes
                    change(&hashes)
                    return InclusionProof(index: index, size: size, hashes: hashes)
                }
                for position in good.hashes.indices {
                    #expect(isRefused(altered { $0[position] = leaf }, leaf: leaf, root: root))
                    #expect(isRefused(altered { $0.remove(at: position) }, leaf: leaf, root: root))
                }
                for position in 0...good.hashes.count {
                    #expect(isRefused(altered { $0.insert(root, at: position) }, leaf: leaf, root: root))
                    #expect(isRefused(altered { $0.insert(leaf, at: position) }, leaf: leaf, root: root))
                }
                #expect(isRefused(good, leaf: root, root: leaf) || size == 1)
                #expect(isRefused(good, leaf: TreeHash.emptyRoot, root: root))
                #expect(isRefused(good, leaf: leaf, root: TreeHash.emptyRoot))
                for other in 0..<size + 2 where other != index {
                    let moved = InclusionProof(index: other, size: size, hashes: good.hashes)
                    #expect(isRefused(moved, leaf: leaf, root: root))
                }
            }
        }
    }

    @Test func leafBeyondTheTreeIsRefused() throws {
        let tree = MemoryTree(try rows.map { try hash($0) })
        #expect(throws: TreeError(.malformed, "")) { try InclusionProof(index: 5, size: 5, from: tree) }
        #expect(throws: TreeError(.malformed, "")) {
            try InclusionProof(index: 0, size: 0, hashes: []).verify(leaf: .emptyRoot, root: .emptyRoot)
        }
        #expect(throws: TreeError(.missing, "")) { try InclusionProof(index: 0, size: 71, from: tree) }
    }

    @Test func proofsOfVastTreesAreAccepted() throws {
        var random = SeededGenerator(state: 6962)
        let leaf = TreeHash.leaf([7])
        let tree = UniformTree(leaf)
        for _ in 0..<300 {
            let size = UInt64.random(in: 1...(1 << UInt64.random(in: 1...62, using: &random)), using: &random)
            let index = UInt64.random(in: 0..<size, using: &random)
            let proof = try InclusionProof(index: index, size: size, from: tree)
            let root = try tree.root(size: size)
            try proof.verify(leaf: leaf, root: root)
            #expect(throws: TreeError(.mismatch, "")) { try proof.verify(leaf: .emptyRoot, root: root) }
        }
    }

    @Test func proofOfTheLargestTreeIsAccepted() throws {
        let leaf = TreeHash.leaf([7])
        let tree = UniformTree(leaf)
        for index in [0, 1, UInt64.max / 2, UInt64.max - 1] {
            let proof = try InclusionProof(index: index, size: UInt64.max, from: tree)
            try proof.verify(leaf: leaf, root: try tree.root(size: UInt64.max))
        }
    }
}

@Suite struct ConsistencyTests {
    private let rows = leaves(largest)

    @Test func everyProofUpToSeventyLeavesIsTheReferences() throws {
        let tree = MemoryTree(try rows.map { try hash($0) })
        let roots = try (0...largest).map { try hash(Reference.root(rows[..<$0])) }
        for newer in 0...largest {
            for older in 0...newer {
                let proof = try ConsistencyProof(older: UInt64(older), newer: UInt64(newer), from: tree)
                let expected = older == 0 ? [] : Reference.proof(older, rows[..<newer])
                #expect(proof.hashes == (try expected.map { try hash($0) }))
                try proof.verify(
                    older: UInt64(older), olderRoot: roots[older], newer: UInt64(newer), newerRoot: roots[newer])
            }
        }
    }

    private func isRefused(
        _ hashes: [TreeHash], _ older: UInt64, _ olderRoot: TreeHash, _ newer: UInt64, _ newerRoot: TreeHash
    ) -> Bool {
        do {
            try ConsistencyProof(hashes: hashes).verify(
                older: older, olderRoot: olderRoot, newer: newer, newerRoot: newerRoot)
        } catch {
            return true
        }
        return false
    }

    @Test func everyAlteredProofIsRefused() throws {
        let tree = MemoryTree(try rows.map { try hash($0) })
        let roots = try (0...35).map { try tree.root(size: UInt64($0)) }
        for newer in 1...33 {
            for older in 1..<max(newer, 2) where older < newer {
                let good = try ConsistencyProof(older: UInt64(older), newer: UInt64(newer), from: tree).hashes
                func isRefused(_ change: (inout [TreeHash]) -> Void) -> Bool {
                    var hashes = good
                    change(&hashes)
                    return self.isRefused(hashes, UInt64(older), roots[older], UInt64(newer), roots[newer])
                }
                for position in good.indices {
                    #expect(isRefused { $0[position] = .emptyRoot })
                    #expect(isRefused { $0.remove(at: position) })
                }
                for position in 0...good.count {
                    #expect(isRefused { $0.insert(roots[older], at: position) })
                    #expect(isRefused { $0.insert(roots[newer], at: position) })
                }
                #expect(isRefused { $0 = [] })
                let (low, high) = (UInt64(older), UInt64(newer))
                #expect(self.isRefused(good, low, roots[newer], high, roots[older]))
                #expect(self.isRefused(good, low, .emptyRoot, high, roots[newer]))
                #expect(self.isRefused(good, low, roots[older], high, .emptyRoot))
                #expect(self.isRefused(good, high, roots[newer], low, roots[older]))
                #expect(self.isRefused(good, low + 1, roots[older], high, roots[newer]))
                #expect(self.isRefused(good, low - 1, roots[older], high, roots[newer]))
            }
        }
    }

    @Test func sameSizeNeedsSameRootAndNoProof() throws {
        let root = TreeHash.leaf([1])
        #expect(!isRefused([], 3, root, 3, root))
        #expect(isRefused([], 3, root, 3, .emptyRoot))
        #expect(isRefused([root], 3, root, 3, root))
    }

    @Test func emptyTreeNeedsTheEmptyRootAndNoProof() throws {
        let root = TreeHash.leaf([1])
        #expect(!isRefused([], 0, .emptyRoot, 3, root))
        #expect(isRefused([], 0, root, 3, root))
        #expect(isRefused([root], 0, .emptyRoot, 3, root))
        #expect(isRefused([], 0, root, 0, .emptyRoot))
    }

    @Test func shrunkTreeIsRefused() throws {
        let tree = MemoryTree(try rows.map { try hash($0) })
        #expect(throws: TreeError(.malformed, "")) { try ConsistencyProof(older: 5, newer: 4, from: tree) }
    }

    @Test func proofsOfVastTreesAreAccepted() throws {
        var random = SeededGenerator(state: 9162)
        let tree = UniformTree(TreeHash.leaf([7]))
        for _ in 0..<300 {
            let newer = UInt64.random(in: 1...(1 << UInt64.random(in: 1...62, using: &random)), using: &random)
            let older = UInt64.random(in: 1...newer, using: &random)
            let proof = try ConsistencyProof(older: older, newer: newer, from: tree)
            let roots = (try tree.root(size: older), try tree.root(size: newer))
            try proof.verify(older: older, olderRoot: roots.0, newer: newer, newerRoot: roots.1)
            #expect(isRefused(proof.hashes, older, roots.0, newer, .emptyRoot))
        }
    }
}

@Suite struct BuilderTests {
    @Test func builderFollowsTheReference() throws {
        let rows = leaves(300)
        var builder = TreeBuilder()
        for size in 0...300 {
            #expect(builder.root == (try hash(Reference.root(rows[..<size]))))
            #expect(builder.count == UInt64(size))
            if size < 300 { builder.append(try hash(rows[size])) }
        }
    }

    @Test func storedEdgeGoesOnWhereItStopped() throws {
        let rows = try leaves(100).map { try hash($0) }
        for cut in 0...100 {
            var first = TreeBuilder()
            for leaf in rows[..<cut] { first.append(leaf) }
            var second = try TreeBuilder(count: first.count, frontier: first.frontier)
            for leaf in rows[cut...] { second.append(leaf) }
            #expect(second.root == (try MemoryTree(rows).root(size: 100)))
        }
    }

    @Test func storedEdgeThatDoesNotFitItsSizeIsRefused() {
        #expect(throws: TreeError(.malformed, "")) { try TreeBuilder(count: 3, frontier: [.emptyRoot]) }
        #expect(throws: TreeError(.malformed, "")) { try TreeBuilder(count: 0, frontier: [.emptyRoot]) }
    }
}
