import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage

/// A note that a record names, with its bytes for those who have not seen it.
struct NamedNote {
    let hash: NoteHash
    let bytes: [UInt8]

    init<Body: NoteBody>(_ note: Verified<Body>) {
        hash = note.hash
        bytes = note.bytes
    }

    init(hash: NoteHash, bytes: [UInt8]) {
        self.hash = hash
        self.bytes = bytes
    }
}

/// Where a leaf came to stand.
struct Appended: Sendable {
    let index: UInt64
    let stream: StreamID
    let number: UInt64
    let sealed: [UInt8]
    let time: Timestamp
}

/// Appends leaves within one transaction: number, tag, record and tree edge follow from each other here only.
final class Ledger {
    let records: any RecordTransaction
    /// The time that counts in this transaction: the custodian's clock, or the newest leaf's time where the clock stands
    /// behind it.
    let time: Timestamp
    /// The custodian's clock.
    let clock: Timestamp
    /// Whether the disk has room for more than refusals and endings.
    let hasRoom: Bool
    private(set) var leaves: [Leaf] = []
    /// Leaves of openings: the checkpoint over them is kept.
    private(set) var openingCount = 0
    private var tree: TreeBuilder
    private let streams: StreamKeys

    init(
        records: any RecordTransaction, head: LogHead, clock: Timestamp, streams: StreamKeys, hasRoom: Bool = true
    ) throws {
        self.records = records
        self.streams = streams
        self.clock = clock
        self.hasRoom = hasRoom
        time = max(clock, head.time)
        tree = try TreeBuilder(count: head.size, frontier: head.frontier)
    }

    var size: UInt64 { tree.count }
    var root: TreeHash { tree.root }
    var frontier: [TreeHash] { tree.frontier }

    /// Runs `body`; where it throws, its leaves and writes are undone.
    func attempt<Result>(_ body: () throws -> Result) throws -> Result {
        let (before, count, openings) = (tree, leaves.count, openingCount)
        do {
            return try records.attempt(body)
        } catch {
            tree = before
            leaves.removeSubrange(count...)
            openingCount = openings
            throw error
        }
    }

    /// Appends a leaf with its sealed record.
    @discardableResult
    func append(
        _ event: Event, in stream: StreamID, by actor: NoteHash?, notes: [NamedNote], items: [AgeFileID] = [],
        failures: [Failure] = []
    ) throws -> Appended {
        let key = try streams.key(of: stream, in: records)
        let number = try records.newestNumber(of: stream) + 1
        let record = Record(
            stream: stream, number: number, time: time, clock: clock, event: event, actor: actor,
            notes: notes.map(\.hash), items: items, failures: failures)
        var undisclosed: [[UInt8]] = []
        for note in notes where try records.disclosure(of: note.hash, in: stream) == nil {
            undisclosed.append(note.bytes)
            try records.setDisclosed(note.hash, in: stream, by: size)
        }
        let disclosed = DisclosedRecord(record: record, salt: Random.value(), notes: undisclosed)
        let sealed = try disclosed.sealed(to: streams.recipient(of: stream, in: records))
        let row = LeafRow(index: size, leaf: disclosed.leaf(in: key), stream: stream, number: number, record: sealed)
        try records.append(row)
        tree.append(row.leaf.hash)
        leaves.append(row.leaf)
        if event.isOpening { openingCount += 1 }
        return Appended(index: row.index, stream: stream, number: number, sealed: sealed, time: time)
    }
}
