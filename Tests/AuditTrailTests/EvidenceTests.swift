import AgeFile
import AuditTrail
import LogFixture
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Testing

/// Whom evidence convicts.
@Suite struct EvidenceTests {
    private let log = LogFixture()

    private func verdict(_ change: (inout Exchange) -> Void = { _ in }) throws -> EvidenceVerdict {
        var exchange = Exchange(log)
        change(&exchange)
        let evidence = try exchange.evidence()
        let read = try OpeningEvidence(parsing: evidence.text)
        #expect(read == evidence)
        return read.verdict(custodian: log.custodian.verifierKey)
    }

    @Test func honestExchangeConvictsNobody() throws {
        let verdict = try verdict()
        #expect(verdict.convicted == nil && verdict.isSound)
    }

    @Test func wrongPartConvictsTheCustodian() throws {
        #expect(try verdict { $0.releasing = .random() }.convicted == .custodian)
    }

    @Test func wrongPartConvictsTheCustodianAlsoWhereTheCapsuleIsWrongToo() throws {
        let verdict = try verdict {
            $0.releasing = .random()
            $0.sealing = .random()
        }
        #expect(verdict.convicted == .custodian)
    }

    @Test func rightPartWithAFalseCapsuleConvictsTheGrantor() throws {
        #expect(try verdict { $0.sealing = .random() }.convicted == .grantor)
    }

    @Test func ingestRecordOfAStrangerConvictsNobody() throws {
        let stranger = signer("bevis.example/person")
        let alone = try verdict {
            $0.sealing = .random()
            $0.ingesting = stranger
        }
        #expect(alone.convicted == nil)
        // A case card that the grantor did not sign changes nothing.
        let forged = try verdict {
            $0.sealing = .random()
            $0.ingesting = stranger
            $0.caseCardSigner = stranger
        }
        #expect(forged.convicted == nil)
    }

    @Test func ingestRecordOfTheOwnersDeviceConvictsTheGrantorWithHerCaseCard() throws {
        let camera = signer("bevis.example/device")
        let verdict = try verdict {
            $0.sealing = .random()
            $0.ingesting = camera
            $0.caseCardSigner = $0.grantor
        }
        #expect(verdict.convicted == .grantor)
    }

    @Test func laterDescriptionConvictsAsTheIngestRecordDoes() throws {
        let honest = try verdict { $0.isLaterDescription = true }
        #expect(honest.convicted == nil && honest.isSound)
        let wrong = try verdict {
            $0.isLaterDescription = true
            $0.sealing = .random()
        }
        #expect(wrong.convicted == .grantor)
        let custodians = try verdict {
            $0.isLaterDescription = true
            $0.releasing = .random()
        }
        #expect(custodians.convicted == .custodian)
        let strangers = try verdict {
            $0.isLaterDescription = true
            $0.sealing = .random()
            $0.ingesting = signer("bevis.example/person")
        }
        #expect(strangers.convicted == nil)
    }

    @Test func exchangeWithAnotherCustodianConvictsNobody() throws {
        let verdict = try verdict {
            $0.custodian = signer("example.org/custodian")
            $0.releasing = .random()
        }
        #expect(verdict.convicted == nil && !verdict.isSound)
    }

    @Test func partsOfTwoExchangesConvictNobody() throws {
        var lying = Exchange(log)
        lying.releasing = .random()
        let (lie, honest) = (try lying.evidence(), try Exchange(log).evidence())
        let mixed = [
            copy(lie, request: honest.request), copy(lie, response: honest.response), copy(lie, grant: honest.grant),
            copy(lie, grantor: honest.grantor), copy(lie, file: honest.file), copy(lie, proof: honest.proof),
        ]
        for (place, evidence) in mixed.enumerated() where evidence != lie {
            #expect(evidence.verdict(custodian: log.custodian.verifierKey).convicted == nil, "\(place)")
        }
    }

    @Test func anyByteOfASignedNoteAlteredConvictsNobody() throws {
        for sealing in [nil, FileKey.random()] {
            var exchange = Exchange(log)
            if let sealing { exchange.sealing = sealing } else { exchange.releasing = .random() }
            let evidence = try exchange.evidence()
            #expect(evidence.verdict(custodian: log.custodian.verifierKey).convicted != nil)
            for place in stride(from: 0, to: evidence.grant.count - 100, by: 37) {
                var grant = evidence.grant
                grant[place] ^= 1
                #expect(copy(evidence, grant: grant).verdict(custodian: log.custodian.verifierKey).convicted == nil)
            }
            for place in stride(from: 0, to: evidence.response.count - 100, by: 37) {
                var response = evidence.response
                response[place] ^= 1
                let altered = copy(evidence, response: response)
                #expect(altered.verdict(custodian: log.custodian.verifierKey).convicted == nil)
            }
        }
    }

    private func copy(
        _ old: OpeningEvidence, request: [UInt8]? = nil, response: [UInt8]? = nil, grant: [UInt8]? = nil,
        grantor: [UInt8]? = nil, file: ListedFile? = nil, proof: InclusionProof? = nil
    ) -> OpeningEvidence {
        OpeningEvidence(
            request: request ?? old.request, response: response ?? old.response, grant: grant ?? old.grant,
            grantor: grantor ?? old.grantor, file: file ?? old.file, proof: proof ?? old.proof, capsule: old.capsule,
            ingest: old.ingest, caseCard: old.caseCard)
    }

    // MARK: Two histories

    private func histories(
        _ remembered: [UInt8], _ shown: [UInt8], root: TreeHash? = nil, proof: [TreeHash] = []
    ) throws -> EvidenceVerdict {
        let evidence = HistoriesEvidence(
            remembered: remembered, shown: shown, root: root, proof: ConsistencyProof(hashes: proof))
        guard case .histories(let read) = try Evidence(parsing: evidence.text) else {
            throw FixtureError(what: "another kind")
        }
        #expect(read == evidence)
        return read.verdict(logs: [log.log.verifierKey])
    }

    @Test func twoRootsOfOneSizeConvictTheLog() throws {
        let other = try log.checkpoint(size: 5, root: TreeHash.leaf([1]))
        #expect(try histories(try log.checkpoint(size: 5, root: TreeHash.leaf([2])), other).convicted == .log)
        #expect(try histories(other, other).convicted == nil)
    }

    @Test func provenRootBesideAnotherSignedOneConvictsTheLog() throws {
        for _ in 0..<9 { try log.append(.verified, in: .vault, by: nil, notes: []) }
        let (root, shown) = (try log.tree.root(size: 5), try log.checkpoint())
        let proof = try ConsistencyProof(older: 5, newer: 9, from: log.tree).hashes
        let forked = try log.checkpoint(size: 5, root: TreeHash.leaf([2]))
        #expect(try histories(forked, shown, root: root, proof: proof).convicted == .log)
        let honest = try histories(try log.checkpoint(size: 5, root: root), shown, root: root, proof: proof)
        #expect(honest.convicted == nil && honest.isSound)
        // A root that is not proven, and none at all, convict nobody.
        #expect(try !histories(forked, shown, root: TreeHash.leaf([3]), proof: proof).isSound)
        #expect(try histories(forked, shown).convicted == nil)
    }

    @Test func checkpointsOfAnotherLogConvictNobody() throws {
        let stranger = LogFixture()
        let verdict = try histories(
            try stranger.checkpoint(size: 5, root: TreeHash.leaf([2])),
            try stranger.checkpoint(size: 5, root: TreeHash.leaf([1])))
        #expect(verdict.convicted == nil && !verdict.isSound)
    }
}
