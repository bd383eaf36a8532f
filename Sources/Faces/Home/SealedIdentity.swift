public import AgeFile
public import SignedNote
public import Sodium

/// An identity at rest: `identity.age`, sealed under a passphrase, and `identity.pub` beside it.
///
/// For devices and issuers the files are `devices/NAME.age` and `issuers/NAME.age`. The sealed file is itself an
/// identity file for the stock tool: `age -d -i identity.age`.
public struct SealedIdentity: Sendable {
    private let home: HomeFolder
    /// Whose identity it is.
    public let kind: IdentityKind
    private let sealed: StoredFile
    private let plain: StoredFile

    /// The path of the sealed file.
    public var path: String { sealed.path }
    /// Whether there is an identity yet.
    public var exists: Bool { sealed.exists }

    /// The place of an identity in a home folder; nothing is read.
    /// - Throws: `HomeError.badName`.
    public init(_ kind: IdentityKind, in home: HomeFolder) throws(HomeError) {
        let stem = try kind.stem()
        self.home = home
        self.kind = kind
        sealed = StoredFile(path: home.path(of: stem + ".age"))
        plain = StoredFile(path: home.path(of: stem + ".pub"))
    }

    /// The names of all devices or issuers, sorted.
    /// - Throws: `HomeError.unreachable`.
    public static func issuers(in home: HomeFolder) throws(HomeError) -> [String] {
        try home.names(in: "issuers", suffix: ".age")
    }

    /// The names of all devices, sorted.
    /// - Throws: `HomeError.unreachable`.
    public static func devices(in home: HomeFolder) throws(HomeError) -> [String] {
        try home.names(in: "devices", suffix: ".age")
    }

    /// Makes fresh keys and seals them; scrypt takes 2^`logN` steps.
    /// - Throws: `HomeError.exists` when there is an identity: it is never overwritten; `.unreachable`, `.diskFull`.
    public func create(
        passphrase: SecretBytes, at time: Timestamp, logN: UInt8 = AgeHeader.defaultLogN
    ) throws(HomeError) -> Identity {
        let identity = Identity.random(kind)
        try keep(identity, passphrase: passphrase, at: time, logN: logN)
        return identity
    }

    /// Seals keys that come from elsewhere, such as a paper sheet.
    /// - Throws: as `create(passphrase:at:logN:)`.
    public func keep(
        _ identity: Identity, passphrase: SecretBytes, at time: Timestamp, logN: UInt8 = AgeHeader.defaultLogN
    ) throws(HomeError) {
        let lock = try prepare()
        defer { withExtendedLifetime(lock) {} }
        guard !sealed.exists else {
            throw HomeError(.exists, "there is an identity already; it is not overwritten", path)
        }
        try write(IdentityText(identity: identity, created: time), passphrase: passphrase, logN: logN)
    }

    /// Opens the identity. A public file that is missing, as after a power cut, is written again.
    /// - Throws: `HomeError.missing`, `.wrongPassphrase`, `.altered`, `.unreachable`.
    public func open(passphrase: SecretBytes) throws(HomeError) -> Identity {
        let text = try read(passphrase: passphrase)
        let expected = text.identity.publicParts(created: text.created)
        if plain.exists {
            guard try publicParts() == expected else {
                throw HomeError(.altered, "the public file beside an identity is not that identity's", plain.path)
            }
        } else {
            let lock = try prepare()
            defer { withExtendedLifetime(lock) {} }
            try write(expected)
        }
        return text.identity
    }

    /// Seals the identity under a new passphrase. Until that is done the old one opens it, whatever happens.
    /// - Throws: as `open(passphrase:)`.
    public func changePassphrase(
        from old: SecretBytes, to new: SecretBytes, logN: UInt8 = AgeHeader.defaultLogN
    ) throws(HomeError) {
        let lock = try prepare()
        defer { withExtendedLifetime(lock) {} }
        try write(try read(passphrase: old), passphrase: new, logN: logN)
    }

    /// The public half, without a passphrase: what the file says, unchecked until the identity is opened.
    /// - Throws: `HomeError.missing`, `.altered`, `.unreachable`.
    public func publicParts() throws(HomeError) -> PublicIdentity {
        let bytes = try plain.read()
        guard let parts = try? PublicIdentity(parsing: bytes) else {
            throw HomeError(.altered, "the public file beside an identity cannot be read", plain.path)
        }
        return parts
    }

    private func prepare() throws(HomeError) -> FileLock {
        switch kind {
        case .person: break
        case .device: _ = try home.makeFolder("devices")
        case .issuer: _ = try home.makeFolder("issuers")
        }
        return try home.lock()
    }

    private func read(passphrase: SecretBytes) throws(HomeError) -> IdentityText {
        let bytes = try sealed.read()
        let text: SecretBytes
        do throws(AgeError) {
            text = try AgeFile.open(bytes, passphrase: passphrase)
        } catch {
            switch error.code {
            case .noMatch: throw HomeError(.wrongPassphrase, "the passphrase does not open the identity", path)
            case .unavailable: throw HomeError(.unreachable, error.reason, path)
            default: throw HomeError(.altered, "the identity is not an age file under a passphrase, or damaged", path)
            }
        }
        return try IdentityText(parsing: text, kind: kind, path: path)
    }

    private func write(_ text: IdentityText, passphrase: SecretBytes, logN: UInt8) throws(HomeError) {
        let file: SealedAgeFile
        do throws(AgeError) {
            file = try AgeFile.seal(text.text, passphrase: passphrase, logN: logN)
        } catch {
            throw HomeError(.unreachable, error.reason, path)
        }
        try sealed.replace(with: file.bytes)
        try write(text.identity.publicParts(created: text.created))
    }

    private func write(_ parts: PublicIdentity) throws(HomeError) {
        guard let text = try? parts.text() else {
            throw HomeError(.altered, "a public identity cannot be written", path)
        }
        try plain.replace(with: text)
    }
}
