import Vault

/// Tells which files of a folder have kept still: a file that is still being written must not be taken.
///
/// Counted by a clock that only runs forward and never by the files' own times, which the box's wrong clock or the
/// camera's may have set.
struct Stability: Sendable {
    private struct Seen: Sendable {
        let facts: FileFacts
        let since: Duration
    }

    private let patience: Duration
    private var seen: [[UInt8]: Seen] = [:]

    /// - Parameter patience: how long a file has to stay the same.
    init(patience: Duration) { self.patience = patience }

    /// Takes what a look at the folder found and returns the paths that have been the same for long enough.
    ///
    /// - Parameter now: a reading of a clock that only runs forward.
    mutating func settled(_ found: [[UInt8]: FileFacts], at now: Duration) -> Set<[UInt8]> {
        var next: [[UInt8]: Seen] = [:]
        var settled: Set<[UInt8]> = []
        for (path, facts) in found {
            let before = seen[path].flatMap { $0.facts == facts ? $0.since : nil }
            next[path] = Seen(facts: facts, since: before ?? now)
            if let before, now - before >= patience { settled.insert(path) }
        }
        seen = next
        return settled
    }

    /// For how long a file has been the same; `nil` for one that the last look did not find.
    func age(of path: [UInt8], at now: Duration) -> Duration? { seen[path].map { now - $0.since } }
}
