import Glibc
import Sodium
public import Storage

/// Small secrets as files of mode 0600, flushed; overwritten before they are removed.
public final class FileSecrets: SecretStore {
    private let folder: String
    private let held: VaultFolder

    init(_ held: VaultFolder, folder: String) {
        self.held = held
        self.folder = held.path + "/" + folder
    }

    private func path(_ name: String) throws -> String {
        let allowed = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard allowed, !name.isEmpty, name.utf8.count <= 128 else {
            throw StorageError(.conflict, "a secret's name has characters that file names here do not have")
        }
        return folder + "/" + name
    }

    public func write(_ secret: [UInt8], name: String) throws {
        let target = try path(name)
        let temporary = target + ".new"
        let file = try SystemCall.open(temporary, O_WRONLY | O_CREAT | O_TRUNC, "writing a secret")
        try secret.withUnsafeBytes { try SystemCall.writeAll(file, $0, "writing a secret") }
        try SystemCall.flush(file, "flushing a secret")
        try SystemCall.rename(temporary, target, "naming a secret")
        try SystemCall.flushFolder(folder)
    }

    public func read(_ name: String) throws -> [UInt8] { try SystemCall.readAll(try path(name), "reading a secret") }

    public func destroy(_ name: String) throws {
        let target = try path(name)
        // A kill may have left the file that was about to be renamed; it holds the same.
        for path in [target + ".new", target] { try destroy(path: path) }
    }

    private func destroy(path target: String) throws {
        var facts = stat()
        guard stat(target, &facts) == 0 else {
            if errno == ENOENT { return }
            throw SystemCall.failure("destroying a secret")
        }
        let file = try SystemCall.open(target, O_WRONLY, "destroying a secret")
        let noise = Random.bytes(Int(facts.st_size))
        try noise.withUnsafeBytes { try SystemCall.writeAll(file, $0, "destroying a secret") }
        try SystemCall.flush(file, "destroying a secret")
        guard unlink(target) == 0 else { throw SystemCall.failure("destroying a secret") }
        try SystemCall.flushFolder(folder)
    }

    public func names() throws -> [String] {
        let names = try SystemCall.names(in: folder).map { $0.hasSuffix(".new") ? String($0.dropLast(4)) : $0 }
        return Set(names).sorted()
    }
}
