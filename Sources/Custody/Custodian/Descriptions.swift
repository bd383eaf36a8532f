import AgeFile
import AuditTrail
import Sharing
public import SignedNote
import Storage

extension Custodian {
    /// Gives an item another description, by its owner's signature. The one before is kept: grants that list it go on
    /// lending it.
    ///
    /// - Parameters:
    ///   - note: The new-description note, signed by the key that the case card pins.
    ///   - actor: Text hash of the owner's card.
    ///   - description: The whole description, an age file.
    public func describeItem(_ note: [UInt8], by actor: NoteHash, description: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<NewDescription>(parsing: note)
        let body = unverified.body
        let pinned = try await stores.records.read { try self.caseCard(body.caseID, in: $0).body.ownerKey }
        let verified = try unverified.verified(by: pinned)
        try checkDescription(body.description, description)
        return try await take(verified, in: .matter(body.caseID)) { ledger in
            guard try self.countingCard(actor, at: ledger.time, in: ledger.records).card.key == pinned else {
                throw CustodianError(.notAuthentic, "only the case's owner describes its items anew")
            }
            guard let item = try ledger.records.item(body.item), item.caseID == body.caseID, !item.isErased,
                !item.isOwnersAlone
            else { throw CustodianError(.unknown, "the item is not here, or was erased") }
            guard try UnverifiedNote(parsing: item.newDescription ?? item.ingest).hash == body.previous else {
                throw CustodianError(.conflict, "the item was described anew meanwhile; look at it, and try again")
            }
            try ledger.records.replaceDescription(
                of: body.item, by: DescriptionRow(id: body.description.id, note: note, file: description))
            return try ledger.append(
                .described, in: .matter(body.caseID), by: actor, notes: [NamedNote(verified)], items: [body.item])
        }
    }

    /// Refuses a description that is not the one that a signed note speaks of.
    func checkDescription(_ facts: SealedFileFacts, _ description: [UInt8]) throws {
        guard description.count <= 1 << 20 else { throw CustodianError(.malformed, "the description is too long") }
        guard let file = try? SealedAgeFile(parsing: description), file.id == facts.id,
            file.header.digest == facts.header, UInt64(file.payload.count) == facts.payloadSize
        else { throw CustodianError(.malformed, "the description is not the one that the note names") }
    }

    /// Takes somebody's word that she checked what the vault holds of hers, for auditors to see.
    public func addVerification(_ note: [UInt8]) async throws -> Acceptance {
        try requireOpen()
        let unverified = try Unverified<Verification>(parsing: note)
        let verified = try unverified.verified(by: try await registeredKey(of: unverified.body.card))
        let body = verified.body
        guard body.custodian == verifierKey else {
            throw CustodianError(.notAuthentic, "the verification speaks of another custodian")
        }
        try meter.count(body.card, at: clock())
        _ = try checkSeen(body.checkpoint)
        return try await take(verified, in: .vault) { ledger in
            _ = try self.countingCard(body.card, at: ledger.time, in: ledger.records)
            guard Decision.isNear(body.time, ledger.clock) else {
                throw CustodianError(
                    .refused, ClockWords.sentence(theirs: body.time, ours: ledger.clock, log: ledger.time))
            }
            return try ledger.append(.verified, in: .vault, by: body.card, notes: [NamedNote(verified)])
        }
    }
}
