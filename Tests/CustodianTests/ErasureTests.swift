import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Testing

@testable import Custodian

/// Erasing items: who may ask, the wait, what goes and what stays.
struct ErasureTests {
    private func lent() async throws -> (Scene, [TestItem], SignedGrant) {
        let scene = try await Scene.make()
        let items = [try await scene.addItem("statement one"), try await scene.addItem("statement two")]
        return (scene, items, try await scene.lend(items))
    }

    // MARK: Asking

    @Test func askingIsALeafOfTheCaseAndErasesNothing() async throws {
        let (scene, items, grant) = try await lent()
        let asked = try await scene.erasure(of: [items[0]])
        let accepted = try await scene.ask(asked)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .erasureAsked && record.notes == [asked.hash] && record.items == [items[0].id])
        #expect(record.actor == scene.owner.hash)
        #expect(try await scene.ask(asked).index == accepted.index)
        scene.clock.advance(by: Erasure.standardWait - 1)
        try await scene.custodian.eraseDue()
        #expect(try await scene.handle(try scene.request(items, under: grant)).isGranted)
        #expect(try scene.found(anyOf: await scene.traces(of: items[0])).count == 7)
    }

    /// Contents and descriptions have ids of one kind, and whoever has the sealed bytes of a content can add them as the
    /// description of something else: that must not stand in the way of any erasure.
    @Test func contentThatIsSomebodysDescriptionTooIsErasedAndHoldsNothingUp() async throws {
        let (scene, items, _) = try await lent()
        let other = try scene.nextItem("another", describedBy: items[0].content)
        try scene.upload(other.content)
        try await scene.submit(other)
        #expect(other.record.body.description.id == items[0].id)
        for item in items { try await scene.ask(try await scene.erasure(of: [item])) }
        try await scene.eraseDue()
        for item in items {
            #expect(try await refusal { try await scene.custodian.refuseErased(item.id) } == .refused)
        }
    }

    @Test func nobodyButTheOwnerMayAskOrTakeBack() async throws {
        let (scene, items, _) = try await lent()
        let officers = try await scene.erasure(of: [items[0]]) { $0.by = scene.officer }
        #expect(try await refusal { try await scene.ask(officers) } == .refused)
        let forged = try await scene.erasure(of: [items[0]]) { $0.signer = scene.officer.signer }
        await #expect(throws: NoteError.self) { try await scene.ask(forged) }
        let whole = try await scene.erasure(of: []) { $0.by = scene.officer }
        #expect(try await refusal { try await scene.ask(whole) } == .refused)
        let asked = try await scene.erasure(of: [items[0]])
        try await scene.ask(asked)
        let back = try scene.cancellation(of: asked, by: scene.officer)
        #expect(try await refusal { try await scene.custodian.cancelErasure(back.bytes) } == .refused)
        try await scene.eraseDue()
        #expect(try await refusal { try await scene.custodian.refuseErased(items[0].id) } == .refused)
    }

    @Test func wrongNotesAreRefused() async throws {
        let (scene, items, _) = try await lent()
        func code(_ items: [TestItem], _ change: (inout ErasureDraft) -> Void) async throws -> CustodianError.Code? {
            let note = try await scene.erasure(of: items, change)
            return try await refusal { try await scene.ask(note) }
        }
        #expect(try await code([items[0]]) { $0.wait -= 1 } == .refused)
        #expect(try await code([items[0]]) { $0.time = Timestamp(seconds: $0.time.seconds - 600) } == .refused)
        #expect(try await code([items[0]]) { $0.items = [Random.value()] } == .refused)
        #expect(try await code([items[0]]) { $0.leaves = LeafSet([0]) } == .conflict)
        #expect(try await code([items[0]]) { $0.size += 5 } == .conflict)
        #expect(try await code([]) { $0.leaves = LeafSet([]) } == .conflict)
        #expect(try await code([items[0]]) { _ in } == nil)
        #expect(try await code(items) { _ in } == .conflict, "the first is to be erased already")
        #expect(try await code([]) { _ in } == nil)
        scene.clock.advance(by: 1)
        #expect(try await code([]) { _ in } == .conflict)
    }

    @Test func takenBackIsALeafAndNothingIsErased() async throws {
        let (scene, items, grant) = try await lent()
        let asked = try await scene.erasure(of: [items[0]])
        try await scene.ask(asked)
        let note = try scene.cancellation(of: asked)
        let accepted = try await scene.custodian.cancelErasure(note.bytes)
        let record = try scene.verify(accepted.receipt, accepted.record, in: scene.caseKey)
        #expect(record.event == .erasureCancelled && record.notes == [note.hash] && record.items == [items[0].id])
        try await scene.eraseDue()
        #expect(try scene.found(anyOf: await scene.traces(of: items[0])).count == 7)
        #expect(try await scene.handle(try scene.request(items, under: grant)).isGranted)
        let later = try scene.cancellation(of: asked)
        #expect(try await refusal { try await scene.custodian.cancelErasure(later.bytes) } == .conflict)
    }

    @Test func nothingIsErasedWhileTheOwnersKeyIsWithdrawn() async throws {
        let (scene, items, _) = try await lent()
        try await scene.ask(try await scene.erasure(of: [items[0]]))
        _ = try await scene.custodian.withdrawCard(try scene.withdrawal(of: scene.owner, by: scene.owner.signer).bytes)
        try await scene.eraseDue()
        #expect(try scene.found(anyOf: await scene.traces(of: items[0])).count == 7)
    }

    // MARK: The wait

    @Test func waitIsSetForANewVaultAndNeverMadeShorter() async throws {
        let scene = try await Scene.empty()
        #expect(try await scene.custodian.erasureWait() == 604_800)
        try await scene.custodian.setErasureWait(3)
        #expect(try await scene.custodian.erasureWait() == 3)
        #expect(try await refusal { try await scene.custodian.setErasureWait(2) } == .conflict)
        try await scene.custodian.setErasureWait(5)
        try await scene.restart()
        #expect(try await scene.custodian.erasureWait() == 5)
    }

    @Test func vaultInUseCannotBeGivenAShorterWait() async throws {
        let scene = try await Scene.make()
        #expect(try await refusal { try await scene.custodian.setErasureWait(604_799) } == .conflict)
        #expect(try await scene.custodian.erasureWait() == 604_800)
    }

    // MARK: Items

    @Test func erasedItemLeavesNothingInTheFolderAndTheRestGoesOn() async throws {
        let (scene, items, grant) = try await lent()
        let waiting = try scene.request([items[0]], under: grant)
        let response = try #require(try await scene.handle(waiting).response)
        var traces = try await scene.traces(of: items[0])
        traces["response"] = Array(response.suffix(48))
        let texts = try #require(try await scene.custodian.stores.records.read { try $0.lentTexts(grant.id) })
        traces["sealed list"] = Array(texts.list.suffix(48))
        #expect(try scene.found(anyOf: traces).count == traces.count)
        try await scene.ask(try await scene.erasure(of: [items[0]]))
        try await scene.eraseDue()
        #expect(try scene.found(anyOf: traces) == [])
        #expect(try scene.found(anyOf: await scene.traces(of: items[1])).count == 7)
        try await scene.restart()
        #expect(try scene.found(anyOf: traces) == [])

        let record = try await scene.newestRecord(in: .grant(grant.id), grant.streamKey)
        #expect(record.event == .refused && record.failures == [.erased], "the response that was not fetched")
        #expect(!(try await scene.handle(waiting)).isGranted)
        let refused = try await scene.handle(try scene.request(items, under: grant))
        #expect(!refused.isGranted)
        #expect(try scene.verify(refused.receipt, refused.record, in: grant.streamKey).failures == [.erased])
        let request = try scene.request([items[1]], under: grant)
        let keys = try scene.keys(try await scene.handle(request), request, grant)
        #expect(keys[items[1].id]?.secret == items[1].contentKey.secret)
        #expect(try await replay(scene).findings == [])
    }

    @Test func erasedEntriesStandAsHashesInEveryList() async throws {
        let scene = try await Scene.make()
        let first = try await scene.addItem("first")
        let grant = try await scene.lend([first]) { $0.scope = .standing }
        let second = try await scene.addItem("second")
        let more = try scene.extend(grant, by: [second])
        try await scene.submit(extension: more)
        try await scene.ask(try await scene.erasure(of: [second]))
        try await scene.eraseDue()
        let rows = try await scene.custodian.stores.records.read {
            (try $0.lentTexts(more.note.body.id), try $0.lentTexts(grant.id), try $0.erasedItems(in: grant.id))
        }
        let text = try AgeFile.openText(
            try #require(rows.0).list, with: [grant.streamKey.recordIdentity])
        let list = try ItemList(parsing: text)
        #expect(list.belongs(to: more.note.body) && list.files.isEmpty && list.entries.count == 2)
        #expect(rows.2 == [second.id])
        let own = try AgeFile.openText(try #require(rows.1).list, with: [grant.streamKey.recordIdentity])
        #expect(try ItemList(parsing: own).files.count == 2)
        // It does not lack what was erased, and takes what comes.
        let third = try await scene.addItem("third")
        try await scene.submit(extension: try scene.extend(grant, by: [third]))
        #expect(try await scene.handle(try scene.request([first, third], under: grant)).isGranted)
        #expect(try await replay(scene).findings == [])
    }

    @Test func erasedItemDoesNotComeBack() async throws {
        let (scene, items, _) = try await lent()
        try await scene.ask(try await scene.erasure(of: [items[0]]))
        try await scene.eraseDue()
        let size = try scene.size
        #expect(try await refusal { try await scene.custodian.refuseErased(items[0].id) } == .refused)
        #expect(try await refusal { try await scene.submit(items[0]) } == .refused)
        let twin = try TestItem(
            "statement one", caseID: scene.caseID, recipient: scene.caseIdentity.recipient,
            signer: scene.owner.signer, sequence: 2, previous: items[1].record.hash)
        let body = twin.record.body
        let again = try Verified(
            IngestRecord(
                caseID: body.caseID, recipient: body.recipient, time: body.time,
                content: items[0].record.body.content, description: body.description, original: body.original,
                signer: body.signer, sequence: 2, previous: items[1].record.hash), signedBy: scene.owner.signer)
        try scene.upload(items[0].content)
        let code = try await refusal {
            try await scene.custodian.addItem(
                again.bytes, by: scene.owner.hash, contentHeader: items[0].content.header.bytes,
                description: twin.description.bytes)
        }
        #expect(code == .refused)
        #expect(try scene.size == size)
        #expect(try await scene.custodian.stores.records.read { try $0.item(items[0].id)?.isErased } == true)
    }

    @Test func grantThatListsAnErasedItemIsRefused() async throws {
        let (scene, items, _) = try await lent()
        try await scene.ask(try await scene.erasure(of: [items[0]]))
        try await scene.eraseDue()
        let grant = try scene.sign(try scene.draft([items[0]]))
        #expect(try await refusal { try await scene.submit(grant) } == .refused)
        let again = try await scene.erasure(of: []) { [id = items[0].id] in
            ($0.items, $0.leaves) = ([id], LeafSet([]))
        }
        #expect(try await refusal { try await scene.ask(again) } == .refused, "it is erased already")
    }

    // MARK: Cases

    @Test func erasedCaseLeavesNothingButItsTwoRecords() async throws {
        let (scene, items, grant) = try await lent()
        _ = try await scene.handle(try scene.request([items[0]], under: grant))
        var traces = try await scene.traces(of: items[0])
        traces.merge(["item id": items[0].id.bytes.array, "grant id": grant.id.bytes.array]) { $1 }
        traces["grant note"] = Array(grant.note.bytes.suffix(60))
        traces["envelope"] = Array(grant.recipientEnvelope.suffix(60))
        traces["recovery"] = Array("sealed keys".utf8)
        traces["other item's id"] = items[1].id.bytes.array
        let id = scene.caseID
        let matter = try await scene.custodian.stores.records.read { try $0.matter(id) }
        let row = try #require(matter)
        traces["log key"] = Array(row.logKey.suffix(48))
        #expect(try scene.found(anyOf: traces).count == traces.count)
        let asked = try await scene.erasure(of: [])
        try await scene.ask(asked)
        // What happens during the wait goes too.
        let late = try await scene.addItem("late")
        traces["late item's id"] = late.id.bytes.array
        try await scene.eraseDue()
        #expect(try scene.found(anyOf: traces) == [])
        #expect(try scene.custodian.stores.secrets.names().isEmpty && scene.custodian.stores.objects.ids().isEmpty)
        let record = try await scene.newestRecord(in: .vault, try scene.vaultKey)
        #expect(record.event == .caseErased && record.notes == [asked.hash] && record.actor == nil)
        let findings = try await replay(scene, matters: []).findings
        #expect(findings == [])
        try await scene.restart()
        #expect(try scene.found(anyOf: traces) == [])
        let refused = try await scene.handle(try scene.ownRequest([items[0]]))
        #expect(!refused.isGranted)
        #expect(try await replay(scene, matters: []).findings == [])
        #expect(try await refusal { try await scene.openCase() } == nil, "the receipt of its opening")
        #expect(try await scene.custodian.stores.records.read { try $0.matters() }.isEmpty)
    }

    @Test func ownerGetsWhatIsLeftOfHerErasedCase() async throws {
        let (scene, _, _) = try await lent()
        try await scene.ask(try await scene.erasure(of: []))
        #expect(try await view(scene).waiting.count == 1)
        try await scene.eraseDue()
        let view = try await view(scene)
        let left = try #require(view.erased.first)
        #expect(view.waiting.isEmpty && view.erased.count == 1)
        let opened = try DisclosedRecord(opening: left.opened.record, with: scene.owner.identity)
        let erased = try DisclosedRecord(opening: left.erased.record, with: scene.owner.identity)
        #expect(opened.record.event == .caseOpened && erased.record.event == .caseErased)
        #expect(try await self.view(scene, scene.officer).erased.isEmpty)
    }

    @Test func otherCasesStayWhole() async throws {
        let (scene, items, _) = try await lent()
        let other = try await Scene.make()
        _ = try await other.addItem()
        try await scene.ask(try await scene.erasure(of: [items[0]]))
        try await scene.ask(try await scene.erasure(of: []))
        try await scene.eraseDue()
        #expect(try await replay(scene, matters: []).findings == [])
    }

    private func view(_ scene: Scene, _ person: Person? = nil) async throws -> ErasureView {
        let person = person ?? scene.owner
        let query = Query(
            subject: .pending, custodian: try scene.custodian.verifierKey, card: person.hash, scope: nil,
            time: scene.clock.time, nonce: Random.value())
        let (body, card) = try await scene.custodian.authorise(try Verified(query, signedBy: person.signer).bytes)
        return try await scene.custodian.erasures(body, card)
    }

    /// What an auditor finds.
    private func replay(_ scene: Scene, matters: [AuditKeys.Matter]? = nil) async throws -> Replay {
        let custodian = try scene.custodian
        let size = custodian.tree.size
        let (rows, lists, heads) = try await custodian.stores.records.read { reader in
            let lists = Dictionary(
                uniqueKeysWithValues: try reader.itemLists(from: 0, limit: 1000).map { ($0.id, $0.list) })
            return (try reader.leaves(0..<size), lists, try reader.checkpoints(sizes: 0...UInt64(1 << 40)))
        }
        let keys = AuditKeys(
            vault: custodian.keys.vaultStream,
            matters: matters ?? [AuditKeys.Matter(id: scene.caseID, key: scene.caseKey)])
        let anchor = TrustAnchor(policy: custodian.policy, operatorKey: scene.operatorSigner.verifierKey)
        var replay = Replay(ReplayKeys(keys), anchor: anchor)
        let entries = rows.map { row in
            ReplayEntry(entry: row.leaf.entry, sealed: row.record, head: heads[row.index + 1])
        }
        replay.advance(entries, in: Environment(lists: lists, tree: custodian.tree))
        replay.finish()
        return replay
    }

    private struct Environment: ReplayEnvironment {
        let lists: [GrantID: [UInt8]]
        let tree: LogTree

        func sealedList(_ grant: GrantID) -> [UInt8]? { lists[grant] }
        func root(size: UInt64) -> TreeHash? { try? tree.root(size: size) }
    }
}
