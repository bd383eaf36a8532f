import Sharing
import SignedNote

// Signs of life of recording devices.
extension Replay {
    mutating func judge(
        heartbeat note: Unverified<Heartbeat>, _ record: Record, _ leaf: CheckedLeaf, _ line: inout AuditLine
    ) {
        let body = note.body
        line.caseID = body.caseID
        guard isSigned(leaf) else { return }
        let isForm = record.notes == [note.hash] && record.items.isEmpty && record.actor == nil
        isConsistent(isForm && record.stream == .matter(body.caseID), leaf)
        guard let matter = state.matters[body.caseID] else {
            return report(.caseUnknown, leaf.opened, unless: [.vault])
        }
        let newest = state.chains[ReplayState.ChainID(caseID: body.caseID, signer: body.device)]
        let fits =
            body.newest == newest?.hash
            && (newest.map { body.taken.isNext(after: $0.sequence) } ?? (body.taken == 0))
            || followsErased(body.newest, body.taken, newest, body.caseID)
        // An old sign of life, logged once more, would cover a silence.
        let isNew = state.heartbeats.insert(note.hash).inserted
        if !fits || !isNew || !matter.card.signers.contains(body.device) {
            report(.heartbeatNotAllowed, leaf.opened, unless: [record.stream])
        }
    }
}
