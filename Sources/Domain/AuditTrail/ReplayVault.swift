import Sharing
import SignedNote

// Cards, trust and the opening of cases.
extension Replay {
    mutating func judge(
        card note: Unverified<Card>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        line.subject = AuditLine.Person(card: note.hash, holder: AuditLine.Holder(note.body))
        line.actor = line.subject
        guard isSigned(leaf) else { return }
        isConsistent(record.actor == note.hash && record.notes == [note.hash] && record.items.isEmpty, leaf)
        guard state.cards[note.hash] == nil else { return report(.cardRepeated, leaf.opened) }
        let isWithdrawn = !note.body.needsIssuer && state.withdrawnKeys.contains(note.body.key)
        if isWithdrawn { report(.keyWithdrawn, leaf.opened) }
        state.cards[note.hash] = CardState(
            card: note.body, hash: note.hash, issuer: issuer(of: note, leaf), isWithdrawn: isWithdrawn)
    }

    private mutating func issuer(of note: Unverified<Card>, _ leaf: CheckedLeaf) -> VerifierKey? {
        guard note.body.needsIssuer else { return nil }
        if state.trust == nil, !holdsVault {
            report(.issuerUnchecked, leaf.opened)
            return nil
        }
        let issuers = state.trust?.issuers.filter { $0.role == note.body.role }.map { $0.key } ?? []
        statistics.signatures += 1
        guard let vouched = try? note.note.verified(by: issuers), let issuer = vouched.signers.first else {
            // A trust note given to an owner from elsewhere is today's; the one that counted then may have been another.
            if holdsVault || state.isTrustFromLog {
                report(.cardNotVouched, leaf.opened, unless: [.vault])
            } else {
                report(.issuerUnchecked, leaf.opened)
            }
            return nil
        }
        if note.body.kind == .unit, issuer != note.body.key { report(.cardNotVouched, leaf.opened) }
        return issuer
    }

    mutating func judge(
        withdrawal note: Unverified<Withdrawal>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        line.subject = person(note.body.card)
        line.reason = note.body.reason
        guard isSigned(leaf) else { return }
        isConsistent(record.actor == nil && record.notes == [note.hash] && record.items.isEmpty, leaf)
        guard let card = state.cards[note.body.card] else { return reportUnknownCard(leaf.opened) }
        let isAllowed = note.body.by == card.card.key || note.body.by == card.issuer
        if isAllowed, !card.isWithdrawn {
            state.withdraw(card)
        } else if holdsVault {
            report(.withdrawalNotAllowed, leaf.opened, unless: [.vault])
        } else if !card.isWithdrawn {
            // Signed by the issuer, presumably: without the trust note of the day nobody can tell.
            report(.issuerUnchecked, leaf.opened)
            state.withdraw(card)
        }
    }

    mutating func judge(trust note: Unverified<Trust>, _ record: Record, _ leaf: CheckedLeaf) {
        guard isSigned(leaf) else { return }
        let body = note.body
        isConsistent(record.actor == nil && record.notes == [note.hash] && record.items.isEmpty, leaf)
        let isOurs = state.operatorKey == nil || state.operatorKey == body.operatorKey
        if !isNext(body) || !isOurs || holdsVault && body.auditors.contains(where: { state.cards[$0] == nil }) {
            report(.trustNotNext, leaf.opened, unless: [.vault])
        }
        let isOther = state.custodian != nil && state.custodian != body.custodian
        if isOther || !logs.contains(body.log) {
            report(.trustDiffers, leaf.opened)
        }
        if let trusted = anchor.trust, trusted.number == body.number, trusted != body {
            report(.trustDiffers, leaf.opened)
        }
        // A note of somebody else does not count for what follows.
        guard isOurs else { return }
        state.trust = body
        state.isTrustFromLog = true
        if state.operatorKey == nil { state.operatorKey = body.operatorKey }
        if state.custodian == nil { state.custodian = body.custodian }
    }

    /// Whether a trust note may follow the ones before. An owner sees those alone that counted for the cards that
    /// concern her: of the numbers between she knows nothing.
    private func isNext(_ body: Trust) -> Bool {
        guard holdsVault || state.isTrustFromLog else { return true }
        guard let current = state.trust else { return body.number == 0 }
        guard current.operatorKey == body.operatorKey else { return false }
        return holdsVault ? body.number.isNext(after: current.number) : current.number < body.number
    }

    mutating func judge(
        caseCard note: Unverified<CaseCard>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        line.caseID = note.body.caseID
        guard isSigned(leaf) else { return }
        if record.event == .caseOpened {
            judge(opening: note, record, leaf)
        } else {
            judge(next: note, record, leaf)
        }
    }

    private mutating func judge(opening note: Unverified<CaseCard>, _ record: Record, _ leaf: CheckedLeaf) {
        let body = note.body
        isConsistent(record.notes == [note.hash] && record.items.isEmpty, leaf)
        if let owner = record.actor.flatMap({ state.cards[$0] }) {
            let isAllowed =
                owner.card.key == body.ownerKey && owner.failures(at: record.time).isEmpty && !owner.card.needsIssuer
            let isNew = state.matters[body.caseID] == nil && !erased.cases.contains(body.caseID)
            if !isAllowed || body.number != 0 || !isNew {
                report(.caseNotAllowed, leaf.opened, unless: [.vault])
            }
        } else {
            reportUnknownCard(leaf.opened)
        }
        if let key = tracker.key(of: .matter(body.caseID)) {
            if key.commitment(to: body.caseID) != body.logKey { report(.keyDiffers, leaf.opened) }
        } else {
            erased.lacksKey(of: body.caseID, leaf.opened)
        }
        if state.matters[body.caseID] == nil {
            state.matters[body.caseID] = ReplayState.Matter(card: body, hash: note.hash, index: leaf.opened.index)
        }
    }

    /// New sealed keys of a case: signed by the key that its first card pinned.
    mutating func judge(
        recovery note: Unverified<RecoveryUpdate>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        line.caseID = note.body.caseID
        let isForm = record.notes == [note.hash] && record.items.isEmpty && record.actor == nil
        isConsistent(isForm && record.stream == .matter(note.body.caseID), leaf)
        guard let owner = state.matters[note.body.caseID]?.card.ownerKey else {
            return report(.caseUnknown, leaf.opened, unless: [.vault])
        }
        if (try? note.verified(by: owner)) == nil { report(.noteNotSigned, leaf.opened) }
        if state.withdrawnKeys.contains(owner) { report(.keyWithdrawn, leaf.opened) }
        isConsistent(Decision.isNear(note.body.time, record.clock ?? record.time), leaf)
    }

    private mutating func judge(next note: Unverified<CaseCard>, _ record: Record, _ leaf: CheckedLeaf) {
        let body = note.body
        isConsistent(
            record.notes == [note.hash] && record.stream == .matter(body.caseID) && record.items.isEmpty, leaf)
        guard let current = state.matters[body.caseID] else {
            return report(.caseUnknown, leaf.opened, unless: [.vault])
        }
        guard body.follows(current.card, hash: current.hash) else {
            return report(.caseCardNotNext, leaf.opened, unless: [record.stream])
        }
        guard let owner = record.actor.flatMap({ state.cards[$0] }) else { return reportUnknownCard(leaf.opened) }
        if owner.card.key != body.ownerKey || !owner.failures(at: record.time).isEmpty {
            report(.caseCardNotNext, leaf.opened, unless: [.vault])
        }
        state.matters[body.caseID]?.card = body
        state.matters[body.caseID]?.hash = note.hash
    }
}
