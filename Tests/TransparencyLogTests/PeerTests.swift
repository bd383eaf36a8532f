import MerkleTree
import SignedNote
import Testing
import TransparencyLog

// Made by another implementation, proofbundle 6.3.1 (MIT): the log's and the witnesses' keys are those of `Scene`, the
// entries the numbers 0 to 8 as eight little-endian bytes. It accepted the proof under these keys with a quorum of two.
private let peerProof = """
    c2sp.org/tlog-proof@v1
    extra cGVlcg==
    index 5
    R7W6tHXaLz+R7W/US4lf6OdAJDGe0rm8D7DEazpgWnU=
    P7bHwp3YoweVNlTPpnH1fSxmv5RMQ6s+mxVb3arcjfg=
    llb4BD39dkCJbIEZjU/TR+A0g8znob+wgc0fo/f5FrE=
    e5mAoXxtoZgToio2B9A6c8rjPOZMKS+FyplHGkFVMOQ=

    log.example/one
    9
    iM3OIiJhIBTgKo6VjFFkWbZpm2DCySVHmgwm1MRs6lI=

    — log.example/one qkQarFybSQ3Za4t4bQ6xrFTjQqanh239q/Y0E6DPNrXN1zdoD706JnxY2qY+4NSxiDHzTdZpvE7VCZkAvnqTHkgeCAg=
    — witness.example/w0 JT68hQAAAABrAy2gK0rQF+rQjoI/GjcdfLSzLmaoquSy9k+5xAajysixDSJtk+F/bDXhFYDRSDhAgClpDfPFQE7uY8A/6fvY7J5UAQ==
    — witness.example/w1 782ADAAAAABrAy2heeG/3cM1eSxLC24ZhfLkxK9gc9KcCGncOuGi9Xcc4isMp8cKptqzIOXj05KvGKM7fBdDMoWYlxcISUBJ+tfvDw==

    """

private let peerPolicy = """
    log log.example/one+aa441aac+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c
    witness W0 witness.example/w0+253ebc85+BEOnLnFEAXYt9mtowm373yaCquyfJHTspGE+QkoPuv08
    witness W1 witness.example/w1+efcd800c+BGa+fjMsekUzMr2dCn99sFX1xe8aBq2mbZizn7aBDEc6
    group both all W0 W1
    quorum both

    """

@Suite struct PeerTests {
    @Test func proofOfAnotherImplementationIsAccepted() throws {
        let policy = try LogPolicy(parsing: bytes(peerPolicy))
        #expect(text(policy.text) == peerPolicy)
        let proof = try LogProof(parsing: bytes(peerProof))
        #expect(proof.bytes == bytes(peerProof))
        #expect(proof.extra == bytes("peer"))
        let verified = try proof.verify(leaf: leaf(5), policy: policy)
        #expect(verified.cosignatures.map { $0.time } == [1_795_370_400, 1_795_370_401])
        #expect(throws: LogError(.mismatch, "")) { try proof.verify(leaf: leaf(6), policy: policy) }
    }

    // Ed25519 is deterministic, so what the other implementation accepted is what ours writes.
    @Test func ourProofIsTheOtherImplementationsByteForByte() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(9), times: [(0, 1_795_370_400), (1, 1_795_370_401)])
        let proof = LogProof(
            try InclusionProof(index: 5, size: 9, from: tree(9)), checkpoint: note, extra: bytes("peer"))
        #expect(text(proof.bytes) == peerProof)
    }
}
