import AgeFile
import Sharing
import SignedNote

// The owner's answers to what is lent on, extensions of standing grants, and memberships of units.
extension Replay {
    mutating func judge(
        approval note: Unverified<Approval>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        tell(of: body.grantID, in: &line)
        guard isSigned(leaf) else { return }
        isConsistent(record.isAnswer(note.hash, by: body.by, in: body.caseID), leaf)
        if let context = answer(body.grantID, body.grant, body.caseID, body.by, record, leaf) {
            judge(Decision.approve(context), context, leaf)
        }
        if state.grants[body.grantID]?.hash == body.grant { state.grants[body.grantID]?.isApproved = true }
    }

    mutating func judge(
        decline note: Unverified<Decline>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        tell(of: body.grantID, in: &line)
        line.reason = body.reason
        guard isSigned(leaf) else { return }
        isConsistent(record.isAnswer(note.hash, by: body.by, in: body.caseID), leaf)
        if let context = answer(body.grantID, body.grant, body.caseID, body.by, record, leaf) {
            judge(Decision.decline(context), context, leaf)
        }
        if state.grants[body.grantID]?.hash == body.grant { state.grants[body.grantID]?.isDeclined = true }
    }

    private mutating func answer(
        _ id: GrantID, _ hash: NoteHash, _ matter: CaseID, _ by: NoteHash, _ record: Record, _ leaf: CheckedLeaf
    ) -> AnswerContext? {
        guard let chain = state.chain(id), let card = state.cards[by] else {
            reportUnknownCard(leaf.opened)
            return nil
        }
        return AnswerContext(
            grant: hash, caseID: matter, by: card, chain: chain, caseCard: state.matters[matter]?.card,
            time: record.time)
    }

    private mutating func judge(_ verdict: Verdict, _ context: AnswerContext, _ leaf: CheckedLeaf) {
        guard !verdict.isGranted else { return }
        let streams = [StreamID.matter(context.caseID)] + context.chain.map { StreamID.grant($0.grant.id) }
        // A grant that nobody has shown may stand in any stream that lacks a record.
        report(
            .answerNotAllowed, leaf.opened, failures: verdict.failures,
            unless: context.chain.isEmpty ? [StreamID](state.doubts) : streams)
    }

    private func tell(of grant: GrantID, in line: inout AuditLine) {
        line.grantID = grant
        line.subject = state.grants[grant].map { person($0.grant.to) }
        line.purpose = state.grants[grant]?.grant.purpose
    }

    // MARK: Standing grants

    mutating func judge(
        more note: Unverified<Extension>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        tell(of: body.grantID, in: &line)
        guard let lent = state.grants[body.grantID], lent.hash == body.grant else {
            return report(.grantUnknown, leaf.opened, unless: [StreamID](state.doubts))
        }
        guard let from = state.cards[lent.grant.from], let chain = state.chain(body.grantID) else {
            return reportUnknownCard(leaf.opened)
        }
        guard (try? note.verified(by: from.card.key)) != nil else { return report(.noteNotSigned, leaf.opened) }
        isConsistent(
            record.actor == from.hash && record.notes == [note.hash] && record.stream == .matter(lent.grant.caseID),
            leaf)
        if !state.extensions.insert(body.id).inserted || state.grants[body.id] != nil {
            report(.grantRepeated, leaf.opened)
        }
        let list = list(of: record, leaf)
        let items = (list?.files.map { $0.item } ?? []) + record.items
        let verdict = Decision.extend(
            ExtensionContext(
                body: body, signer: from.card.key, grant: chain.first, from: from,
                caseCard: state.matters[lent.grant.caseID]?.card, filesAreHeld: holds(list, lent.grant, record),
                filesAreNew: items.allSatisfy { !lent.items.contains($0) }, time: record.time))
        if !verdict.isGranted {
            let isExplained = isExplained(added: [], missing: Set(verdict.failures), lent.grant.caseID, chain)
            report(
                .grantNotAllowed, leaf.opened, failures: verdict.failures,
                unless: isExplained ? [StreamID](state.doubts) : [])
        }
        state.grants[body.grantID]?.items.formUnion(items)
        if lent.grant.lend.rights != .none {
            state.grants[body.grantID]?.files.formUnion(list?.files.map { ReplayState.LentFile($0) } ?? [])
        }
        if list == nil { state.grants[body.grantID]?.isListKnown = false }
    }

    // MARK: Units

    mutating func judge(
        membership note: Unverified<Membership>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        line.subject = person(body.member)
        guard isSigned(leaf) else { return }
        isConsistent(record.actor == nil && record.notes == [note.hash] && record.items.isEmpty, leaf)
        guard let unit = state.cards[body.unit], state.cards[body.member] != nil else {
            return reportUnknownCard(leaf.opened)
        }
        // Whoever could not check the unit's issuer was told so when its card came.
        if unit.card.kind != .unit || unit.issuer != body.issuer && (unit.issuer != nil || holdsVault) {
            report(.cardNotVouched, leaf.opened, unless: [.vault])
        }
        guard state.memberships[note.hash] == nil else { return report(.cardRepeated, leaf.opened) }
        state.memberships[note.hash] = ReplayState.Member(membership: body)
    }

    mutating func judge(
        memberWithdrawal note: Unverified<Withdrawal>, _ record: Record, _ leaf: CheckedLeaf,
        _ line: inout AuditLine
    ) {
        line.reason = note.body.reason
        guard isSigned(leaf) else { return }
        isConsistent(record.actor == nil && record.notes == [note.hash] && record.items.isEmpty, leaf)
        guard let member = state.memberships[note.body.card] else { return reportUnknownCard(leaf.opened) }
        line.subject = person(member.membership.member)
        let own = state.cards[member.membership.member]?.card.key
        if note.body.by != member.membership.issuer && note.body.by != own || member.isWithdrawn {
            report(.withdrawalNotAllowed, leaf.opened, unless: [.vault])
        }
        state.memberships[note.body.card]?.isWithdrawn = true
    }
}

extension Record {
    fileprivate func isAnswer(_ note: NoteHash, by card: NoteHash, in matter: CaseID) -> Bool {
        actor == card && notes == [note] && items.isEmpty && stream == .matter(matter)
    }
}
