public import AgeFile
public import Sodium

/// The custodian's secret of one grant (*T*), 32 bytes. From it alone the custodian derives parts, and opens nothing.
public struct GrantSecret: Sendable {
    /// The secret itself.
    public let secret: SecretBytes

    /// A fresh random secret.
    public static func random() -> GrantSecret { GrantSecret(unchecked: SecretBytes.random(32)) }

    /// Wraps exactly 32 secret bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ secret: SecretBytes) throws(SodiumError) {
        guard secret.count == 32 else { throw SodiumError(.wrongLength, "a grant's secret has 32 bytes") }
        self.init(unchecked: secret)
    }

    private init(unchecked secret: SecretBytes) { self.secret = secret }

    /// The part for one file: HKDF(T; salt gid; info `bevis/v1/part`, id).
    public func part(for file: AgeFileID, in grant: GrantID) -> Part {
        Part(
            unchecked: HKDF.derive(
                from: secret, salt: grant.bytes.array, info: Label.part.bytes + file.bytes.array))
    }
}

/// What the custodian releases for one file of a grant, 32 bytes. Useless without the recipient's capsule.
public struct Part: Sendable {
    /// The part itself.
    public let secret: SecretBytes

    /// Wraps exactly 32 secret bytes.
    /// - Throws: `SodiumError.wrongLength` for any other length.
    public init(_ secret: SecretBytes) throws(SodiumError) {
        guard secret.count == 32 else { throw SodiumError(.wrongLength, "a part has 32 bytes") }
        self.init(unchecked: secret)
    }

    fileprivate init(unchecked secret: SecretBytes) { self.secret = secret }

    /// What the item list says of this part: SHA-256(`bevis/v1/p`, gid, id, part).
    public func hash(for file: AgeFileID, in grant: GrantID) -> Digest {
        var hash = SHA256()
        hash.update(Label.partHash.bytes)
        hash.update(grant)
        hash.update(file)
        hash.update(secret)
        return hash.finish()
    }

    /// HKDF(part; salt gid; info `bevis/v1/kek`, id).
    fileprivate func key(for file: AgeFileID, in grant: GrantID) -> AEADKey {
        AEADKey(
            deriving: secret, salt: grant.bytes.array, info: Label.keyEncryption.bytes + file.bytes.array)
    }
}

/// A file key, sealed so that the recipient holds it and only a part opens it: 32 bytes, 16 more for each layer of
/// lending on.
public struct Capsule: Sendable, Equatable {
    /// The longest, of 33 layers.
    public static let maximumSize = 16 * 34

    /// Sealed bytes and tag.
    public let bytes: [UInt8]

    /// Wraps a capsule received.
    /// - Throws: `SodiumError.wrongLength` when it cannot be a capsule of any number of layers.
    public init(_ bytes: [UInt8]) throws(SodiumError) {
        guard bytes.count >= 32, bytes.count % 16 == 0, bytes.count <= Capsule.maximumSize else {
            throw SodiumError(.wrongLength, "a capsule has 32 bytes and 16 more for each layer")
        }
        self.bytes = bytes
    }

    /// Seals a file key: ChaCha20-Poly1305(KEK; zero nonce; aad `bevis/v1/capsule`, gid, id).
    ///
    /// The zero nonce is safe because each KEK seals one value once: gid and secret are fresh for every grant, and a
    /// file stands once in it.
    public init(sealing key: FileKey, of file: AgeFileID, in grant: GrantID, with part: Part) {
        bytes = ChaCha20Poly1305.seal(
            secret: key.secret, key: part.key(for: file, in: grant), nonce: .zero,
            associatedData: Capsule.associatedData(file, grant))
    }

    /// Seals a capsule once more for lending on: 16 bytes longer. `grant` and `part` are the new grant's, which the
    /// lender picks; she needs no part of the grants above.
    /// - Throws: `SodiumError.wrongLength` when it has the most layers already.
    public init(
        sealing capsule: Capsule, of file: AgeFileID, in grant: GrantID, with part: Part
    ) throws(SodiumError) {
        guard capsule.bytes.count < Capsule.maximumSize else {
            throw SodiumError(.wrongLength, "a capsule has the most layers already")
        }
        bytes = ChaCha20Poly1305.seal(
            secret: capsule.bytes.withUnsafeBytes { SecretBytes(copying: $0) }, key: part.key(for: file, in: grant),
            nonce: .zero,
            associatedData: Capsule.associatedData(file, grant))
    }

    /// Takes the outermost layer off a capsule that was lent on; the capsule below comes out.
    /// - Throws: `SodiumError.notAuthentic` when part, grant or file is another, `.wrongLength` when the layer held no
    ///   capsule.
    public func peel(of file: AgeFileID, in grant: GrantID, with part: Part) throws(SodiumError) -> Capsule {
        let inner = try open(of: file, in: grant, with: part)
        return try Capsule(inner.withUnsafeBytes { [UInt8]($0) })
    }

    /// Opens one layer; what comes out of the last is the file key.
    /// - Throws: `SodiumError.notAuthentic` when part, grant or file is another.
    public func open(of file: AgeFileID, in grant: GrantID, with part: Part) throws(SodiumError) -> SecretBytes {
        try ChaCha20Poly1305.openSecret(
            bytes, key: part.key(for: file, in: grant), nonce: .zero,
            associatedData: Capsule.associatedData(file, grant))
    }

    /// What the item list says of this capsule: SHA-256 of its bytes.
    public var hash: Digest { SHA256.hash(bytes) }

    private static func associatedData(_ file: AgeFileID, _ grant: GrantID) -> [UInt8] {
        Label.capsule.bytes + grant.bytes.array + file.bytes.array
    }
}
