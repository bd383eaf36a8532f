public import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Synchronization

// Carrying out what owners asked to have erased. All that the records hold goes in the transaction of the leaf; objects
// and secrets are files, and go after it: the records say which, until it is done.
extension Custodian {
    private static let rewriteSetting = "rewrite-records"

    /// Carries out what is due by the clock or the log, whichever is later, and finishes what a kill left half done.
    public func eraseDue() async throws {
        try requireOpen()
        let now = newestTime
        // One that cannot be carried out keeps no other one back.
        var failure: (any Error)?
        for row in try await stores.records.read({ try $0.erasures(dueAt: now) }) {
            do {
                try await submit(isSmall: true) { try self.carryOut(row.hash, $0) }
            } catch {
                failure = failure ?? error
            }
        }
        try await finishErasing()
        if let failure { throw failure }
    }

    /// One that was cancelled meanwhile is no longer there. While the owner's key is withdrawn nothing is erased: whoever
    /// stole it could have asked, and she could not take it back.
    private func carryOut(_ hash: NoteHash, _ ledger: Ledger) throws {
        guard let row = try ledger.records.erasure(hash), row.due <= ledger.time else { return }
        let owner = try caseCard(row.caseID, in: ledger.records).body.ownerKey
        guard try !isWithdrawn(owner, in: ledger.records) else { return }
        let body = try Unverified<Erasure>(parsing: row.note).body
        if body.isOfCase {
            try eraseCase(row, ledger)
        } else {
            try eraseItems(body.items, row, ledger)
        }
        try ledger.records.setSetting(Custodian.rewriteSetting, [1])
    }

    // MARK: Items

    private func eraseItems(_ items: [AgeFileID], _ row: ErasureRow, _ ledger: Ledger) throws {
        try ledger.append(
            .itemErased, in: .matter(row.caseID), by: nil, notes: [NamedNote(hash: row.hash, bytes: row.note)],
            items: items)
        try ledger.records.deleteErasure(row.hash)
        var lent: [GrantID: (grant: GrantRow, items: Set<AgeFileID>)] = [:]
        for id in items {
            guard let item = try ledger.records.item(id), !item.isErased else { continue }
            try strip(item, in: ledger)
            for grant in try ledger.records.grants(of: row.caseID, listing: id) {
                lent[grant.id, default: (grant, [])].items.insert(id)
            }
            try ledger.records.erase(item: id)
        }
        // A list is opened and sealed once, however many of its items go: lists are long, and everybody waits.
        for (grant, items) in lent.values.sorted(by: { $0.grant.index < $1.grant.index }) {
            try hide(items, in: grant, ledger)
            try withdrawResponses(naming: items, under: grant.id, in: ledger)
        }
    }

    /// Takes ingest record and new descriptions out of the records that they lie beside. What is left still is what the
    /// leaf commits to, so that anybody can see that something was added, and that nothing more is missing.
    private func strip(_ item: ItemRow, in ledger: Ledger) throws {
        let stream = StreamID.matter(item.caseID)
        for (index, hash) in try leaves(of: item.id, in: ledger.records) {
            guard let sealed = try ledger.records.leaves(index..<index + 1).first?.record else {
                throw StorageError(.damaged, "the record of an item's adding cannot be read")
            }
            let whole = try DisclosedRecord(opening: sealed, with: streams.key(of: stream, in: ledger.records))
            let rest = DisclosedRecord(
                record: whole.record, salt: whole.salt,
                notes: try whole.notes.filter { try UnverifiedNote(parsing: $0).hash != hash })
            try ledger.records.setRecord(
                try rest.sealed(to: streams.recipient(of: stream, in: ledger.records)), at: index)
        }
    }

    /// Leaves the entries of items in the lists of a grant and its extensions as their hashes.
    private func hide(_ items: Set<AgeFileID>, in grant: GrantRow, _ ledger: Ledger) throws {
        let key = try streams.key(of: .grant(grant.id), in: ledger.records)
        let more = grant.isStanding ? try ledger.records.grantExtensions(of: grant.id).map(\.id) : []
        for id in [grant.id] + more {
            guard let sealed = try ledger.records.lentTexts(id)?.list else { continue }
            let text = try AgeFile.openText(sealed, with: [key.recordIdentity])
            let list = try ItemList(parsing: text)
            let rest = list.hiding(items)
            guard rest != list else { continue }
            try ledger.records.setList(
                try AgeFile.seal(rest.text, to: [key.recordIdentity.recipient]).bytes, of: id)
        }
    }

    // MARK: Cases

    /// Only the records of the case's opening and of this leaf are left: both are the vault's.
    private func eraseCase(_ row: ErasureRow, _ ledger: Ledger) throws {
        let records = ledger.records
        let grants = try records.grants(of: row.caseID)
        var names: [String] = []
        for grant in grants {
            if let secret = grant.secret { names.append(secretName(grant.id, secret)) }
            for more in grant.isStanding ? try records.grantExtensions(of: grant.id) : [] {
                if let secret = more.secret { names.append(secretName(more.id, secret)) }
            }
        }
        let opened = String(decoding: try records.setting(Custodian.openedSetting(row.caseID)) ?? [], as: UTF8.self)
        guard let opened = UInt64(opened) else {
            throw StorageError(.damaged, "the record of a case's opening cannot be found")
        }
        let appended = try ledger.append(
            .caseErased, in: .vault, by: nil, notes: [NamedNote(hash: row.hash, bytes: row.note)])
        try records.erase(ErasedCaseRow(id: row.caseID, opened: opened, erased: appended.index))
        try records.deleteSettings(startingWith: Custodian.openedSetting(row.caseID))
        try records.deleteSettings(startingWith: Custodian.heartbeatSetting(of: row.caseID))
        endedSecrets.withLock { $0.formUnion(names) }
        streams.forget([.matter(row.caseID)] + grants.map { .grant($0.id) })
    }

    // MARK: Afterwards

    /// Destroys the objects and secrets of what was erased, then whatever traces the records' pages hold.
    private func finishErasing() async throws {
        let objects = try await stores.records.read { try $0.objectsToDestroy() }
        for id in objects { try stores.objects.remove(id) }
        if !objects.isEmpty {
            try await submit(isSmall: true) { ledger in
                for id in objects { try ledger.records.deleteObjectToDestroy(id) }
            }
        }
        try await destroyEnded()
        guard try await stores.records.read({ try $0.setting(Custodian.rewriteSetting) }) != nil else { return }
        try await stores.records.rewrite()
        try await submit(isSmall: true) { try $0.records.setSetting(Custodian.rewriteSetting, nil) }
        try await stores.records.scrub()
    }

    // MARK: Not coming back

    /// Refuses an upload that would bring back what was erased.
    public func refuseErased(_ id: AgeFileID) async throws {
        guard try await stores.records.read({ try self.isErased(id, in: $0) }) else { return }
        throw Custodian.wasErased
    }

    /// Whether an item was erased, or its object is still to be destroyed: whoever took it now would lose it.
    func isErased(_ id: AgeFileID, in reader: any RecordReader) throws -> Bool {
        try reader.item(id)?.isErased ?? reader.isToBeDestroyed(id)
    }

    static let wasErased = CustodianError(.refused, "the item was erased; it is not taken again")
}
