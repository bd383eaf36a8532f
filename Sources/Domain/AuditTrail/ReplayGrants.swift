import AgeFile
import Sharing
import SignedNote

// Items, grants and their ends.
extension Replay {
    mutating func judge(
        ingest note: Unverified<IngestRecord>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        guard isSigned(leaf) else { return }
        let item = body.content.id
        isConsistent(
            record.notes == [note.hash] && record.stream == .matter(body.caseID) && record.items == [item], leaf)
        guard let matter = state.matters[body.caseID] else {
            return report(.caseUnknown, leaf.opened, unless: [.vault])
        }
        line.isAttested = matter.card.attests(body.signer)
        let reach = matter.card.reach(of: body)
        if reach == nil { report(.itemNotAllowed, leaf.opened, unless: [record.stream]) }
        judgeSigner(body, record, matter, leaf)
        let id = ReplayState.ChainID(caseID: body.caseID, signer: body.signer)
        let newest = state.chains[id]
        let follows =
            body.previous == newest?.hash
            && (newest.map { body.sequence.isNext(after: $0.sequence) } ?? (body.sequence == 0))
        if !follows, !followsErased(body.previous, body.sequence, newest, body.caseID) {
            report(.ingestChainBroken, leaf.opened, unless: [record.stream])
        }
        state.chains[id] = ReplayState.Chain(sequence: body.sequence, hash: note.hash)
        guard state.items[item] == nil else { return report(.itemRepeated, leaf.opened) }
        state.items[item] = ReplayState.Item(
            caseID: body.caseID, index: leaf.opened.index, descriptionID: body.description.id, describedBy: note.hash,
            isPrivate: reach == .ownerAlone)
    }

    private mutating func judgeSigner(
        _ body: IngestRecord, _ record: Record, _ matter: ReplayState.Matter, _ leaf: CheckedLeaf
    ) {
        guard let actor = record.actor else {
            if !matter.card.signers.contains(body.signer) {
                report(.itemNotAllowed, leaf.opened, unless: [record.stream])
            }
            return
        }
        guard let card = state.cards[actor] else { return reportUnknownCard(leaf.opened) }
        if card.card.key != body.signer || !card.failures(at: record.time).isEmpty {
            report(.itemNotAllowed, leaf.opened, unless: [record.stream])
        }
    }

    mutating func judge(
        grant note: Unverified<Grant>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let grant = note.body
        line.caseID = grant.caseID
        line.grantID = grant.id
        line.subject = person(grant.to)
        line.purpose = grant.purpose
        guard isSigned(leaf) else { return }
        guard state.grants[grant.id] == nil else { return report(.grantRepeated, leaf.opened) }
        let parent = grant.parent.flatMap { state.grantIDs[$0] }
        let stream = parent.map { StreamID.grant($0) } ?? .matter(grant.caseID)
        isConsistent(
            record.actor == grant.from && record.notes == [note.hash] && record.stream == stream
                && (record.event == .lentOn) == (grant.parent != nil), leaf)
        if let key = tracker.key(of: .grant(grant.id)), key.commitment(to: grant.id) != grant.logKey {
            report(.keyDiffers, leaf.opened)
        }
        let above = state.chain(parent) ?? []
        let list = list(of: record, leaf)
        if let from = state.cards[grant.from], let to = state.cards[grant.to] {
            judge(grant, from, to, above, holds(list, grant, record), record.time, leaf)
        } else {
            reportUnknownCard(leaf.opened)
        }
        let isApproved = above.first.map { $0.grant.lend.approval == .none } ?? true
        state.grants[grant.id] = ReplayState.Lent(
            grant: grant, hash: note.hash, isApproved: isApproved,
            items: Set((list?.files.map { $0.item } ?? []) + record.items),
            files: Set(grant.lend.rights == .none ? [] : list?.files.map { ReplayState.LentFile($0) } ?? []),
            isListKnown: list != nil)
        state.grantIDs[note.hash] = grant.id
    }

    private mutating func judge(
        _ grant: Grant, _ from: CardState, _ to: CardState, _ above: [GrantState], _ filesAreHeld: Bool,
        _ time: Timestamp, _ leaf: CheckedLeaf
    ) {
        if state.custodian == nil { state.custodian = grant.custodian }
        let verdict = Decision.accept(
            AcceptanceContext(
                grant: grant, signer: from.card.key, from: from, to: to, caseCard: state.matters[grant.caseID]?.card,
                above: above, filesAreHeld: filesAreHeld, custodian: state.custodian ?? grant.custodian,
                time: time))
        guard !verdict.isGranted else { return }
        report(
            .grantNotAllowed, leaf.opened, failures: verdict.failures,
            unless: isExplained(added: [], missing: Set(verdict.failures), grant.caseID, above)
                ? [StreamID](state.doubts) : [])
    }

    /// The item list of a grant or extension, if it is there and belongs to it and its record.
    mutating func list(of record: Record, _ leaf: CheckedLeaf) -> ItemList? {
        switch leaf.list {
        case .none: return nil
        case .missing: report(.listWithheld, leaf.opened)
        case .differs: report(.listDiffers, leaf.opened)
        case .fits(let list):
            let contents = list.files.filter { $0.kind == .content }.map { $0.item }
            // Entries that were erased since stand as hashes; the record still names their items.
            let isWhole = list.files.count == list.entries.count
            let named = isWhole ? record.items : record.items.filter { contents.contains($0) }
            isConsistent(named == contents, leaf)
            if !isWhole { judgeHidden(list, record, leaf) }
            return list
        }
        return nil
    }

    /// Whether every file is lent by the grant above, or of the case where the owner lends.
    func holds(_ list: ItemList?, _ grant: Grant, _ record: Record) -> Bool {
        guard let list else {
            return record.items.allSatisfy { id in
                state.items[id].map { $0.caseID == grant.caseID && !$0.isPrivate } ?? false
            }
        }
        if let parent = grant.parent.flatMap({ state.grantIDs[$0] }).flatMap({ state.grants[$0] }) {
            return list.files.allSatisfy { file in
                let isOther = state.items[file.item].map {
                    $0.isErased || $0.isPrivate || $0.caseID != grant.caseID
                }
                return isOther != true && (!parent.isListKnown || parent.files.contains(ReplayState.LentFile(file)))
            }
        }
        return list.files.allSatisfy { file in
            guard let item = state.items[file.item], item.caseID == grant.caseID, !item.isErased,
                !item.isPrivate
            else { return false }
            return file.kind == .content ? file.id == file.item : item.descriptionID.map { $0 == file.id } ?? true
        }
    }

    mutating func judge(
        revocation note: Unverified<Revocation>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        line.reason = note.body.reason
        guard isSigned(leaf) else { return }
        isConsistent(
            record.actor == body.by && record.notes == [note.hash] && record.stream == .grant(body.grantID), leaf)
        guard let lent = state.grants[body.grantID], lent.hash == body.grant else {
            return report(.grantUnknown, leaf.opened, unless: [StreamID](state.doubts))
        }
        line.caseID = lent.grant.caseID
        line.subject = person(lent.grant.to)
        guard let by = state.cards[body.by], let chain = state.chain(body.grantID) else {
            return reportUnknownCard(leaf.opened)
        }
        let isGrantor = chain.contains { $0.grant.from == body.by }
        let isOwner = state.matters[lent.grant.caseID]?.card.ownerKey == by.card.key
        if !isGrantor && !isOwner || !by.failures(at: record.time).isEmpty || lent.hasEnded {
            report(.endNotAllowed, leaf.opened, unless: [.matter(lent.grant.caseID)])
        }
        state.grants[body.grantID]?.isRevoked = true
    }

    mutating func judgeExpiry(_ record: Record, _ leaf: CheckedLeaf) {
        guard case .grant(let id) = record.stream, let lent = state.grants[id] else {
            return report(.grantUnknown, leaf.opened, unless: [StreamID](state.doubts))
        }
        isConsistent(record.actor == nil && record.notes == [lent.hash] && record.items.isEmpty, leaf)
        if lent.hasEnded || record.time < lent.grant.notAfter { report(.endNotAllowed, leaf.opened) }
        state.grants[id]?.isExpired = true
    }
}
