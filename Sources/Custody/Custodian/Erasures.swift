import AgeFile
import AuditTrail
public import Sharing
import SignedNote
import Sodium
public import Storage

/// What of an owner's cases is to be erased, and which of them were.
public struct ErasureView: Sendable {
    /// A case that was erased: the records of its opening and its end, each sealed to the owner's card.
    public struct ErasedCase: Sendable {
        /// The `case-opened` leaf and its record.
        public let opened: (index: UInt64, record: [UInt8])
        /// The `case-erased` leaf and its record.
        public let erased: (index: UInt64, record: [UInt8])
    }

    /// Erasures that wait.
    public let waiting: [ErasureRow]
    /// Cases that were erased.
    public let erased: [ErasedCase]
}

extension Custodian {
    // MARK: The wait

    private static let waitSetting = "erasure-wait"

    /// How long an erasure has to wait at least, in seconds.
    public func erasureWait() async throws -> UInt64 {
        try await stores.records.read { try Custodian.erasureWait(in: $0) }
    }

    private static func erasureWait(in reader: any RecordReader) throws -> UInt64 {
        let text = try reader.setting(waitSetting) ?? []
        return UInt64(String(decoding: text, as: UTF8.self)) ?? Erasure.standardWait
    }

    /// Sets the wait: any while the log is empty; afterwards it can be made longer and never shorter.
    /// - Throws: `CustodianError.conflict`.
    func setErasureWait(_ seconds: UInt64) async throws {
        try await stores.records.transaction { records in
            let known = try Custodian.erasureWait(in: records)
            let isNew = try records.head()?.size == 0 && records.setting(Custodian.waitSetting) == nil
            guard isNew || seconds >= known else {
                throw CustodianError(
                    .conflict,
                    "this vault waits \(known) seconds before it erases anything; that can be made longer, never shorter"
                )
            }
            guard isNew || seconds > known else { return }
            try records.setSetting(Custodian.waitSetting, Array(String(seconds).utf8))
        }
    }

    // MARK: Asking

    /// Takes the owner's note that something be erased: a leaf, and then a wait in which she can take it back.
    public func askErasure(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<Erasure>(parsing: note)
        let by = try await stores.records.read { try self.cardState(unverified.body.by, in: $0) }
        let verified = try unverified.verified(by: by.card.key)
        let body = verified.body
        return try await take(verified, in: .matter(body.caseID), isSmall: true) { ledger in
            try self.check(body, ledger)
            let appended = try ledger.append(
                .erasureAsked, in: .matter(body.caseID), by: body.by, notes: [NamedNote(verified)],
                items: body.items)
            try ledger.records.insert(
                ErasureRow(
                    hash: verified.hash, caseID: body.caseID, note: verified.bytes, due: body.due,
                    index: appended.index))
            return appended
        }
    }

    private func check(_ body: Erasure, _ ledger: Ledger) throws {
        let reader = ledger.records
        let verdict = Decision.erase(
            ErasureContext(
                caseID: body.caseID, by: try cardState(body.by, in: reader), signed: body.time,
                caseCard: try reader.matter(body.caseID) == nil ? nil : caseCard(body.caseID, in: reader).body,
                standings: try body.items.map { try standing($0, in: body.caseID, reader) }, time: ledger.time,
                clock: ledger.clock))
        guard verdict.isGranted else { throw CustodianError(.refused, Custodian.sentence(verdict)) }
        let wait = try Custodian.erasureWait(in: reader)
        guard body.due.seconds - body.time.seconds >= wait else {
            throw CustodianError(.refused, "this vault waits at least \(wait) seconds before it erases anything")
        }
        let waiting = try reader.erasures(of: body.caseID)
            .map { try Unverified<Erasure>(parsing: $0.note).body }
        guard !waiting.contains(where: { $0.isOfCase == body.isOfCase && !$0.items.isDisjoint(from: body.items) })
        else {
            throw CustodianError(.conflict, "this is to be erased already")
        }
        guard body.size <= ledger.size, try body.leaves == leaves(of: body, in: reader) else {
            throw CustodianError(
                .conflict, "the erasure does not list the leaves that it concerns; fetch the log and sign anew")
        }
    }

    private func standing(_ id: AgeFileID, in matter: CaseID, _ reader: any RecordReader) throws -> ItemStanding {
        guard let item = try reader.item(id), item.caseID == matter else { return .absent }
        return item.isErased ? .erased : .present
    }

    /// The leaves below the size that the owner had seen whose records an erasure concerns.
    private func leaves(of body: Erasure, in reader: any RecordReader) throws -> LeafSet {
        guard body.isOfCase else {
            return LeafSet(
                try body.items.flatMap { try leaves(of: $0, in: reader).map(\.index) }.filter { $0 < body.size })
        }
        let streams = [StreamID.matter(body.caseID)] + (try reader.grants(of: body.caseID).map { .grant($0.id) })
        return LeafSet(try streams.flatMap { try reader.positions(of: $0) }.filter { $0 < body.size })
    }

    /// The leaves that added and described an item that is not erased, with the text hashes of the notes beside them.
    func leaves(of id: AgeFileID, in reader: any RecordReader) throws -> [(index: UInt64, note: NoteHash)] {
        guard let item = try reader.item(id), !item.isErased else { return [] }
        let notes =
            [item.ingest] + [item.newDescription].compactMap { $0 }
            + (try reader.earlierDescriptions(of: id).compactMap(\.note))
        return try notes.compactMap { bytes in
            let hash = try UnverifiedNote(parsing: bytes).hash
            return try reader.disclosure(of: hash, in: .matter(item.caseID)).map { ($0, hash) }
        }
    }

    /// Takes an erasure back, by its owner's signature: a leaf, and nothing is erased.
    public func cancelErasure(_ note: [UInt8]) async throws -> Acceptance {
        let unverified = try Unverified<ErasureCancellation>(parsing: note)
        let by = try await stores.records.read { try self.cardState(unverified.body.by, in: $0) }
        let verified = try unverified.verified(by: by.card.key)
        let body = verified.body
        return try await take(verified, in: .matter(body.caseID), isSmall: true) { ledger in
            let reader = ledger.records
            let verdict = Decision.erase(
                ErasureContext(
                    caseID: body.caseID, by: try self.cardState(body.by, in: reader), signed: body.time,
                    caseCard: try reader.matter(body.caseID) == nil ? nil : self.caseCard(body.caseID, in: reader).body,
                    time: ledger.time, clock: ledger.clock))
            guard verdict.isGranted else { throw CustodianError(.refused, Custodian.sentence(verdict)) }
            guard let row = try reader.erasure(body.erasure), row.caseID == body.caseID else {
                throw CustodianError(
                    .conflict, "nothing like this waits to be erased: it was carried out, or taken back")
            }
            let items = try Unverified<Erasure>(parsing: row.note).body.items
            let appended = try ledger.append(
                .erasureCancelled, in: .matter(body.caseID), by: body.by, notes: [NamedNote(verified)], items: items)
            try ledger.records.deleteErasure(row.hash)
            return appended
        }
    }

    // MARK: Looking

    /// What waits to be erased in the asking owner's cases, and which of them were erased.
    public func erasures(_ query: Query, _ card: CardState) async throws -> ErasureView {
        guard query.subject == .pending else { throw CustodianError(.malformed, "the query asks for something else") }
        return try await stores.records.read { reader in
            let waiting = try reader.matters()
                .filter { try self.caseNotes.parse($0.card).body.ownerKey == card.card.key }
                .flatMap { try reader.erasures(of: $0.id) }
            let erased = try reader.erasedMatters().compactMap { row -> ErasureView.ErasedCase? in
                let opened = try self.vaultRecord(row.opened, in: reader)
                guard let bytes = opened.notes.first,
                    try Unverified<CaseCard>(parsing: bytes).body.ownerKey == card.card.key
                else { return nil }
                let end = try self.vaultRecord(row.erased, in: reader)
                return ErasureView.ErasedCase(
                    opened: (row.opened, try opened.sealed(to: card.card.recipient)),
                    erased: (row.erased, try end.sealed(to: card.card.recipient)))
            }
            return ErasureView(waiting: waiting, erased: erased)
        }
    }

    private func vaultRecord(_ index: UInt64, in reader: any RecordReader) throws -> DisclosedRecord {
        guard let sealed = try reader.leaves(index..<index + 1).first?.record else {
            throw StorageError(.damaged, "the record of a case that was erased cannot be read")
        }
        return try DisclosedRecord(opening: sealed, with: keys.vaultStream)
    }
}

extension [AgeFileID] {
    /// Whether no item is in both; two that name none are both about the whole case.
    fileprivate func isDisjoint(from other: [AgeFileID]) -> Bool {
        guard !isEmpty || !other.isEmpty else { return false }
        let known = Set(other)
        return !contains { known.contains($0) }
    }
}
