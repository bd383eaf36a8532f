import SignedNote
import Storage

/// Lets requests that wait share one transaction, one checkpoint and one flush.
///
/// Each piece of work runs alone within the transaction; one that throws is undone and the others go on. Nobody gets
/// an answer before the transaction is durable.
actor CommitQueue {
    typealias Work = @Sendable (Ledger) throws -> Void
    typealias Commit = @Sendable ([Work]) async throws -> Void

    private struct Waiting: Sendable {
        let work: Work
        let done: CheckedContinuation<Void, any Error>
    }

    private let commit: Commit
    private var waiting: [Waiting] = []
    private var isRunning = false
    /// Pieces of work that wait for the next transaction.
    var count: Int { waiting.count }
    private let limit: Int
    private static let batchLimit = 256

    /// - Parameter limit: pieces of work that wait at most; more are turned away.
    init(limit: Int = 4096, commit: @escaping Commit) {
        self.limit = limit
        self.commit = commit
    }

    /// Runs `body` in the next transaction and returns its result once that is durable.
    /// - Throws: `CustodianError.tooMany` when too much waits already: `body` was not run and is not going to be.
    func submit<Result: Sendable>(_ body: @escaping @Sendable (Ledger) throws -> Result) async throws -> Result {
        guard waiting.count < limit else {
            throw CustodianError(.tooMany, "the custodian is busy; nothing was done: try again in a moment")
        }
        let outcome = Outcome<Result>()
        try await withCheckedThrowingContinuation { continuation in
            waiting.append(
                Waiting(
                    work: { ledger in
                        do {
                            outcome.result = .success(try ledger.attempt { try body(ledger) })
                        } catch let error as StorageError where error.isOfTheWholeStore {
                            throw error  // of the store, not of this work: the whole transaction is void
                        } catch {
                            outcome.result = .failure(error)
                        }
                    }, done: continuation))
            if !isRunning {
                isRunning = true
                Task { await self.drain() }
            }
        }
        guard let result = outcome.result else {
            throw CustodianError(.readOnly, "the vault did not finish a transaction; start the custodian anew")
        }
        return try result.get()
    }

    private func drain() async {
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(CommitQueue.batchLimit))
            waiting.removeFirst(batch.count)
            do {
                try await commit(batch.map(\.work))
                for item in batch { item.done.resume() }
            } catch {
                for item in batch { item.done.resume(throwing: error) }
            }
        }
        isRunning = false
    }

    /// Guard: written inside the transaction, read only after its end was signalled to the waiting task.
    private final class Outcome<Value: Sendable>: @unchecked Sendable {
        var result: Result<Value, any Error>?
    }
}
