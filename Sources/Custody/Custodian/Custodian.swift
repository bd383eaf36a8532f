import AgeFile
import AuditTrail
import MerkleTree
import Sharing
public import SignedNote
import Sodium
public import Storage
import Synchronization
public import TransparencyLog

/// The stores that a custodian works on.
public struct CustodianStores: Sendable {
    let records: any RecordStore
    let objects: any ObjectStore
    let checkpoints: any CheckpointStore
    let tiles: any TileStore
    let secrets: any SecretStore
    let keys: any SecretStore
    let reserve: (any SpaceReserve)?

    /// Stores of one vault.
    public init(
        records: any RecordStore, objects: any ObjectStore, checkpoints: any CheckpointStore, tiles: any TileStore,
        secrets: any SecretStore, keys: any SecretStore, reserve: (any SpaceReserve)? = nil
    ) {
        self.records = records
        self.objects = objects
        self.checkpoints = checkpoints
        self.tiles = tiles
        self.secrets = secrets
        self.keys = keys
        self.reserve = reserve
    }
}

/// Keeps sealed items, decides, logs and releases parts; alone it can open nothing.
public final class Custodian: Sendable {
    let stores: CustodianStores
    let keys: CustodianKeys
    let streams: StreamKeys
    let tree: LogTree
    let clock: @Sendable () -> Timestamp
    private let standing = Mutex<CustodianError?>(nil)
    let oneTime = OneTimeKeys()
    let cardNotes = ParsedNotes<Card>(limit: 10_000)
    let grantNotes = ParsedNotes<Grant>(limit: 10_000)
    let caseNotes = ParsedNotes<CaseCard>(limit: 10_000)
    /// Keys of registered cards by the cards' hashes.
    let cardKeys = Mutex<[NoteHash: VerifierKey]>([:])
    let queue: CommitQueue
    let meter: RequestMeter
    /// Secret files whose grants have ended and that are still to be destroyed.
    let endedSecrets = Mutex<Set<String>>([])
    private let committer: Committer

    /// Opens a vault's stores: rebuilds what is derived, and finishes what a kill left half done.
    ///
    /// A vault whose log does not contain its published checkpoint stays closed: everything but reading the log
    /// answers `CustodianError.closed`.
    ///
    /// - Parameter operatorKey: who is the vault's operator, said by who runs the process: pinned where nobody is yet.
    ///   Without one, the first trust note names the operator.
    /// - Parameter erasureWait: how long an erasure waits at least, in seconds: any for a new vault, for others no less
    ///   than before. Without one it stays as it is, for a new vault seven days.
    /// - Throws: `CustodianError.conflict` where somebody else is the operator, or the wait would be made shorter.
    public init(
        stores: CustodianStores, limits: RequestLimits = .standard, operatorKey: VerifierKey? = nil,
        erasureWait: UInt64? = nil, clock: @escaping @Sendable () -> Timestamp
    ) async throws {
        self.stores = stores
        meter = RequestMeter(limits)
        self.clock = clock
        keys = try CustodianKeys(in: stores.keys)
        streams = StreamKeys(keys: keys)
        tree = LogTree(tiles: stores.tiles)
        committer = Committer(stores: stores, keys: keys, streams: streams, tree: tree, clock: clock)
        let committer = committer
        queue = CommitQueue { try await committer.commit($0) }
        try await committer.begin()
        if let operatorKey { try await pin(operatorKey) }
        if let erasureWait { try await setErasureWait(erasureWait) }
        try await checkPublished()
        guard standing.withLock({ $0 }) == nil else { return }
        try await finishEndings()
        // On a full disk it waits for the next start.
        try? await claimAll()
        // What cannot be erased now, as where the disk is full, is tried again later: that is no reason to stay closed.
        try? await eraseDue()
    }

    /// Leaves the vault whole before the process goes: what is over has ended, and the journal is merged. A vault that
    /// is closed or was not written well is left as it is.
    public func finish() async throws {
        try await expireGrants()
        try await stores.records.scrub()
    }

    /// The custodian's key.
    public var verifierKey: VerifierKey { keys.signer.verifierKey }
    /// The policy that its checkpoints satisfy: its own log's signature and no witnesses.
    public var policy: LogPolicy { LogPolicy(log: keys.log.verifierKey) }

    /// The newest checkpoint, a signed note.
    public var checkpoint: [UInt8] { committer.head.checkpoint }

    /// The time that counts: the clock, or the newest leaf's time where the clock stands behind it.
    var newestTime: Timestamp { max(clock(), committer.head.time) }

    /// Writes the log's partial tiles, for those who read the log in the store and not over HTTP. Losing them is no
    /// loss.
    public func writePartialTiles() throws {
        try requireOpen()
        try tree.writePartials()
    }

    /// Throws why nothing is served, if so.
    public func requireOpen() throws {
        if let error = standing.withLock({ $0 }) { throw error }
        if let broken = committer.broken { throw broken }
    }

    func close(_ reason: String) {
        standing.withLock { $0 = CustodianError(.closed, reason) }
    }

    /// Closes the vault because of a checkpoint that its log signed and does not contain, also for later starts.
    func close(_ reason: String, seeing note: [UInt8]) {
        close(reason)
        try? committer.publish(seen: note)
    }

    /// Runs `body` in a transaction shared with others that wait.
    /// - Parameter isSmall: whether it may also use what was reserved for a full disk.
    func submit<Result: Sendable>(
        isSmall: Bool = false, _ body: @escaping @Sendable (Ledger) throws -> Result
    ) async throws -> Result {
        try requireOpen()
        do {
            return try await queue.submit { ledger in
                guard ledger.hasRoom || isSmall else { throw Custodian.full }
                return try body(ledger)
            }
        } catch let error as StorageError {
            // What was rolled back may have held a grant whose key was derived already, and whose id another may take.
            streams.forgetAll()
            guard error.code == .conflict else { throw error }
            throw CustodianError(.conflict, "something under the same id is stored already")
        }
    }

    static let full = CustodianError(.full, "disk full: access refused; free some space and try again")

    /// A receipt for the leaf at `index`, under the newest checkpoint.
    func receipt(_ index: UInt64) throws -> LogProof {
        let note = try UnverifiedNote(parsing: checkpoint)
        let size = try Checkpoint(parsing: note.text).size
        return LogProof(try InclusionProof(index: index, size: size, from: tree), checkpoint: note)
    }

    private func checkPublished() async throws {
        let published = try stores.checkpoints.published()
        committer.resume(from: published)
        // A power cut may have torn the file. Who could put such a file there could as well take it away.
        let isWhole = published.map { (try? UnverifiedNote(parsing: $0)) != nil } ?? false
        if let published, isWhole, try !contains(published) {
            return close(
                "the vault's records lack what its published checkpoint covers: they were altered, or an older copy was "
                    + "put back; nothing is served; keep this folder as it is, and put the newest whole copy in its place"
            )
        }
        // What a flush failed to write may still be in the system's cache, and look as if it were stored: it is written
        // once more before anybody relies on it.
        do { try await stores.records.scrub() } catch let error as StorageError where error.code == .full {}
        try committer.publish()
    }

    /// What a note says that this process signed and committed lately, so that it is part of our log.
    func recentCheckpoint(_ note: [UInt8]) -> Checkpoint? { committer.recent(note) }

    /// Whether a checkpoint that our log signed is part of our log.
    func contains(_ note: [UInt8]) throws -> Bool {
        guard let seen = try? policy.verify(note).checkpoint else { return false }
        return try contains(seen)
    }

    /// Whether a checkpoint, its signature verified before, is part of our log.
    /// - Throws: `CustodianError.readOnly` where a tile cannot be read: that says nothing of the checkpoint.
    func contains(_ seen: Checkpoint) throws -> Bool {
        guard seen.size <= tree.size else { return false }
        do {
            return try tree.root(size: seen.size) == seen.root
        } catch {
            throw CustodianError(
                .readOnly, "a tile of the log cannot be read; start the custodian anew, which makes the tiles again")
        }
    }
}
