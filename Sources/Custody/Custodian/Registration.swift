import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Synchronization
public import TransparencyLog

/// What the custodian says of something it has taken in: where its leaf stands, with proof.
public struct Acceptance: Sendable {
    /// Index of the leaf.
    public let index: UInt64
    /// Inclusion proof with checkpoint.
    public let receipt: LogProof
    /// The record, sealed to its stream; `nil` for one that was taken long ago and erased.
    public let record: [UInt8]?
}

extension Custodian {
    func acceptance(_ appended: Appended) throws -> Acceptance {
        Acceptance(index: appended.index, receipt: try receipt(appended.index), record: appended.sealed)
    }

    func acceptance(at index: UInt64) async throws -> Acceptance {
        let rows = try await stores.records.read { try $0.leaves(index..<index + 1) }
        return Acceptance(index: index, receipt: try receipt(index), record: rows.first?.record)
    }

    /// Where a note's leaf stands, if it was taken before.
    func taken(_ note: NoteHash, in stream: StreamID) async throws -> Acceptance? {
        try requireOpen()
        guard let index = try await stores.records.read({ try $0.disclosure(of: note, in: stream) }) else { return nil }
        return try await acceptance(at: index)
    }

    /// Takes a note: `body` appends the leaf that names it. The same text again, also at the same moment, is answered
    /// with the receipt of the first.
    func take<Body: NoteBody>(
        _ note: Verified<Body>, in stream: StreamID, isSmall: Bool = false,
        _ body: @escaping @Sendable (Ledger) throws -> Appended
    ) async throws -> Acceptance {
        if let before = try await taken(note.hash, in: stream) { return before }
        let hash = note.hash
        let appended: Appended? = try await submit(isSmall: isSmall) { ledger in
            try ledger.records.disclosure(of: hash, in: stream) == nil ? try body(ledger) : nil
        }
        if let appended { return try acceptance(appended) }
        guard let before = try await taken(hash, in: stream) else {
            throw StorageError(.damaged, "a record of the vault cannot be read")
        }
        return before
    }

    func cardState(_ hash: NoteHash, in reader: any RecordReader) throws -> CardState {
        guard let row = try reader.card(hash) else {
            throw CustodianError(.unknown, "the card is not registered here; register it first")
        }
        let card = try cardNotes.parse(row.note).body
        let isWithdrawn = try row.isWithdrawn || !card.needsIssuer && self.isWithdrawn(card.key, in: reader)
        return CardState(card: card, hash: hash, issuer: row.issuer, isWithdrawn: isWithdrawn)
    }

    /// A card that counts at `time`.
    /// - Throws: `CustodianError.refused` for one that was withdrawn or has expired.
    func countingCard(_ hash: NoteHash, at time: Timestamp, in reader: any RecordReader) throws -> CardState {
        let state = try cardState(hash, in: reader)
        try Custodian.requireCounting(state, at: time)
        return state
    }

    static func requireCounting(_ card: CardState, at time: Timestamp) throws {
        let verdict = Verdict(card.failures(at: time))
        guard verdict.isGranted else { throw CustodianError(.refused, sentence(verdict)) }
    }

    // Nobody vouches anew for a private person: with her card her key is withdrawn, for good.
    private static func withdrawnSetting(_ key: VerifierKey) -> String {
        "withdrawn-" + String(decoding: SHA256.hash(key.text).hex, as: UTF8.self)
    }

    func isWithdrawn(_ key: VerifierKey, in reader: any RecordReader) throws -> Bool {
        try reader.setting(Custodian.withdrawnSetting(key)) != nil
    }

    /// Throws where the key that a case pins was withdrawn: it signs nothing any more.
    func requireCounting(owner key: VerifierKey, in reader: any RecordReader) throws {
        guard try !isWithdrawn(key, in: reader) else {
            throw CustodianError(.refused, "the owner's card was withdrawn: her key counts no longer")
        }
    }

    /// The key of a registered card. What was read once holds: a hash names one card, and cards never leave the
    /// records. Whether it was withdrawn is for the decision to look up. Asking the records each time would let every
    /// request wait for the transaction under way before it may join the next.
    func registeredKey(of card: NoteHash) async throws -> VerifierKey {
        if let key = cardKeys.withLock({ $0[card] }) { return key }
        let key = try await stores.records.read { try self.cardState(card, in: $0).card.key }
        cardKeys.withLock {
            if $0.count >= 10_000 { $0.removeAll() }
            $0[card] = key
        }
        return key
    }

    // MARK: Trust

    /// The operator's newest trust note; `nil` where none was given.
    public func trustNote() async throws -> [UInt8]? { try await stores.records.read { try $0.setting("trust") } }

    private func trust(in reader: any RecordReader) throws -> Trust? {
        try reader.setting("trust").map { try Trust(parsing: UnverifiedNote(parsing: $0).text) }
    }

    /// The operator: pinned when the vault was made, or named by the first trust note.
    private func operatorKey(in reader: any RecordReader) throws -> VerifierKey? {
        try reader.setting("operator").map { try VerifierKey(parsing: $0) } ?? trust(in: reader)?.operatorKey
    }

    func pin(_ key: VerifierKey) async throws {
        try await stores.records.transaction { records in
            let known = try self.operatorKey(in: records)
            guard known == nil || known == key else {
                throw CustodianError(.conflict, "somebody else is this vault's operator already; nothing was changed")
            }
            try records.setSetting("operator", key.text)
        }
    }

    /// Takes a trust note: of the operator, who was pinned or is named by the first one, and signs all later ones.
    public func setTrust(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Trust>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.operatorKey)
        let body = verified.body
        guard body.custodian == verifierKey, body.log == keys.log.verifierKey else {
            throw CustodianError(.malformed, "the trust note names another custodian or log")
        }
        return try await take(verified, in: .vault) { ledger in
            let known = try self.operatorKey(in: ledger.records)
            guard known == nil || known == body.operatorKey else {
                throw CustodianError(.conflict, "the trust note is signed by somebody else than this vault's operator")
            }
            let current = try self.trust(in: ledger.records)
            guard
                current.map({ $0.operatorKey == body.operatorKey && body.number.isNext(after: $0.number) })
                    ?? (body.number == 0)
            else {
                throw CustodianError(
                    .conflict, "the trust note is not the operator's next one; show the current one first")
            }
            for hash in body.auditors { _ = try self.cardState(hash, in: ledger.records) }
            try ledger.records.setSetting("trust", note)
            let appended = try ledger.append(.trustChanged, in: .vault, by: nil, notes: [NamedNote(verified)])
            let before = try self.trustLeaves(in: ledger.records)
            let leaves = (before + [appended.index]).map { String($0) }.joined(separator: " ")
            try ledger.records.setSetting("trust-leaves", Array(leaves.utf8))
            return appended
        }
    }

    /// The leaves of all trust notes, in order.
    func trustLeaves(in reader: any RecordReader) throws -> [UInt64] {
        let text = try reader.setting("trust-leaves") ?? []
        return text.split(separator: 0x20).compactMap { UInt64(String(decoding: $0, as: UTF8.self)) }
    }

    func isAuditor(_ card: NoteHash, in reader: any RecordReader) throws -> Bool {
        try trust(in: reader)?.auditors.contains(card) ?? false
    }

    // MARK: Cards

    /// Registers a card: signed by its own key, and for staff by an issuer that the trust note names for that role.
    public func addCard(_ note: [UInt8]) async throws -> Acceptance {
        try Custodian.checkLength(note)
        let unverified = try Unverified<Card>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.key)
        return try await take(verified, in: .vault) { ledger in
            let issuer = try self.issuer(of: verified, in: ledger.records)
            guard try verified.body.needsIssuer || !self.isWithdrawn(verified.body.key, in: ledger.records) else {
                throw CustodianError(.refused, "a card of this key was withdrawn; make a new identity for a new card")
            }
            let appended = try ledger.append(.cardAdded, in: .vault, by: verified.hash, notes: [NamedNote(verified)])
            try ledger.records.insert(
                CardRow(note: note, issuer: issuer, isWithdrawn: false, index: appended.index, withdrawnIndex: nil),
                hash: verified.hash)
            return appended
        }
    }

    private func issuer(of card: Verified<Card>, in reader: any RecordReader) throws -> VerifierKey? {
        guard card.body.needsIssuer else { return nil }
        let issuers = try trust(in: reader)?.issuers.filter { $0.role == card.body.role } ?? []
        guard !issuers.isEmpty, let vouched = try? card.note.verified(by: issuers.map(\.key)) else {
            throw CustodianError(
                .notAuthentic, "the card speaks for an organisation, but no issuer that this vault trusts has signed it"
            )
        }
        guard card.body.kind != .unit || vouched.signers.first == card.body.key else {
            throw CustodianError(.notAuthentic, "a unit's card names the key of the issuer that signs it, and no other")
        }
        return vouched.signers.first
    }

    /// Takes a card back: by its own key or its issuer's. Or a membership: by the member's key or its issuer's.
    public func withdrawCard(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Withdrawal>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.by)
        let hash = verified.body.card
        return try await take(verified, in: .vault, isSmall: true) { ledger in
            guard try ledger.records.card(hash) != nil else {
                return try self.withdrawMembership(verified, ledger)
            }
            let state = try self.cardState(hash, in: ledger.records)
            guard verified.body.by == state.card.key || verified.body.by == state.issuer else {
                throw CustodianError(.notAuthentic, "only the card's holder or its issuer may withdraw it")
            }
            guard !state.isWithdrawn else { throw CustodianError(.conflict, "the card was withdrawn already") }
            let appended = try ledger.append(.cardWithdrawn, in: .vault, by: nil, notes: [NamedNote(verified)])
            try ledger.records.withdrawCard(hash, index: appended.index)
            if !state.card.needsIssuer {
                try ledger.records.setSetting(Custodian.withdrawnSetting(state.card.key), [1])
            }
            return appended
        }
    }
}
