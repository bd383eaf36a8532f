import MerkleTree
import SignedNote
import Sodium
import Testing
import TransparencyLog

@Suite struct PolicyTextTests {
    private let rules = "group two 2 W0 W1\ngroup either any two W2\nquorum either\n"

    @Test func policyIsWrittenBackTheSame() throws {
        let scene = try Scene()
        for rules in [rules, "quorum none\n", "quorum W1\n", "group all all W0 W1 W2\nquorum all\n"] {
            let policy = try scene.policy(rules)
            #expect(try LogPolicy(parsing: policy.text) == policy)
            #expect(text(policy.text).hasSuffix(rules))
        }
    }

    @Test func commentsAndWhitespaceAreSkipped() throws {
        let scene = try Scene()
        let loose =
            "# a comment\n\n \t\n\t group\ttwo   2 W0 W1 \n  #another, ü\ngroup either any two W2\nquorum  either\t\n"
        #expect(try scene.policy(loose) == scene.policy(rules))
    }

    @Test func namesAndAddressesMayHoldAnyOctetAboveASCII() throws {
        let key = text(try Scene().witnesses[0].verifierKey.text)
        let lines = "witness Ærø \(key) https://ærø.example\ngroup Ø any Ærø\nquorum Ø\n"
        let policy = try LogPolicy(parsing: bytes(lines))
        #expect(policy.text == bytes(lines))
        let opaque = bytes("witness ") + [0xFF] + bytes(" \(key)\nquorum ") + [0xFF, 0x0A]
        #expect(try LogPolicy(parsing: opaque).text == opaque)
    }

    @Test(arguments: [
        "", "quorum either\n", "quorum two\nquorum two\n", "quorum none\nquorum none\n", "quorum none",
        "quorum\n", "quorum none none\n", "quorum W3\n", "quorum later\ngroup later any W0\n",
        "group a any\nquorum a\n", "group a 0 W0\nquorum a\n", "group a 2 W0\nquorum a\n", "group a 01 W0\nquorum a\n",
        "group a -1 W0\nquorum a\n", "group a some W0\nquorum a\n", "group a any W0 W0\nquorum a\n",
        "group a any W3\nquorum a\n", "group a any none\nquorum a\n", "group none any W0\nquorum none\n",
        "group W0 any W1\nquorum W0\n", "group a any W0\ngroup a any W1\nquorum a\n", "group a any a\nquorum a\n",
        "group a any W0\ngroup b any W0\nquorum a\n", "group a any b\ngroup b any W0\nquorum a\n",
        "group\nquorum none\n",
        "Quorum none\n", "unknown x\nquorum none\n", "quorum none\r\n", "quorum none\n\u{0}\n", "quorum none\n\u{7F}\n",
        "group a 18446744073709551616 W0\nquorum a\n", "log\nquorum none\n", "witness X\nquorum none\n",
        "log nonsense\nquorum none\n", "witness X nonsense\nquorum none\n",
    ])
    func policyThatBreaksARuleIsRefused(rules: String) throws {
        #expect(throws: LogError(.malformedPolicy, "")) { try Scene().policy(rules) }
    }

    @Test func keyThatStandsTwiceIsRefused() throws {
        let scene = try Scene()
        let (log, witness) = (scene.log.verifierKey, scene.witnesses[0].verifierKey)
        let renamed = VerifierKey(name: try name("other.example"), kind: .cosignature, key: witness.key)
        let both = VerifierKey(name: try name("other.example"), kind: .ed25519, key: witness.key)
        for line in [
            "log \(text(log.text))\n", "witness X \(text(witness.text))\n", "witness X \(text(renamed.text))\n",
            "log \(text(both.text))\n",
        ] {
            #expect(throws: LogError(.malformedPolicy, "")) { try scene.policy(line + "quorum none\n") }
        }
    }

    @Test func keyOfTheOtherRoleIsRefused() throws {
        let key = try signingKey(99).verificationKey
        let log = text(VerifierKey(name: try name("a"), kind: .cosignature, key: key).text)
        let witness = text(VerifierKey(name: try name("a"), kind: .ed25519, key: key).text)
        #expect(throws: LogError(.malformedPolicy, "")) { try Scene().policy("log \(log)\nquorum none\n") }
        #expect(throws: LogError(.malformedPolicy, "")) { try Scene().policy("witness X \(witness)\nquorum none\n") }
    }

    @Test func lineWithTooManyWordsIsRefused() throws {
        let (one, two) = (try signingKey(99).verificationKey, try signingKey(98).verificationKey)
        let log = text(VerifierKey(name: try name("a"), kind: .ed25519, key: one).text)
        let witness = text(VerifierKey(name: try name("a"), kind: .cosignature, key: two).text)
        #expect(throws: LogError(.malformedPolicy, "")) { try Scene().policy("log \(log) u v\nquorum none\n") }
        #expect(throws: LogError(.malformedPolicy, "")) {
            try Scene().policy("witness X \(witness) u v\nquorum none\n")
        }
        _ = try Scene().policy("log \(log) u\nwitness X \(witness) u\nquorum none\n")
    }

    @Test func hugePolicyIsRefused() {
        let text = String(repeating: "#", count: LogPolicy.maximumTextSize) + "\nquorum none\n"
        #expect(throws: LogError(.tooLarge, "")) { try LogPolicy(parsing: bytes(text)) }
    }

    @Test func statedPolicyEqualsTheParsed() throws {
        let scene = try Scene()
        let parsed = try scene.policy(rules)
        let stated = try LogPolicy(
            logs: parsed.logs, witnesses: parsed.witnesses, groups: parsed.groups, quorum: bytes("either"))
        #expect(stated == parsed)
        #expect(throws: LogError(.malformedPolicy, "")) {
            try LogPolicy(logs: [], witnesses: [], groups: [], quorum: bytes("either"))
        }
        let odd = LogPolicy.Witness(name: bytes("a b"), key: scene.witnesses[0].verifierKey)
        #expect(throws: LogError(.malformedPolicy, "")) { try LogPolicy(logs: [], witnesses: [odd], quorum: nil) }
        let negative = LogPolicy.Group(name: bytes("g"), threshold: .atLeast(-1), members: [bytes("W0")])
        #expect(throws: LogError(.malformedPolicy, "")) {
            try LogPolicy(logs: [], witnesses: parsed.witnesses, groups: [negative], quorum: nil)
        }
    }
}

@Suite struct QuorumTests {
    @Test func quorumIsDecidedOverAllSubsets() throws {
        let scene = try Scene()
        let cases: [(String, (Set<Int>) -> Bool)] = [
            ("quorum none\n", { _ in true }),
            ("quorum W1\n", { $0.contains(1) }),
            ("group g all W0 W1 W2\nquorum g\n", { $0.count == 3 }),
            ("group g any W0 W1\nquorum g\n", { $0.contains(0) || $0.contains(1) }),
            ("group g 2 W0 W1 W2\nquorum g\n", { $0.count >= 2 }),
            (
                "group g all W0 W1\ngroup h any g W2\nquorum h\n",
                { $0.isSuperset(of: [0, 1]) || $0.contains(2) }
            ),
            ("group g any W0 W1\ngroup h all g W2\nquorum h\n", { $0.contains(2) && $0.count >= 2 }),
        ]
        let checkpoint = try scene.checkpoint(9)
        for (rules, expected) in cases {
            let policy = try scene.policy(rules)
            for subset in 0..<8 {
                let present = (0..<3).filter { subset >> $0 & 1 == 1 }
                let note = try scene.note(checkpoint, times: present.map { ($0, 100 + UInt64($0)) })
                let error = failure { _ = try policy.verify(note.bytes) }
                #expect(error == (expected(Set(present)) ? nil : LogError(.quorumMissing, "")), "\(rules) \(present)")
            }
        }
    }

    @Test func medianIsAWitnessesTime() throws {
        let scene = try Scene()
        let checkpoint = try scene.checkpoint(9)
        func median(_ rules: String, _ times: [(Int, UInt64)]) throws -> UInt64? {
            try scene.policy(rules).verify(scene.note(checkpoint, times: times)).medianTime
        }
        let all = "group g any W0 W1 W2\nquorum g\n"
        #expect(try median(all, [(0, 30), (1, 10), (2, 20)]) == 20)
        #expect(try median(all, [(0, 30), (1, 10)]) == 10)
        #expect(try median(all, [(2, 7)]) == 7)
        #expect(try median("quorum none\n", [(0, 30)]) == nil)
        // W2 is known but stands outside the quorum
        #expect(try median("group g any W0 W1\nquorum g\n", [(0, 30), (1, 20), (2, 1)]) == 20)
        #expect(try median("quorum W0\n", [(0, 30), (1, 20), (2, 1)]) == 30)
    }
}

@Suite struct PolicyVerificationTests {
    @Test func verifiedCheckpointTellsWhoSigned() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(9), times: [(1, 5), (0, 6)])
        let verified = try scene.policy("quorum W0\n").verify(note.bytes)
        #expect(verified.checkpoint == (try scene.checkpoint(9)))
        #expect(verified.logKey == scene.log.verifierKey)
        #expect(verified.cosignatures.map { $0.time } == [5, 6])
        #expect(verified.quorumCosignatures.map { $0.key } == [scene.witnesses[0].verifierKey])
        #expect(verified.bytes == note.bytes)
    }

    @Test func everyFlippedBitIsRefused() throws {
        let scene = try Scene()
        let policy = try scene.policy("group g all W0 W1\nquorum g\n")
        let note = try scene.note(scene.checkpoint(9), times: [(0, 5), (1, 6)]).bytes
        _ = try policy.verify(note)
        for index in note.indices {
            for bit in 0..<8 {
                var altered = note
                altered[index] ^= 1 << UInt8(bit)
                #expect(failure { _ = try policy.verify(altered) } != nil, "byte \(index), bit \(bit)")
            }
        }
        for count in note.indices {
            #expect(failure { _ = try policy.verify([UInt8](note[..<count])) } != nil)
        }
    }

    @Test func checkpointWithoutItsLogIsRefused() throws {
        let scene = try Scene()
        let policy = try scene.policy("quorum W0\n")
        let stranger = NoteSigner(name: scene.log.verifierKey.name, key: try signingKey(50))
        let checkpoint = try scene.checkpoint(9)
        var note = try stranger.sign(checkpoint.text).note
        note = note.adding(try scene.witnesses[0].cosign(note, time: 1))
        #expect(throws: LogError(.unknownLog, "")) { try policy.verify(note) }
        #expect(throws: LogError(.unknownLog, "")) { try policy.verify(stranger.sign(checkpoint.text).bytes) }
    }

    @Test func logMaySignForItsOwnOriginOnly() throws {
        let scene = try Scene()
        let foreign = Checkpoint(origin: try name("log.example/two"), size: 0, root: .emptyRoot)
        let note = try scene.log.sign(foreign.text)
        #expect(throws: LogError(.unknownLog, "")) { try scene.policy("quorum none\n").verify(note.bytes) }
    }

    @Test func failingCosignatureOfAKnownWitnessRefusesTheCheckpoint() throws {
        let scene = try Scene()
        let wrong = try scene.witnesses[1].cosign(scene.note(scene.checkpoint(8)), time: 1)
        let note = try scene.note(scene.checkpoint(9), times: [(0, 5)]).adding(wrong)
        #expect(throws: LogError(.notAuthentic, "")) { try scene.policy("quorum W0\n").verify(note) }
    }

    @Test func witnessOnTwoLinesIsRefused() throws {
        let scene = try Scene()
        let note = try scene.note(scene.checkpoint(9), times: [(0, 5), (0, 6)])
        #expect(throws: LogError(.repeatedSignature, "")) { try scene.policy("quorum W0\n").verify(note) }
    }

    @Test func strangersLinesAreIgnored() throws {
        let scene = try Scene()
        let stranger = Cosigner(name: try name("stranger.example"), key: try signingKey(77))
        var note = try scene.note(scene.checkpoint(9), times: [(0, 5)])
        note = note.adding(try stranger.cosign(note, time: 9))
        let verified = try scene.policy("quorum W0\n").verify(note)
        #expect(verified.cosignatures.count == 1)
        #expect(verified.bytes == note.bytes)
    }

    @Test func emptyLogNeedsTheEmptyRoot() throws {
        let scene = try Scene()
        let policy = LogPolicy(log: scene.log.verifierKey)
        _ = try policy.verify(scene.note(scene.checkpoint(0)))
        let false0 = Checkpoint(origin: scene.log.verifierKey.name, size: 0, root: leaf(1))
        #expect(throws: LogError(.mismatch, "")) { try policy.verify(scene.note(false0)) }
    }

    @Test func noteThatIsNoCheckpointIsRefused() throws {
        let scene = try Scene()
        let note = try scene.log.sign(bytes("log.example/one\n1\n"))
        #expect(throws: LogError(.malformed, "")) { try LogPolicy(log: scene.log.verifierKey).verify(note.bytes) }
    }

    @Test func cosignatureKeyAsALogAcceptsNothing() throws {
        let scene = try Scene()
        let key = VerifierKey(name: scene.log.verifierKey.name, kind: .cosignature, key: scene.log.verifierKey.key)
        let cosigner = Cosigner(name: key.name, key: try signingKey(1))
        var note = try scene.note(scene.checkpoint(3))
        note = note.adding(try cosigner.cosign(note, time: 1))
        #expect(throws: LogError(.unknownLog, "")) { try LogPolicy(log: key).verify(note) }
    }
}
