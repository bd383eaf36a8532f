public import AgeFile
import AuditTrail
public import MerkleTree
public import Sharing
import SignedNote
import Sodium
public import Storage
public import TransparencyLog

/// A page of a stream's leaves.
public struct StreamPage: Sendable {
    /// Leaves with their sealed records, in the order of their numbers.
    public let leaves: [LeafRow]
    /// Records of other streams that concern this one (its case's opening, the cards that it names), each sealed anew
    /// to this stream, with its leaf's index.
    public let attached: [(index: UInt64, record: [UInt8])]
}

extension Custodian {
    /// Verifies a query: signed by a registered card that counts, meant for this custodian, made within five minutes.
    public func authorise(_ note: [UInt8]) async throws -> (query: Query, card: CardState) {
        try requireOpen()
        let unverified = try Unverified<Query>(parsing: note)
        let card = try await stores.records.read { try self.cardState(unverified.body.card, in: $0) }
        let query = try unverified.verified(by: card.card.key).body
        // A unit asks for nothing: its members do, by their own cards.
        guard card.card.kind != .unit else { throw Custodian.denied }
        guard query.custodian == verifierKey else {
            throw CustodianError(.notAuthentic, "the query is meant for another custodian")
        }
        // By the clock or by the log's time: where the clock once ran ahead, or now runs behind, people may still look.
        guard [clock(), newestTime].contains(where: { Decision.isNear($0, query.time) }) else {
            throw CustodianError(
                .refused, ClockWords.sentence(theirs: query.time, ours: clock(), log: newestTime))
        }
        try Custodian.requireCounting(card, at: newestTime)
        return (query, card)
    }

    private static let denied = CustodianError(.notAuthentic, "this card may not see that")

    func requireOwner(_ card: CardState, of matter: CaseID, in reader: any RecordReader) throws {
        guard try caseCard(matter, in: reader).body.ownerKey == card.card.key else { throw Custodian.denied }
    }

    /// A page of the stream that a query names.
    public func page(_ query: Query, _ card: CardState, from number: UInt64, limit: Int) async throws -> StreamPage {
        try await stores.records.read { reader in
            let stream = try self.stream(query, card, in: reader)
            let leaves = try self.leaves(of: stream, from: number, limit: limit, in: reader)
            return StreamPage(leaves: leaves, attached: try self.attached(to: stream, leaves, in: reader))
        }
    }

    private func leaves(
        of stream: StreamID, from number: UInt64, limit: Int, in reader: any RecordReader
    ) throws -> [LeafRow] {
        try PageBudget.collect(upTo: limit, size: { $0.record?.count ?? 0 }) { taken, step in
            try reader.leaves(of: stream, from: number + UInt64(taken), limit: step)
        }
    }

    private func stream(_ query: Query, _ card: CardState, in reader: any RecordReader) throws -> StreamID {
        switch (query.subject, query.scope) {
        case (.caseStream, let id?):
            try requireOwner(card, of: CaseID(id.bytes), in: reader)
            return .matter(CaseID(id.bytes))
        case (.grantStream, let id?):
            guard let row = try reader.grant(GrantID(id.bytes)) else {
                throw CustodianError(.unknown, "the grant is not known here")
            }
            let grant = try Grant(parsing: UnverifiedNote(parsing: row.note).text)
            let concerned = try chain(row.id, in: reader).map(\.state.grant.from) + [grant.to]
            if !concerned.contains(card.hash), try !units(of: card.hash, in: reader).contains(grant.to) {
                try requireOwner(card, of: grant.caseID, in: reader)
            }
            return .grant(row.id)
        case (.vaultStream, nil):
            guard try isAuditor(card.hash, in: reader) else { throw Custodian.denied }
            return .vault
        default:
            throw CustodianError(.malformed, "the query names no stream")
        }
    }

    /// What a stream's holders need from the vault's stream: the case's opening, the cards that its records name, and the
    /// trust notes that counted when issuers vouched for these.
    private func attached(
        to stream: StreamID, _ leaves: [LeafRow], in reader: any RecordReader
    ) throws -> [(index: UInt64, record: [UInt8])] {
        let key = try streams.key(of: stream, in: reader)
        var indices: Set<UInt64> = []
        for row in leaves {
            guard let sealed = row.record else { continue }
            let disclosed = try DisclosedRecord(opening: sealed, with: key)
            if let actor = disclosed.record.actor { try insert(actor, in: reader, to: &indices) }
            for note in disclosed.notes {
                let text = try UnverifiedNote(parsing: note).text
                if let grant = try? Grant(parsing: text) {
                    try insert(grant.from, in: reader, to: &indices)
                    try insert(grant.to, in: reader, to: &indices)
                } else if let named = (try? AccessRequest(parsing: text))?.membership {
                    guard let row = try reader.membership(named) else { continue }
                    indices.formUnion([row.index] + (row.withdrawnIndex.map { [$0] } ?? []))
                }
            }
        }
        if case .matter(let id) = stream, let text = try reader.setting(Custodian.openedSetting(id)),
            let index = UInt64(String(decoding: text, as: UTF8.self))
        {
            indices.insert(index)
        }
        return try indices.sorted().compactMap { try resealed($0, to: key, in: reader) }
    }

    private func insert(_ card: NoteHash, in reader: any RecordReader, to indices: inout Set<UInt64>) throws {
        guard let row = try reader.card(card) else { return }
        indices.insert(row.index)
        if row.issuer != nil, let trust = try trustLeaves(in: reader).last(where: { $0 < row.index }) {
            indices.insert(trust)
        }
        if let withdrawn = row.withdrawnIndex { indices.insert(withdrawn) }
    }

    private func resealed(
        _ index: UInt64, to key: StreamKey, in reader: any RecordReader
    ) throws -> (index: UInt64, record: [UInt8])? {
        guard let row = try reader.leaves(index..<index + 1).first, let sealed = row.record else { return nil }
        guard let stream = row.stream else { return nil }
        let disclosed = try DisclosedRecord(opening: sealed, with: try streams.key(of: stream, in: reader))
        return (index, try disclosed.sealed(to: key))
    }

    /// Items of a case, for its owner; after an item, at most `limit` and as many as a page holds.
    public func items(
        _ query: Query, _ card: CardState, after: AgeFileID?, limit: Int
    ) async throws -> [ItemRow] {
        guard query.subject == .caseStream, let id = query.scope else {
            throw CustodianError(.malformed, "the query names no case")
        }
        return try await stores.records.read { reader in
            try self.requireOwner(card, of: CaseID(id.bytes), in: reader)
            var last = after
            return try PageBudget.collect(upTo: limit, size: { $0.byteCount }) { _, step in
                let rows = try reader.items(of: CaseID(id.bytes), after: last, limit: step)
                last = rows.last?.id ?? last
                return rows
            }
        }
    }

    /// One item, sealed: to whoever holds a card and knows its id.
    public func item(_ query: Query, _ id: AgeFileID) async throws -> ItemRow {
        guard query.subject == .object, query.scope?.bytes == id.bytes else {
            throw CustodianError(.malformed, "the query names another item")
        }
        guard let row = try await stores.records.read({ try $0.item(id) }), !row.isErased else {
            throw CustodianError(.unknown, "the item is not here, or was erased")
        }
        return row
    }

    /// One item, sealed, with a description that it was given once: to whoever holds a card and knows both ids.
    public func item(_ query: Query, _ id: AgeFileID, description: AgeFileID) async throws -> ItemRow {
        let row = try await item(query, id)
        guard let found = try await stores.records.read({ try $0.description(description, of: id) }) else {
            throw CustodianError(.unknown, "the item never had this description")
        }
        return row.described(by: found)
    }

    /// The sealed payload of an item and its tree's leaf hashes.
    public func object(_ query: Query, _ id: AgeFileID) async throws -> any StoredObject {
        _ = try await item(query, id)
        return try stores.objects.open(id)
    }

    /// The leaf hashes of an item's tree, the nonce's first.
    public func leaves(_ query: Query, _ id: AgeFileID) async throws -> [TreeHash] {
        _ = try await item(query, id)
        return try stores.objects.leaves(of: id)
    }

    /// The nonce's leaf and those of some chunks, with their paths to the item's id.
    public func provenLeaves(_ query: Query, _ id: AgeFileID, chunks: ClosedRange<UInt64>) async throws -> [ProvenLeaf]
    {
        let record = try Unverified<IngestRecord>(parsing: try await item(query, id).ingest).body
        guard chunks.upperBound < record.content.chunkCount else {
            throw CustodianError(.malformed, "the item has fewer chunks than were asked for")
        }
        return try stores.objects.provenLeaves(of: id, at: [0] + chunks.map { $0 + 1 })
    }

    // MARK: Owner's cases

    /// Cases whose owner key is the asking card's: case card and sealed keys.
    public func cases(_ card: CardState) async throws -> [CaseRow] {
        try await stores.records.read { reader in
            try reader.matters().filter {
                try CaseCard(parsing: UnverifiedNote(parsing: $0.card).text).ownerKey == card.card.key
            }
        }
    }

    // MARK: Audit

    /// The log keys of all streams, sealed to an auditor that the trust note names.
    public func auditKeys(_ query: Query, _ card: CardState) async throws -> [UInt8] {
        try await stores.records.read { reader in
            guard query.subject == .audit, try self.isAuditor(card.hash, in: reader) else { throw Custodian.denied }
            let matters = try reader.matters().map { row in
                AuditKeys.Matter(id: row.id, key: try self.streams.key(of: .matter(row.id), in: reader))
            }
            var text = AuditKeys(vault: self.keys.vaultStream, matters: matters).text
            defer { Wipe.array(&text) }
            return try AgeFile.seal(text, to: [card.card.recipient]).bytes
        }
    }

    /// Sealed records by their leaves' indices, for auditors, as many as a page holds; beside each the checkpoint that was
    /// kept over the log up to and with it.
    public func auditRecords(
        _ query: Query, _ card: CardState, _ range: Range<UInt64>
    ) async throws -> [(row: LeafRow, checkpoint: [UInt8]?)] {
        try await stores.records.read { reader in
            guard query.subject == .audit, try self.isAuditor(card.hash, in: reader) else { throw Custodian.denied }
            let checkpoints = try reader.checkpoints(sizes: range.lowerBound + 1...range.upperBound + 1)
            return try PageBudget.collect(upTo: range.count, size: { $0.record?.count ?? 0 }) { taken, step in
                let first = range.lowerBound + UInt64(taken)
                return try reader.leaves(first..<first + UInt64(step))
            }.map { ($0, checkpoints[$0.index + 1]) }
        }
    }

    /// The sealed item lists of grants and extensions taken by a leaf or later ones, for auditors, as many as a page holds.
    public func auditLists(_ query: Query, _ card: CardState, from index: UInt64) async throws -> [ListRow] {
        try await stores.records.read { reader in
            guard query.subject == .audit, try self.isAuditor(card.hash, in: reader) else { throw Custodian.denied }
            var first = index
            return try PageBudget.collect(upTo: 1000, size: { $0.list.count }) { _, step in
                let rows = try reader.itemLists(from: first, limit: step)
                first = rows.last.map { $0.index + 1 } ?? first
                return rows
            }
        }
    }

    // MARK: Log

    /// A tile of the log; `nil` for one that the log's size does not imply.
    public func tile(_ coordinate: TileCoordinate) -> [UInt8]? { tree.tile(coordinate) }

    /// An entry bundle of the log; `nil` for one that the log's size does not imply.
    public func entries(_ coordinate: EntriesCoordinate) -> [UInt8]? { tree.entries(coordinate) }
}
