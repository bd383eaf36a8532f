public import AgeFile
import BulkHash
import CustodianProtocol
import Foundation
import MerkleTree
public import Sharing
import SignedNote
import Sodium
public import Vault

/// An item as the custodian keeps it, its ingest record verified, its files checked against it.
public struct SealedItem: Sendable {
    /// The content's id.
    public let id: AgeFileID
    /// The verified ingest record.
    public let ingest: IngestRecord
    /// The ingest record, a signed note.
    public let ingestNote: [UInt8]
    /// The note that gave the description, verified by the key that it names; `nil` for the ingest record's.
    public let newDescription: Verified<NewDescription>?
    /// The content's header.
    public let header: AgeHeader
    /// The description.
    public let description: SealedAgeFile

    init(_ wire: Wire.Item) throws {
        guard !wire.erased else { throw ClientError(.refused, "the item was erased") }
        id = try AgeFileID(hex: wire.id.utf8)
        ingestNote = Array(wire.ingest.utf8)
        let note = try Unverified<IngestRecord>(parsing: ingestNote)
        ingest = try note.verified(by: note.body.signer).body
        newDescription = try wire.newDescription.map {
            let note = try Unverified<NewDescription>(parsing: Array($0.utf8))
            return try note.verified(by: note.body.signer)
        }
        header = try AgeHeader(parsing: [UInt8](wire.contentHeader))
        description = try SealedAgeFile(parsing: [UInt8](wire.description))
        guard ingest.content.id == id, description.id == descriptionFacts.id,
            newDescription.map({ $0.body.item == id && $0.body.caseID == ingest.caseID }) ?? true
        else { throw ClientError(.notProven, "an item is not the one that its ingest record names") }
    }

    /// What was signed of the description.
    public var descriptionFacts: SealedFileFacts { newDescription?.body.description ?? ingest.description }

    /// Text hash of the note that gave the description.
    var describedBy: NoteHash {
        get throws { try newDescription?.hash ?? UnverifiedNote(parsing: ingestNote).hash }
    }

    /// The content's size and chunks.
    public var layout: PayloadLayout {
        get throws { try PayloadLayout(payloadSize: ingest.content.payloadSize) }
    }
}

/// An item's place in a case: one that was erased keeps its own, so that nothing else gets its number.
public struct CaseItem: Sendable {
    /// The content's id.
    public let id: AgeFileID
    /// The item; `nil` once it was erased.
    public let kept: SealedItem?
    /// Whether it was sealed for the owner alone; for one that was erased by the custodian's word.
    fileprivate let isOwnersAlone: Bool

    fileprivate init(_ wire: Wire.Item, of card: CaseCard) throws {
        id = try AgeFileID(hex: wire.id.utf8)
        kept = wire.erased ? nil : try SealedItem(wire)
        isOwnersAlone = kept.map { card.reach(of: $0.ingest) != .lendable } ?? wire.ownersAlone ?? false
    }

    /// Whether it was erased.
    public var isErased: Bool { kept == nil }
}

extension VaultSession {
    /// All items of a case that can be lent, opened and taken away, in the order of their adding; what was erased, and
    /// what the owner keeps for herself alone, is not among them.
    public func items(of own: OwnCase, by caller: Caller) throws -> [SealedItem] {
        try caseItems(of: own, by: caller).compactMap(\.kept)
    }

    /// As `items`, with the places of those that were erased.
    public func caseItems(of own: OwnCase, by caller: Caller) throws -> [CaseItem] {
        try allItems(of: own.card, by: caller).filter { !$0.isOwnersAlone }
    }

    /// All items of a case, whoever can open them.
    func allItems(of card: CaseCard, by caller: Caller) throws -> [CaseItem] {
        let matter = card.caseID
        var items: [CaseItem] = []
        var order = ListingOrder(card)
        while true {
            let after = items.last.map { String(decoding: $0.id.hex, as: UTF8.self) }
            let page: [Wire.Item] = try connection.post(
                "/v1/listings", try ask(.caseStream, Nonce(matter.bytes), by: caller, after: after))
            guard !page.isEmpty else {
                try order.finish()
                return items
            }
            for wire in page {
                let item = try CaseItem(wire, of: card)
                try order.take(item)
                items.append(item)
            }
            try checkCount(UInt64(items.count))
            guard items.allSatisfy({ $0.kept?.newDescription.map { $0.body.signer == card.ownerKey } ?? true }) else {
                throw ClientError(.notProven, "an item's description is signed by another key than the owner's")
            }
        }
    }

    /// One item by its id.
    public func item(_ id: AgeFileID, by caller: Caller) throws -> SealedItem {
        let bytes = try connection.get(path(id) + "/item", headers: try headers(id, caller))
        let item = try SealedItem(try connection.decode(bytes))
        guard item.id == id else { throw ClientError(.notProven, "the custodian sent another item") }
        return item
    }

    /// One item by its id, with the description that was lent; earlier ones are kept for that.
    public func item(_ id: AgeFileID, description: AgeFileID, by caller: Caller) throws -> SealedItem {
        let target = path(id) + "/item?description=" + String(decoding: description.hex, as: UTF8.self)
        let item = try SealedItem(try connection.decode(try connection.get(target, headers: try headers(id, caller))))
        guard item.id == id, item.description.id == description else {
            throw ClientError(.notProven, "the custodian sent another item")
        }
        return item
    }

    private func path(_ id: AgeFileID) -> String { "/v1/objects/" + String(decoding: id.hex, as: UTF8.self) }

    private func headers(_ id: AgeFileID, _ caller: Caller) throws -> [(String, String)] {
        let note = try query(.object, Nonce(id.bytes), by: caller)
        return [("Bevis-Query", String(decoding: Base64.encode(note, .padded), as: UTF8.self))]
    }

    /// The leaf hashes of an item's tree, proven to be its id's.
    public func leaves(of item: SealedItem, by caller: Caller) throws -> LeafList {
        let bytes = try connection.get(path(item.id) + "/leaves", headers: try headers(item.id, caller))
        return try LeafList(all: try VaultSession.hashes(bytes), id: item.id, layout: try item.layout)
    }

    /// The leaf hashes that a range needs: all of them, or, where that is much less, its own with their paths.
    private func leaves(of item: SealedItem, for range: Range<UInt64>?, by caller: Caller) throws -> LeafList {
        let layout = try item.layout
        let chunks = layout.chunks(covering: range ?? 0..<layout.plaintextSize)
        guard !chunks.isEmpty, UInt64(chunks.count) < layout.chunkCount / 16,
            let wanted = ChunkRange(chunks.lowerBound...chunks.upperBound - 1)
        else { return try leaves(of: item, by: caller) }
        let target = path(item.id) + "/leaves?chunks=" + wanted.text
        let answer: [Wire.ProvenLeaf] = try connection.decode(
            try connection.get(target, headers: try headers(item.id, caller)))
        let indices = [0] + chunks.map { $0 + 1 }
        guard answer.count == indices.count else {
            throw ClientError(.malformed, "the custodian did not send the leaf hashes that were asked for")
        }
        let proven = try zip(indices, answer).map { index, wire in
            (
                leaf: try TreeHash(copying: wire.leaf),
                path: InclusionProof(
                    index: index, size: layout.chunkCount + 1, hashes: try VaultSession.hashes([UInt8](wire.path)))
            )
        }
        return try LeafList(proven: proven, id: item.id, layout: layout)
    }

    private static func hashes(_ bytes: [UInt8]) throws -> [TreeHash] {
        guard bytes.count % 32 == 0 else { throw ClientError(.malformed, "the item's leaf hashes cannot be read") }
        return try stride(from: 0, to: bytes.count, by: 32).map { try TreeHash(copying: bytes[$0..<$0 + 32]) }
    }

    /// Downloads sealed bytes of an item's payload, or a range of them.
    public func download(
        _ item: SealedItem, range: Range<UInt64>? = nil, by caller: Caller,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let expected = range.map { $0.upperBound - $0.lowerBound } ?? item.ingest.content.payloadSize
        var count: UInt64 = 0
        try connection.download(path(item.id), headers: try headers(item.id, caller), range: range) { bytes in
            count += UInt64(bytes.count)
            // An answer without an end would fill memory or disk.
            guard count <= expected else {
                throw ClientError(.malformed, "the custodian sent more of an item than was asked for")
            }
            try sink(bytes)
        }
    }

    /// Fetches every sealed byte of an item and checks it against the id, and the headers of content and description
    /// against what was signed, without a key.
    public func verify(_ item: SealedItem, by caller: Caller, progress: (Int) -> Void) throws {
        guard item.header.digest == item.ingest.content.header,
            item.description.header.digest == item.descriptionFacts.header
        else { throw ClientError(.altered, "a header of an item is not the one that was signed") }
        var cutter = PayloadCutter<BulkSHA256>()
        try download(item, by: caller) { bytes in
            cutter.take(bytes)
            progress(bytes.count)
        }
        guard cutter.finish() == item.id else {
            throw ClientError(.altered, "an item's sealed bytes are not those that its id names")
        }
    }

    /// Opens an item's content, or a range of it, and hands over what is proven, in order.
    public func read(
        _ item: SealedItem, key: FileKey, range: Range<UInt64>?, by caller: Caller,
        to sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard key.commitment(to: item.id) == item.ingest.content.keyCommitment, (try? item.header.verify(key)) != nil
        else { throw ClientError(.notProven, "the key does not fit the item") }
        let opener = ContentOpener(leaves: try leaves(of: item, for: range, by: caller), fileKey: key)
        let layout = try item.layout
        guard layout.payloadSize > VaultSession.inMemory || range != nil else {
            var payload: [UInt8] = []
            try download(item, by: caller) { payload.append(contentsOf: $0) }
            return try opener.open(from: VaultSession.puller(payload), to: sink)
        }
        let whole = 0..<layout.plaintextSize
        let wanted = range?.clamped(to: whole) ?? whole
        let ahead = ReadAhead(
            until: layout.chunks(covering: wanted).last.map { layout.payloadRange(ofChunk: $0).upperBound })
        try opener.open(
            range: wanted,
            fetch: { part, buffer in
                try ahead.take(part, into: buffer) { try self.fetch(item, $0, into: $1, by: caller) }
            }, to: sink)
    }

    private static let inMemory: UInt64 = 1 << 20

    private static func puller(_ bytes: [UInt8]) -> (UnsafeMutableRawBufferPointer) -> Int {
        var rest = bytes[...]
        return { buffer in
            let piece = rest.prefix(buffer.count)
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
    }

    private func fetch(
        _ item: SealedItem, _ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer, by caller: Caller
    ) throws -> Int {
        var filled = 0
        try download(item, range: range, by: caller) { bytes in
            guard bytes.count <= buffer.count - filled else {
                throw ClientError(.malformed, "the custodian sent more than was asked for")
            }
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: bytes)
            filled += bytes.count
        }
        return filled
    }
}

/// Fetches some MiB at once, for each request costs a signature and its check, and hands them out in pieces.
private final class ReadAhead {
    private static let windowSize: UInt64 = 4 << 20
    private let end: UInt64
    private var window: Range<UInt64> = 0..<0
    private var bytes: [UInt8] = []

    /// Reads ahead up to `end` of the payload, and not at all without one.
    init(until end: UInt64?) { self.end = end ?? 0 }

    /// Fills `buffer` with the bytes of `range`, out of the window where they are there; the number of bytes.
    func take(
        _ range: Range<UInt64>, into buffer: UnsafeMutableRawBufferPointer,
        _ fetch: (Range<UInt64>, UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> Int {
        if !window.contains(range.lowerBound) || range.upperBound > window.upperBound {
            // The nonce comes first, alone, and may be far from the rest.
            let next = range.lowerBound..<min(end, range.lowerBound + ReadAhead.windowSize)
            guard range.count > PayloadNonce.size, range.upperBound <= next.upperBound else {
                return try fetch(range, buffer)
            }
            if bytes.count < next.count { bytes = [UInt8](repeating: 0, count: next.count) }
            window = 0..<0
            let count = try bytes.withUnsafeMutableBytes {
                try fetch(next, UnsafeMutableRawBufferPointer(rebasing: $0[..<next.count]))
            }
            window = next.lowerBound..<next.lowerBound + UInt64(count)
        }
        let available = range.clamped(to: window)
        let start = Int(available.lowerBound - window.lowerBound)
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + available.count]))
        }
        return available.count
    }
}
