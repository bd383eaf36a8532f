import AuditTrail
import MerkleTree
import SignedNote
import Storage
import Synchronization
import TransparencyLog

/// Commits a batch of work: one transaction with its leaves, their records, all state and the signed checkpoint; only
/// then tiles and publication, which are derived.
final class Committer: Sendable {
    private let stores: CustodianStores
    private let keys: CustodianKeys
    private let streams: StreamKeys
    private let tree: LogTree
    private let clock: @Sendable () -> Timestamp
    private struct State {
        var head = LogHead(size: 0, frontier: [], checkpoint: [], time: Timestamp(seconds: 0))
        /// The checkpoint that the store of checkpoints holds; behind the head while the disk is full.
        var published: [UInt8]?
        /// Why nothing is written any more.
        var broken: CustodianError?
        /// Whether the disk was full and the reserve has not been made again since.
        var isOutOfRoom = false
        /// Checkpoints that were signed and committed here, the newest last.
        var recent: [(note: [UInt8], checkpoint: Checkpoint)] = []
    }
    private static let recentLimit = 64
    private let state = Mutex(State())

    init(
        stores: CustodianStores, keys: CustodianKeys, streams: StreamKeys, tree: LogTree,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.stores = stores
        self.keys = keys
        self.streams = streams
        self.tree = tree
        self.clock = clock
    }

    var head: LogHead { state.withLock { $0.head } }
    /// What failed in a way that forbids trusting what was written since.
    var broken: CustodianError? { state.withLock { $0.broken } }

    /// What a note says that this process signed and committed lately; `nil` for every other, which may still be ours.
    func recent(_ note: [UInt8]) -> Checkpoint? {
        state.withLock { $0.recent.last { $0.note == note }?.checkpoint }
    }

    /// Reads the log's head, or signs the empty log of a new vault, and rebuilds the tree.
    func begin() async throws {
        let (keys, clock) = (keys, clock)
        let head = try await stores.records.transaction { records in
            if let head = try records.head() { return head }
            let note = try Committer.sign(size: 0, root: .emptyRoot, keys: keys)
            let head = LogHead(size: 0, frontier: [], checkpoint: note, time: clock())
            try records.setHead(head)
            return head
        }
        let tree = tree
        let expected = try TreeBuilder(count: head.size, frontier: head.frontier).root
        let signed = try? LogPolicy(log: keys.log.verifierKey).verify(head.checkpoint).checkpoint
        guard let signed, signed.size == head.size, signed.root == expected else {
            throw StorageError(
                .damaged, "the log's newest checkpoint is not signed by the log's key; restore the vault's keys")
        }
        try await stores.records.read { try tree.rebuild(from: $0, size: head.size, trustingTiles: true) }
        if try tree.root(size: head.size) != expected {
            try await stores.records.read { try tree.rebuild(from: $0, size: head.size, trustingTiles: false) }
        }
        guard try tree.root(size: head.size) == expected else {
            throw StorageError(.damaged, "the log's leaves do not fit its checkpoint; restore the vault from a backup")
        }
        let isOutOfRoom = stores.reserve.map { !$0.hold() } ?? false
        state.withLock {
            $0.head = head
            $0.isOutOfRoom = isOutOfRoom
        }
    }

    func commit(_ works: [CommitQueue.Work]) async throws {
        if let broken { throw broken }
        let before = head
        do {
            let (head, leaves) = try await transactInRoom(works, after: before)
            guard !leaves.isEmpty else { return }
            // The tree first: whoever is shown a checkpoint may come back with it at once, and it has to be found.
            try tree.append(leaves)
            let checkpoint = try Checkpoint(parsing: UnverifiedNote(parsing: head.checkpoint).text)
            state.withLock { state in
                state.head = head
                if state.recent.count == Committer.recentLimit { state.recent.removeFirst() }
                state.recent.append((head.checkpoint, checkpoint))
            }
            try publish()
        } catch let error as StorageError {
            // What was undone may have held a grant whose key was derived already, and whose id another may take.
            streams.forgetAll()
            throw settle(error)
        } catch {
            throw settle(StorageError(.notDurable, "the log's tree did not take a leaf"))
        }
    }

    /// What the store of checkpoints held when it was opened.
    func resume(from published: [UInt8]?) { state.withLock { $0.published = published } }

    /// Publishes the newest checkpoint. On a full disk what is published stays behind until the next time: that is the
    /// side to err on, since the records are durable and the published checkpoint only guards against older ones.
    func publish() throws {
        let (new, old) = state.withLock { ($0.head.checkpoint, $0.published) }
        guard new != old else { return }
        do {
            try stores.checkpoints.publish(new, replacing: old)
            state.withLock { $0.published = new }
        } catch let error as StorageError where error.code == .full {
            return
        }
    }

    /// Publishes a checkpoint of somebody else's showing, so that the vault stays closed when it is started anew.
    func publish(seen note: [UInt8]) throws {
        try stores.checkpoints.publish(note, replacing: state.withLock { $0.published })
    }

    // A full disk undoes the transaction and leaves the vault whole. Any other failure of a write or flush means that
    // what the system has in its cache may differ from what is stored.
    private func settle(_ error: StorageError) -> any Error {
        if error.code == .full {
            return Custodian.full
        }
        let reason =
            error.code == .replaced
            ? error.reason : "writing to the vault failed; nothing more is served; start the custodian anew"
        let broken = CustodianError(.readOnly, reason)
        state.withLock { $0.broken = broken }
        return broken
    }

    /// On a full disk the reserve is given up, and what is left of it serves refusals and endings alone.
    private func transactInRoom(
        _ works: [CommitQueue.Work], after before: LogHead
    ) async throws -> (LogHead, [Leaf]) {
        guard let reserve = stores.reserve else { return try await transact(works, after: before, hasRoom: true) }
        let hasRoom = !state.withLock { $0.isOutOfRoom } || reserve.hold()
        state.withLock { $0.isOutOfRoom = !hasRoom }
        do {
            return try await transact(works, after: before, hasRoom: hasRoom)
        } catch let error as StorageError where error.code == .full {
            streams.forgetAll()
            reserve.release()
            state.withLock { $0.isOutOfRoom = true }
            // The journal's place can be used again.
            try? await stores.records.scrub()
            return try await transact(works, after: before, hasRoom: false)
        }
    }

    private func transact(
        _ works: [CommitQueue.Work], after before: LogHead, hasRoom: Bool
    ) async throws -> (LogHead, [Leaf]) {
        let (keys, streams, clock) = (keys, streams, clock)
        return try await stores.records.transaction { records in
            guard try records.head() == before else {
                throw StorageError(.conflict, "the records were changed by somebody else, or a write was not undone")
            }
            let ledger = try Ledger(
                records: records, head: before, clock: clock(), streams: streams, hasRoom: hasRoom)
            try ledger.tellOfClock()
            for work in works { try work(ledger) }
            guard !ledger.leaves.isEmpty else { return (before, []) }
            let note = try Committer.sign(size: ledger.size, root: ledger.root, keys: keys)
            let head = LogHead(
                size: ledger.size, frontier: ledger.frontier, checkpoint: note, time: ledger.time)
            try records.setHead(head)
            if ledger.openingCount > 0 { try records.keep(checkpoint: note, size: ledger.size) }
            return (head, ledger.leaves)
        }
    }

    private static func sign(size: UInt64, root: TreeHash, keys: CustodianKeys) throws -> [UInt8] {
        let checkpoint = Checkpoint(origin: keys.log.verifierKey.name, size: size, root: root)
        return try keys.log.sign(checkpoint.text).bytes
    }
}
