import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage

@testable import Custodian

/// An erasure as its owner makes it, each part of which a test may make wrong.
struct ErasureDraft {
    var items: [AgeFileID]
    var by: Person
    var signer: NoteSigner?
    var time: Timestamp
    var wait: UInt64 = Erasure.standardWait
    var size: UInt64
    var leaves: LeafSet
}

extension Scene {
    /// An erasure of items, or with none of the case.
    func erasure(
        of items: [TestItem], _ change: (inout ErasureDraft) -> Void = { _ in }
    ) async throws -> Verified<Erasure> {
        let (matter, records, size) = (caseID, try custodian.stores.records, try size)
        let hashes = items.map(\.record.hash)
        let leaves = try await records.read { reader in
            guard hashes.isEmpty else {
                return LeafSet(try hashes.compactMap { try reader.disclosure(of: $0, in: .matter(matter)) })
            }
            let grants = try reader.grants(of: matter).map { StreamID.grant($0.id) }
            return LeafSet(try ([.matter(matter)] + grants).flatMap { try reader.positions(of: $0) })
        }
        var draft = ErasureDraft(items: items.map(\.id), by: owner, time: clock.time, size: size, leaves: leaves)
        change(&draft)
        let body = Erasure(
            caseID: caseID, by: draft.by.hash, time: draft.time,
            due: Timestamp(seconds: draft.time.seconds + draft.wait), items: draft.items, size: draft.size,
            leaves: draft.leaves)
        return try Verified(body, signedBy: draft.signer ?? draft.by.signer)
    }

    @discardableResult
    func ask(_ erasure: Verified<Erasure>) async throws -> Acceptance { try await custodian.askErasure(erasure.bytes) }

    func cancellation(of erasure: Verified<Erasure>, by person: Person? = nil) throws -> Verified<ErasureCancellation> {
        let by = person ?? owner
        return try Verified(
            ErasureCancellation(erasure: erasure.hash, caseID: caseID, by: by.hash, time: clock.time),
            signedBy: by.signer)
    }

    /// Lets the wait pass and everything that is due be carried out.
    func eraseDue() async throws {
        clock.advance(by: Erasure.standardWait)
        try await custodian.eraseDue()
    }

    /// What of `needles` any file of the vault's folder holds, raw or in hexadecimal digits.
    func found(anyOf needles: [String: [UInt8]]) throws -> Set<String> {
        let files = try folder.files(under: "vault").values
        return Set(
            needles.filter { _, needle in
                files.contains { $0.contains(sequence: needle) || $0.contains(sequence: Hex.encode(needle)) }
            }.keys)
    }

    /// What a vault knows of an item's content: nothing of it is left once it is erased.
    func traces(of item: TestItem) async throws -> [String: [UInt8]] {
        let records = try custodian.stores.records
        let (hash, matter) = (item.record.hash, caseID)
        let sealed = try await records.read { reader -> [UInt8]? in
            guard let index = try reader.disclosure(of: hash, in: .matter(matter)) else { return nil }
            return try reader.leaves(index..<index + 1).first?.record
        }
        return [
            "content": Array(item.content.payload[20..<36]), "header": Array(item.content.header.bytes.suffix(40)),
            "description": Array(item.description.payload.suffix(24)),
            "description header": Array(item.description.header.bytes.suffix(40)),
            "description id": item.description.id.bytes.array, "ingest record": Array(item.record.bytes.suffix(60)),
            "sealed record": Array((sealed ?? []).suffix(48)),
        ]
    }
}
