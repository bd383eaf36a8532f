import AgeFile
import Sharing
import SignedNote

// What an owner asks to be erased, what is erased, and what is missing because of it.
extension Replay {
    mutating func judge(
        erasure note: Unverified<Erasure>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        line.due = body.due
        guard isSigned(leaf) else { return }
        isConsistent(
            record.actor == body.by && record.notes == [note.hash] && record.items == body.items
                && record.stream == .matter(body.caseID), leaf)
        guard let by = state.cards[body.by] else { return reportUnknownCard(leaf.opened) }
        let verdict = Decision.erase(
            ErasureContext(
                caseID: body.caseID, by: by, signed: body.time, caseCard: state.matters[body.caseID]?.card,
                standings: body.items.map { standing($0, body.caseID) }, time: record.time, clock: record.clock))
        let isRepeated = state.erasures[note.hash] != nil
        if !verdict.isGranted || !listsItsLeaves(body) || body.size > leaf.opened.index || isRepeated {
            report(.erasureNotAllowed, leaf.opened, failures: verdict.failures, unless: [record.stream])
        }
        // What nobody but the owner may ask for is not carried out on anybody else's word either; and what she took back
        // does not come back to life by being logged once more.
        guard !verdict.failures.contains(.notOwner), !isRepeated else { return }
        state.erasures[note.hash] = ReplayState.AskedErasure(body: body)
    }

    private func standing(_ id: AgeFileID, _ matter: CaseID) -> ItemStanding {
        guard let item = state.items[id], item.caseID == matter else { return .absent }
        return item.isErased ? .erased : .present
    }

    /// Whether an erasure of items lists the leaves that added and described them, as far as its signer had seen them.
    /// Which leaves are of a case shows when it is erased.
    private func listsItsLeaves(_ body: Erasure) -> Bool {
        guard !body.isOfCase else { return true }
        let leaves = body.items.flatMap { (state.items[$0].map { [$0.index] } ?? []) + (state.described[$0] ?? []) }
        return body.leaves == LeafSet(leaves.filter { $0 < body.size })
    }

    mutating func judge(
        cancellation note: Unverified<ErasureCancellation>, _ record: Record, _ leaf: CheckedLeaf,
        _ line: inout AuditLine
    ) {
        let body = note.body
        guard isSigned(leaf) else { return }
        isConsistent(
            record.actor == body.by && record.notes == [note.hash] && record.stream == .matter(body.caseID), leaf)
        guard let by = state.cards[body.by] else { return reportUnknownCard(leaf.opened) }
        let verdict = Decision.erase(
            ErasureContext(
                caseID: body.caseID, by: by, signed: body.time, caseCard: state.matters[body.caseID]?.card,
                time: record.time, clock: record.clock))
        let asked = state.erasures[body.erasure]
        isConsistent(asked.map { record.items == $0.body.items } ?? true, leaf)
        let isOfCase = asked.map { $0.body.caseID == body.caseID } ?? true
        if !verdict.isGranted || asked?.isOver != false || !isOfCase {
            report(.erasureNotAllowed, leaf.opened, failures: verdict.failures, unless: [record.stream])
        }
        guard !verdict.failures.contains(.notOwner), isOfCase else { return }
        state.erasures[body.erasure]?.isOver = true
    }

    mutating func judgeItemsErased(_ record: Record, _ leaf: CheckedLeaf) {
        guard let hash = record.notes.first, let asked = state.erasures[hash] else {
            return report(.erasureNotAllowed, leaf.opened, unless: [record.stream])
        }
        isConsistent(
            record.actor == nil && record.notes == [hash] && record.items == asked.body.items
                && record.stream == .matter(asked.body.caseID), leaf)
        guard mayCarryOut(asked, at: record.time), !asked.body.isOfCase else {
            return report(.erasureNotAllowed, leaf.opened, unless: [record.stream])
        }
        state.erasures[hash]?.isOver = true
        for item in asked.body.items {
            state.items[item]?.isErased = true
            erased.erase(item)
        }
        statistics.erasedItems += UInt64(asked.body.items.count)
    }

    private func mayCarryOut(_ asked: ReplayState.AskedErasure, at time: Timestamp) -> Bool {
        guard !asked.isOver, time >= asked.body.due, let matter = state.matters[asked.body.caseID] else { return false }
        return !state.withdrawnKeys.contains(matter.card.ownerKey)
    }

    /// A whole case is gone: nothing of its streams can be read any more, so the owner's note stands beside this record.
    mutating func judge(
        caseErasure note: Unverified<Erasure>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        line.caseID = body.caseID
        guard isSigned(leaf) else { return }
        isConsistent(record.actor == nil && record.notes == [note.hash] && record.items.isEmpty, leaf)
        guard let matter = state.matters[body.caseID] else {
            return report(.caseUnknown, leaf.opened, unless: [.vault])
        }
        let asked = state.erasures[note.hash] ?? ReplayState.AskedErasure(body: body)
        let isOwner = state.cards[body.by]?.card.key == matter.card.ownerKey
        guard isOwner, mayCarryOut(asked, at: record.time), body.isOfCase, body.size <= leaf.opened.index else {
            return report(.erasureNotAllowed, leaf.opened, unless: [.vault])
        }
        let grants = state.grants
        let gone = erased.erase(body.caseID, body, openedAt: matter.index) { stream in
            switch stream {
            case .vault: false
            case .matter(let id): id == body.caseID
            case .grant(let id): grants[id]?.grant.caseID == body.caseID
            }
        }
        statistics.erasedCases += 1
        statistics.erasedRecords += gone.foreign + gone.withheld
        statistics.erasedForeign += gone.foreign
        state.forget(body.caseID)
    }

    // MARK: What is missing

    /// An item whose ingest record is not there: the record still tells that something was added, under which id. Only a
    /// later leaf can show that it was erased.
    mutating func judgeStripped(_ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine) {
        guard case .matter(let matter) = record.stream else { return }
        let (item, hash) = (record.items[0], record.notes[0])
        line.erasedCount = 1
        guard state.matters[matter] != nil else { return report(.caseUnknown, leaf.opened, unless: [.vault]) }
        guard state.items[item] == nil else { return report(.itemRepeated, leaf.opened) }
        state.items[item] = ReplayState.Item(
            caseID: matter, index: leaf.opened.index, descriptionID: nil, describedBy: hash, isWhole: false,
            isPrivate: false)
        erased.isStripped(item, ingest: hash, of: matter, leaf.opened)
    }

    /// A description anew whose note is not there, likewise.
    mutating func judgeStripped(description record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine) {
        guard case .matter(let matter) = record.stream else { return }
        let item = record.items[0]
        line.erasedCount = 1
        guard state.items[item]?.caseID == matter else {
            return report(.descriptionNotAllowed, leaf.opened, unless: [record.stream])
        }
        state.items[item]?.descriptionID = nil
        state.items[item]?.describedBy = record.notes[0]
        state.described[item, default: []].append(leaf.opened.index)
        erased.isStripped(item, of: matter, leaf.opened)
    }

    /// Whether what a signer says of its newest record before fits one that is not there: how many lie between nobody can
    /// tell, but it cannot go back.
    func followsErased(
        _ previous: NoteHash?, _ count: UInt64, _ newest: ReplayState.Chain?, _ matter: CaseID
    ) -> Bool {
        guard let previous, erased.holds(previous, of: matter) else { return false }
        return count >= 1 && (newest.map { count - 1 > $0.sequence } ?? true)
    }

    /// Entries that stand as hashes: no more than the items that the record names and the list does not have, each with
    /// content and description. That these were erased only a later leaf can show.
    mutating func judgeHidden(_ list: ItemList, _ record: Record, _ leaf: CheckedLeaf) {
        let shown = Set(list.files.map { $0.item })
        let items = record.items.filter { !shown.contains($0) }
        guard !items.isEmpty, list.entries.count - list.files.count <= 2 * items.count else {
            return report(.entryWithheld, leaf.opened)
        }
        erased.isHidden(items, in: record.stream, leaf.opened)
    }
}
