import AgeFile
import AuditTrail
import LogFixture
import MerkleTree
import Sharing
import SignedNote
import Testing

/// `bevis-audit evidence`.
@Suite struct EvidenceTests {
    private func answer(
        _ text: [UInt8], _ stage: Stage, knowsCustodian: Bool = true, _ more: [String] = []
    ) throws -> Folder.Answer {
        try stage.folder.write(stage.log.trustedKeys(), in: "keys")
        if knowsCustodian {
            let first = try #require(stage.log.records[0])
            let trust = try DisclosedRecord(opening: first, with: stage.log.vaultKey).notes[0]
            try stage.folder.write(trust, to: "keys/trust")
        }
        try stage.folder.write(text, to: "evidence")
        return stage.folder.run(Stage.program, ["evidence", "evidence", "--keys", "keys"] + more)
    }

    @Test func wrongPartConvictsTheCustodian() throws {
        let stage = try Stage()
        var exchange = Exchange(stage.log)
        exchange.owner.releasing = .random()
        let answer = try answer(try exchange.evidence().text, stage)
        #expect(answer.code == 1)
        #expect(answer.output.hasPrefix("convicted: the custodian\n"), "\(answer.errors)")
    }

    @Test func falseCapsuleConvictsTheGrantorByName() throws {
        let stage = try Stage()
        var exchange = Exchange(stage.log)
        exchange.owner.sealing = .random()
        let text = try exchange.evidence().text
        #expect(try answer(text, stage).output.hasPrefix("convicted: the grantor, by her card Anna (owner)\n"))
        let json = try stage.json(try answer(text, stage, ["--json"]))
        #expect(json["convicted"] as? String == "grantor" && json["name"] as? String == "Anna")
    }

    @Test func wrongLayerConvictsTheDelegateByName() throws {
        let stage = try Stage()
        var exchange = Exchange(stage.log)
        exchange.hands.append(Exchange.Hand(name: "Berit"))
        exchange.hands[1].sealing = .random()
        let answer = try answer(try exchange.evidence().text, stage)
        #expect(answer.code == 1)
        #expect(
            answer.output
                == "convicted: the grantor, by her card Berit (owner)\nwhat was sealed in lending on is not the capsule which the grant above "
                + "names\n", "\(answer.errors)")
    }

    @Test func honestExchangeConvictsNobodyAndEndsWellAlteredOnesDoNot() throws {
        let stage = try Stage()
        let evidence = try Exchange(stage.log).evidence()
        let honest = try answer(evidence.text, stage)
        #expect(honest.code == 0)
        #expect(honest.output.hasPrefix("convicted: nobody\nparts and capsule give the key"), "\(honest.errors)")
        let other = try Exchange(stage.log).evidence()
        let mixed = OpeningEvidence(
            request: other.request, response: evidence.response, layers: evidence.layers, capsule: evidence.capsule,
            ingest: evidence.ingest)
        let altered = try answer(mixed.text, stage)
        #expect(altered.code == 1)
        #expect(altered.output.hasPrefix("convicted: nobody\nthe evidence does not hold together: "))
        #expect(try answer(Array(evidence.text.dropLast(40)), stage).code == 1)
    }

    @Test func withoutATrustNoteNobodyKnowsTheCustodian() throws {
        let stage = try Stage()
        let answer = try answer(try Exchange(stage.log).evidence().text, stage, knowsCustodian: false)
        #expect(answer.code == 3)
        #expect(answer.errors.contains("it names the custodian's key"))
    }

    @Test func twoHistoriesConvictTheLog() throws {
        let stage = try Stage()
        let evidence = HistoriesEvidence(
            remembered: try stage.log.checkpoint(size: 9, root: TreeHash.leaf([1])),
            shown: try stage.log.checkpoint(size: 9, root: TreeHash.leaf([2])), root: nil,
            proof: ConsistencyProof(hashes: []))
        let answer = try answer(evidence.text, stage, knowsCustodian: false)
        #expect(answer.code == 1)
        #expect(answer.output == "convicted: the log\nit signed two different logs of one size\n")
    }
}
