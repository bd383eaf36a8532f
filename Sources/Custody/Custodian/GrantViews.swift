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
    /// The grantor's card, a signed note.
    public let from: [UInt8]
    /// The recipient's card, a signed note.
    public let to: [UInt8]
    /// Cards of the grantors of the grants above, the nearest first, as signed notes.
    public let above: [[UInt8]]
    /// Whether a grant above has ended.
    public let isAboveEnded: Bool
    /// The extensions of a standing grant, oldest first.
    public let extensions: [ExtensionRow]
    /// Items that it lists and that were erased.
    public let erased: [AgeFileID]
}

/// What waits for an owner.
public struct PendingView: Sendable {
    /// Grants of her cases that wait for her yes.
    public let waiting: [GrantView]
    /// Standing grants of her cases that lack items which were added since.
    public let behind: [GrantView]
}

extension Custodian {
    /// Grants to the asking card or a unit of its holder; those below them; or those of a case, for its owner.
    public func grants(_ query: Query, _ card: CardState) async throws -> [GrantView] {
        try await stores.records.read { reader in
            try self.rows(query, card, in: reader).map { try self.view($0, in: reader) }
        }
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

    private func view(_ row: GrantRow, in reader: any RecordReader) throws -> GrantView {
        let chain = try chain(text: row.hash, in: reader).map(\.state)
        let grant = try grantNotes.parse(row.note).body
        let now = newestTime
        return GrantView(
            row: row, from: try reader.card(grant.from)?.note ?? [], to: try reader.card(grant.to)?.note ?? [],
            above: try chain.dropFirst().map { try reader.card($0.grant.from)?.note ?? [] },
            isAboveEnded: chain.dropFirst().contains { $0.hasEnded || now >= $0.grant.notAfter },
            extensions: row.isStanding ? try reader.grantExtensions(of: row.id) : [],
            erased: try reader.erasedItems(in: row.id))
    }

    /// What waits for the owner whose card asks, in all her cases.
    public func pending(_ query: Query, _ card: CardState) async throws -> PendingView {
        guard query.subject == .pending else { throw CustodianError(.malformed, "the query asks for something else") }
        let now = newestTime
        return try await stores.records.read { reader in
            var (waiting, behind): ([GrantView], [GrantView]) = ([], [])
            for matter in try reader.matters() {
                guard try self.caseNotes.parse(matter.card).body.ownerKey == card.card.key else { continue }
                waiting += try reader.grantsWaiting(of: matter.id).map { try self.view($0, in: reader) }
                    .filter { try !$0.isAboveEnded && now < self.grantNotes.parse($0.row.note).body.notAfter }
                behind += try reader.standingGrants(of: matter.id)
                    .filter { row in
                        try now < self.grantNotes.parse(row.note).body.notAfter
                            && reader.unlistedCount(in: row.id, of: matter.id) > 0
                    }
                    .map { try self.view($0, in: reader) }
            }
            return PendingView(waiting: waiting, behind: behind)
        }
    }
}
