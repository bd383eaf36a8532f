import AgeFile
public import Sharing
public import SignedNote
import Sodium

/// The log keys that an auditor needs: the vault's and every case's; grants' keys follow from them. Sealed to the
/// auditor's card.
public struct AuditKeys: NoteBody {
    public static let type: StaticString = "bevis.example/audit-keys/v1"

    /// One case's log key.
    public struct Matter: Sendable {
        /// The case.
        public let id: CaseID
        /// Its log key.
        public let key: StreamKey

        /// A key of its fields.
        public init(id: CaseID, key: StreamKey) {
            self.id = id
            self.key = key
        }
    }

    /// The key of the vault's own stream.
    public let vault: StreamKey
    /// The cases' keys.
    public let matters: [Matter]

    /// Keys of their fields.
    public init(vault: StreamKey, matters: [Matter]) {
        self.vault = vault
        self.matters = matters
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        vault = try AuditKeys.key(try reader.base64("vault"))
        let ids: [CaseID] = try reader.hashes("case")
        let keys = try reader.base64List("key")
        guard ids.count == keys.count else {
            throw NoteError(.malformedValue, "the log keys do not stand one to a case")
        }
        var matters: [Matter] = []
        for (id, key) in zip(ids, keys) { matters.append(Matter(id: id, key: try AuditKeys.key(key))) }
        self.matters = matters
    }

    private static func key(_ bytes: [UInt8]) throws(NoteError) -> StreamKey {
        var bytes = bytes
        guard let key = try? StreamKey(SecretBytes(wiping: &bytes)) else {
            throw NoteError(.malformedValue, "a log key does not have 32 bytes")
        }
        return key
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("vault", bytes: vault.secret.withUnsafeBytes { [UInt8]($0) })
        for matter in matters { writer.add("case", matter.id) }
        for matter in matters { writer.add("key", bytes: matter.key.secret.withUnsafeBytes { [UInt8]($0) }) }
    }
}
