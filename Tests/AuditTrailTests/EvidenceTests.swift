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
        #expect(try verdict { $0.owner.releasing = .random() }.convicted == .custodian)
    }

    @Test func wrongPartConvictsTheCustodianAlsoWhereTheCapsuleIsWrongToo() throws {
        let verdict = try verdict {
            $0.owner.releasing = .random()
            $0.owner.sealing = .random()
        }
        #expect(verdict.convicted == .custodian)
    }

    @Test func rightPartWithAFalseCapsuleConvictsTheGrantor() throws {
        #expect(try verdict { $0.owner.sealing = .random() }.convicted == .grantor)
    }

    @Test func ingestRecordOfAStrangerConvictsNobody() throws {
        let stranger = signer("bevis.example/person")
        let alone = try verdict {
            $0.owner.sealing = .random()
            $0.ingesting = stranger
        }
        #expect(alone.convicted == nil)
        // A case card that the grantor did not sign changes nothing.
        let forged = try verdict {
            $0.owner.sealing = .random()
            $0.ingesting = stranger
            $0.caseCardSigner = stranger
        }
        #expect(forged.convicted == nil)
    }

    @Test func ingestRecordOfTheOwnersDeviceConvictsTheGrantorWithHerCaseCard() throws {
        let camera = signer("bevis.example/device")
        let verdict = try verdict {
            $0.owner.sealing = .random()
            $0.ingesting = camera
            $0.caseCardSigner = $0.owner.signer
        }
        #expect(verdict.convicted == .grantor)
    }

    @Test func laterDescriptionConvictsAsTheIngestRecordDoes() throws {
        let honest = try verdict { $0.isLaterDescription = true }
        #expect(honest.convicted == nil && honest.isSound)
        let wrong = try verdict {
            $0.isLaterDescription = true
            $0.owner.sealing = .random()
        }
        #expect(wrong.convicted == .grantor)
        let custodians = try verdict {
            $0.isLaterDescription = true
            $0.owner.releasing = .random()
        }
        #expect(custodians.convicted == .custodian)
        let strangers = try verdict {
            $0.isLaterDescription = true
            $0.owner.sealing = .random()
            $0.ingesting = signer("bevis.example/person")
        }
        #expect(strangers.convicted == nil)
    }

    @Test func exchangeWithAnotherCustodianConvictsNobody() throws {
        let verdict = try verdict {
            $0.custodian = signer("example.org/custodian")
            $0.owner.releasing = .random()
        }
        #expect(verdict.convicted == nil && !verdict.isSound)
    }

    @Test func partsOfTwoExchangesConvictNobody() throws {
        var lying = Exchange(log)
        lying.owner.releasing = .random()
        let (lie, honest) = (try lying.evidence(), try Exchange(log).evidence())
        let mixed = [
            copy(lie, request: honest.request), copy(lie, response: honest.response), copy(lie, layers: honest.layers),
            copy(lie, layers: []), copy(lie, layers: lie.layers + honest.layers),
            copy(lie, layers: [layer(lie, grantor: honest.layers[0].grantor)]),
            copy(lie, layers: [layer(lie, file: honest.layers[0].file)]),
            copy(lie, layers: [layer(lie, proof: honest.layers[0].proof)]),
        ]
        for (place, evidence) in mixed.enumerated() {
            #expect(evidence != lie)
            let verdict = evidence.verdict(custodian: log.custodian.verifierKey)
            #expect(verdict.convicted == nil && !verdict.isSound, "\(place)")
        }
    }

    @Test func anyByteOfASignedNoteAlteredConvictsNobody() throws {
        for sealing in [nil, FileKey.random()] {
            var exchange = Exchange(log)
            if let sealing { exchange.owner.sealing = sealing } else { exchange.owner.releasing = .random() }
            let evidence = try exchange.evidence()
            #expect(evidence.verdict(custodian: log.custodian.verifierKey).convicted != nil)
            for place in stride(from: 0, to: evidence.layers[0].grant.count - 100, by: 37) {
                var grant = evidence.layers[0].grant
                grant[place] ^= 1
                let altered = copy(evidence, layers: [layer(evidence, grant: grant)])
                #expect(altered.verdict(custodian: log.custodian.verifierKey).convicted == nil)
            }
            for place in stride(from: 0, to: evidence.response.count - 100, by: 37) {
                var response = evidence.response
                response[place] ^= 1
                let altered = copy(evidence, response: response)
                #expect(altered.verdict(custodian: log.custodian.verifierKey).convicted == nil)
            }
        }
    }

    // MARK: Lent on

    /// What comes of three hands: the owner Anna, Berit the caseworker, Carl the officer.
    private func lentOn(_ change: (inout Exchange) -> Void = { _ in }) throws -> EvidenceVerdict {
        try verdict {
            $0.hands += [Exchange.Hand(name: "Berit"), Exchange.Hand(name: "Carl")]
            change(&$0)
        }
    }

    @Test(arguments: [false, true]) func honestExchangeOfManyHandsConvictsNobody(_ isExtension: Bool) throws {
        let verdict = try lentOn { $0.owner.isExtension = isExtension }
        #expect(verdict.convicted == nil && verdict.isSound)
    }

    @Test(arguments: 0..<3) func wrongPartOfAnyLayerConvictsTheCustodian(_ place: Int) throws {
        #expect(try lentOn { $0.hands[place].releasing = .random() }.convicted == .custodian)
    }

    @Test(arguments: 0..<3, [false, true]) func wrongLayerConvictsWhoeverSealedIt(
        _ place: Int, _ isExtension: Bool
    ) throws {
        let verdict = try lentOn {
            $0.hands[place].sealing = .random()
            $0.owner.isExtension = isExtension
        }
        #expect(verdict.convicted == .grantor)
        #expect(verdict.grantor?.name == .of(["Anna", "Berit", "Carl"][place]))
    }

    @Test func wrongLayerConvictsItsDelegateWhoeverTookTheItemIn() throws {
        let verdict = try lentOn {
            $0.hands[1].sealing = .random()
            $0.ingesting = signer("bevis.example/person")
        }
        #expect(verdict.grantor?.name == .of("Berit"))
    }

    @Test func layersThatDoNotFollowOnEachOtherConvictNobody() throws {
        var exchange = Exchange(log)
        exchange.hands += [Exchange.Hand(name: "Berit"), Exchange.Hand(name: "Carl")]
        exchange.hands[1].sealing = .random()
        exchange.owner.isExtension = true
        let (evidence, other) = (try exchange.evidence(), try exchange.evidence())
        let layers = evidence.layers
        let top = layers[2]
        let own = EvidenceLayer(grant: top.grant, grantor: top.grantor, file: top.file, proof: top.proof)
        let strange = EvidenceLayer(
            grant: top.grant, more: other.layers[2].more, grantor: top.grantor, file: top.file, proof: top.proof)
        let wrong = [
            Array(layers.dropLast()), Array(layers.dropFirst()), [layers[0], layers[2]], layers.reversed(),
            [layers[0], other.layers[1], layers[2]], [layers[0], layers[1], own], [layers[0], layers[1], strange],
        ]
        for (place, layers) in wrong.enumerated() {
            let verdict = copy(evidence, layers: layers).verdict(custodian: log.custodian.verifierKey)
            #expect(verdict.convicted == nil && !verdict.isSound, "\(place)")
        }
    }

    /// The owner makes another extension for the occasion: neither delegate nor custodian is convicted by it.
    @Test(arguments: [false, true]) func extensionThatTheCustodianDidNotNameConvictsNobody(
        _ isOfPart: Bool
    ) throws {
        var exchange = Exchange(log)
        exchange.hands.append(Exchange.Hand(name: "Berit"))
        exchange.owner.isExtension = true
        let evidence = try exchange.evidence()
        let (top, owner) = (evidence.layers[1], exchange.owner.signer)
        let old = try Unverified<Extension>(parsing: try #require(top.more)).body
        let file = ListedFile(
            kind: top.file.kind, item: top.file.item, id: top.file.id,
            part: isOfPart ? Random.value() : top.file.part, capsule: isOfPart ? top.file.capsule : Random.value())
        let list = ItemList(grantID: old.id, entries: [.file(file)])
        let made = try Verified(
            Extension(
                grantID: old.grantID, grant: old.grant, id: old.id, time: old.time, listRoot: list.root, listSize: 1,
                recipientEnvelope: Random.value(), custodianEnvelope: Random.value()), signedBy: owner)
        let layer = EvidenceLayer(
            grant: top.grant, more: made.bytes, grantor: top.grantor, file: file, proof: try list.proof(at: 0))
        let verdict = copy(evidence, layers: [evidence.layers[0], layer]).verdict(
            custodian: log.custodian.verifierKey)
        #expect(verdict.convicted == nil && !verdict.isSound)
    }

    @Test func fewerPartsThanLayersConvictTheCustodian() throws {
        var exchange = Exchange(log)
        exchange.hands += [Exchange.Hand(name: "Berit")]
        exchange.isReleasingOne = true
        #expect(try exchange.evidence().verdict(custodian: log.custodian.verifierKey).convicted == .custodian)
    }

    private func copy(
        _ old: OpeningEvidence, request: [UInt8]? = nil, response: [UInt8]? = nil, layers: [EvidenceLayer]? = nil
    ) -> OpeningEvidence {
        OpeningEvidence(
            request: request ?? old.request, response: response ?? old.response, layers: layers ?? old.layers,
            capsule: old.capsule, ingest: old.ingest, caseCard: old.caseCard)
    }

    /// The first layer with other parts.
    private func layer(
        _ evidence: OpeningEvidence, grant: [UInt8]? = nil, grantor: [UInt8]? = nil, file: ListedFile? = nil,
        proof: InclusionProof? = nil
    ) -> EvidenceLayer {
        let old = evidence.layers[0]
        return EvidenceLayer(
            grant: grant ?? old.grant, grantor: grantor ?? old.grantor, file: file ?? old.file,
            proof: proof ?? old.proof)
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
