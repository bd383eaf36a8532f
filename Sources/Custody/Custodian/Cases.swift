public import AgeFile
import AuditTrail
import Sharing
public import SignedNote
public import Sodium
import Storage

extension Custodian {
    /// A fresh recipient for one envelope, as a note signed by the custodian.
    public func oneTimeRecipient() throws -> [UInt8] {
        try requireOpen()
        let body = OneTimeRecipient(custodian: verifierKey, recipient: oneTime.make(), time: newestTime)
        return try Verified(body, signedBy: keys.signer).bytes
    }

    /// Opens a case: pins the owner's key, keeps the case's log key sealed, and the sealed keys for recovery.
    ///
    /// - Parameters:
    ///   - note: The first case card, signed by the owner's key.
    ///   - owner: Text hash of the owner's registered card.
    ///   - logKey: The case's log key, 32 bytes, in an age file to `recipient`.
    ///   - recipient: A one-time recipient of this custodian.
    ///   - recoveryID: SHA-256 of the paper recipient's text.
    ///   - recovery: The case's keys, sealed to the owner and the paper identity.
    public func openCase(
        _ note: [UInt8], owner: NoteHash, logKey: [UInt8], to recipient: AgeRecipient, recoveryID: Digest,
        recovery: [UInt8]
    ) async throws -> Acceptance {
        let unverified = try Unverified<CaseCard>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.ownerKey)
        let body = verified.body
        guard recovery.count <= 65_536 else { throw CustodianError(.malformed, "the sealed keys are too long") }
        try Custodian.checkLength(note)
        if let before = try await taken(verified.hash, in: .vault) { return before }
        let key = try StreamKey(try oneTime.open(logKey, to: recipient))
        guard body.number == 0, key.commitment(to: body.caseID) == body.logKey else {
            throw CustodianError(.malformed, "the log key does not match the case card, or the card is not the first")
        }
        let sealed = try AgeFile.seal(key.secret, to: [keys.identity.recipient]).bytes
        return try await take(verified, in: .vault) { ledger in
            let card = try self.countingCard(owner, at: ledger.time, in: ledger.records)
            guard card.card.key == body.ownerKey, !card.card.needsIssuer else {
                throw CustodianError(.notAuthentic, "a case is opened by the private person whose card it names")
            }
            guard try ledger.records.matter(body.caseID) == nil, try ledger.records.erasedMatter(body.caseID) == nil,
                try ledger.records.matter(recovery: recoveryID) == nil
            else { throw CustodianError(.conflict, "a case with this id or recovery sheet is there already") }
            try self.claim(key, in: ledger.records)
            try ledger.records.insert(
                CaseRow(
                    id: body.caseID, card: note, owner: owner, logKey: sealed, recoveryID: recoveryID,
                    recovery: recovery))
            let appended = try ledger.append(.caseOpened, in: .vault, by: owner, notes: [NamedNote(verified)])
            try ledger.records.setSetting(Custodian.openedSetting(body.caseID), Array(String(appended.index).utf8))
            return appended
        }
    }

    /// Takes the owner's next case card: other devices may add items from then on, and those it leaves out no longer.
    ///
    /// - Parameters:
    ///   - note: The case card, signed by the key that the first one pinned.
    ///   - actor: Text hash of the owner's card.
    public func changeCaseCard(_ note: [UInt8], by actor: NoteHash) async throws -> Acceptance {
        try Custodian.checkLength(note)
        let unverified = try Unverified<CaseCard>(parsing: note)
        let body = unverified.body
        let pinned = try await stores.records.read { try self.caseCard(body.caseID, in: $0).body.ownerKey }
        let verified = try unverified.verified(by: pinned)
        return try await take(verified, in: .matter(body.caseID)) { ledger in
            let card = try self.countingCard(actor, at: ledger.time, in: ledger.records)
            guard card.card.key == pinned else {
                throw CustodianError(.notAuthentic, "only the case's owner changes its card")
            }
            let current = try self.caseCard(body.caseID, in: ledger.records)
            guard body.follows(current.body, hash: current.hash) else {
                throw CustodianError(.conflict, "the case card does not follow the newest; fetch that and sign anew")
            }
            try ledger.records.setCaseCard(note, of: body.caseID)
            return try ledger.append(
                .caseCardChanged, in: .matter(body.caseID), by: actor, notes: [NamedNote(verified)])
        }
    }

    static func openedSetting(_ matter: CaseID) -> String {
        "opened-" + String(decoding: matter.hex, as: UTF8.self)
    }

    /// The sealed keys of the case whose paper identity has this recipient.
    public func recovery(_ id: Digest) async throws -> [UInt8] {
        try requireOpen()
        guard let row = try await stores.records.read({ try $0.matter(recovery: id) }) else {
            throw CustodianError(.unknown, "no case here belongs to this recovery sheet; check the sheet and the vault")
        }
        return row.recovery
    }

    /// Replaces a case's sealed keys, by its owner's signature.
    public func replaceRecovery(_ note: [UInt8], sealed: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<RecoveryUpdate>(parsing: note)
        let body = unverified.body
        let owner = try await stores.records.read { try self.caseCard(body.caseID, in: $0).body.ownerKey }
        let verified = try unverified.verified(by: owner)
        guard sealed.count <= 65_536, SHA256.hash(sealed) == body.sealed else {
            throw CustodianError(.malformed, "the sealed keys are not the ones that the note names")
        }
        let appended = try await submit { ledger in
            guard Decision.isNear(body.time, ledger.clock) else {
                throw CustodianError(
                    .refused, ClockWords.sentence(theirs: body.time, ours: ledger.clock, log: ledger.time))
            }
            try self.requireCounting(owner: owner, in: ledger.records)
            try ledger.records.setRecovery(sealed, of: body.caseID)
            return try ledger.append(.keyChanged, in: .matter(body.caseID), by: nil, notes: [NamedNote(verified)])
        }
        return try acceptance(appended)
    }

    /// Cards and case cards are read at everybody's contact, also those of strangers.
    static func checkLength(_ card: [UInt8]) throws {
        guard card.count <= 65_536 else { throw CustodianError(.malformed, "the card is too long") }
    }

    func caseCard(_ id: CaseID, in reader: any RecordReader) throws -> (body: CaseCard, hash: NoteHash, row: CaseRow) {
        guard let row = try reader.matter(id) else { throw CustodianError(.unknown, "the case is not known here") }
        let (body, hash) = try caseNotes.parse(row.card)
        return (body, hash, row)
    }
}
