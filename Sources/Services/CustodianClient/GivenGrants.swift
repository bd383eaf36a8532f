public import AgeFile
public import AuditTrail
import CustodianProtocol
import Foundation
public import Sharing
public import SignedNote
import Sodium

/// A grant as its grantor, a grantor above, or the owner sees it.
public struct GivenGrant: Sendable {
    /// The grant, its signature verified.
    public let grant: Grant
    /// Its text hash.
    public let hash: NoteHash
    /// The grantor's card.
    public let from: Card
    /// The recipient's card.
    public let to: Card
    /// Text hash of the recipient's card.
    let toNote: UnverifiedNote
    /// The key of the grant's stream, derived from those above.
    public let streamKey: StreamKey
    /// Whether it was revoked, by the custodian's word until `isEndLogged` has looked.
    public private(set) var isRevoked: Bool
    /// Whether it has expired, by the custodian's word until `isEndLogged` has looked.
    public private(set) var isExpired: Bool
    /// Whether the owner has approved it, or had in advance, by the custodian's word.
    public let isApproved: Bool
    /// Whether the owner has declined it, by the custodian's word.
    public let isDeclined: Bool
    /// Whether a grant above has ended, by the custodian's word.
    public let isAboveEnded: Bool
    /// Openings so far, by the custodian's word.
    public let openings: UInt64
    /// The item list and those of extensions, where the custodian has sent them; each the one that its note names.
    public let lists: [ItemList]

    fileprivate init(_ wire: Wire.Grant, keyAbove: StreamKey) throws {
        let note = try Unverified<Grant>(parsing: Array(wire.note.utf8))
        from = try HeldGrant.card(wire.from, note.body.from)
        to = try HeldGrant.card(wire.to, note.body.to)
        toNote = try UnverifiedNote(parsing: Array(wire.to.utf8))
        guard let verified = try? note.verified(by: from.key) else {
            throw ClientError(.notProven, "a grant is not signed by the person that it names")
        }
        (grant, hash) = (verified.body, verified.hash)
        streamKey = keyAbove.child(grant.id)
        guard streamKey.commitment(to: grant.id) == grant.logKey else {
            throw ClientError(.notProven, "a grant's log key does not follow from those above it")
        }
        (isRevoked, isExpired, isApproved) = (wire.revoked, wire.expired, wire.approved)
        (isDeclined, isAboveEnded, openings) = (wire.declined, wire.aboveEnded, wire.openings)
        lists = try GivenGrant.lists(wire, verified, from, streamKey)
    }

    private static func lists(
        _ wire: Wire.Grant, _ grant: Verified<Grant>, _ from: Card, _ key: StreamKey
    ) throws -> [ItemList] {
        guard let own = wire.list else { return [] }
        let differs = ClientError(.notProven, "an item list is not the one that its grant names")
        let first = try list(own, key)
        guard first.belongs(to: grant.body) else { throw differs }
        return try [first]
            + wire.extensions.map { more in
                let note = try Unverified<Extension>(parsing: Array(more.note.utf8)).verified(by: from.key)
                guard let sealed = more.list, note.body.grant == grant.hash else { throw differs }
                let list = try list(sealed, key)
                guard list.belongs(to: note.body) else { throw differs }
                return list
            }
    }

    private static func list(_ sealed: Data, _ key: StreamKey) throws -> ItemList {
        let text = try AgeFile.open([UInt8](sealed), with: [key.recordIdentity])
        return try ItemList(parsing: text.withUnsafeBytes { [UInt8]($0) })
    }

    /// The grant as it stands where the custodian's word for its end is not believed.
    public var withoutEnd: GivenGrant {
        var other = self
        (other.isRevoked, other.isExpired) = (false, false)
        return other
    }

    /// The items lent, as far as the lists were sent.
    public var items: [AgeFileID] {
        lists.flatMap(\.files).filter { $0.kind == .content }.map(\.item)
    }

    /// Which of the issuers that the grant above accepts has signed the recipient's card; `nil` when none has.
    public func issuer(acceptedBy above: Grant) -> VerifierKey? {
        (try? toNote.verified(by: above.lend.issuers))?.signers.first
    }
}

/// What waits for an owner, in all her cases.
public struct Pending: Sendable {
    fileprivate let waiting: [Wire.Grant]
    fileprivate let behind: [Wire.Grant]

    /// How many grants wait for her yes, by the custodian's word.
    public var waitingCount: Int { waiting.count }
    /// How many standing grants lack items, by the custodian's word.
    public var behindCount: Int { behind.count }
}

extension VaultSession {
    /// All grants of a case, for its owner: each after the one that it hangs below.
    public func givenGrants(of own: OwnCase, by caller: Caller) throws -> [GivenGrant] {
        try given(try listedGrants(.caseStream, Nonce(own.card.caseID.bytes), by: caller)) {
            $0 == nil ? own.streamKey : nil
        }
    }

    /// All grants below those that the caller holds.
    public func givenGrants(below held: [HeldGrant], by caller: Caller) throws -> [GivenGrant] {
        let grants = try listedGrants(.given, nil, by: caller)
        let keys = Dictionary(held.map { ($0.hash, $0.streamKey) }, uniquingKeysWith: { first, _ in first })
        return try given(grants) { parent in parent.flatMap { keys[$0] } }
    }

    /// Grants as the custodian lists them, page by page, each after the one above it.
    func listedGrants(_ subject: QuerySubject, _ scope: Nonce?, by caller: Caller) throws -> [Wire.Grant] {
        var grants: [Wire.Grant] = []
        try eachPage {
            try connection.post("/v1/grant-listings", try ask(subject, scope, by: caller, from: $0))
        } use: {
            grants += $0
        }
        return grants
    }

    private func given(
        _ grants: [Wire.Grant], key: (NoteHash?) -> StreamKey?
    ) throws -> [GivenGrant] {
        var keys: [NoteHash: StreamKey] = [:]
        return try grants.map { wire in
            let parent = try Unverified<Grant>(parsing: Array(wire.note.utf8)).body.parent
            guard let above = key(parent) ?? parent.flatMap({ keys[$0] }) else {
                throw ClientError(.notProven, "the custodian shows a grant without the one above it")
            }
            let given = try GivenGrant(wire, keyAbove: above)
            keys[given.hash] = given.streamKey
            return given
        }
    }

    /// Whether what the custodian says of a grant's end is true by the log: a record of it is in the grant's stream.
    /// - Throws: `ClientError.altered`, `.notProven` when the record shown is not the one that the log holds.
    public func isEndLogged(_ given: GivenGrant, by caller: Caller) throws -> Bool {
        let end: Event = given.isRevoked ? .revoked : .expired
        return try newest(end, of: .grant(given.grant.id), key: given.streamKey, by: caller) != nil
    }

    /// Ends a grant at once, and all that hangs below it.
    public func revoke(_ given: GivenGrant, reason: PlainText?, by caller: Caller) throws -> Receipt {
        let body = Revocation(
            grantID: given.grant.id, grant: given.hash, by: caller.card, time: clock(), reason: reason)
        let note = try Verified(body, signedBy: caller.signer)
        let receipt = try accept(try connection.post("/v1/revocations", note: note.bytes))
        try check(receipt, .revoked, names: note.hash, given.streamKey)
        return receipt
    }

    // MARK: Approvals

    /// What waits for the caller as an owner.
    public func pending(by caller: Caller) throws -> Pending {
        var (waiting, behind): ([Wire.Grant], [Wire.Grant]) = ([], [])
        try eachPage { from in
            let page: Wire.Pending = try connection.post(
                "/v1/pending", try ask(.pending, nil, by: caller, from: from))
            waiting += page.waiting
            behind += page.behind
            return (page.waiting + page.behind).sorted { $0.index < $1.index }
        } use: { _ in
        }
        return Pending(waiting: waiting, behind: behind)
    }

    /// The grants of a case that wait for its owner's yes, with their lists.
    public func waiting(_ pending: Pending, of own: OwnCase, _ given: [GivenGrant]) throws -> [GivenGrant] {
        try opened(pending.waiting, own, given)
    }

    /// The standing grants of a case that lack items, with their lists.
    public func behind(_ pending: Pending, of own: OwnCase) throws -> [GivenGrant] {
        try opened(pending.behind, own, [])
    }

    private func opened(_ grants: [Wire.Grant], _ own: OwnCase, _ given: [GivenGrant]) throws -> [GivenGrant] {
        let keys = Dictionary(given.map { ($0.hash, $0.streamKey) }, uniquingKeysWith: { first, _ in first })
        return try grants.compactMap { wire in
            let body = try Unverified<Grant>(parsing: Array(wire.note.utf8)).body
            guard body.caseID == own.card.caseID else { return nil }
            guard let parent = body.parent else { return try GivenGrant(wire, keyAbove: own.streamKey) }
            guard let above = keys[parent] else {
                throw ClientError(.notProven, "the custodian shows a grant without the one above it")
            }
            return try GivenGrant(wire, keyAbove: above)
        }
    }

    /// The owner's yes to a grant that was lent on.
    public func approve(_ given: GivenGrant, of own: OwnCase, by caller: Caller) throws -> Receipt {
        let body = Approval(
            grantID: given.grant.id, grant: given.hash, caseID: own.card.caseID, by: caller.card, time: clock())
        let note = try Verified(body, signedBy: caller.signer)
        let receipt = try accept(try connection.post("/v1/approvals", note: note.bytes))
        try check(receipt, .approved, names: note.hash, own.streamKey)
        return receipt
    }

    /// The owner's no to a grant that was lent on.
    public func decline(
        _ given: GivenGrant, of own: OwnCase, reason: PlainText?, by caller: Caller
    ) throws -> Receipt {
        let body = Decline(
            grantID: given.grant.id, grant: given.hash, caseID: own.card.caseID, by: caller.card, time: clock(),
            reason: reason)
        let note = try Verified(body, signedBy: caller.signer)
        let receipt = try accept(try connection.post("/v1/declines", note: note.bytes))
        try check(receipt, .declined, names: note.hash, own.streamKey)
        return receipt
    }
}
