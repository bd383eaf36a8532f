import AgeFile
import AuditTrail
import Foundation
import GRDB
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage

// Typed values as columns. What a column holds was written by us: anything else is damage.

extension Row {
    func bytes(_ column: String) throws -> [UInt8] {
        guard let value = self[column] as Data? else { throw damaged(column) }
        return [UInt8](value)
    }

    func value<Value: Typed32>(_ column: String) throws -> Value {
        guard let value = try? Value(copying: try bytes(column)) else { throw damaged(column) }
        return value
    }

    func number(_ column: String) throws -> UInt64 {
        guard let value = self[column] as Int64?, value >= 0 else { throw damaged(column) }
        return UInt64(value)
    }

    func optionalNumber(_ column: String) throws -> UInt64? {
        (self[column] as Int64?) == nil ? nil : try number(column)
    }

    func optionalBytes(_ column: String) -> [UInt8]? { (self[column] as Data?).map { [UInt8]($0) } }

    func flag(_ column: String) throws -> Bool { try number(column) != 0 }

    private func damaged(_ column: String) -> StorageError {
        StorageError(.damaged, "a record cannot be read: column \(column); restore the vault from a backup")
    }
}

/// A column's bytes.
func blob(_ bytes: [UInt8]) -> Data { Data(bytes) }

/// A column's 32 bytes.
func blob(_ value: some Typed32) -> Data { value.bytes.withUnsafeBytes { Data($0) } }

extension StreamID {
    /// One byte of kind, then the case's or grant's id.
    var column: Data {
        switch self {
        case .vault: blob([0])
        case .matter(let id): blob([1] + id.bytes.array)
        case .grant(let id): blob([2] + id.bytes.array)
        }
    }

    /// In place of the stream of a leaf whose case was erased.
    static let noColumn: [UInt8] = [3]

    init?(leafColumn bytes: [UInt8]) throws {
        guard bytes != StreamID.noColumn else { return nil }
        try self.init(column: bytes)
    }

    init(column bytes: [UInt8]) throws {
        switch (bytes.first, try? Bytes32(bytes.dropFirst())) {
        case (0, _) where bytes.count == 1: self = .vault
        case (1, let id?): self = .matter(CaseID(id))
        case (2, let id?): self = .grant(GrantID(id))
        default: throw StorageError(.damaged, "a record names no stream; restore the vault from a backup")
        }
    }
}
