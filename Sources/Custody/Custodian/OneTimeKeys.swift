import AgeFile
import Sodium
import Synchronization

/// Identities that each open one envelope. They live in memory alone and are gone when taken, or when the process
/// ends; whoever holds a note for one that is gone asks for another.
final class OneTimeKeys: Sendable {
    private let waiting = Mutex<[AgeRecipient: AgeIdentity]>([:])
    private static let limit = 4096

    func make() -> AgeRecipient {
        let identity = AgeIdentity.random()
        waiting.withLock {
            if $0.count >= OneTimeKeys.limit { $0.removeAll() }
            $0[identity.recipient] = identity
        }
        return identity.recipient
    }

    /// Opens an envelope and wipes the identity, whether it fits or not.
    func open(_ envelope: [UInt8], to recipient: AgeRecipient) throws -> SecretBytes {
        guard let identity = waiting.withLock({ $0.removeValue(forKey: recipient) }) else {
            throw CustodianError(.unknown, "the one-time recipient is gone; ask for another and seal anew")
        }
        guard let opened = try? AgeFile.open(envelope, with: [identity]) else {
            throw CustodianError(.malformed, "an envelope cannot be opened with its one-time recipient")
        }
        return opened
    }
}
