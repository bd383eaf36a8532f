public import SignedNote
import Sodium

/// The vaults that a person has met, each remembered under `vaults/HEX/state`; HEX is the beginning of SHA-256 of the
/// log's origin.
public struct Heads: Sendable {
    private let home: HomeFolder

    /// The heads in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    /// All vaults that are remembered, by origin.
    /// - Throws: `HomeError.altered`, `.unreachable`.
    public func all() throws(HomeError) -> [RememberedVault] {
        var vaults: [RememberedVault] = []
        for name in try home.names(in: "vaults", suffix: "") {
            let file = StoredFile(path: home.path(of: "vaults/\(name)/state"))
            guard file.exists else { continue }
            vaults.append(try VaultMemory.read(file))
        }
        return vaults.sorted { $0.origin < $1.origin }
    }

    /// Opens the memory of one vault and holds it against other commands until it goes.
    /// - Throws: `HomeError.inUse` when another command holds it for longer than `patience`, `.altered`,
    ///   `.unreachable`.
    public func open(_ origin: KeyName, patience: Duration = .seconds(10)) throws(HomeError) -> VaultMemory {
        _ = try home.makeFolder("vaults")
        let digits = Hex.encode(SHA256.hash(origin.bytes).bytes.array.prefix(8))
        let folder = try home.makeFolder("vaults/" + String(decoding: digits, as: UTF8.self))
        return try VaultMemory(origin: origin, folder: folder, patience: patience)
    }
}

/// What is remembered of one vault, held by one command at a time.
public final class VaultMemory {
    private let lock: FileLock  // held for as long as this lives
    private let file: StoredFile
    private let origin: KeyName
    /// What is remembered; `nil` for a vault that was never met.
    public private(set) var vault: RememberedVault?

    init(origin: KeyName, folder: String, patience: Duration) throws(HomeError) {
        let lock = try FileLock(folder + "/lock", patience: patience)
        let file = StoredFile(path: folder + "/state")
        let known = file.exists ? try VaultMemory.read(file) : nil
        guard known == nil || known?.origin == origin else {
            throw HomeError(.altered, "what is remembered here is another vault", file.path)
        }
        self.lock = lock
        self.file = file
        self.origin = origin
        vault = known
    }

    static func read(_ file: StoredFile) throws(HomeError) -> RememberedVault {
        let bytes = try file.read(limit: 1 << 24)
        guard let vault = try? RememberedVault(parsing: bytes) else {
            throw HomeError(.altered, "what is remembered of a vault cannot be read", file.path)
        }
        return vault
    }

    /// Trusts the keys of a vault: the first time on sight or because they were given, later only if they are the
    /// same. Keys that were given count for more than keys that were seen.
    /// - Throws: `HomeError.keyChanged` when others were trusted before; `.unreachable`, `.diskFull`.
    public func trust(
        logKey: VerifierKey, custodianKey: VerifierKey, basis: TrustBasis, at time: Timestamp
    ) throws(HomeError) {
        if let known = vault {
            guard known.logKey == logKey, known.custodianKey == custodianKey else {
                throw HomeError(.keyChanged, "a vault shows other keys than the ones that were trusted", name)
            }
            guard known.basis == .firstUse, basis == .given else { return }
        }
        var next = RememberedVault(
            origin: origin, logKey: logKey, custodianKey: custodianKey, basis: basis, since: time)
        next.checkpoint = vault?.checkpoint
        next.streams = vault?.streams ?? [:]
        try keep(next)
    }

    /// Remembers a checkpoint that the log's trusted key signed, once its consistency with the one before has been
    /// proved, and what streams have shown.
    /// - Throws: `HomeError.missing` before `trust`; `.keyChanged` when the log's key is not among the signers;
    ///   `.older` when the log, or a stream, is smaller than before; `.altered` for a text that is no checkpoint of
    ///   this origin; `.unreachable`, `.diskFull`.
    public func remember(
        _ checkpoint: VerifiedNote, streams: [KeyName: UInt64] = [:]
    ) throws(HomeError) {
        guard var next = vault else { throw HomeError(.missing, "no key of this vault is trusted yet", name) }
        guard checkpoint.isSigned(by: next.logKey) else {
            throw HomeError(.keyChanged, "a checkpoint is not signed by the log's trusted key", name)
        }
        guard let size = RememberedVault.size(of: checkpoint.text),
            LineTextReader.type(of: checkpoint.text) == origin.bytes
        else {
            throw HomeError(.altered, "a text is no checkpoint of this vault's log", name)
        }
        if let known = next.checkpoint {
            let before = RememberedVault.size(of: known.text) ?? 0
            guard size >= before else {
                throw HomeError(.older, "a vault's log is shorter than it was before", name)
            }
            guard size > before || known.text == checkpoint.text else {
                throw HomeError(.altered, "a vault's log shows two faces of one size", name)
            }
        }
        next.checkpoint = checkpoint.note
        for (stream, number) in streams {
            guard number >= next.streams[stream] ?? 0 else {
                throw HomeError(.older, "a stream shows lower numbers than before", name)
            }
            next.streams[stream] = number
        }
        try keep(next)
    }

    private var name: String { String(decoding: origin.bytes, as: UTF8.self) }

    private func keep(_ next: RememberedVault) throws(HomeError) {
        guard let text = try? next.text() else {
            throw HomeError(.altered, "what is remembered of a vault cannot be written", file.path)
        }
        try file.replace(with: text)
        vault = next
    }
}
