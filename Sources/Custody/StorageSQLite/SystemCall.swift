import Glibc
import Storage

/// The file calls that storage needs, with errors of ours.
enum SystemCall {
    /// What an `errno` means for the vault.
    static func failure(_ what: String, _ code: Int32 = errno) -> StorageError {
        switch code {
        case ENOSPC, EDQUOT: StorageError(.full, "the disk is full: \(what)")
        case ENOENT: StorageError(.missing, "\(what): not there")
        default: StorageError(.notDurable, "\(what): \(String(cString: strerror(code)))")
        }
    }

    /// What an `errno` of reading means: nothing about what was written.
    static func readFailure(_ what: String, _ code: Int32 = errno) -> StorageError {
        code == ENOENT
            ? StorageError(.missing, "\(what): not there")
            : StorageError(.unreadable, "\(what): \(String(cString: strerror(code)))")
    }

    static func open(_ path: String, _ flags: Int32, _ what: String, mode: mode_t = 0o600) throws -> FileHandleOwner {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw flags & O_ACCMODE == O_RDONLY ? readFailure(what) : failure(what) }
        return FileHandleOwner(descriptor)
    }

    static func writeAll(_ file: FileHandleOwner, _ bytes: UnsafeRawBufferPointer, _ what: String) throws {
        var rest = bytes
        while let base = rest.baseAddress, rest.count > 0 {
            let count = Glibc.write(file.descriptor, base, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(what)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    static func readAll(_ path: String, _ what: String) throws -> [UInt8] {
        let file = try open(path, O_RDONLY, what)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(file.descriptor, &buffer, buffer.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw readFailure(what)
            }
            if count == 0 { return bytes }
            bytes += buffer[0..<count]
        }
    }

    static func flush(_ file: FileHandleOwner, _ what: String) throws {
        guard fdatasync(file.descriptor) == 0 else { throw failure(what) }
    }

    /// Makes names in a folder durable.
    static func flushFolder(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("flushing a folder of the vault") }
        let folder = FileHandleOwner(descriptor)
        guard fsync(folder.descriptor) == 0 else { throw failure("flushing a folder of the vault") }
    }

    static func rename(_ old: String, _ new: String, _ what: String) throws {
        guard Glibc.rename(old, new) == 0 else { throw failure(what) }
    }

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("making a folder of the vault") }
    }

    static func names(in path: String) throws -> [String] {
        guard let folder = opendir(path) else { throw readFailure("listing a folder of the vault") }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// Closes a file descriptor when the last reference goes.
final class FileHandleOwner: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
