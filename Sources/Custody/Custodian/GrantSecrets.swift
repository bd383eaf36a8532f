import Sharing
import Sodium
import Storage

// Each secret of a grant or extension lies sealed in the records, its key in a file outside of them.
extension Custodian {
    /// Keeps a secret while `body` takes the grant, and drops it again where it is not the one stored with the grant.
    func keeping(
        _ secret: GrantSecret, of id: GrantID, _ body: ([UInt8]) async throws -> Acceptance
    ) async throws -> Acceptance {
        let sealed = try keep(secret, of: id)
        do {
            let accepted = try await body(sealed)
            try await dropUnlessKept(sealed, of: id)
            return accepted
        } catch {
            // What cannot be looked at or destroyed now is destroyed at the next start.
            try? await dropUnlessKept(sealed, of: id)
            throw error
        }
    }

    /// Destroys the key of a sealed secret that is not the one stored with its grant: the grant was not taken, or was
    /// taken from another copy of the same note.
    private func dropUnlessKept(_ secret: [UInt8], of id: GrantID) async throws {
        guard try await stores.records.read({ try self.sealedSecret(of: id, in: $0) }) != secret else { return }
        try stores.secrets.destroy(secretName(id, secret))
    }

    /// The sealed secret that is stored with a grant or an extension; `nil` when there is none, or no more.
    func sealedSecret(of id: GrantID, in reader: any RecordReader) throws -> [UInt8]? {
        if let grant = try reader.grant(id) { return grant.secret }
        return try reader.grantExtension(id)?.secret
    }

    private static let tokenSize = 8

    /// The file that holds the key of a sealed secret: grant id, and the token that the sealed secret begins with.
    func secretName(_ id: GrantID, _ sealed: [UInt8]) -> String {
        String(decoding: id.hex + [0x2D] + Hex.encode(sealed.prefix(Custodian.tokenSize)), as: UTF8.self)
    }

    /// Seals a grant's secret under a random key of its own, kept in a flushed file outside database and backups.
    ///
    /// The file is written before the transaction that takes the grant, so each attempt has a file of its own: two
    /// attempts with one grant id must not overwrite each other's key.
    private func keep(_ secret: GrantSecret, of id: GrantID) throws -> [UInt8] {
        let key = SecretBytes.random(32)
        var bytes = key.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&bytes) }
        let token = Random.bytes(Custodian.tokenSize)
        try stores.secrets.write(bytes, name: secretName(id, token))
        return token
            + ChaCha20Poly1305.seal(
                secret: secret.secret, key: try AEADKey(key), nonce: .zero, associatedData: id.bytes.array)
    }

    /// The secret of a grant or an extension out of its sealed bytes.
    func secret(_ sealed: [UInt8]?, of id: GrantID) throws -> GrantSecret {
        guard let sealed else { throw CustodianError(.refused, "the grant has ended") }
        var bytes = try secretKey(secretName(id, sealed))
        let key = try AEADKey(SecretBytes(wiping: &bytes))
        return try GrantSecret(
            try ChaCha20Poly1305.openSecret(
                Array(sealed.dropFirst(Custodian.tokenSize)), key: key, nonce: .zero,
                associatedData: id.bytes.array))
    }

    private func secretKey(_ name: String) throws -> [UInt8] {
        do { return try stores.secrets.read(name) } catch let error as StorageError where error.code == .missing {
            throw CustodianError(.unknown, "the grant's secret is no longer here; ask for a new grant")
        }
    }
}
