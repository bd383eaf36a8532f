import AuditTrail
import LogFixture
import Sharing
import SignedNote
import Sodium
import Testing

/// What was erased by its owner's note is told from what is withheld.
@Suite struct ErasureTests {
    private let wait: UInt64 = 7 * 86_400

    private func kinds(_ scene: Scene) -> [Finding.Kind] { scene.log.findings().map(\.kind) }

    // MARK: Items

    /// A scene in which an item was opened, then erased, and the other one opened again.
    private func erased(_ change: (inout ErasureTerms) -> Void = { _ in }) throws -> Scene {
        let scene = try Scene()
        try scene.log.open(scene.officer, scene.matter, scene.lent, scene.items)
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter, change)
        scene.log.now += wait
        try scene.log.erase([scene.items[0]], as: asked, of: scene.matter, lent: [scene.lent])
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[1]])
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]], failures: [.erased])
        return scene
    }

    @Test(arguments: [1, 3, 1000]) func erasedItemReplaysWithoutAFinding(batch: Int) throws {
        let scene = try erased()
        // The next item follows the one that is gone in its signer's chain.
        try scene.log.item(scene.matter)
        let replay = scene.log.replay(batch: batch)
        #expect(replay.findings == [])
        #expect(replay.statistics.erasedItems == 1 && replay.statistics.erasedCases == 0)
    }

    @Test func openingOfWhatIsErasedSinceSaysSo() throws {
        var replay = try erased().log.replay(batch: 1000)
        let lines = replay.takeLines()
        #expect(lines.filter { $0.record.event == .opened }.map(\.erasedCount) == [1, 0])
        #expect(lines.first { $0.record.event == .erasureAsked }?.due != nil)
    }

    @Test func ownerReplaysHerErasedItemToo() throws {
        let scene = try erased()
        let log = scene.log
        let attached = Dictionary(
            uniqueKeysWithValues: log.records.indices.compactMap { index -> (Int, DisclosedRecord)? in
                guard let sealed = log.records[index],
                    let known = try? DisclosedRecord(opening: sealed, with: log.vaultKey)
                else { return nil }
                return (index, known)
            })
        let replay = log.replay(keys: ReplayKeys(of: scene.matter.id, scene.matter.key), attached: attached)
        #expect(replay.findings == [])
    }

    @Test func itemWhoseRecordIsGoneWithoutTheOwnersNoteIsWithheld() throws {
        let scene = try Scene()
        try scene.log.strip(scene.items[0], of: scene.matter)
        try scene.log.open(scene.officer, scene.matter, scene.lent, scene.items)
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.noteWithheld] && findings.map(\.severity) == [.incomplete])
    }

    @Test func askingAloneErasesNothing() throws {
        let scene = try Scene()
        try scene.log.askErasure([scene.items[0]], of: scene.matter)
        #expect(kinds(scene) == [])
        try scene.log.strip(scene.items[0], of: scene.matter)
        #expect(kinds(scene) == [.noteWithheld])
    }

    @Test func erasingWithoutANoteIsFound() throws {
        let scene = try Scene()
        try scene.log.append(
            .itemErased, in: .matter(scene.matter.id), by: nil, notes: [.init(scene.lent.note)],
            items: [scene.items[0].id])
        try scene.log.strip(scene.items[0], of: scene.matter)
        #expect(kinds(scene) == [.noteWithheld, .erasureNotAllowed])
    }

    @Test func notesOfOthersEraseNothing() throws {
        let scene = try erased { $0.by = nil }
        #expect(kinds(scene) == [])
        let other = try Scene()
        let asked = try other.log.askErasure([other.items[0]], of: other.matter) { $0.by = other.officer }
        other.log.now += wait
        try other.log.erase([other.items[0]], as: asked, of: other.matter)
        let findings = other.log.findings()
        #expect(findings.map(\.kind) == [.noteWithheld, .erasureNotAllowed, .erasureNotAllowed])
        #expect(findings[1].failures == [.notOwner])
    }

    @Test func erasingTooEarlyIsFound() throws {
        let scene = try Scene()
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter)
        scene.log.now += wait - 1
        try scene.log.erase([scene.items[0]], as: asked, of: scene.matter)
        #expect(kinds(scene) == [.noteWithheld, .erasureNotAllowed])
    }

    @Test func erasingWhatWasTakenBackIsFound() throws {
        let scene = try Scene()
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter)
        try scene.log.cancel(asked, of: scene.matter)
        #expect(kinds(scene) == [])
        scene.log.now += wait
        try scene.log.erase([scene.items[0]], as: asked, of: scene.matter)
        #expect(kinds(scene) == [.noteWithheld, .erasureNotAllowed])
    }

    @Test func whatWasTakenBackDoesNotComeBackByBeingLoggedOnceMore() throws {
        let scene = try Scene()
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter)
        try scene.log.cancel(asked, of: scene.matter)
        let stream = StreamID.matter(scene.matter.id)
        let record = Record(
            stream: stream, number: scene.log.number(stream) + 1, time: scene.log.time, event: .erasureAsked,
            actor: scene.owner.hash, notes: [asked.hash], items: [scene.items[0].id])
        try scene.log.append(record, notes: [asked.note.bytes])
        scene.log.setNumber(stream, record.number)
        scene.log.now += wait
        try scene.log.erase([scene.items[0]], as: asked, of: scene.matter)
        #expect(kinds(scene) == [.noteWithheld, .erasureNotAllowed, .erasureNotAllowed])
    }

    @Test func ownerOfAnotherCaseTakesNothingBack() throws {
        let scene = try Scene()
        let other = try scene.log.matter(of: scene.log.person("Berta"))
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter)
        let body = ErasureCancellation(
            erasure: asked.hash, caseID: other.id, by: other.owner.hash, time: scene.log.time)
        try scene.log.append(
            .erasureCancelled, in: .matter(other.id), by: other.owner.hash,
            notes: [.init(try Verified(body, signedBy: other.owner.signer))], items: asked.body.items)
        #expect(kinds(scene) == [.erasureNotAllowed])
        scene.log.now += wait
        try scene.log.erase([scene.items[0]], as: asked, of: scene.matter)
        #expect(kinds(scene) == [.erasureNotAllowed])
    }

    @Test func takingBackWhatIsOverOrNotHersIsFound() throws {
        let scene = try Scene()
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter)
        try scene.log.cancel(asked, of: scene.matter, by: scene.officer)
        #expect(kinds(scene) == [.erasureNotAllowed])
        try scene.log.cancel(asked, of: scene.matter)
        scene.log.now += 1
        try scene.log.cancel(asked, of: scene.matter)
        #expect(kinds(scene) == [.erasureNotAllowed, .erasureNotAllowed])
    }

    @Test func noteThatListsOtherLeavesIsFound() throws {
        let scene = try erased { $0.leaves = LeafSet([0]) }
        #expect(kinds(scene) == [.erasureNotAllowed])
    }

    @Test func erasingWithAWithdrawnKeyIsFound() throws {
        let scene = try Scene()
        let asked = try scene.log.askErasure([scene.items[0]], of: scene.matter)
        try scene.log.withdraw(scene.owner)
        scene.log.now += wait
        try scene.log.erase([scene.items[0]], as: asked, of: scene.matter)
        #expect(kinds(scene) == [.noteWithheld, .erasureNotAllowed])
    }

    @Test func hiddenEntryOfAnItemThatWasNotErasedIsWithheld() throws {
        let scene = try Scene()
        try scene.log.hide(scene.items[1], in: scene.lent)
        #expect(kinds(scene) == [.entryWithheld])
        let other = try erased()
        try other.log.hide(other.items[1], in: other.lent)
        #expect(kinds(other) == [.entryWithheld])
    }

    @Test func openingOfAnErasedItemIsFound() throws {
        let scene = try erased()
        try scene.log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        let findings = scene.log.findings()
        #expect(findings.map(\.kind) == [.grantedAgainstRules] && findings[0].failures == [.erased])
    }

    @Test func brokenChainIsFoundBesideAnErasedItem() throws {
        let scene = try Scene()
        let asked = try scene.log.askErasure([scene.items[1]], of: scene.matter)
        scene.log.now += wait
        try scene.log.erase([scene.items[1]], as: asked, of: scene.matter, lent: [scene.lent])
        try scene.log.item(scene.matter, sequence: 9)
        #expect(kinds(scene) == [])  // how many are gone nobody can tell
        try scene.log.item(scene.matter, sequence: 3)
        #expect(kinds(scene) == [.ingestChainBroken])
    }

    // MARK: Cases

    /// A vault with two cases, of which one was erased after openings under its grant.
    private func erasedCase(
        _ change: (inout ErasureTerms) -> Void = { _ in }
    ) throws -> (scene: Scene, other: Matter, asked: Verified<Erasure>) {
        let scene = try Scene()
        let log = scene.log
        let anna = try log.person("Berta")
        let other = try log.matter(of: anna)
        let kept = try log.item(other)
        try log.open(scene.officer, scene.matter, scene.lent, scene.items)
        let asked = try log.askErasure([], of: scene.matter, lent: [scene.lent], change)
        // What comes after the note was signed goes too.
        try log.open(scene.officer, scene.matter, scene.lent, [scene.items[0]])
        try log.open(anna, other, nil, [kept])
        log.now += wait
        try log.erase(scene.matter, as: asked, lent: [scene.lent])
        try log.open(anna, other, nil, [kept])
        return (scene, other, asked)
    }

    @Test(arguments: [1, 4, 1000]) func erasedCaseReplaysWithoutAFinding(batch: Int) throws {
        let (scene, _, _) = try erasedCase()
        let replay = scene.log.replay(batch: batch)
        #expect(replay.findings == [])
        #expect(replay.statistics.erasedCases == 1 && replay.statistics.erasedRecords == 6)
        #expect(replay.statistics.foreign == 0)
    }

    @Test func erasedCaseReplaysWithItsOldKeyToo() throws {
        let (scene, other, _) = try erasedCase()
        let keys = AuditKeys(
            vault: scene.log.vaultKey,
            matters: [scene.matter, other].map { AuditKeys.Matter(id: $0.id, key: $0.key) })
        #expect(scene.log.replay(keys: ReplayKeys(keys)).findings == [])
    }

    @Test func recordOfAnotherCaseThatIsMissingStaysWithheld() throws {
        let (scene, other, _) = try erasedCase { $0.leaves = LeafSet([UInt64](0..<11)) }
        let place = try #require(
            scene.log.records.indices.first {
                scene.log.records[$0].map { (try? DisclosedRecord(opening: $0, with: other.key)) != nil } ?? false
            })
        scene.log.records[place] = nil
        let findings = scene.log.findings()
        #expect(findings.contains { $0.kind == .recordWithheld && $0.index == UInt64(place) })
        #expect(!findings.contains { $0.kind == .foreignLeaf })
    }

    @Test func leafThatTheNoteDoesNotListIsFound() throws {
        let (scene, _, _) = try erasedCase { $0.leaves = LeafSet([]) }
        #expect(!kinds(scene).isEmpty && Set(kinds(scene)) == [.foreignLeaf])
        #expect(scene.log.findings().allSatisfy { $0.severity == .ruleBroken })
    }

    @Test func caseThatIsGoneWithoutTheOwnersNoteIsFound() throws {
        let scene = try Scene()
        let log = scene.log
        let body = Erasure(
            caseID: scene.matter.id, by: scene.officer.hash, time: log.time, due: log.time, items: [], size: log.size,
            leaves: try log.leaves(of: scene.matter, [scene.lent]))
        try log.erase(scene.matter, as: try Verified(body, signedBy: scene.officer.signer), lent: [scene.lent])
        let findings = log.findings()
        #expect(findings.map(\.kind) == [.keyMissing, .erasureNotAllowed])
    }

    @Test func erasedCaseCoversNoLeafFromBeforeItWasOpened() throws {
        let scene = try Scene()
        let log = scene.log
        let hidden = log.size
        log.append(
            leaf: Leaf(tag: LeafTag(truncating: Random.value(Digest.self).bytes), commitment: Random.value()),
            sealed: nil)
        let matter = try log.matter(of: log.person("Berta"))
        log.append(
            leaf: Leaf(tag: LeafTag(truncating: Random.value(Digest.self).bytes), commitment: Random.value()),
            sealed: nil)
        let asked = try log.askErasure([], of: matter) {
            $0.size = 0
            $0.leaves = LeafSet([])
        }
        log.now += wait
        try log.erase(matter, as: asked)
        let replay = log.replay()
        #expect(replay.findings.map(\.kind) == [.foreignLeaf] && replay.findings.map(\.index) == [hidden])
        // What follows cannot be told from the case's own, and is counted as such.
        #expect(replay.statistics.erasedForeign == 2)
    }

    @Test func forgedNoteErasesNoCase() throws {
        let scene = try Scene()
        let log = scene.log
        let body = Erasure(
            caseID: scene.matter.id, by: scene.owner.hash, time: log.time, due: log.time, items: [], size: log.size,
            leaves: try log.leaves(of: scene.matter, [scene.lent]))
        try log.erase(scene.matter, as: try Verified(body, signedBy: log.custodian), lent: [scene.lent])
        #expect(log.findings().map(\.kind) == [.keyMissing, .noteNotSigned])
    }

    @Test func caseErasedTooEarlyIsFound() throws {
        let (scene, _, _) = try erasedCase { $0.wait = 30 * 86_400 }
        #expect(Set(kinds(scene)) == [.keyMissing, .erasureNotAllowed])
    }

    @Test func recordsThatAreMissingWithoutAnyErasureAreWithheld() throws {
        let scene = try Scene()
        for index in scene.log.records.indices.suffix(1) { scene.log.records[index] = nil }
        #expect(kinds(scene) == [.recordWithheld])
    }

    @Test func erasedCaseCannotBeOpenedAgain() throws {
        let (scene, _, _) = try erasedCase()
        let old = scene.matter.card.body
        let card = CaseCard(
            caseID: old.caseID, number: 0, previous: nil, recipient: old.recipient, ownerKey: old.ownerKey,
            logKey: old.logKey, signers: [scene.officer.signer.verifierKey])
        scene.log.matters.append(scene.matter)
        let note = try Verified(card, signedBy: scene.owner.signer)
        try scene.log.append(.caseOpened, in: .vault, by: scene.owner.hash, notes: [.init(note)])
        #expect(kinds(scene) == [.caseNotAllowed])
    }
}
