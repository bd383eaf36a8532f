import CustodianProtocol
import Foundation
public import Sharing
import Sodium

/// What a custodian lists in the order of its leaves.
protocol HasLeaf {
    /// The leaf's index.
    var index: UInt64 { get }
}

extension Wire.Grant: HasLeaf {}
extension Wire.List: HasLeaf {}
extension Wire.Leaf: HasLeaf {}

/// What an auditor is given of one leaf.
public struct AuditedLeaf: Sendable {
    /// The sealed record; `nil` where none is given.
    public let record: [UInt8]?
    /// The checkpoint that was kept over the log up to and with it.
    public let checkpoint: [UInt8]?
}

extension VaultSession {
    /// Asks page by page: the next begins behind the last leaf that was given, and an empty one is the end.
    /// - Throws: `ClientError.malformed` where a page does not go on.
    func eachPage<Row: HasLeaf>(
        from first: UInt64 = 0, until end: UInt64 = .max, _ page: (UInt64) throws -> [Row],
        use: ([Row]) throws -> Void
    ) throws {
        var next = first
        while next < end {
            let rows = try page(next)
            if rows.isEmpty { return }
            for row in rows {
                guard row.index >= next, row.index < .max else {
                    throw ClientError(.malformed, "the custodian lists the same again, or out of order")
                }
                next = row.index + 1
            }
            try use(rows)
        }
    }

    /// The sealed item lists of all grants and extensions, for an auditor, each handed on as it comes.
    public func auditLists(by caller: Caller, _ use: (GrantID, [UInt8]) throws -> Void) throws {
        try eachPage {
            try connection.post("/v1/audit/lists", try ask(.audit, nil, by: caller, from: $0))
        } use: { (lists: [Wire.List]) in
            for list in lists { try use(try GrantID(hex: list.grant.utf8), [UInt8](list.list)) }
        }
    }

    /// What the custodian gives an auditor of the leaves in a range, by their indices.
    public func auditRecords(_ range: Range<UInt64>, by caller: Caller) throws -> [UInt64: AuditedLeaf] {
        var found: [UInt64: AuditedLeaf] = [:]
        try eachPage(from: range.lowerBound, until: range.upperBound) {
            try connection.post("/v1/audit/records", try ask(.audit, nil, by: caller, from: $0))
        } use: { (rows: [Wire.Leaf]) in
            for row in rows {
                found[row.index] = AuditedLeaf(
                    record: row.record.map { [UInt8]($0) }, checkpoint: row.checkpoint.map { Array($0.utf8) })
            }
        }
        return found
    }
}
