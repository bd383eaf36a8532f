import AuditTrail
import LogFixture
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Testing
import TransparencyLog

/// The checkpoints that were kept at openings.
@Suite struct HeadTests {
    private func opened() throws -> (Scene, UInt64) {
        let scene = try Scene()
        let index = try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        return (scene, index)
    }

    @Test func openingWithoutAKeptCheckpointIsIncomplete() throws {
        let (scene, index) = try opened()
        #expect(scene.log.findings() == [])
        scene.log.heads = [:]
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.headWithheld])
        #expect(findings.map(\.severity) == [.incomplete])
        #expect(findings.map(\.index) == [index])
    }

    @Test func laterCheckpointCoversOpeningsOfItsTransaction() throws {
        let (scene, index) = try opened()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[1]])
        scene.log.heads[index] = nil
        #expect(scene.log.findings() == [])
        // An earlier one does not.
        scene.log.heads = [index: try scene.log.checkpoint(size: index + 1, root: scene.log.tree.root(size: index + 1))]
        #expect(scene.log.findings().map(\.kind) == [.headWithheld])
    }

    @Test func refusalNeedsNoKeptCheckpoint() throws {
        let scene = try Scene()
        try scene.log.open(
            scene.officer, scene.matter, scene.lent, [scene.items[0]], .export, failures: [.rightMissing])
        #expect(scene.log.heads.isEmpty)
        #expect(scene.log.findings() == [])
    }

    @Test func keptCheckpointThatTheLogDidNotSignIsFound() throws {
        let (scene, index) = try opened()
        let honest = Checkpoint(
            origin: scene.log.log.verifierKey.name, size: index + 1, root: try scene.log.tree.root(size: index + 1))
        scene.log.heads[index] = try signer("example.org/log").sign(honest.text).bytes
        #expect(scene.log.findings().map(\.kind) == [.headDiffers])
    }

    @Test func keptCheckpointOfAnotherSizeIsFound() throws {
        let (scene, index) = try opened()
        scene.log.heads[index] = try scene.log.checkpoint(size: index, root: scene.log.tree.root(size: index))
        #expect(scene.log.findings().map(\.kind) == [.headDiffers])
    }

    @Test func keptCheckpointOfAnotherHistoryIsFound() throws {
        let (scene, index) = try opened()
        scene.log.heads[index] = try scene.log.checkpoint(size: index + 1, root: TreeHash.leaf([1]))
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.forked])
        #expect(findings.map(\.severity) == [.altered])
    }

    @Test func keptCheckpointWithoutThePolicysWitnessIsFound() throws {
        let (scene, _) = try opened()
        let witness = Cosigner(name: scene.log.log.verifierKey.name, key: SigningKey()).verifierKey
        let text = [
            Array("log ".utf8), scene.log.log.verifierKey.text, Array("\nwitness w ".utf8), witness.text,
            Array("\nquorum w\n".utf8),
        ]
        let policy = try LogPolicy(parsing: text.flatMap { $0 })
        let anchor = TrustAnchor(
            policy: policy, custodian: scene.log.custodian.verifierKey,
            operatorKey: scene.log.operatorSigner.verifierKey)
        #expect(scene.log.replay(anchor).findings.map(\.kind) == [.headDiffers])
    }
}
