public import AgeFile
import AuditTrail
import MerkleTree
public import Sharing
public import SignedNote
import Sodium

/// What a test wants of a grant.
public struct Terms: Sendable {
    public var rights: Right = .read
    public var lend: LendingOn = .nothing
    public var scope: GrantScope = .items
    public var openings: UInt64?
    public var days: UInt64 = 14
    public var journal: JournalRule = .optional
    public var parent: Lent?
    /// Instead of the person who grants.
    public var signedBy: NoteSigner?
    public var id: GrantID?
    public var logsItsKey = true

    public init() {}
}

extension LogFixture {
    /// Gives a grant, whatever the rules say.
    @discardableResult
    public func grant(
        _ matter: Matter, _ items: [Item], from: Person, to: Person, _ change: (inout Terms) -> Void = { _ in }
    ) throws -> Lent {
        var terms = Terms()
        change(&terms)
        let id = terms.id ?? Random.value(GrantID.self)
        let key = (terms.parent?.key ?? matter.key).child(id)
        let list = list(id, items)
        let body = Grant(
            id: id, caseID: matter.id, parent: terms.parent?.note.hash, from: from.hash, to: to.hash,
            rights: terms.rights, lend: terms.lend, scope: terms.scope, listRoot: list.root,
            listSize: UInt64(list.entries.count), notBefore: time,
            notAfter: Timestamp(seconds: now + terms.days * 86_400), openings: terms.openings,
            purpose: .of("to see who it is"), journal: terms.journal,
            logKey: terms.logsItsKey ? key.commitment(to: id) : Random.value(), recipientEnvelope: Random.value(),
            custodianEnvelope: Random.value(), custodian: custodian.verifierKey)
        let note = try Verified(body, signedBy: terms.signedBy ?? from.signer)
        let stream = terms.parent.map { $0.stream } ?? .matter(matter.id)
        try append(
            terms.parent == nil ? .granted : .lentOn, in: stream, by: from.hash, notes: [Named(note)],
            items: items.map(\.id))
        adopt(.grant(id), key)
        lists[id] = try AgeFile.seal(list.text, to: [key.recordIdentity.recipient]).bytes
        return Lent(note: note, list: list, key: key)
    }

    func list(_ id: GrantID, _ items: [Item]) -> ItemList {
        var entries: [ItemList.Entry] = []
        for item in items {
            entries.append(
                .file(
                    ListedFile(
                        kind: .content, item: item.id, id: item.id, part: Random.value(), capsule: Random.value())))
            entries.append(
                .file(
                    ListedFile(
                        kind: .description, item: item.id, id: item.description, part: Random.value(),
                        capsule: Random.value())))
        }
        return ItemList(grantID: id, entries: entries)
    }

    public func revoke(_ lent: Lent, by person: Person) throws {
        let body = Revocation(
            grantID: lent.id, grant: lent.note.hash, by: person.hash, time: time, reason: .of("no longer needed"))
        try append(
            .revoked, in: lent.stream, by: person.hash, notes: [Named(try Verified(body, signedBy: person.signer))])
    }

    public func expire(_ lent: Lent) throws {
        try append(.expired, in: lent.stream, by: nil, notes: [Named(lent.note)])
    }

    // MARK: Requests

    /// A signed request.
    public func requestNote(
        _ person: Person, _ matter: Matter, _ lent: Lent?, _ items: [AgeFileID], _ action: Action = .read,
        journal: String? = nil, head: [UInt8]? = nil, signedBy: NoteSigner? = nil, membership: NoteHash? = nil
    ) throws -> Verified<AccessRequest> {
        let body = AccessRequest(
            action: action, custodian: custodian.verifierKey, caseID: matter.id, grantID: lent?.id,
            authority: lent?.note.hash ?? matter.card.hash, card: person.hash, membership: membership, items: items,
            time: time,
            nonce: Random.value(), recipient: AgeIdentity.random().recipient, purpose: .of("case work"),
            journal: journal.map { .of($0) }, checkpoint: head)
        return try Verified(body, signedBy: signedBy ?? person.signer)
    }

    /// Logs a request as granted, or as refused for `failures`, whatever the rules say.
    @discardableResult
    public func log(
        _ note: Verified<AccessRequest>, _ lent: Lent?, _ matter: Matter, failures: [Failure] = []
    ) throws -> UInt64 {
        let notes = [Named(note)] + (lent.map { [Named($0.note)] } ?? [])
        return try append(
            failures.isEmpty ? Event(note.body.action) : .refused, in: lent?.stream ?? .matter(matter.id),
            by: note.body.card, notes: notes, items: note.body.items, failures: failures)
    }

    @discardableResult
    public func open(
        _ person: Person, _ matter: Matter, _ lent: Lent?, _ items: [Item], _ action: Action = .read,
        journal: String? = nil, head: [UInt8]? = nil, failures: [Failure] = []
    ) throws -> UInt64 {
        let note = try requestNote(person, matter, lent, items.map(\.id), action, journal: journal, head: head)
        return try log(note, lent, matter, failures: failures)
    }
}
