import Sharing
import SignedNote
import Sodium
import Storage

/// A grant of a chain: its row, and what decisions look at.
struct ChainLink {
    let row: GrantRow
    let state: GrantState
}

extension Custodian {
    /// From a grant up to the owner's; empty when it is not known.
    func chain(_ id: GrantID?, in reader: any RecordReader) throws -> [ChainLink] {
        try chain(from: try id.flatMap { try reader.grant($0) }, in: reader)
    }

    /// From the grant with this text up to the owner's; empty when it is not known.
    func chain(text hash: NoteHash, in reader: any RecordReader) throws -> [ChainLink] {
        try chain(from: try reader.grant(text: hash), in: reader)
    }

    private func chain(from row: GrantRow?, in reader: any RecordReader) throws -> [ChainLink] {
        var links: [ChainLink] = []
        var next = row
        while let row = next {
            let grant = try self.grantNotes.parse(row.note).body
            let state = GrantState(
                grant: grant, hash: row.hash, isApproved: row.isApproved, isRevoked: row.isRevoked,
                isExpired: row.isExpired, isDeclined: row.isDeclined, openingsUsed: row.openingsUsed,
                recipient: try cardState(grant.to, in: reader))
            links.append(ChainLink(row: row, state: state))
            next = try grant.parent.flatMap { try reader.grant(text: $0) }
        }
        return links
    }
}
