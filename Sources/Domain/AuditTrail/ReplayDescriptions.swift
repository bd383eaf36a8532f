import Sharing
import SignedNote

// Items described anew, and people's own checks of the vault.
extension Replay {
    mutating func judge(newDescription note: Unverified<NewDescription>, _ record: Record, _ leaf: CheckedLeaf) {
        let body = note.body
        guard isSigned(leaf) else { return }
        isConsistent(
            record.notes == [note.hash] && record.stream == .matter(body.caseID) && record.items == [body.item], leaf)
        guard let matter = state.matters[body.caseID] else {
            return report(.caseUnknown, leaf.opened, unless: [.vault])
        }
        guard let actor = record.actor.flatMap({ state.cards[$0] }) else { return reportUnknownCard(leaf.opened) }
        let isOwner = actor.card.key == matter.card.ownerKey && body.signer == matter.card.ownerKey
        if !isOwner || !actor.failures(at: record.time).isEmpty {
            report(.descriptionNotAllowed, leaf.opened, unless: [.vault])
        }
        let item = state.items[body.item]
        if item?.caseID != body.caseID || item?.describedBy != body.previous || item?.isPrivate != false
            || item?.isErased != false
        {
            report(.descriptionNotAllowed, leaf.opened, unless: [record.stream])
        }
        state.items[body.item]?.descriptionID = body.description.id
        state.items[body.item]?.describedBy = note.hash
        state.described[body.item, default: []].append(leaf.opened.index)
    }

    mutating func judge(verification note: Unverified<Verification>, _ record: Record, _ leaf: CheckedLeaf) {
        let body = note.body
        guard isSigned(leaf) else { return }
        isConsistent(record.notes == [note.hash] && record.actor == body.card && record.items.isEmpty, leaf)
        judgeSeen(leaf)
        guard let card = state.cards[body.card] else { return reportUnknownCard(leaf.opened) }
        if !card.failures(at: record.time).isEmpty || body.custodian != state.custodian ?? body.custodian
            || !Decision.isNear(body.time, record.clock ?? record.time)
        {
            report(.verificationNotAllowed, leaf.opened, unless: [.vault])
        }
    }
}
