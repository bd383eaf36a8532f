import AgeFile
import MerkleTree
import Storage
import Synchronization

/// Says which call of the stores fails, and whether what it was to store is stored all the same.
final class Faults: Sendable {
    enum Moment: Sendable, CaseIterable { case before, after }
    enum Call: Hashable, Sendable, CaseIterable {
        case transaction, scrub, rewrite, commitObject, removeObject, publish, writeTile, writeSecret, destroySecret
    }

    private struct State {
        var calls = 0
        var kinds: [Call: Int] = [:]
        var trip: (at: Int, moment: Moment, code: StorageError.Code)?
        var failing: [Call: StorageError.Code] = [:]
        var watch: (@Sendable (Call) -> Void)?
        var hidesTiles = false
    }
    private let state = Mutex(State())

    /// Lets the `count`-th call from now on fail.
    func trip(at count: Int, _ moment: Moment, _ code: StorageError.Code) {
        state.withLock {
            $0.calls = 0
            $0.trip = (count, moment, code)
        }
    }

    /// Lets every call of a kind fail before it does anything.
    func fail(_ call: Call, _ code: StorageError.Code?) { state.withLock { $0.failing[call] = code } }

    func clear() {
        state.withLock {
            $0.trip = nil
            $0.failing = [:]
        }
    }

    /// Whether no tile can be read.
    var hidesTiles: Bool {
        get { state.withLock { $0.hidesTiles } }
        set { state.withLock { $0.hidesTiles = newValue } }
    }

    /// Looks at each call before it is made.
    func watch(_ look: (@Sendable (Call) -> Void)?) { state.withLock { $0.watch = look } }

    /// Calls since the fault was set.
    var calls: Int { state.withLock { $0.calls } }

    func count(of call: Call) -> Int { state.withLock { $0.kinds[call] ?? 0 } }

    private func enter(_ call: Call) throws -> StorageError? {
        state.withLock { $0.watch }?(call)
        return try state.withLock { state in
            state.calls += 1
            state.kinds[call, default: 0] += 1
            if let code = state.failing[call] { throw StorageError(code, "a fault that a test asked for") }
            guard let trip = state.trip, trip.at == state.calls else { return nil }
            let error = StorageError(trip.code, "a fault that a test asked for")
            if trip.moment == .before { throw error }
            return error
        }
    }

    func around<Result>(_ call: Call, _ body: () throws -> Result) throws -> Result {
        let error = try enter(call)
        let result = try body()
        if let error { throw error }
        return result
    }

    func around<Result>(_ call: Call, _ body: () async throws -> Result) async throws -> Result {
        let error = try enter(call)
        let result = try await body()
        if let error { throw error }
        return result
    }
}

struct FaultyRecords: RecordStore {
    let inner: any RecordStore
    let faults: Faults

    init(_ inner: any RecordStore, _ faults: Faults) {
        self.inner = inner
        self.faults = faults
    }

    func transaction<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordTransaction) throws -> Result
    ) async throws -> Result {
        try await faults.around(.transaction) { try await inner.transaction(body) }
    }

    func read<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordReader) throws -> Result
    ) async throws -> Result {
        try await inner.read(body)
    }

    func scrub() async throws { try await faults.around(.scrub) { try await inner.scrub() } }
    func rewrite() async throws { try await faults.around(.rewrite) { try await inner.rewrite() } }
}

struct FaultyObjects: ObjectStore {
    let inner: any ObjectStore
    let faults: Faults

    init(_ inner: any ObjectStore, _ faults: Faults) {
        self.inner = inner
        self.faults = faults
    }

    func stage() throws -> any StagedObject { try inner.stage() }
    func commit(_ staged: any StagedObject, id: AgeFileID, leaves: [TreeHash]) throws {
        try faults.around(.commitObject) { try inner.commit(staged, id: id, leaves: leaves) }
    }
    func open(_ id: AgeFileID) throws -> any StoredObject { try inner.open(id) }
    func contains(_ id: AgeFileID) throws -> Bool { try inner.contains(id) }
    func leaves(of id: AgeFileID) throws -> [TreeHash] { try inner.leaves(of: id) }
    func provenLeaves(of id: AgeFileID, at indices: [UInt64]) throws -> [ProvenLeaf] {
        try inner.provenLeaves(of: id, at: indices)
    }
    func remove(_ id: AgeFileID) throws { try faults.around(.removeObject) { try inner.remove(id) } }
    func ids() throws -> [AgeFileID] { try inner.ids() }
    func removeAbandoned() throws { try inner.removeAbandoned() }
}

struct FaultyCheckpoints: CheckpointStore {
    let inner: any CheckpointStore
    let faults: Faults

    init(_ inner: any CheckpointStore, _ faults: Faults) {
        self.inner = inner
        self.faults = faults
    }

    func published() throws -> [UInt8]? { try inner.published() }
    func publish(_ new: [UInt8], replacing old: [UInt8]?) throws {
        try faults.around(.publish) { try inner.publish(new, replacing: old) }
    }
}

struct FaultyTiles: TileStore {
    let inner: any TileStore
    let faults: Faults

    init(_ inner: any TileStore, _ faults: Faults) {
        self.inner = inner
        self.faults = faults
    }

    func tile(_ path: String) throws -> [UInt8]? { faults.hidesTiles ? nil : try inner.tile(path) }
    func write(_ bytes: [UInt8], path: String) throws {
        try faults.around(.writeTile) { try inner.write(bytes, path: path) }
    }
    func writePartial(_ bytes: [UInt8], path: String) throws {
        try faults.around(.writeTile) { try inner.writePartial(bytes, path: path) }
    }
}

struct FaultySecrets: SecretStore {
    let inner: any SecretStore
    let faults: Faults

    init(_ inner: any SecretStore, _ faults: Faults) {
        self.inner = inner
        self.faults = faults
    }

    func write(_ secret: [UInt8], name: String) throws {
        try faults.around(.writeSecret) { try inner.write(secret, name: name) }
    }
    func read(_ name: String) throws -> [UInt8] { try inner.read(name) }
    func destroy(_ name: String) throws { try faults.around(.destroySecret) { try inner.destroy(name) } }
    func names() throws -> [String] { try inner.names() }
}
