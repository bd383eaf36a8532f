import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Testing
import TransparencyLog

@testable import Custodian

struct RequestTests {
    @Test func openingGivesTheKeysAndALeaf() async throws {
        let (scene, item, grant) = try await lent()
        let request = try scene.request([item], under: grant)
        let answer = try await scene.handle(request)
        let keys = try scene.keys(answer, request, grant)
        #expect(keys[item.id]?.secret == item.contentKey.secret)
        #expect(keys[item.description.id]?.secret == item.descriptionKey.secret)
        let record = try scene.verify(answer.receipt, answer.record, in: grant.streamKey)
        #expect(record.event == .opened)
        #expect(record.notes == [request.note.hash, grant.note.hash])
        #expect(record.actor == scene.officer.hash)
    }

    @Test func cardThatAsksTooOftenIsTurnedAwayWithoutALeaf() async throws {
        let (scene, item, grant) = try await lent()
        scene.limits = RequestLimits(perSecond: 1)
        try await scene.restart()
        for _ in 0..<60 { _ = try await scene.handle(try scene.request([item], under: grant)) }
        let size = try scene.size
        await #expect(throws: CustodianError(.tooMany, "")) {
            _ = try await scene.handle(try scene.request([item], under: grant))
        }
        #expect(try scene.size == size)
        scene.clock.advance(by: 1)
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
    }

    @Test func listingGivesDescriptionsOnlyAndDoesNotCount() async throws {
        let (scene, item, grant) = try await lent { $0.openings = 1 }
        for _ in 0..<3 {
            let request = try scene.request([item], under: grant) { $0.action = .list }
            let keys = try scene.keys(try await scene.handle(request), request, grant)
            #expect(keys.keys.sorted() == [item.description.id])
        }
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
        #expect(try await failures(try scene.request([item], under: grant), scene, grant) == [.openingsUsedUp])
    }

    @Test func ownersOwnOpeningIsALeafInHerCase() async throws {
        let (scene, item, _) = try await lent()
        let answer = try await scene.handle(try scene.ownRequest([item]))
        #expect(answer.isGranted)
        #expect(try scene.verify(answer.receipt, answer.record, in: scene.caseKey).event == .opened)
        let stranger = try await scene.handle(
            try scene.ownRequest([item]) {
                $0.by = scene.officer
                $0.signer = scene.officer.signer
            })
        #expect(try scene.verify(stranger.receipt, stranger.record, in: scene.caseKey).failures == [.notOwner])
    }

    @Test func replayOfOneTextMakesOneLeafAndGivesTheSameAnswer() async throws {
        let (scene, item, grant) = try await lent { $0.openings = 1 }
        let request = try scene.request([item], under: grant)
        let first = try await scene.handle(request)
        scene.clock.advance(by: 3600)  // a retry may come at any age
        let again = try await scene.custodian.handle(try withStrangersLine(request.note.note))
        #expect(again.isGranted && again.index == first.index)
        #expect(again.response == first.response && again.record == first.record)
        #expect(try scene.size == first.index + 1)
        try scene.verify(again.receipt, again.record, in: grant.streamKey)
    }

    @Test func replayAtTheSameMomentMakesOneLeaf() async throws {
        let (scene, item, grant) = try await lent()
        let request = try scene.request([item], under: grant)
        let (custodian, size) = (try scene.custodian, try scene.size)
        let responses = try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<32 { group.addTask { try await custodian.handle(request.note.bytes).response } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(responses.count == 1)
        #expect(try scene.size == size + 1)
    }

    @Test func forgedRequestLeavesNoLeaf() async throws {
        let (scene, item, grant) = try await lent()
        let size = try scene.size
        let request = try scene.request([item], under: grant)
        await #expect(throws: NoteError.self) {
            try await scene.custodian.handle(withBrokenSignature(request.note.bytes))
        }
        let impostor = try scene.request([item], under: grant) { $0.signer = scene.owner.signer }
        await #expect(throws: NoteError.self) { try await scene.handle(impostor) }
        let stranger = try Person("stranger", role: "private")
        let unknown = try scene.request([item], under: grant) {
            $0.by = stranger
            $0.signer = stranger.signer
        }
        #expect(try await refusal { try await scene.handle(unknown) } == .unknown)
        #expect(try scene.size == size)
    }

    @Test func unknownGrantIsRefusedInTheVaultsStream() async throws {
        let (scene, item, grant) = try await lent()
        let answer = try await scene.handle(try scene.request([item], under: grant) { $0.grantID = Random.value() })
        #expect(!answer.isGranted && answer.response == nil)
        let record = try scene.verify(answer.receipt, answer.record, in: scene.vaultKey)
        #expect(record.event == .refused && record.failures.contains(.parentMissing))
    }

    @Test func windowHoldsAtBothEnds() async throws {
        let now = TestClock().time
        let (scene, item, grant) = try await lent {
            $0.notBefore = Timestamp(seconds: now.seconds + 100)
            $0.notAfter = Timestamp(seconds: now.seconds + 200)
        }
        scene.clock.advance(by: 99)
        #expect(try await failures(try scene.request([item], under: grant), scene, grant) == [.notYetValid])
        scene.clock.advance(by: 1)
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
        scene.clock.advance(by: 99)
        #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted)
        scene.clock.advance(by: 1)
        #expect(try await failures(try scene.request([item], under: grant), scene, grant) == [.expired])
    }

    @Test func eachRuleRefusesWithItsFailure() async throws {
        let (scene, item, grant) = try await lent {
            $0.rights = .list
            $0.journal = .required
        }
        let other = try await scene.addItem("not lent")
        let journal = try plain("2026-17")
        let cases: [(Failure, (inout RequestDraft) throws -> Void)] = [
            (.rightMissing, { $0.action = .read }),
            (.notListed, { $0.items = [item.id, other.id] }),
            (.notListed, { $0.items = [Random.value()] }),
            (.journalMissing, { $0.journal = nil }),
            (.requestTimeOff, { $0.time = Timestamp(seconds: $0.time.seconds - 301) }),
            (.requestTimeOff, { $0.time = Timestamp(seconds: $0.time.seconds + 301) }),
            (.parentMissing, { $0.authority = Random.value() }),
            (.wrongCustodian, { $0.custodian = scene.issuer.verifierKey }),
            (
                .notRecipient,
                {
                    $0.by = scene.owner
                    $0.signer = scene.owner.signer
                }
            ),
        ]
        for (failure, change) in cases {
            let request = try scene.request([item], under: grant) {
                $0.action = .list
                $0.journal = journal
                try change(&$0)
            }
            #expect(try await failures(request, scene, grant) == [failure])
        }
        let good = try scene.request([item], under: grant) {
            $0.action = .list
            $0.journal = journal
            $0.time = Timestamp(seconds: $0.time.seconds - 300)
        }
        #expect(try await scene.handle(good).isGranted)
    }

    @Test func lastOpeningIsGrantedOnceAmongThirtyTwo() async throws {
        let (scene, item, grant) = try await lent { $0.openings = 3 }
        for _ in 0..<2 { #expect(try await scene.handle(try scene.request([item], under: grant)).isGranted) }
        let requests = try (0..<32).map { _ in try scene.request([item], under: grant) }
        let (custodian, size) = (try scene.custodian, try scene.size)
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for request in requests { group.addTask { try await custodian.handle(request.note.bytes) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0.isGranted } == 1)
        #expect(answers.count { $0.response != nil } == 1)
        #expect(Set(answers.map(\.index)) == Set(size..<size + 32))
        for answer in answers { try scene.verify(answer.receipt, answer.record, in: grant.streamKey) }
    }

    @Test func acknowledgedResponseIsGone() async throws {
        let (scene, item, grant) = try await lent()
        let request = try scene.request([item], under: grant)
        let first = try await scene.handle(request)
        try await scene.custodian.acknowledge(request.note.hash)
        let again = try await scene.handle(request)
        #expect(again.isGranted && again.response == nil && again.index == first.index)
        try await scene.restart()
        #expect(try await scene.handle(request).response == nil)
    }

    @Test func checkpointOfAnotherLogIsRefusedWithoutALeaf() async throws {
        let (scene, item, grant) = try await lent()
        let size = try scene.size
        let foreign = try makeSigner("log/other")
        let checkpoint = Checkpoint(origin: foreign.verifierKey.name, size: 0, root: .emptyRoot)
        let request = try scene.request([item], under: grant) {
            $0.checkpoint = try foreign.sign(checkpoint.text).bytes
        }
        #expect(try await refusal { try await scene.handle(request) } == .malformed)
        #expect(try scene.size == size)
        try scene.custodian.requireOpen()
    }

    @Test(arguments: [true, false]) func checkpointThatTheLogDoesNotContainClosesTheCustodianForGood(
        isLonger: Bool
    ) async throws {
        let (scene, item, grant) = try await lent()
        let log = try scene.custodian.keys.log
        let size = try isLonger ? scene.size + 1 : scene.size - 1
        let foreign = Checkpoint(origin: log.verifierKey.name, size: size, root: TreeHash.leaf([1]))
        let request = try scene.request([item], under: grant) { $0.checkpoint = try log.sign(foreign.text).bytes }
        #expect(try await refusal { try await scene.handle(request) } == .closed)
        let honest = try scene.request([item], under: grant)
        #expect(try await refusal { try await scene.handle(honest) } == .closed)
        #expect(try await refusal { try await scene.custodian.addCard(scene.owner.note) } == .closed)
        try await scene.restart()
        #expect(try await refusal { try await scene.handle(honest) } == .closed)
    }

    @Test func consistencyIsProvenFromTheCheckpointThatTheRequestNames() async throws {
        let (scene, item, grant) = try await lent()
        let seen = try scene.custodian.policy.verify(scene.custodian.checkpoint)
        _ = try await scene.handle(try scene.request([item], under: grant))
        let answer = try await scene.handle(try scene.request([item], under: grant) { $0.checkpoint = seen.bytes })
        let now = try scene.custodian.policy.verify(answer.receipt.note).checkpoint
        try #require(answer.consistency).verify(
            older: seen.checkpoint.size, olderRoot: seen.checkpoint.root, newer: now.size, newerRoot: now.root)
    }

    @Test func retryAfterTheWindowIsRefusedByALeafOfItsOwn() async throws {
        let (scene, item, grant) = try await lent()
        let request = try scene.request([item], under: grant)
        let first = try await scene.handle(request)
        scene.clock.advance(by: 2_000_000)
        for _ in 0..<2 {
            let again = try await scene.handle(request)
            #expect(!again.isGranted && again.response == nil && again.index == first.index + 1)
            let record = try scene.verify(again.receipt, again.record, in: grant.streamKey)
            #expect(record.event == .refused && record.failures == [.expired])
            #expect(record.notes.first == request.note.hash)
        }
        #expect(try scene.size == first.index + 2)
    }

    private func lent(
        _ change: (inout GrantDraft) throws -> Void = { _ in }
    ) async throws -> (Scene, TestItem, SignedGrant) {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        return (scene, item, try await scene.lend([item], change))
    }

    private func failures(
        _ request: SignedRequest, _ scene: Scene, _ grant: SignedGrant
    ) async throws -> [Failure] {
        let answer = try await scene.handle(request)
        #expect(!answer.isGranted && answer.response == nil)
        let record = try scene.verify(answer.receipt, answer.record, in: grant.streamKey)
        #expect(record.event == .refused)
        return record.failures
    }
}
