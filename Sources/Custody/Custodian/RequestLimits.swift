import SignedNote
import Synchronization

/// How often one card may ask: so many requests at once, so many a second after that.
///
/// Limits come before any decision: what they turn away leaves no leaf, so that nobody can flood the log.
public struct RequestLimits: Sendable {
    /// Requests that may come at once.
    public let burst: UInt64
    /// Requests a second in the long run.
    public let perSecond: UInt64

    /// Limits of so many requests a second, at least 1, and sixty times as many at once.
    public init(perSecond: UInt64) {
        self.perSecond = min(max(1, perSecond), 1 << 32)
        burst = self.perSecond * 60
    }

    /// Enough for anybody who works through a case by hand or by script.
    public static let standard = RequestLimits(perSecond: 5)
}

/// Counts the requests of each card, in memory; a restart forgives.
final class RequestMeter: Sendable {
    private struct Bucket {
        var used: UInt64
        var since: UInt64
    }

    private let limits: RequestLimits
    private let buckets = Mutex<[NoteHash: Bucket]>([:])
    private static let bucketLimit = 100_000

    init(_ limits: RequestLimits) { self.limits = limits }

    /// Counts one request of a card whose signature was verified.
    /// - Throws: `CustodianError.tooMany` when it has asked too often.
    func count(_ card: NoteHash, at time: Timestamp) throws {
        let isAllowed = buckets.withLock { buckets -> Bool in
            if buckets.count >= RequestMeter.bucketLimit { buckets.removeAll() }
            var bucket = buckets[card] ?? Bucket(used: 0, since: time.seconds)
            let drained = (max(time.seconds, bucket.since) - bucket.since).multipliedReportingOverflow(
                by: limits.perSecond)
            bucket.used -= drained.overflow ? bucket.used : min(bucket.used, drained.partialValue)
            bucket.since = time.seconds  // also where the clock was set back: waiting has to help
            guard bucket.used < limits.burst else {
                buckets[card] = bucket
                return false
            }
            bucket.used += 1
            buckets[card] = bucket
            return true
        }
        guard isAllowed else {
            throw CustodianError(.tooMany, "too many requests under this card; wait a minute and try again")
        }
    }
}
