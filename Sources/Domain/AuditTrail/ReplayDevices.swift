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
            body.newest == newest?.hash && body.taken == (newest.map { $0.sequence + 1 } ?? 0)
            || followsErased(body.newest, body.taken, newest, body.caseID)
        if !fits || !matter.card.signers.contains(body.device) {
            report(.heartbeatNotAllowed, leaf.opened, unless: [record.stream])
        }
    }
}
