import Glibc
public import Storage

/// Tiles and entry bundles of the log, under their paths. They are derived from the records: what is missing or torn is
/// written anew.
public final class FileTiles: TileStore {
    private let folder: String
    private let held: VaultFolder

    init(_ held: VaultFolder) {
        self.held = held
        folder = held.path + "/log"
    }

    public func tile(_ path: String) throws -> [UInt8]? {
        do {
            return try SystemCall.readAll(folder + "/" + path, "reading a tile")
        } catch let error as StorageError where error.code == .missing {
            return nil
        }
    }

    public func write(_ bytes: [UInt8], path: String) throws {
        try replace(path, by: bytes)
        let partial = folder + "/" + path + ".p"
        guard access(partial, F_OK) == 0 else { return }
        for name in try SystemCall.names(in: partial) { unlink(partial + "/" + name) }
        rmdir(partial)
    }

    public func writePartial(_ bytes: [UInt8], path: String) throws {
        try replace(path, by: bytes)
        let parts = path.split(separator: "/")
        let parent = folder + "/" + parts.dropLast().joined(separator: "/")
        // Whoever reads the folder begins with its newest checkpoint, which implies the widest.
        for name in try SystemCall.names(in: parent) where name != parts[parts.count - 1] {
            unlink(parent + "/" + name)
        }
    }

    private func replace(_ path: String, by bytes: [UInt8]) throws {
        let target = folder + "/" + path
        var parent = folder
        for part in path.split(separator: "/").dropLast() {
            parent += "/" + part
            try SystemCall.makeFolder(parent)
        }
        let temporary = target + ".new"
        let file = try SystemCall.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, "writing a tile")
        try bytes.withUnsafeBytes { try SystemCall.writeAll(file, $0, "writing a tile") }
        try SystemCall.rename(temporary, target, "naming a tile")
    }
}
