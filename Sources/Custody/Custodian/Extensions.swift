public import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage

extension Custodian {
    /// Takes an extension of a standing grant, as a grant is taken: under an id and a secret of its own.
    ///
    /// - Parameters:
    ///   - note: The extension, signed by the standing grant's grantor.
    ///   - envelope: The custodian's age file to `recipient`.
    ///   - recipient: A one-time recipient of this custodian.
    ///   - recipientEnvelope: The recipient's age file, passed on as it is.
    public func extend(
        _ note: [UInt8], envelope: [UInt8], to recipient: AgeRecipient, recipientEnvelope: [UInt8]
    ) async throws -> Acceptance {
        let unverified = try Unverified<Extension>(parsing: note)
        let id = unverified.body.id
        let grant = try await stores.records.read { try self.lent(unverified.body, in: $0) }
        let stream = StreamID.matter(grant.caseID)
        if let before = try await taken(unverified.hash, in: stream) { return before }
        guard try await stores.records.read({ try !self.isUsed(id, in: $0) }) else {
            throw CustodianError(.conflict, "a grant with this id was taken before; make a new one")
        }
        let from = try await stores.records.read { try self.cardState(grant.from, in: $0) }
        let verified = try unverified.verified(by: from.card.key)
        try meter.count(from.hash, at: clock())
        let body = verified.body
        let opened = try checkEnvelopes(
            envelope, to: recipient, body.custodianEnvelope, recipientEnvelope, body.recipientEnvelope
        ) { $0.belongs(to: body, of: grant) }
        return try await keeping(opened.secret, of: id) { secret in
            try await self.take(verified, in: stream) { ledger in
                try self.insert(verified, opened.list, secret, recipientEnvelope, ledger)
            }
        }
    }

    private func lent(_ body: Extension, in reader: any RecordReader) throws -> Grant {
        guard let row = try reader.grant(body.grantID) else {
            throw CustodianError(.unknown, "the grant is not known here")
        }
        return try grantNotes.parse(row.note).body
    }

    private func insert(
        _ verified: Verified<Extension>, _ list: ItemList, _ secret: [UInt8], _ recipientEnvelope: [UInt8],
        _ ledger: Ledger
    ) throws -> Appended {
        let body = verified.body
        guard try !isUsed(body.id, in: ledger.records), let lent = try chain(body.grantID, in: ledger.records).first
        else { throw CustodianError(.conflict, "a grant with this id was taken before; make a new one") }
        let grant = lent.state.grant
        try checkSize(recipientEnvelope, list, below: [], in: ledger.records)
        let from = try cardState(grant.from, in: ledger.records)
        let verdict = Decision.extend(
            ExtensionContext(
                body: body, signer: from.card.key, grant: lent.state, from: from,
                caseCard: try caseCard(grant.caseID, in: ledger.records).body,
                filesAreHeld: try holds(list, of: grant.caseID, under: nil, in: ledger.records),
                filesAreNew: try list.files.allSatisfy {
                    try ledger.records.listedFiles(grant.id, item: $0.item).isEmpty
                }, time: ledger.time))
        guard verdict.isGranted else { throw CustodianError(.refused, Custodian.sentence(verdict)) }
        let appended = try ledger.append(
            .extended, in: .matter(grant.caseID), by: from.hash, notes: [NamedNote(verified)], items: list.contents)
        let key = try streams.key(of: .grant(grant.id), in: ledger.records)
        let row = ExtensionRow(
            id: body.id, grant: grant.id, hash: verified.hash, note: verified.bytes, secret: secret,
            index: appended.index)
        let texts = LentTexts(
            envelope: recipientEnvelope,
            list: try AgeFile.seal(list.text, to: [key.recordIdentity.recipient]).bytes)
        try ledger.records.insert(row, texts, files: list.files)
        return appended
    }
}
