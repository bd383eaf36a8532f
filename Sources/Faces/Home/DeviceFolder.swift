import Glibc
public import SignedNote
import Sodium

/// A recording device's own folder, `devices/NAME` in a home folder: its signing key, its pairing, and what it
/// remembers. Mode 0700.
///
/// The key lies in a plain file of mode 0600, and not under a passphrase: the box has to go on by itself after a power
/// cut, and a passphrase beside the file would only look like more. Whoever takes the key can add to the case, in the
/// device's name, until the device is withdrawn; it opens nothing.
public struct DeviceFolder: Sendable {
    /// Notes that a device keeps.
    public enum Kind: String, Sendable {
        /// Says whose key the device signs with.
        case card = "device-card"
        /// Whom it records for.
        case pairing
    }

    /// The device's name.
    public let name: String
    /// The folder.
    public let folder: HomeFolder
    private var key: StoredFile { StoredFile(path: folder.path(of: "key")) }

    /// Opens the folder of a device, and makes it where it is not there.
    /// - Throws: `HomeError.badName`, `.notPrivate`, `.unreachable`, `.diskFull`.
    public init(_ name: String, in home: HomeFolder) throws(HomeError) {
        self.name = name
        folder = try HomeFolder(home.path(of: try IdentityKind.device(name).stem()))
    }

    /// The names of all devices of a home folder that have a key, sorted.
    /// - Throws: `HomeError.unreachable`.
    public static func names(in home: HomeFolder) throws(HomeError) -> [String] {
        try home.names(in: "devices", suffix: "").filter {
            StoredFile(path: home.path(of: "devices/\($0)/key")).exists
        }
    }

    /// Whether the device has a key.
    public var exists: Bool { key.exists }

    /// Makes the device's key.
    /// - Throws: `HomeError.exists` when there is one: it is never overwritten; `.unreachable`, `.diskFull`.
    public func createKey() throws(HomeError) -> NoteSigner {
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        guard !key.exists else {
            throw HomeError(.exists, "the device has a key already; it is not overwritten", key.path)
        }
        let signer = Identity.random(.device(name)).signer
        var text = signer.privateText.withUnsafeBytes { [UInt8]($0) } + [0x0A]
        defer { Wipe.array(&text) }
        try key.replace(with: text)
        return signer
    }

    /// The device's key.
    /// - Throws: `HomeError.missing`, `.notPrivate` when others may read the file, `.altered`, `.unreachable`.
    public func signer() throws(HomeError) -> NoteSigner {
        var status = stat()
        guard lstat(key.path, &status) == 0 else { throw .system(errno, key.path) }
        guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw HomeError(.notPrivate, "others may read the device's key; close it to them (chmod 600)", key.path)
        }
        var text = try key.read(limit: 1_000)
        defer { Wipe.array(&text) }
        var line = [UInt8](text.prefix { $0 != 0x0A })
        guard let signer = try? NoteSigner(parsing: SecretBytes(wiping: &line)),
            signer.verifierKey.name.bytes == NoteText.bytes(IdentityKind.device(name).keyName)
        else { throw HomeError(.altered, "the device's key cannot be read", key.path) }
        return signer
    }

    /// Keeps a note in place of the one before.
    /// - Throws: `HomeError.unreachable`, `.diskFull`.
    public func keep(_ note: UnverifiedNote, as kind: Kind) throws(HomeError) {
        let lock = try folder.lock()
        defer { withExtendedLifetime(lock) {} }
        try StoredFile(path: folder.path(of: kind.rawValue)).replace(with: note.bytes)
    }

    /// A note that was kept; `nil` where none was. Who signed it is for the reader to check.
    /// - Throws: `HomeError.altered`, `.unreachable`.
    public func note(_ kind: Kind) throws(HomeError) -> UnverifiedNote? {
        let file = StoredFile(path: folder.path(of: kind.rawValue))
        guard file.exists else { return nil }
        guard let note = try? UnverifiedNote(parsing: try file.read()) else {
            throw HomeError(.altered, "a note of the device cannot be read", file.path)
        }
        return note
    }
}

/// The devices that a person has paired, one signed note a file: `paired/HEX.note` by SHA-256 of the key's text. They
/// hold the names that she gave; the case card holds the keys alone.
public struct PairedDevices: Sendable {
    private let home: HomeFolder

    /// The devices in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    private func file(_ key: VerifierKey) -> StoredFile {
        let digits = String(decoding: SHA256.hash(key.text).hex, as: UTF8.self)
        return StoredFile(path: home.path(of: "paired/" + digits + ".note"))
    }

    /// Keeps the card of a device by its key.
    /// - Throws: `HomeError.unreachable`, `.diskFull`.
    public func keep(_ card: UnverifiedNote, of key: VerifierKey) throws(HomeError) {
        _ = try home.makeFolder("paired")
        let lock = try home.lock()
        defer { withExtendedLifetime(lock) {} }
        try file(key).replace(with: card.bytes)
    }

    /// The cards of all devices.
    /// - Throws: as `card(of:)`.
    public func all() throws(HomeError) -> [UnverifiedNote] {
        var cards: [UnverifiedNote] = []
        for name in try home.names(in: "paired", suffix: ".note") {
            let file = StoredFile(path: home.path(of: "paired/\(name).note"))
            guard let note = try? UnverifiedNote(parsing: try file.read()) else {
                throw HomeError(.altered, "the card of a device cannot be read", file.path)
            }
            cards.append(note)
        }
        return cards
    }

    /// The card of a device; `nil` where it was paired from another machine.
    /// - Throws: `HomeError.altered`, `.unreachable`.
    public func card(of key: VerifierKey) throws(HomeError) -> UnverifiedNote? {
        let file = file(key)
        guard file.exists else { return nil }
        guard let note = try? UnverifiedNote(parsing: try file.read()) else {
            throw HomeError(.altered, "the card of a device cannot be read", file.path)
        }
        return note
    }
}
