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
        let stream = StreamID.matter(unverified.body.caseID)
        if let before = try await taken(unverified.hash, in: stream) { return before }
        guard try await stores.records.read({ try $0.grant(unverified.body.id) }) == nil else {
            throw CustodianError(.conflict, "a grant with this id was taken before; make a new one")
        }
        guard unverified.body.parent == nil, unverified.body.scope == .items else {
            throw CustodianError(.refused, "this custodian does not take standing grants or grants below others")
        }
        let (from, to) = try await stores.records.read { reader in
            (
                try self.cardState(unverified.body.from, in: reader),
                try self.cardState(unverified.body.to, in: reader)
            )
        }
        let verified = try unverified.verified(by: from.card.key)
        let opened = try checkEnvelopes(verified.body, envelope, recipient, recipientEnvelope)
        let secret = try keep(opened.secret, of: verified.body.id)
        do {
            let accepted = try await take(verified, in: stream) { ledger in
                try self.insert(verified, from, to, opened.list, secret, recipientEnvelope, ledger)
            }
            try await dropUnlessKept(secret, of: verified.body.id)
            return accepted
        } catch {
            // What cannot be looked at or destroyed now is destroyed at the next start.
            try? await dropUnlessKept(secret, of: verified.body.id)
            throw error
        }
    }

    /// Destroys the key of a sealed secret that is not the one stored with its grant: the grant was not taken, or was
    /// taken from another copy of the same note.
    private func dropUnlessKept(_ secret: [UInt8], of id: GrantID) async throws {
        guard try await stores.records.read({ try $0.grant(id)?.secret }) != secret else { return }
        try stores.secrets.destroy(secretName(id, secret))
    }

    private func checkEnvelopes(
        _ grant: Grant, _ envelope: [UInt8], _ recipient: AgeRecipient, _ recipientEnvelope: [UInt8]
    ) throws -> CustodianEnvelope {
        guard SHA256.hash(envelope) == grant.custodianEnvelope,
            SHA256.hash(recipientEnvelope) == grant.recipientEnvelope
        else { throw CustodianError(.malformed, "an envelope is not the one that the grant names") }
        let plain = try oneTime.open(envelope, to: recipient)
        var text = plain.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        let opened = try CustodianEnvelope(parsing: text)
        guard opened.belongs(to: grant), opened.list.files.count == opened.list.entries.count else {
            throw CustodianError(.malformed, "the envelope says something else than the grant")
        }
        guard opened.partsMatch else {
            throw CustodianError(.malformed, "the grant's secret does not give the parts that its item list names")
        }
        return opened
    }

    private func insert(
        _ verified: Verified<Grant>, _ from: CardState, _ to: CardState, _ list: ItemList, _ secret: [UInt8],
        _ recipientEnvelope: [UInt8], _ ledger: Ledger
    ) throws -> Appended {
        let grant = verified.body
        guard try ledger.records.grant(grant.id) == nil else {
            throw CustodianError(.conflict, "a grant with this id was taken before; make a new one")
        }
        let caseCard = try caseCard(grant.caseID, in: ledger.records).body
        let key = try streams.parentKey(of: grant, in: ledger.records).child(grant.id)
        guard key.commitment(to: grant.id) == grant.logKey else {
            throw CustodianError(.malformed, "the grant's log key does not follow from the case's")
        }
        let verdict = Decision.accept(
            AcceptanceContext(
                grant: grant, signer: from.card.key, from: try cardState(from.hash, in: ledger.records),
                to: try cardState(to.hash, in: ledger.records), caseCard: caseCard, above: [],
                filesAreHeld: try holds(list, of: grant.caseID, in: ledger.records), custodian: verifierKey,
                time: ledger.time))
        guard verdict.isGranted else { throw CustodianError(.refused, Custodian.sentence(verdict)) }
        let appended = try ledger.append(
            .granted, in: .matter(grant.caseID), by: from.hash, notes: [NamedNote(verified)],
            items: list.files.filter { $0.kind == .content }.map(\.item))
        let row = GrantRow(
            id: grant.id, hash: verified.hash, note: verified.bytes, recipientEnvelope: recipientEnvelope,
            list: try AgeFile.seal(list.text, to: [key.recordIdentity.recipient]).bytes, secret: secret,
            isApproved: true, isRevoked: false, isExpired: false, openingsUsed: 0, index: appended.index)
        try ledger.records.insert(
            row, of: grant.caseID, to: grant.to, notAfter: grant.notAfter, files: list.files)
        return appended
    }

    private func holds(_ list: ItemList, of matter: CaseID, in reader: any RecordReader) throws -> Bool {
        let card = try caseCard(matter, in: reader).body
        for file in list.files {
            guard let item = try reader.item(file.item), item.caseID == matter, !item.isErased,
                file.id == (file.kind == .content ? item.id : item.descriptionID),
                card.reach(of: try Unverified<IngestRecord>(parsing: item.ingest).body) == .lendable
            else { return false }
        }
        return true
    }

    static func sentence(_ verdict: Verdict) -> String {
        verdict.failures.map { "\($0.sentence)" }.joined(separator: "; ")
    }

    // MARK: Secrets

    private static let tokenSize = 8

    /// The file that holds the key of a sealed secret: grant id, and the token that the sealed secret begins with.
    func secretName(_ id: GrantID, _ sealed: [UInt8]) -> String {
        String(decoding: id.hex + [0x2D] + Hex.encode(sealed.prefix(Custodian.tokenSize)), as: UTF8.self)
    }

    /// Seals a grant's secret under a random key of its own, kept in a flushed file outside database and backups.
    ///
    /// The file is written before the transaction that takes the grant, so each attempt has a file of its own: two
    /// attempts with one grant id must not overwrite each other's key.
    private func keep(_ secret: GrantSecret, of id: GrantID) throws -> [UInt8] {
        let key = SecretBytes.random(32)
        var bytes = key.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&bytes) }
        let token = Random.bytes(Custodian.tokenSize)
        try stores.secrets.write(bytes, name: secretName(id, token))
        return token
            + ChaCha20Poly1305.seal(
                secret: secret.secret, key: try AEADKey(key), nonce: .zero, associatedData: id.bytes.array)
    }

    func secret(of row: GrantRow) throws -> GrantSecret {
        guard let sealed = row.secret else { throw CustodianError(.refused, "the grant has ended") }
        var bytes = try secretKey(secretName(row.id, sealed))
        let key = try AEADKey(SecretBytes(wiping: &bytes))
        return try GrantSecret(
            try ChaCha20Poly1305.openSecret(
                Array(sealed.dropFirst(Custodian.tokenSize)), key: key, nonce: .zero,
                associatedData: row.id.bytes.array))
    }

    private func secretKey(_ name: String) throws -> [UInt8] {
        do { return try stores.secrets.read(name) } catch let error as StorageError where error.code == .missing {
            throw CustodianError(.unknown, "the grant's secret is no longer here; ask for a new grant")
        }
    }

    // MARK: Ends

    /// Revokes a grant: a leaf, then its secret is destroyed.
    public func revoke(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Revocation>(parsing: note)
        let by = try await stores.records.read { try self.cardState(unverified.body.by, in: $0) }
        let verified = try unverified.verified(by: by.card.key)
        let accepted = try await take(verified, in: .grant(verified.body.grantID)) { ledger in
            let row = try self.grantToRevoke(verified.body, by: by, in: ledger.records)
            let appended = try ledger.append(
                .revoked, in: .grant(row.id), by: by.hash, notes: [NamedNote(verified)])
            try self.end(row, in: ledger) { $0.isRevoked = true }
            return appended
        }
        try await destroyEnded()
        return accepted
    }

    private func grantToRevoke(
        _ body: Revocation, by: CardState, in reader: any RecordReader
    ) throws -> GrantRow {
        guard let row = try reader.grant(body.grantID), row.hash == body.grant else {
            throw CustodianError(.unknown, "the grant is not known here")
        }
        let grant = try Grant(parsing: UnverifiedNote(parsing: row.note).text)
        let owner = try caseCard(grant.caseID, in: reader).body.ownerKey
        guard grant.from == by.hash || owner == by.card.key, !by.isWithdrawn else {
            throw CustodianError(.notAuthentic, "only who gave the grant, or the owner, may revoke it")
        }
        guard !row.isRevoked, !row.isExpired else {
            throw CustodianError(.conflict, "the grant has ended already")
        }
        return row
    }

    func end(_ row: GrantRow, in ledger: Ledger, _ mark: (inout GrantRow) -> Void) throws {
        if let secret = row.secret { endedSecrets.withLock { _ = $0.insert(secretName(row.id, secret)) } }
        var ended = row
        mark(&ended)
        ended.secret = nil
        try ledger.records.update(ended)
        try ledger.records.deleteResponses(under: row.id)
    }

    /// Ends grants whose window is over: a leaf each, then their secrets are destroyed.
    public func expireGrants() async throws {
        try requireOpen()
        let now = newestTime
        guard try await stores.records.read({ try !$0.grantsToExpire(at: now).isEmpty }) else {
            return try await destroyEnded()
        }
        try await submit { ledger in
            let rows = try ledger.records.grantsToExpire(at: ledger.time)
            for row in rows {
                try ledger.append(
                    .expired, in: .grant(row.id), by: nil, notes: [NamedNote(hash: row.hash, bytes: row.note)])
                try self.end(row, in: ledger) { $0.isExpired = true }
            }
        }
        try await destroyEnded()
    }

    /// Destroys the secrets of grants that have ended since the start. One that cannot be destroyed now is tried again
    /// when the next grant ends, when its revocation is sent again, and at the next start.
    private func destroyEnded() async throws {
        let names = endedSecrets.withLock { $0 }
        guard !names.isEmpty else { return }
        let destroyed = try await destroyAbandoned(of: names)
        endedSecrets.withLock { $0.subtract(destroyed) }
    }

    /// Destroys secrets whose grants have ended or were never taken: what a kill between leaf and erasure left behind.
    func finishEndings() async throws {
        try await destroyAbandoned(of: Set(try stores.secrets.names()))
        try stores.objects.removeAbandoned()
    }

    // The records say what is abandoned, so a name that an undone transaction put here is left alone.
    @discardableResult
    private func destroyAbandoned(of names: Set<String>) async throws -> [String] {
        let abandoned = try await stores.records.read { reader in
            try names.filter { name in
                guard let id = try? GrantID(hex: Array(name.utf8.prefix { $0 != 0x2D })) else { return true }
                return try reader.grant(id)?.secret.map { self.secretName(id, $0) } != name
            }
        }
        for name in abandoned { try stores.secrets.destroy(name) }
        if !abandoned.isEmpty { try await stores.records.scrub() }
        return Array(abandoned)
    }
}
