import AuditTrail
import Sharing
import SignedNote
import Storage

extension Custodian {
    /// Takes the owner's yes to what was lent on: a leaf, and from then on the grant counts.
    public func approve(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Approval>(parsing: note)
        let by = try await stores.records.read { try self.cardState(unverified.body.by, in: $0) }
        let verified = try unverified.verified(by: by.card.key)
        let body = verified.body
        return try await take(verified, in: .matter(body.caseID)) { ledger in
            let context = try self.answer(body.grantID, body.grant, body.caseID, body.by, ledger)
            let verdict = Decision.approve(context.context)
            guard verdict.isGranted else { throw CustodianError(.refused, Custodian.sentence(verdict)) }
            var row = context.row
            row.isApproved = true
            try ledger.records.update(row)
            return try ledger.append(
                .approved, in: .matter(body.caseID), by: by.hash, notes: [NamedNote(verified)])
        }
    }

    /// Takes the owner's no to what was lent on: a leaf, then the grant's secret is destroyed.
    public func decline(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Decline>(parsing: note)
        let by = try await stores.records.read { try self.cardState(unverified.body.by, in: $0) }
        let verified = try unverified.verified(by: by.card.key)
        let body = verified.body
        let accepted = try await take(verified, in: .matter(body.caseID), isSmall: true) { ledger in
            let context = try self.answer(body.grantID, body.grant, body.caseID, body.by, ledger)
            let verdict = Decision.decline(context.context)
            guard verdict.isGranted else { throw CustodianError(.refused, Custodian.sentence(verdict)) }
            let appended = try ledger.append(
                .declined, in: .matter(body.caseID), by: by.hash, notes: [NamedNote(verified)])
            try self.end(context.row, in: ledger) { $0.isDeclined = true }
            return appended
        }
        try await destroyEnded()
        return accepted
    }

    private func answer(
        _ id: GrantID, _ hash: NoteHash, _ matter: CaseID, _ by: NoteHash, _ ledger: Ledger
    ) throws -> (context: AnswerContext, row: GrantRow) {
        let chain = try chain(id, in: ledger.records)
        guard let row = chain.first?.row else { throw CustodianError(.unknown, "the grant is not known here") }
        let context = AnswerContext(
            grant: hash, caseID: matter, by: try cardState(by, in: ledger.records), chain: chain.map(\.state),
            caseCard: try caseCard(matter, in: ledger.records).body, time: ledger.time)
        return (context, row)
    }
}
