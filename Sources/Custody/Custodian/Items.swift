public import AgeFile
import AuditTrail
public import MerkleTree
public import Sharing
public import SignedNote
import Sodium
public import Storage

extension Custodian {
    /// Starts an upload of a sealed payload.
    public func stageObject() throws -> any StagedObject {
        try requireOpen()
        return try stores.objects.stage()
    }

    /// Names an uploaded payload; durable when this returns. It belongs to nothing until an item names it.
    public func commitObject(_ staged: any StagedObject, id: AgeFileID, leaves: [TreeHash]) throws {
        try requireOpen()
        try stores.objects.commit(staged, id: id, leaves: leaves)
    }

    /// Removes an object that was uploaded and is not taken.
    public func removeObject(_ id: AgeFileID) throws { try stores.objects.remove(id) }

    /// Adds an item whose content was uploaded before.
    ///
    /// - Parameters:
    ///   - note: The ingest record, signed by the capturing person or device.
    ///   - actor: Text hash of the signer's card; `nil` for a device of the case card. The owner's own key names a card.
    ///   - contentHeader: The content's age header.
    ///   - description: The whole description, an age file.
    public func addItem(
        _ note: [UInt8], by actor: NoteHash?, contentHeader: [UInt8], description: [UInt8]
    ) async throws -> Acceptance {
        let unverified = try Unverified<IngestRecord>(parsing: note)
        let verified = try unverified.verified(by: unverified.body.signer)
        let body = verified.body
        if let before = try await taken(verified.hash, in: .matter(body.caseID)) {
            // A device that got no answer is told that its record was taken, which is so; nobody brings anything back.
            if actor != nil { try await refuseErased(body.content.id) }
            return before
        }
        try checkFiles(body, contentHeader: contentHeader, description: description)
        return try await take(verified, in: .matter(body.caseID)) { ledger in
            try self.checkSigner(body, actor, ledger)
            let appended = try ledger.append(
                .itemAdded, in: .matter(body.caseID), by: actor, notes: [NamedNote(verified)],
                items: [body.content.id])
            let card = try self.caseCard(body.caseID, in: ledger.records).body
            try ledger.records.insert(
                ItemRow(
                    id: body.content.id, caseID: body.caseID, descriptionID: body.description.id, ingest: note,
                    contentHeader: contentHeader, description: description,
                    isOwnersAlone: card.reach(of: body) == .ownerAlone, isErased: false))
            try ledger.records.setSigner(
                body.signer, in: body.caseID, SignerRow(sequence: body.sequence, hash: verified.hash))
            return appended
        }
    }

    private func checkFiles(_ body: IngestRecord, contentHeader: [UInt8], description: [UInt8]) throws {
        try checkDescription(body.description, description)
        guard contentHeader.count <= 1 << 14, let header = try? AgeHeader(parsing: contentHeader),
            header.digest == body.content.header
        else {
            throw CustodianError(.malformed, "the content's header is not the one that the ingest record names")
        }
        guard try stores.objects.contains(body.content.id),
            try stores.objects.open(body.content.id).size == body.content.payloadSize
        else { throw CustodianError(.unknown, "the item's content was not uploaded; upload it first") }
    }

    private func checkSigner(_ body: IngestRecord, _ actor: NoteHash?, _ ledger: Ledger) throws {
        let reader = ledger.records
        let card = try caseCard(body.caseID, in: reader).body
        guard card.reach(of: body) != nil else {
            throw CustodianError(.malformed, "the item is sealed to another key than the case's")
        }
        if let actor {
            guard try countingCard(actor, at: ledger.time, in: reader).card.key == body.signer else {
                throw CustodianError(.notAuthentic, "the ingest record is signed by another key than the card's")
            }
        } else if !card.signers.contains(body.signer) {
            throw CustodianError(
                .notAuthentic, "this device is none of the case: its owner has withdrawn it, or never paired it")
        }
        let known = try reader.item(body.content.id)
        guard try !isErased(body.content.id, in: reader) else { throw Custodian.wasErased }
        guard known == nil else {
            throw CustodianError(.conflict, "an item with this content is there already")
        }
        let newest = try reader.signer(body.signer, in: body.caseID)
        guard body.previous == newest?.hash, body.sequence == (newest.map { $0.sequence + 1 } ?? 0) else {
            throw CustodianError(.conflict, "the signer's ingest records do not follow each other; fetch the newest")
        }
    }

    /// Where a signer's ingest records of a case stand.
    public func signer(_ key: VerifierKey, in matter: CaseID) async throws -> SignerRow? {
        try await stores.records.read { try $0.signer(key, in: matter) }
    }
}
