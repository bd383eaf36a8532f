import MerkleTree
import SignedNote
import Testing
import TransparencyLog

@Suite struct LogProofTests {
    private func proof(index: UInt64 = 5, size: UInt64 = 9, extra: [UInt8]? = nil) throws -> LogProof {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(size), times: [(0, 100), (1, 200)])
        return LogProof(try InclusionProof(index: index, size: size, from: tree(size)), checkpoint: note, extra: extra)
    }

    private func policy() throws -> LogPolicy { try Scene().policy("group g all W0 W1\nquorum g\n") }

    @Test func proofIsWrittenBackTheSame() throws {
        for size in UInt64(1)...20 {
            for index in 0..<size {
                for extra in [nil, [1, 2, 3]] as [[UInt8]?] {
                    let proof = try proof(index: index, size: size, extra: extra)
                    #expect(try LogProof(parsing: proof.bytes) == proof)
                    let verified = try LogProof(parsing: proof.bytes).verify(leaf: leaf(index), policy: policy())
                    #expect(verified.checkpoint.size == size)
                    #expect(verified.medianTime == 100)
                }
            }
        }
    }

    @Test func formIsTheSpecifications() throws {
        let proof = try proof(index: 1, size: 2, extra: bytes("extra"))
        #expect(
            text(proof.bytes).hasPrefix("c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 1\n"))
        #expect(proof.bytes.count < 2_048)
        #expect(proof.checkpointNote == proof.note.bytes)
        #expect(text(proof.bytes).hasSuffix("=\n\n" + text(proof.checkpointNote)))
        #expect(try self.proof(extra: []).extra == nil)
    }

    @Test func everyFlippedBitIsRefused() throws {
        let (policy, proof) = (try policy(), try proof())
        let leaf = leaf(5)
        _ = try proof.verify(leaf: leaf, policy: policy)
        for index in proof.bytes.indices {
            for bit in 0..<8 {
                var altered = proof.bytes
                altered[index] ^= 1 << UInt8(bit)
                let error = failure { _ = try LogProof(parsing: altered).verify(leaf: leaf, policy: policy) }
                #expect(error != nil, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func everyShortenedProofIsRefused() throws {
        let (policy, proof) = (try policy(), try proof())
        for count in proof.bytes.indices {
            let cut = [UInt8](proof.bytes[..<count])
            #expect(failure { _ = try LogProof(parsing: cut).verify(leaf: leaf(5), policy: policy) } != nil)
        }
    }

    @Test func otherLeafIndexOrQuorumIsRefused() throws {
        let proof = try proof()
        #expect(throws: LogError(.mismatch, "")) { try proof.verify(leaf: leaf(4), policy: policy()) }
        #expect(throws: LogError(.quorumMissing, "")) {
            try proof.verify(leaf: leaf(5), policy: Scene().policy("quorum W2\n"))
        }
        let moved = InclusionProof(index: 4, size: 9, hashes: proof.hashes)
        #expect(throws: LogError(.mismatch, "")) {
            try LogProof(moved, checkpoint: proof.note).verify(leaf: leaf(5), policy: policy())
        }
        let beyond = InclusionProof(index: 9, size: 9, hashes: proof.hashes)
        #expect(throws: LogError(.malformed, "")) {
            try LogProof(beyond, checkpoint: proof.note).verify(leaf: leaf(5), policy: policy())
        }
        let longer = InclusionProof(index: 5, size: 9, hashes: proof.hashes + [leaf(0)])
        #expect(throws: LogError(.malformed, "")) {
            try LogProof(longer, checkpoint: proof.note).verify(leaf: leaf(5), policy: policy())
        }
    }

    @Test func otherFormsAreRefused() throws {
        let good = text(try proof(index: 0, size: 1).bytes)
        #expect(good.contains("index 0\n\nlog.example/one\n1\n"))
        #expect(throws: Never.self) { try LogProof(parsing: bytes(good)) }
        for (old, new) in [
            ("c2sp.org/tlog-proof@v1\n", ""), ("@v1", "@v2"), ("@v1", "@v1 "), ("index 0\n", ""),
            ("index 0", "index 00"),
            ("index 0", "index -0"), ("index 0", "index"), ("index 0", "index 0 "),
            ("index 0", "index 18446744073709551616"),
            ("index 0\n", "index 0\nindex 0\n"), ("index 0\n", "index 0\nextra AAAA\n"),
            ("index 0\n", "extra \nindex 0\n"),
            ("index 0\n", "extra AB==\nindex 0\n"), ("index 0\n", "extra AAAA\nextra AAAA\nindex 0\n"),
            ("index 0\n", "extra\nindex 0\n"), ("index 0\n", "\nindex 0\n"), ("index 0\n", "index 0\nAAAA\n"),
            ("index 0\n\n", "index 0\n"), ("index 0\n\n", "index 0\n\n\n"),
            ("log.example/one\n1\n", "log.example/one\n01\n"),
            ("log.example/one\n1\n", "bevis.example/grant/v1\n"),
        ] {
            let altered = good.replacing(old, with: new, maxReplacements: 1)
            #expect(altered != good)
            #expect(throws: LogError(.malformed, "")) { try LogProof(parsing: bytes(altered)) }
        }
        #expect(throws: LogError(.malformed, "")) { try LogProof(parsing: []) }
    }

    @Test func proofWithTooManyHashesIsRefused() throws {
        let good = text(try proof(index: 0, size: 1).bytes)
        let line = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        let sixtyFour = good.replacing("index 0\n", with: "index 0\n" + String(repeating: line, count: 64))
        #expect(try LogProof(parsing: bytes(sixtyFour)).hashes.count == 64)
        let more = good.replacing("index 0\n", with: "index 0\n" + String(repeating: line, count: 65))
        #expect(throws: LogError(.tooLarge, "")) { try LogProof(parsing: bytes(more)) }
    }
}
