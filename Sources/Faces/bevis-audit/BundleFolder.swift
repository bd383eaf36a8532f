import Glibc
import Terminal

/// Reads files of a folder that may be hostile: no links, devices or pipes, nothing beyond a length.
struct BundleFolder: Sendable {
    let path: String

    /// - Throws: a failure when there is no such folder.
    init(_ path: String) throws(CommandFailure) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system("open the folder", Escaped.quoted(path), code: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw CommandFailure(.usage, "\(Escaped.quoted(path)) is not a folder")
        }
        self.path = path
    }

    /// The content of a file; `nil` where there is none.
    /// - Throws: a failure for what is no plain file, is longer than `limit` or cannot be read.
    func read(_ name: [UInt8], limit: Int = 1 << 20) throws(CommandFailure) -> [UInt8]? {
        let name = String(decoding: name, as: UTF8.self)
        let file = open(path + "/" + name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else {
            guard errno == ENOENT else { throw .system("read", Escaped.quoted(name), code: errno) }
            return nil
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CommandFailure(.refused, "\(Escaped.quoted(name)) in the bundle is not a plain file")
        }
        guard status.st_size <= limit else {
            throw CommandFailure(.refused, "\(Escaped.quoted(name)) is longer than \(ByteSize(UInt64(limit)).text)")
        }
        return try BundleFolder.read(file, Int(status.st_size), name)
    }

    private static func read(_ file: Int32, _ size: Int, _ name: String) throws(CommandFailure) -> [UInt8] {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let part = Glibc.read(file, buffer.baseAddress?.advanced(by: count), size - count)
                if part < 0, errno == EINTR { continue }
                if part < 0 { code = errno }
                guard part > 0 else { break }
                count += part
            }
        }
        guard code == 0 else { throw .system("read", Escaped.quoted(name), code: code) }
        return bytes
    }

    /// The length of a file in bytes; 0 where there is none.
    func size(of name: [UInt8]) -> UInt64 {
        var status = stat()
        guard lstat(path + "/" + String(decoding: name, as: UTF8.self), &status) == 0 else { return 0 }
        return UInt64(max(0, status.st_size))
    }
}
