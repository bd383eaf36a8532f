import AgeFile
import Sharing
import SignedNote

// The rules, leaf after leaf. What was logged counts for what comes after, also where it was against the rules.
extension Replay {
    mutating func apply(_ leaf: CheckedLeaf) {
        statistics.leaves += 1
        statistics.signatures += leaf.signatureCount
        if let sighting = leaf.opened.sighting {
            report(sighting, leaf.opened)
            if let stream = leaf.opened.stream { state.doubts.insert(stream) }
        }
        switch leaf.opened.outcome {
        case .opened(let opened): judge(opened, leaf)
        case .failed(.recordWithheld):
            // Whether its owner had it erased only a later leaf tells.
            erased.isWithheld(leaf.opened)
            state.isTimeKnown = false
            if let stream = leaf.opened.stream { state.doubts.insert(stream) }
        case .failed(let kind):
            report(kind, leaf.opened)
            if let stream = leaf.opened.stream { state.doubts.insert(stream) }
        case .foreign: judgeForeign(leaf.opened)
        }
        judge(leaf.kept, leaf.opened)
    }

    /// What was released before a checkpoint that was kept was released under it.
    private mutating func judge(_ kept: KeptHead, _ leaf: OpenedLeaf) {
        switch kept {
        case .none: return
        case .fits: break
        case .differs: report(.headDiffers, leaf)
        case .forked: report(.forked, leaf)
        }
        uncovered = []
    }

    private mutating func judgeForeign(_ leaf: OpenedLeaf) {
        guard holdsVault else {
            statistics.foreign += 1
            return
        }
        // It may be of a case that was erased, or of a grant whose own record is withheld.
        erased.isForeign(leaf, isDoubted: !state.doubts.isEmpty)
        state.isTimeKnown = false
    }

    private mutating func judge(_ opened: OpenedRecord, _ leaf: CheckedLeaf) {
        let record = opened.record
        statistics.add(record)
        judgeTime(record, leaf)
        var line = AuditLine(index: leaf.opened.index, record: record)
        line.actor = record.actor.map { person($0) }
        defer { tell(line) }
        guard record.event.belongs(in: record.stream) else { return report(.recordInconsistent, leaf.opened) }
        switch opened.note {
        case .card(let note)?: judge(card: note, record, leaf, &line)
        case .withdrawal(let note)? where record.event == .memberWithdrawn:
            judge(memberWithdrawal: note, record, leaf, &line)
        case .withdrawal(let note)?: judge(withdrawal: note, record, leaf, &line)
        case .trust(let note)?: judge(trust: note, record, leaf)
        case .caseCard(let note)?: judge(caseCard: note, record, leaf, &line)
        case .ingest(let note)?: judge(ingest: note, record, leaf, &line)
        case .newDescription(let note)?: judge(newDescription: note, record, leaf)
        case .verification(let note)?: judge(verification: note, record, leaf)
        case .heartbeat(let note)?: judge(heartbeat: note, record, leaf, &line)
        case .grant(let note)?: judge(grant: note, record, leaf, &line)
        case .revocation(let note)?: judge(revocation: note, record, leaf, &line)
        case .recovery(let note)?: judge(recovery: note, record, leaf, &line)
        case .request(let note)?: judge(request: note, record, leaf, &line)
        case .approval(let note)?: judge(approval: note, record, leaf, &line)
        case .decline(let note)?: judge(decline: note, record, leaf, &line)
        case .more(let note)?: judge(more: note, record, leaf, &line)
        case .membership(let note)?: judge(membership: note, record, leaf, &line)
        case .erasure(let note)? where record.event == .caseErased: judge(caseErasure: note, record, leaf, &line)
        case .erasure(let note)?: judge(erasure: note, record, leaf, &line)
        case .cancellation(let note)?: judge(cancellation: note, record, leaf, &line)
        case nil: judgeWithoutNote(record, leaf, &line)
        }
    }

    /// Time never runs back from leaf to leaf. A clock that stood behind the log gives the time of the leaf before, and
    /// the vault's stream says so once for each such spell.
    private mutating func judgeTime(_ record: Record, _ leaf: CheckedLeaf) {
        if record.time < state.time { report(.timeBackwards, leaf.opened) }
        if let clock = record.clock, holdsVault {
            // The log's time begins with the vault, so the first leaf may already stand behind it.
            if record.time != state.time, statistics.leaves > 1, state.isTimeKnown {
                report(.clockDiffers, leaf.opened, unless: [StreamID](state.doubts))
            }
            if record.event == .clockMovedBack { state.announced = record.time }
            if !Decision.isNear(clock, record.time), state.announced != record.time {
                report(.clockUnannounced, leaf.opened, unless: [.vault])
            }
        }
        state.time = max(state.time, record.time)
        state.isTimeKnown = true
    }

    private mutating func judgeWithoutNote(_ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine) {
        switch record.event {
        case .expired: judgeExpiry(record, leaf)
        case .refused where record.notes.count == 1 && state.hasDecided(record.notes[0]):
            judgeWithdrawnResponse(record, leaf, &line)
        case .clockMovedBack:
            if record.actor != nil || !record.items.isEmpty { report(.recordInconsistent, leaf.opened) }
        case .backedUp:
            report(.eventUnknown, leaf.opened)
            state.doubts.insert(record.stream)
        case .itemErased: judgeItemsErased(record, leaf)
        case .itemAdded where record.notes.count == 1 && record.items.count == 1: judgeStripped(record, leaf, &line)
        case .described where record.notes.count == 1 && record.items.count == 1:
            judgeStripped(description: record, leaf, &line)
        default:
            report(.noteWithheld, leaf.opened)
            state.doubts.insert(record.stream)
        }
    }

    func person(_ card: NoteHash) -> AuditLine.Person {
        AuditLine.Person(card: card, holder: state.cards[card].map { AuditLine.Holder($0.card) })
    }

    /// Whether the note's signature is good; what is wrong with it is reported.
    mutating func isSigned(_ leaf: CheckedLeaf) -> Bool {
        switch leaf.isSigned {
        case true?: return true
        case false?: report(.noteNotSigned, leaf.opened)
        case nil: reportUnknownCard(leaf.opened)
        }
        return false
    }

    /// An owner sees only those cards of which the custodian has given her the records.
    mutating func reportUnknownCard(_ leaf: OpenedLeaf) {
        if holdsVault { report(.cardUnknown, leaf, unless: [.vault]) } else { report(.noteWithheld, leaf) }
    }

    mutating func isConsistent(_ fits: Bool, _ leaf: CheckedLeaf) {
        if !fits { report(.recordInconsistent, leaf.opened) }
    }
}

extension Event {
    /// Whether a leaf of this event may stand in `stream`.
    func belongs(in stream: StreamID) -> Bool {
        switch (self, stream) {
        case (.cardAdded, .vault), (.cardWithdrawn, .vault), (.trustChanged, .vault), (.caseOpened, .vault),
            (.caseErased, .vault), (.verified, .vault), (.backedUp, .vault), (.clockMovedBack, .vault), (.refused, _):
            true
        case (.memberAdded, .vault), (.memberWithdrawn, .vault): true
        case (.caseCardChanged, .matter), (.itemAdded, .matter), (.described, .matter), (.granted, .matter),
            (.approved, .matter), (.declined, .matter), (.extended, .matter), (.itemErased, .matter),
            (.keyChanged, .matter), (.heartbeat, .matter), (.erasureAsked, .matter), (.erasureCancelled, .matter):
            true
        case (.listed, .matter), (.opened, .matter), (.exported, .matter), (.listed, .grant), (.opened, .grant),
            (.exported, .grant), (.lentOn, .grant), (.revoked, .grant), (.expired, .grant):
            true
        default: false
        }
    }
}
