import AuditTrail
import Sharing
import SignedNote
import Storage

extension Custodian {
    /// Registers who belongs to a unit: signed by the issuer that vouched for the unit's card.
    public func addMembership(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Membership>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.issuer)
        return try await take(verified, in: .vault) { ledger in
            let unit = try self.cardState(verified.body.unit, in: ledger.records)
            guard try self.cardState(verified.body.member, in: ledger.records).card.kind != .unit else {
                throw CustodianError(.malformed, "a unit is no member of a unit: each opening has to name a person")
            }
            guard unit.card.kind == .unit, unit.issuer == verified.body.issuer else {
                throw CustodianError(
                    .notAuthentic, "a membership is signed by the issuer that vouched for the unit's card")
            }
            let appended = try ledger.append(.memberAdded, in: .vault, by: nil, notes: [NamedNote(verified)])
            try ledger.records.insert(
                MembershipRow(
                    hash: verified.hash, member: verified.body.member, note: note, isWithdrawn: false,
                    index: appended.index, withdrawnIndex: nil))
            return appended
        }
    }

    func membership(_ hash: NoteHash?, in reader: any RecordReader) throws -> MembershipState? {
        guard let hash, let row = try reader.membership(hash) else { return nil }
        let body = try Membership(parsing: UnverifiedNote(parsing: row.note).text)
        return MembershipState(
            membership: body, hash: hash, unit: try cardState(body.unit, in: reader), isWithdrawn: row.isWithdrawn)
    }

    /// Cards of units for which the holder of a card may act now.
    func units(of member: NoteHash, in reader: any RecordReader) throws -> [NoteHash] {
        try reader.memberships(of: member).compactMap { row in
            guard let state = try membership(row.hash, in: reader),
                state.counts(for: member, in: state.unit.hash, at: newestTime)
            else { return nil }
            return state.unit.hash
        }
    }

    /// Takes a membership back: by its issuer, or by the member herself.
    func withdrawMembership(_ verified: Verified<Withdrawal>, _ ledger: Ledger) throws -> Appended {
        guard let state = try membership(verified.body.card, in: ledger.records) else {
            throw CustodianError(.unknown, "no card and no membership with this text is registered here")
        }
        let member = try cardState(state.membership.member, in: ledger.records)
        guard verified.body.by == state.membership.issuer || verified.body.by == member.card.key else {
            throw CustodianError(.notAuthentic, "only the member or the issuer may withdraw a membership")
        }
        guard !state.isWithdrawn else { throw CustodianError(.conflict, "the membership was withdrawn already") }
        let appended = try ledger.append(.memberWithdrawn, in: .vault, by: nil, notes: [NamedNote(verified)])
        try ledger.records.withdrawMembership(state.hash, index: appended.index)
        return appended
    }
}
