import AgeFile
import AuditTrail
import MerkleTree
public import Sharing
public import SignedNote
import Sodium

extension LogFixture {
    /// The owner's yes, or whoever's, whatever the rules say.
    public func approve(_ lent: Lent, _ matter: Matter, by person: Person, of hash: NoteHash? = nil) throws {
        let body = Approval(
            grantID: lent.id, grant: hash ?? lent.note.hash, caseID: matter.id, by: person.hash, time: time)
        let note = try Verified(body, signedBy: person.signer)
        try append(.approved, in: .matter(matter.id), by: person.hash, notes: [Named(note)])
    }

    public func decline(_ lent: Lent, _ matter: Matter, by person: Person) throws {
        let body = Decline(
            grantID: lent.id, grant: lent.note.hash, caseID: matter.id, by: person.hash, time: time,
            reason: .of("not this one"))
        let note = try Verified(body, signedBy: person.signer)
        try append(.declined, in: .matter(matter.id), by: person.hash, notes: [Named(note)])
    }

    /// Extends a grant by items.
    @discardableResult
    public func extend(
        _ lent: Lent, _ matter: Matter, by items: [Item], signedBy: NoteSigner? = nil, id: GrantID? = nil
    ) throws -> GrantID {
        let id = id ?? Random.value()
        let list = list(id, items)
        let body = Extension(
            grantID: lent.id, grant: lent.note.hash, id: id, time: time, listRoot: list.root,
            listSize: UInt64(list.entries.count), recipientEnvelope: Random.value(),
            custodianEnvelope: Random.value())
        let note = try Verified(body, signedBy: signedBy ?? matter.owner.signer)
        try append(
            .extended, in: .matter(matter.id), by: lent.note.body.from, notes: [Named(note)], items: items.map(\.id))
        lists[id] = try AgeFile.seal(list.text, to: [lent.key.recordIdentity.recipient]).bytes
        return id
    }

    /// A unit's card: its issuer signs for it.
    public func unit(_ name: String) throws -> Person {
        let age = AgeIdentity.random()
        let body = Card(
            kind: .unit, name: .of(name), role: .of("police"), organisation: .of("Police"), key: issuer.verifierKey,
            recipient: age.recipient, issued: time, expires: nil)
        let card = try Verified(body, signedBy: issuer)
        try append(.cardAdded, in: .vault, by: card.hash, notes: [Named(card)])
        return Person(signer: issuer, age: age, card: card)
    }

    @discardableResult
    public func membership(
        of person: Person, in unit: Person, signedBy: NoteSigner? = nil
    ) throws -> Verified<Membership> {
        let by = signedBy ?? issuer
        let body = Membership(
            unit: unit.hash, member: person.hash, issuer: by.verifierKey, issued: time, expires: nil)
        let note = try Verified(body, signedBy: by)
        try append(.memberAdded, in: .vault, by: nil, notes: [Named(note)])
        return note
    }

    public func withdraw(_ membership: Verified<Membership>, by signer: NoteSigner) throws {
        let body = Withdrawal(
            card: membership.hash, time: time, reason: .of("moved on"), by: signer.verifierKey)
        try append(.memberWithdrawn, in: .vault, by: nil, notes: [Named(try Verified(body, signedBy: signer))])
    }
}
