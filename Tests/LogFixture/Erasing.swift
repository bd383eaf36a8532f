import AgeFile
import AuditTrail
public import Sharing
import SignedNote
import Sodium

/// What a test wants of an erasure.
public struct ErasureTerms: Sendable {
    public var wait: UInt64 = 7 * 86_400
    public var size: UInt64?
    public var leaves: LeafSet?
    /// Instead of the owner.
    public var by: Person?

    public init() {}
}

extension LogFixture {
    /// The leaves that added items.
    public func leaves(adding items: [Item], of matter: Matter) throws -> LeafSet {
        let wanted = Set(items.map(\.id))
        return LeafSet(
            records.indices.filter { index in
                guard let sealed = records[index], let known = try? DisclosedRecord(opening: sealed, with: matter.key)
                else { return false }
                return known.record.event == .itemAdded && !wanted.isDisjoint(with: known.record.items)
            }.map { UInt64($0) })
    }

    /// The leaves of a case's streams.
    public func leaves(of matter: Matter, _ lent: [Lent]) throws -> LeafSet {
        let tags = Set(([matter.key] + lent.map(\.key)).flatMap { key in (1...200).map { key.tag($0) } })
        return LeafSet(
            try entries.indices.filter { tags.contains(try Leaf(entry: entries[$0]).tag) }.map { UInt64($0) })
    }

    /// Asks for items, or with none for the case, to be erased.
    @discardableResult
    public func askErasure(
        _ items: [Item], of matter: Matter, lent: [Lent] = [], _ change: (inout ErasureTerms) -> Void = { _ in }
    ) throws -> Verified<Erasure> {
        var terms = ErasureTerms()
        change(&terms)
        let by = terms.by ?? matter.owner
        let body = Erasure(
            caseID: matter.id, by: by.hash, time: time, due: Timestamp(seconds: now + terms.wait),
            items: items.map(\.id), size: terms.size ?? size,
            leaves: try terms.leaves
                ?? (items.isEmpty ? leaves(of: matter, lent) : leaves(adding: items, of: matter)))
        let note = try Verified(body, signedBy: by.signer)
        try append(
            .erasureAsked, in: .matter(matter.id), by: by.hash, notes: [Named(note)], items: items.map(\.id))
        return note
    }

    public func cancel(_ erasure: Verified<Erasure>, of matter: Matter, by person: Person? = nil) throws {
        let by = person ?? matter.owner
        let body = ErasureCancellation(erasure: erasure.hash, caseID: matter.id, by: by.hash, time: time)
        try append(
            .erasureCancelled, in: .matter(matter.id), by: by.hash,
            notes: [Named(try Verified(body, signedBy: by.signer))],
            items: erasure.body.items)
    }

    /// Takes the ingest record out of the record of an item's adding.
    public func strip(_ item: Item, of matter: Matter) throws {
        for range in try leaves(adding: [item], of: matter).ranges {
            for index in range.map({ Int($0) }) {
                guard let sealed = records[index] else { continue }
                let known = try DisclosedRecord(opening: sealed, with: matter.key)
                records[index] = try DisclosedRecord(record: known.record, salt: known.salt, notes: [])
                    .sealed(to: matter.key)
            }
        }
    }

    /// Leaves an item's entries in a grant's list as hashes.
    public func hide(_ item: Item, in lent: Lent) throws {
        guard let sealed = lists[lent.id] else { return }
        let list = try ItemList(parsing: try AgeFile.openText(sealed, with: [lent.key.recordIdentity]))
        lists[lent.id] = try AgeFile.seal(list.hiding([item.id]).text, to: [lent.key.recordIdentity.recipient]).bytes
    }

    /// Says that items were erased, and erases them.
    public func erase(_ items: [Item], as erasure: Verified<Erasure>, of matter: Matter, lent: [Lent] = []) throws {
        try append(
            .itemErased, in: .matter(matter.id), by: nil, notes: [Named(erasure)], items: items.map(\.id))
        for item in items {
            try strip(item, of: matter)
            for lent in lent { try hide(item, in: lent) }
        }
    }

    /// Says that a case was erased, and erases it: no record of its streams is left, and its key is not handed out.
    public func erase(_ matter: Matter, as erasure: Verified<Erasure>, lent: [Lent] = []) throws {
        let gone = try leaves(of: matter, lent)
        try append(.caseErased, in: .vault, by: nil, notes: [Named(erasure)])
        for index in records.indices where gone.contains(UInt64(index)) { records[index] = nil }
        matters.removeAll { $0.id == matter.id }
        for lent in lent { lists[lent.id] = nil }
    }
}
