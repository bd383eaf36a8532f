import AgeFile
import Sodium
import Synchronization

/// Identities that each open one envelope. They live in memory alone and are gone when taken, or when the process
/// ends; whoever holds a note for one that is gone asks for another.
final class OneTimeKeys: Sendable {
    private struct Waiting {
        var identities: [AgeRecipient: AgeIdentity] = [:]
        /// Recipients in the order of their making, those that were taken since included.
        var order: [AgeRecipient] = []

        /// Lets the oldest go until `limit` are left, and forgets those that were taken once they are the most.
        mutating func shrink(to limit: Int) {
            if order.count > 2 * limit { order.removeAll { identities[$0] == nil } }
            guard identities.count > limit else { return }
            let excess = identities.count - limit
            for recipient in order.lazy.filter({ [identities] in identities[$0] != nil }).prefix(excess) {
                identities[recipient] = nil
            }
        }
    }

    private let waiting = Mutex(Waiting())
    private let limit: Int

    /// - Parameter limit: identities that wait at most; beyond it the oldest goes.
    init(limit: Int = 4096) { self.limit = limit }

    func make() -> AgeRecipient {
        let identity = AgeIdentity.random()
        waiting.withLock {
            $0.identities[identity.recipient] = identity
            $0.order.append(identity.recipient)
            $0.shrink(to: limit)
        }
        return identity.recipient
    }

    /// Opens an envelope and wipes the identity, whether it fits or not.
    func open(_ envelope: [UInt8], to recipient: AgeRecipient) throws -> SecretBytes {
        guard let identity = waiting.withLock({ $0.identities.removeValue(forKey: recipient) }) else {
            throw CustodianError(.unknown, "the one-time recipient is gone; ask for another and seal anew")
        }
        guard let opened = try? AgeFile.open(envelope, with: [identity]) else {
            throw CustodianError(.malformed, "an envelope cannot be opened with its one-time recipient")
        }
        return opened
    }
}
