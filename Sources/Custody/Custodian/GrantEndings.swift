import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Synchronization

extension Custodian {
    /// Revokes a grant: a leaf, then its secret is destroyed.
    public func revoke(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Revocation>(parsing: note)
        let by = try await stores.records.read { try self.cardState(unverified.body.by, in: $0) }
        let verified = try unverified.verified(by: by.card.key)
        let accepted = try await take(verified, in: .grant(verified.body.grantID), isSmall: true) { ledger in
            let by = try self.countingCard(by.hash, at: ledger.time, in: ledger.records)
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
        let chain = try chain(text: row.hash, in: reader)
        let owner = try chain.first.map { try caseCard($0.state.grant.caseID, in: reader).body.ownerKey }
        let isGrantor = chain.contains { $0.state.grant.from == by.hash }
        guard isGrantor || owner == by.card.key else {
            throw CustodianError(.notAuthentic, "only a grantor of the chain, or the owner, may revoke the grant")
        }
        guard !row.hasEnded else { throw CustodianError(.conflict, "the grant has ended already") }
        return row
    }

    /// Ends a grant: its secret, its extensions' and those of every grant below go, with all stored responses.
    func end(_ row: GrantRow, in ledger: Ledger, _ mark: (inout GrantRow) -> Void) throws {
        var ended = row
        mark(&ended)
        try forget(ended, in: ledger)
        var below = try ledger.records.grants(under: row.hash)
        while let next = below.popLast() {
            try forget(next, in: ledger)
            below += try ledger.records.grants(under: next.hash)
        }
    }

    private func forget(_ row: GrantRow, in ledger: Ledger) throws {
        var names = row.secret.map { [secretName(row.id, $0)] } ?? []
        if row.isStanding {
            for more in try ledger.records.grantExtensions(of: row.id) {
                if let secret = more.secret { names.append(secretName(more.id, secret)) }
            }
            try ledger.records.deleteExtensionSecrets(of: row.id)
        }
        endedSecrets.withLock { $0.formUnion(names) }
        var ended = row
        ended.secret = nil
        try ledger.records.update(ended)
        try withdrawResponses(under: row.id, in: ledger)
    }

    /// Ends grants whose window is over: a leaf each, then their secrets are destroyed. Tells the log, too, of a clock
    /// that stands behind it.
    public func expireGrants() async throws {
        try requireOpen()
        try await tellOfClock()
        let now = newestTime
        guard try await stores.records.read({ try !$0.grantsToExpire(at: now).isEmpty }) else {
            return try await destroyEnded()
        }
        var failure: (any Error)?
        do {
            try await submit(isSmall: true) { try self.expire($0.records.grantsToExpire(at: $0.time), $0) }
        } catch {
            // One by one: a grant that cannot be ended keeps no other one open.
            for row in try await stores.records.read({ try $0.grantsToExpire(at: now) }) {
                do {
                    try await submit(isSmall: true) { ledger in
                        try self.expire(ledger.records.grantsToExpire(at: now).filter { $0.id == row.id }, ledger)
                    }
                } catch {
                    failure = failure ?? error
                }
            }
        }
        try await destroyEnded()
        if let failure { throw failure }
    }

    private func expire(_ rows: [GrantRow], _ ledger: Ledger) throws {
        for row in rows {
            try ledger.append(
                .expired, in: .grant(row.id), by: nil, notes: [NamedNote(hash: row.hash, bytes: row.note)])
            try end(row, in: ledger) { $0.isExpired = true }
        }
    }

    /// Destroys the secrets of grants that have ended since the start. One that cannot be destroyed now is tried again
    /// when the next grant ends, when its revocation is sent again, and at the next start.
    func destroyEnded() async throws {
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
                return try self.sealedSecret(of: id, in: reader).map { self.secretName(id, $0) } != name
            }
        }
        for name in abandoned { try stores.secrets.destroy(name) }
        if !abandoned.isEmpty { try await stores.records.scrub() }
        return Array(abandoned)
    }
}

extension GrantRow {
    /// Whether a leaf has ended it; its window, and what hangs above it, are looked at elsewhere.
    var hasEnded: Bool { isRevoked || isExpired || isDeclined }
}
