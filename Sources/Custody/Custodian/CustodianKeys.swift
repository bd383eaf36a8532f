import AgeFile
import AuditTrail
public import SignedNote
import Sodium
public import Storage

/// The custodian's own secrets, made once, kept as files of its folder.
public struct CustodianKeys: Sendable {
    /// Signs responses and one-time recipients.
    public let signer: NoteSigner
    /// Signs checkpoints; its key name is the log's origin.
    public let log: NoteSigner
    /// Where the custodian seals the cases' log keys to itself.
    let identity: AgeIdentity
    /// The key of the vault's own stream.
    let vaultStream: StreamKey

    /// Reads the secrets, making those of a new vault.
    /// - Throws: `StorageError`, or `CustodianError.malformed` for a file that is none of ours.
    public init(in store: any SecretStore) throws {
        signer = try CustodianKeys.signer("custodian-key", in: store) { try KeyNames.custodian }
        log = try CustodianKeys.signer("log-key", in: store) {
            try KeyName(Array("bevis.example/log/".utf8) + Hex.encode(Random.bytes(8)))
        }
        identity = try AgeIdentity(
            AgreementKey(try CustodianKeys.secret("custodian-identity", in: store)))
        vaultStream = try StreamKey(try CustodianKeys.secret("vault-stream", in: store))
    }

    private static func secret(_ name: String, in store: any SecretStore) throws -> SecretBytes {
        var bytes = try stored(name, in: store)
        if bytes.isEmpty {
            bytes = Random.bytes(32)
            try store.write(bytes, name: name)
        }
        return SecretBytes(wiping: &bytes)
    }

    private static func signer(
        _ name: String, in store: any SecretStore, named: () throws -> KeyName
    ) throws -> NoteSigner {
        var bytes = try stored(name, in: store)
        if bytes.isEmpty {
            let made = NoteSigner(name: try named(), key: SigningKey())
            var text = made.privateText.withUnsafeBytes { [UInt8]($0) }
            try store.write(text, name: name)
            Wipe.array(&text)
            return made
        }
        return try NoteSigner(parsing: SecretBytes(wiping: &bytes))
    }

    private static func stored(_ name: String, in store: any SecretStore) throws -> [UInt8] {
        do { return try store.read(name) } catch let error as StorageError where error.code == .missing { return [] }
    }
}

/// Names on signature lines; the key ID behind them tells keys of one role apart.
public enum KeyNames {
    /// A custodian's key.
    public static var custodian: KeyName { get throws { try KeyName(Array("bevis.example/custodian".utf8)) } }
}
