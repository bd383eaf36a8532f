#if !hasFeature(Embedded)
import Synchronization

/// Ed25519 points that were found usable before.
///
/// Checking one takes longer than signing, and nearly every note names the same few keys: the custodian's, a card's.
/// Only good verdicts are kept, and what makes a point usable never changes.
enum KnownPoints {
    private static let limit = 4096
    private static let points = Mutex<Set<Bytes32>>([])

    static func contains(_ point: Bytes32) -> Bool { points.withLock { $0.contains(point) } }

    static func insert(_ point: Bytes32) {
        points.withLock {
            if $0.count >= limit { $0.removeAll(keepingCapacity: true) }
            $0.insert(point)
        }
    }
}
#else
/// The browser checks few keys: none are remembered there, which saves the code of a set.
enum KnownPoints {
    static func contains(_ point: Bytes32) -> Bool { false }
    static func insert(_ point: Bytes32) {}
}
#endif
