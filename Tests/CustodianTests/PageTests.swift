import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// What is answered at once is bounded by its bytes, whatever others have put there.
struct PageTests {
    @Test func pageEndsBeforeWhatDoesNotFitAndNeverBeforeTheFirst() throws {
        func page(_ sizes: [Int], upTo count: Int = 1000) throws -> Int {
            try PageBudget.collect(upTo: count, size: { $0 }) { taken, step in
                Array(sizes.dropFirst(taken).prefix(step))
            }.count
        }
        let limit = PageBudget.limit
        #expect(try page([]) == 0)
        #expect(try page([limit * 2, 1]) == 1)
        #expect(try page([limit, 1]) == 1)
        #expect(try page([limit - 1, 1, 1]) == 2)
        #expect(try page([Int](repeating: 0, count: 100), upTo: 70) == 70)
        #expect(try page([Int](repeating: limit / 40, count: 100)) == 40)
    }

    @Test func largeRefusalsOfARecipientKeepNobodyFromReadingTheStream() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let grant = try await scene.lend([item])
        for _ in 0..<16 {
            let request = try scene.request([item], under: grant) {
                $0.items = (0..<AccessRequest.maximumItems).map { _ in Random.value() }
            }
            #expect(!(try await scene.handle(request)).isGranted)
        }
        let (query, card) = try await scene.authorised(.grantStream, Nonce(grant.id.bytes))
        var numbers: [UInt64] = []
        var pages = 0
        while true {
            let next = (numbers.last ?? 0) + 1
            let page = try await scene.custodian.page(query, card, from: next, limit: 1000).leaves
            guard !page.isEmpty else { break }
            #expect(page.map { $0.record?.count ?? 0 }.reduce(0, +) <= PageBudget.limit)
            numbers += page.map(\.number)
            pages += 1
        }
        #expect(pages > 1)
        #expect(numbers == Array(1...16))
    }

    @Test func grantsAndWhatWaitsComeInTheOrderOfTheirLeavesFromAnyOn() async throws {
        let stage = try await Stage.make(approval: .owner)
        let (scene, custodian) = (stage.scene, try stage.scene.custodian)
        var children: [SignedGrant] = []
        for _ in 0..<3 { children.append(try await stage.lendOn()) }
        let (query, card) = try await scene.authorised(.pending, nil)
        let all = try await custodian.pending(query, card, from: 0).waiting
        #expect(all.map(\.row.id) == children.map(\.id))
        #expect(all.allSatisfy { $0.texts.envelope.isEmpty && !$0.texts.list.isEmpty }, "no envelope: not hers")
        let rest = try await custodian.pending(query, card, from: all[0].row.index + 1).waiting
        #expect(rest.map(\.row.id) == children.dropFirst().map(\.id))
        #expect(try await custodian.pending(query, card, from: all[2].row.index + 1).waiting.isEmpty)

        let (own, _) = try await scene.authorised(.caseStream, Nonce(scene.caseID.bytes))
        let given = try await custodian.grants(own, card, from: 0)
        #expect(given.map(\.row.id) == [stage.parent.id] + children.map(\.id))
        #expect(given.allSatisfy { $0.texts.envelope.isEmpty && $0.texts.list.isEmpty })
        let (asking, officer) = try await scene.authorised(.grants, nil, by: scene.officer)
        let held = try await custodian.grants(asking, officer, from: all[1].row.index)
        #expect(held.map(\.row.id) == children.dropFirst().map(\.id))
        #expect(held.map(\.texts.envelope) == children.dropFirst().map(\.recipientEnvelope))
    }

    @Test func envelopeBeyondWhatIsLentIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let secrets = try scene.custodian.stores.secrets.names()
        let code = try await refusal { try await scene.lend([item]) { $0.padding = 90_000 } }
        #expect(code == .malformed)
        #expect(try scene.custodian.stores.secrets.names() == secrets)
        _ = try await scene.lend([item]) { $0.padding = 60_000 }
    }

    @Test func headerOfUnusualSizeIsRefused() async throws {
        let scene = try await Scene.make()
        let item = try TestItem(
            "statement", caseID: scene.caseID, recipient: scene.caseIdentity.recipient, signer: scene.owner.signer,
            sequence: 0, previous: nil, others: (0..<200).map { _ in AgeIdentity.random().recipient })
        try scene.upload(item.content)
        #expect(try await refusal { try await scene.submit(item) } == .malformed)
    }

    @Test func chunksBeyondTheItemAreRefused() async throws {
        let scene = try await Scene.make()
        let item = try await scene.addItem()
        let (query, _) = try await scene.authorised(.object, Nonce(item.id.bytes))
        #expect(try await scene.custodian.provenLeaves(query, item.id, chunks: 0...0).count == 2)
        #expect(
            try await refusal { try await scene.custodian.provenLeaves(query, item.id, chunks: 0...1) } == .malformed)
    }
}

extension Scene {
    /// A query that the custodian has let in, and the card that asks.
    func authorised(
        _ subject: QuerySubject, _ scope: Nonce?, by person: Person? = nil
    ) async throws -> (Query, CardState) {
        let person = person ?? owner
        let query = Query(
            subject: subject, custodian: try custodian.verifierKey, card: person.hash, scope: scope, time: clock.time,
            nonce: Random.value())
        return try await custodian.authorise(try Verified(query, signedBy: person.signer).bytes)
    }
}
