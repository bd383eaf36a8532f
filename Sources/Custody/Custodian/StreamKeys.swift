import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Storage
import Synchronization

/// The log keys of all streams, opened or derived when they are first needed.
final class StreamKeys: Sendable {
    private struct Known: Sendable {
        let key: StreamKey
        let recipient: AgeRecipient
    }

    private let keys: CustodianKeys
    private let known = Mutex<[StreamID: Known]>([:])
    private static let limit = 10_000

    init(keys: CustodianKeys) { self.keys = keys }

    func key(of stream: StreamID, in reader: any RecordReader) throws -> StreamKey {
        try entry(of: stream, in: reader).key
    }

    /// Whom a stream's records are sealed to. Kept with the key, for deriving it takes as long as sealing does.
    func recipient(of stream: StreamID, in reader: any RecordReader) throws -> AgeRecipient {
        try entry(of: stream, in: reader).recipient
    }

    private func entry(of stream: StreamID, in reader: any RecordReader) throws -> Known {
        if let entry = known.withLock({ $0[stream] }) { return entry }
        let key = try derive(stream, in: reader)
        let entry = Known(key: key, recipient: key.recordIdentity.recipient)
        known.withLock {
            if $0.count >= StreamKeys.limit { $0.removeAll() }
            $0[stream] = entry
        }
        return entry
    }

    /// Forgets keys, as far as this process is concerned.
    func forget(_ streams: [StreamID]) {
        known.withLock { known in
            for stream in streams { known[stream] = nil }
        }
    }

    /// Forgets all keys: they are opened or derived again.
    func forgetAll() { known.withLock { $0.removeAll() } }

    /// The key alone, without keeping it.
    func derive(_ stream: StreamID, in reader: any RecordReader) throws -> StreamKey {
        switch stream {
        case .vault:
            return keys.vaultStream
        case .matter(let id):
            guard let row = try reader.matter(id) else {
                throw CustodianError(.unknown, "the case is not known here")
            }
            return try StreamKey(try AgeFile.open(row.logKey, with: [keys.identity]))
        case .grant(let id):
            guard let row = try reader.grant(id) else {
                throw CustodianError(.unknown, "the grant is not known here")
            }
            let grant = try Grant(parsing: UnverifiedNote(parsing: row.note).text)
            return try parentKey(of: grant, in: reader).child(id)
        }
    }

    /// The key that a grant's own is derived from.
    func parentKey(of grant: Grant, in reader: any RecordReader) throws -> StreamKey {
        guard let parent = grant.parent else { return try key(of: .matter(grant.caseID), in: reader) }
        guard let row = try reader.grant(text: parent) else {
            throw CustodianError(.unknown, "the grant above is not known here")
        }
        return try key(of: .grant(row.id), in: reader)
    }
}
