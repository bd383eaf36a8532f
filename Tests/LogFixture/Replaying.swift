public import AuditTrail
public import MerkleTree
public import Sharing

/// Runs everything on the calling thread.
public struct PlainEnvironment: ReplayEnvironment {
    public let lists: [GrantID: [UInt8]]
    public let tree: MemoryTree

    public init(_ log: LogFixture) {
        lists = log.lists
        tree = log.tree
    }

    public func sealedList(_ grant: GrantID) -> [UInt8]? { lists[grant] }
    public func root(size: UInt64) -> TreeHash? { try? tree.root(size: size) }
}

extension LogFixture {
    /// Replays the log for an auditor.
    public func replay(
        _ anchor: TrustAnchor? = nil, keys: ReplayKeys? = nil, batch: Int = 7,
        attached: [Int: DisclosedRecord] = [:]
    ) -> Replay {
        var replay = Replay(keys ?? ReplayKeys(auditKeys), anchor: anchor ?? self.anchor, keepsLines: true)
        let environment = PlainEnvironment(self)
        for start in stride(from: 0, to: entries.count, by: batch) {
            let indices = start..<min(start + batch, entries.count)
            let batch = indices.map {
                ReplayEntry(
                    entry: entries[$0], sealed: records[$0], attached: attached[$0], head: heads[UInt64($0)])
            }
            replay.advance(batch, in: environment)
        }
        replay.finish()
        return replay
    }

    /// What an auditor finds.
    public func findings() -> [Finding] { replay().findings }
}
