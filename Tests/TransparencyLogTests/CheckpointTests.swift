import MerkleTree
import SignedNote
import Sodium
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    private let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

    @Test func checkpointIsThreeLines() throws {
        let checkpoint = Checkpoint(origin: try name("log.example/a"), size: 0, root: .emptyRoot)
        #expect(text(checkpoint.text) == "log.example/a\n0\n\(root)\n")
        #expect(try Checkpoint(parsing: checkpoint.text) == checkpoint)
    }

    @Test func foreignCheckpointIsWrittenBackTheSame() throws {  // the example of C2SP tlog-cosignature.md
        let foreign = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        let checkpoint = try Checkpoint(parsing: bytes(foreign))
        #expect(checkpoint.size == 20_852_163)
        #expect(text(checkpoint.text) == foreign)
    }

    @Test func otherFormsAreRefused() {
        for text in [
            "", "a\n", "a\n0\n", "a\n0\n\(root)", "a\n0\n\(root)\n\n", "a\n0\n\(root)\nextension\n", "\n0\n\(root)\n",
            "A\n0\n\(root)\n", "a b\n0\n\(root)\n", "a\n00\n\(root)\n", "a\n01\n\(root)\n", "a\n-1\n\(root)\n",
            "a\n+1\n\(root)\n", "a\n\n\(root)\n", "a\n0 \n\(root)\n", "a\n18446744073709551616\n\(root)\n",
            "a\n0\n\(root.dropLast())\n", "a\n0\n\(root) \n", "a\n0\nAAAA\n", "a\n0\n\n", "a\r\n0\n\(root)\n",
            "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        ] {
            #expect(throws: LogError(.malformed, "")) { try Checkpoint(parsing: bytes(text)) }
        }
    }

    @Test func largestSizeIsRead() throws {
        #expect(try Checkpoint(parsing: bytes("a\n18446744073709551615\n\(root)\n")).size == UInt64.max)
    }
}

@Suite struct CosignerTests {
    @Test func cosignatureTellsItsTime() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(5))
        let witness = scene.witnesses[0]
        for time in [0, 1, 1_795_370_400, UInt64(Int64.max)] {
            let line = try witness.cosign(note, time: time)
            #expect(line.signature.count == 72)
            #expect(try Cosigner.verify(line, of: note, by: witness.verifierKey) == time)
            #expect(try NoteSignature(parsing: line.line) == line)
        }
    }

    @Test func whatIsSignedIsTheSpecificationsMessage() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(5))
        let line = try scene.witnesses[0].cosign(note, time: 1_679_315_147)
        let message = bytes("cosignature/v1\ntime 1679315147\n") + note.text
        #expect([UInt8](line.signature[..<8]) == [0, 0, 0, 0, 0x64, 0x18, 0x50, 0xCB])
        let signature = try Signature(line.signature[8...])
        #expect(scene.witnesses[0].verifierKey.key.accepts(signature, over: message))
    }

    @Test func keyIDIsThatOfACosignatureKey() throws {
        let key = try Scene().witnesses[0].verifierKey
        let id = SHA256.hash(key.name.bytes + [0x0A, 4] + key.key.bytes.array).bytes.array.prefix(4)
        #expect(key.id.bytes == [UInt8](id))
    }

    @Test func timeBeyondSixtyThreeBitsIsRefused() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(5))
        #expect(throws: LogError(.malformedTime, "")) { try scene.witnesses[0].cosign(note, time: 1 << 63) }
    }

    @Test func alteredCosignatureIsRefused() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(5))
        let key = scene.witnesses[0].verifierKey
        let good = try scene.witnesses[0].cosign(note, time: 1_000)
        for index in 0..<76 {
            var payload = good.keyID.bytes + good.signature
            payload[index] ^= 1
            let line = bytes("— \(text(good.name)) ") + Base64.encode(payload, .padded)
            let altered = try NoteSignature(parsing: line)
            #expect(throws: LogError(.notAuthentic, "")) { try Cosigner.verify(altered, of: note, by: key) }
        }
        let other = try scene.note(scene.checkpoint(6))
        #expect(throws: LogError(.notAuthentic, "")) { try Cosigner.verify(good, of: other, by: key) }
        let stranger = scene.witnesses[1].verifierKey
        #expect(throws: LogError(.notAuthentic, "")) { try Cosigner.verify(good, of: note, by: stranger) }
        #expect(throws: LogError(.notAuthentic, "")) {
            try Cosigner.verify(note.signatures[0], of: note, by: scene.log.verifierKey)
        }
    }

    @Test func noteThatIsNoCheckpointIsNotCosigned() throws {
        let scene = try Scene()
        let note = try scene.log.sign(bytes("bevis.example/grant/v1\nto x\n")).note
        #expect(throws: LogError(.malformed, "")) { try scene.witnesses[0].cosign(note, time: 1) }
    }
}
