public import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Synchronization

extension Custodian {
    /// Takes a grant: checks note, envelopes, secret and rules, keeps the secret under a key of its own, and logs it.
    ///
    /// - Parameters:
    ///   - note: The grant, signed by its grantor.
    ///   - envelope: The custodian's age file to `recipient`.
    ///   - recipient: A one-time recipient of this custodian.
    ///   - recipientEnvelope: The recipient's age file, passed on as it is.
    public func addGrant(
        _ note: [UInt8], envelope: [UInt8], to recipient: AgeRecipient, recipientEnvelope: [UInt8]
    ) async throws -> Acceptance {
        let unverified = try Unverified<Grant>(parsing: note)
        let stream = try await stores.records.read { try self.stream(of: unverified.body, in: $0) }
        if let before = try await taken(unverified.hash, in: stream) { return before }
        guard try await stores.records.read({ try !self.isUsed(unverified.body.id, in: $0) }) else {
            throw CustodianError(.conflict, "a grant with this id was taken before; make a new one")
        }
        let (from, to) = try await stores.records.read { reader in
            (
                try self.cardState(unverified.body.from, in: reader),
                try self.cardState(unverified.body.to, in: reader)
            )
        }
        let verified = try unverified.verified(by: from.card.key)
        try meter.count(from.hash, at: clock())
        let body = verified.body
        let opened = try checkEnvelopes(
            envelope, to: recipient, body.custodianEnvelope, recipientEnvelope, body.recipientEnvelope
        ) { $0.belongs(to: body) }
        return try await keeping(opened.secret, of: body.id) { secret in
            try await self.take(verified, in: stream) { ledger in
                try self.insert(verified, from, to, opened.list, secret, recipientEnvelope, stream, ledger)
            }
        }
    }

    /// The stream in which a grant's giving is a leaf: the case's, or that of the grant above.
    private func stream(of grant: Grant, in reader: any RecordReader) throws -> StreamID {
        guard let parent = grant.parent else { return .matter(grant.caseID) }
        guard let row = try reader.grant(text: parent) else {
            throw CustodianError(.unknown, "the grant above is not known here")
        }
        return .grant(row.id)
    }

    /// Whether an id names a grant or an extension that was ever taken.
    func isUsed(_ id: GrantID, in reader: any RecordReader) throws -> Bool {
        try reader.grant(id) != nil || reader.grantExtension(id) != nil
    }

    /// Opens the custodian's envelope of a grant or an extension and checks it against the note.
    func checkEnvelopes(
        _ envelope: [UInt8], to recipient: AgeRecipient, _ digest: Digest, _ recipientEnvelope: [UInt8],
        _ recipientDigest: Digest, belongs: (CustodianEnvelope) -> Bool
    ) throws -> CustodianEnvelope {
        guard SHA256.hash(envelope) == digest, SHA256.hash(recipientEnvelope) == recipientDigest else {
            throw CustodianError(.malformed, "an envelope is not the one that the grant names")
        }
        let plain = try oneTime.open(envelope, to: recipient)
        var text = plain.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        let opened = try CustodianEnvelope(parsing: text)
        guard belongs(opened), opened.list.files.count == opened.list.entries.count else {
            throw CustodianError(.malformed, "the envelope says something else than the grant")
        }
        guard opened.partsMatch else {
            throw CustodianError(.malformed, "the grant's secret does not give the parts that its item list names")
        }
        return opened
    }

    /// What travels to the recipient is sealed: only its size can be looked at. It grows with the files lent, with the
    /// lists of the grants above, and with nothing else.
    func checkSize(
        _ envelope: [UInt8], _ list: ItemList, below above: [GrantState], in reader: any RecordReader
    ) throws {
        var entries = 0
        for link in above {
            entries += Int(clamping: link.grant.listSize)
            guard link.grant.scope == .standing else { continue }
            for more in try reader.grantExtensions(of: link.grant.id) {
                entries += Int(clamping: try Unverified<Extension>(parsing: more.note).body.listSize)
            }
        }
        guard envelope.count <= 65_536 + list.files.count * 8192 + min(entries, 1 << 24) * 512 else {
            throw CustodianError(.malformed, "the envelope to the recipient is larger than what is lent can need")
        }
    }

    private func insert(
        _ verified: Verified<Grant>, _ from: CardState, _ to: CardState, _ list: ItemList, _ secret: [UInt8],
        _ recipientEnvelope: [UInt8], _ stream: StreamID, _ ledger: Ledger
    ) throws -> Appended {
        let grant = verified.body
        guard try !isUsed(grant.id, in: ledger.records) else {
            throw CustodianError(.conflict, "a grant with this id was taken before; make a new one")
        }
        let caseCard = try caseCard(grant.caseID, in: ledger.records).body
        let key = try streams.parentKey(of: grant, in: ledger.records).child(grant.id)
        guard key.commitment(to: grant.id) == grant.logKey else {
            throw CustodianError(.malformed, "the grant's log key does not follow from the case's or the one above")
        }
        let above = try grant.parent.map { try chain(text: $0, in: ledger.records).map(\.state) } ?? []
        try checkSize(recipientEnvelope, list, below: above, in: ledger.records)
        let verdict = Decision.accept(
            AcceptanceContext(
                grant: grant, signer: from.card.key, from: try cardState(from.hash, in: ledger.records),
                to: try cardState(to.hash, in: ledger.records), caseCard: caseCard, above: above,
                filesAreHeld: try holds(list, of: grant.caseID, under: above.first?.grant.id, in: ledger.records),
                custodian: verifierKey, time: ledger.time))
        guard verdict.isGranted else {
            var reason = Custodian.sentence(verdict)
            if verdict.failures.contains(.emptyWindow), ledger.isClockBehind {
                reason += "; \(ClockWords.behind(ours: ledger.clock, log: ledger.time)); choose an end after that"
            }
            throw CustodianError(.refused, reason)
        }
        try claim(key, in: ledger.records)
        let appended = try ledger.append(
            grant.parent == nil ? .granted : .lentOn, in: stream, by: from.hash, notes: [NamedNote(verified)],
            items: list.contents)
        let row = GrantRow(
            id: grant.id, hash: verified.hash, parent: grant.parent, isStanding: grant.scope == .standing,
            note: verified.bytes, secret: secret,
            isApproved: above.first.map { $0.grant.lend.approval == .none } ?? true, isRevoked: false,
            isExpired: false, openingsUsed: 0, index: appended.index)
        let texts = LentTexts(
            envelope: recipientEnvelope,
            list: try AgeFile.seal(list.text, to: [key.recordIdentity.recipient]).bytes)
        try ledger.records.insert(
            row, texts, of: grant.caseID, to: grant.to, notAfter: grant.notAfter, files: list.files)
        return appended
    }

    /// Whether every file of a list is of the case, not erased, and lent by the grant above where there is one.
    func holds(
        _ list: ItemList, of matter: CaseID, under parent: GrantID?, in reader: any RecordReader
    ) throws -> Bool {
        let card = try caseCard(matter, in: reader).body
        for file in list.files {
            guard let item = try reader.item(file.item), item.caseID == matter, !item.isErased,
                file.kind == .description || file.id == item.id,
                card.reach(of: try Unverified<IngestRecord>(parsing: item.ingest).body) == .lendable
            else { return false }
            guard let parent else {
                guard file.kind == .content || file.id == item.descriptionID else { return false }
                continue
            }
            guard try reader.listedFiles(parent, item: file.item)[file.kind] == file.id else { return false }
        }
        return true
    }

    static func sentence(_ verdict: Verdict) -> String {
        verdict.failures.map { "\($0.sentence)" }.joined(separator: "; ")
    }
}

extension ItemList {
    /// The items whose contents are listed, in the list's order.
    var contents: [AgeFileID] { files.filter { $0.kind == .content }.map(\.item) }
}
