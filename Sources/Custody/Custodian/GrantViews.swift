public import AgeFile
import AuditTrail
public import Sharing
import SignedNote
import Sodium
public import Storage

/// A grant as its recipient, a grantor above or the owner sees it.
public struct GrantView: Sendable {
    /// The grant and what became of it.
    public let row: GrantRow
    /// What is passed on with it; envelopes only to their recipient, lists only to the owner whom it waits for.
    public let texts: LentTexts
    /// The grantor's card, a signed note.
    public let from: [UInt8]
    /// The recipient's card, a signed note.
    public let to: [UInt8]
    /// Cards of the grantors of the grants above, the nearest first, as signed notes.
    public let above: [[UInt8]]
    /// Whether a grant above has ended.
    public let isAboveEnded: Bool
    /// The extensions of a standing grant, oldest first.
    public let extensions: [(row: ExtensionRow, texts: LentTexts)]
    /// Items that it lists and that were erased.
    public let erased: [AgeFileID]

    var byteCount: Int {
        let more = extensions.map { $0.row.note.count + $0.texts.byteCount }.reduce(0, +)
        return row.note.count + texts.byteCount + from.count + to.count + above.map(\.count).reduce(0, +) + more
            + erased.count * 64
    }
}

extension LentTexts {
    fileprivate static let none = LentTexts(envelope: [], list: [])

    fileprivate var byteCount: Int { envelope.count + list.count }
}

/// What waits for an owner.
public struct PendingView: Sendable {
    /// Grants of her cases that wait for her yes.
    public let waiting: [GrantView]
    /// Standing grants of her cases that lack items which were added since.
    public let behind: [GrantView]
}

extension Custodian {
    /// Grants to the asking card or a unit of its holder; those below them; or those of a case, for its owner. From a
    /// leaf's index on, in the order of their leaves, as many as a page holds: a grant stands behind the one above it.
    public func grants(_ query: Query, _ card: CardState, from index: UInt64) async throws -> [GrantView] {
        try await stores.records.read { reader in
            try self.page(try self.rows(query, card, in: reader), from: index) {
                try self.view($0, query.subject == .grants ? .envelope : .nothing, in: reader)
            }
        }
    }

    private func page(
        _ rows: [GrantRow], from index: UInt64, _ view: (GrantRow) throws -> GrantView
    ) throws -> [GrantView] {
        var (views, budget) = ([GrantView](), PageBudget())
        for row in rows.filter({ $0.index >= index }).sorted(by: { $0.index < $1.index }) {
            let next = try view(row)
            guard budget.takes(next.byteCount) else { break }
            views.append(next)
        }
        return views
    }

    private func rows(_ query: Query, _ card: CardState, in reader: any RecordReader) throws -> [GrantRow] {
        switch (query.subject, query.scope) {
        case (.grants, nil): return try held(by: card.hash, in: reader)
        case (.given, nil):
            var rows: [GrantRow] = []
            var next = try held(by: card.hash, in: reader)
            while !next.isEmpty {
                next = try next.flatMap { try reader.grants(under: $0.hash) }
                rows += next
            }
            return rows
        case (.caseStream, let id?):
            try requireOwner(card, of: CaseID(id.bytes), in: reader)
            return try reader.grants(of: CaseID(id.bytes))
        default: throw CustodianError(.malformed, "the query names no grants")
        }
    }

    private func held(by card: NoteHash, in reader: any RecordReader) throws -> [GrantRow] {
        try ([card] + units(of: card, in: reader)).flatMap { try reader.grants(to: $0) }
    }

    /// Which of the sealed texts whoever asks has a use for.
    private enum Shown {
        case envelope, list, nothing
    }

    private func texts(_ id: GrantID, _ shown: Shown, in reader: any RecordReader) throws -> LentTexts {
        guard shown != .nothing, let texts = try reader.lentTexts(id) else { return .none }
        return shown == .envelope
            ? LentTexts(envelope: texts.envelope, list: []) : LentTexts(envelope: [], list: texts.list)
    }

    private func view(_ row: GrantRow, _ shown: Shown, in reader: any RecordReader) throws -> GrantView {
        let chain = try chain(text: row.hash, in: reader).map(\.state)
        let grant = try grantNotes.parse(row.note).body
        let now = newestTime
        return GrantView(
            row: row, texts: try texts(row.id, shown, in: reader), from: try reader.card(grant.from)?.note ?? [],
            to: try reader.card(grant.to)?.note ?? [],
            above: try chain.dropFirst().map { try reader.card($0.grant.from)?.note ?? [] },
            isAboveEnded: Custodian.isAboveEnded(chain, at: now),
            extensions: row.isStanding
                ? try reader.grantExtensions(of: row.id).map { ($0, try texts($0.id, shown, in: reader)) } : [],
            erased: try reader.erasedItems(in: row.id))
    }

    /// What waits for the owner whose card asks, in all her cases; from a leaf's index on, as many as a page holds.
    public func pending(_ query: Query, _ card: CardState, from index: UInt64) async throws -> PendingView {
        guard query.subject == .pending else { throw CustodianError(.malformed, "the query asks for something else") }
        let now = newestTime
        return try await stores.records.read { reader in
            var (rows, waiting) = ([GrantRow](), Set<GrantID>())
            for matter in try reader.matters() {
                guard try self.caseNotes.parse(matter.card).body.ownerKey == card.card.key else { continue }
                let asking = try reader.grantsWaiting(of: matter.id)
                waiting.formUnion(asking.map(\.id))
                rows += asking
                rows += try reader.standingGrants(of: matter.id)
                    .filter { try reader.unlistedCount(in: $0.id, of: matter.id) > 0 }
            }
            let current = try rows.filter { row in
                try now < self.grantNotes.parse(row.note).body.notAfter
                    && (!waiting.contains(row.id)
                        || !Custodian.isAboveEnded(self.chain(text: row.hash, in: reader).map(\.state), at: now))
            }
            let page = try self.page(current, from: index) { try self.view($0, .list, in: reader) }
            return PendingView(
                waiting: page.filter { waiting.contains($0.row.id) },
                behind: page.filter { !waiting.contains($0.row.id) })
        }
    }

    private static func isAboveEnded(_ chain: [GrantState], at now: Timestamp) -> Bool {
        chain.dropFirst().contains { $0.hasEnded || now >= $0.grant.notAfter }
    }
}
