import Glibc
import Sodium

/// A small file that is replaced as a whole: at every moment, a power cut included, the old one or the new one is
/// there. Callers hold the lock of its folder.
struct StoredFile {
    private static let mark = ".new-"

    let path: String
    private var folder: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    private var name: Substring { path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...] }
    private var staged: String { folder + "/" + StoredFile.mark + name }

    var exists: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Replaces the file's content, or makes the file.
    func replace(with bytes: [UInt8]) throws(HomeError) {
        try stage(bytes)
        try publish()
    }

    /// Writes and flushes the new content beside the file. What an earlier command left there is overwritten.
    func stage(_ bytes: [UInt8]) throws(HomeError) {
        unlink(staged)
        let file = open(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system(errno, path) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress?.advanced(by: written), $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw abandon() }
            written += count
        }
        guard fsync(file) == 0 else { throw abandon() }
    }

    private func abandon() -> HomeError {
        let code = errno
        unlink(staged)
        return .system(code, path)
    }

    /// Puts what was staged in the file's place and flushes the folder.
    func publish() throws(HomeError) {
        guard rename(staged, path) == 0 else { throw abandon() }
        let parent = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw .system(errno, folder) }
        defer { close(parent) }
        guard fsync(parent) == 0 else { throw .system(errno, folder) }
    }

    /// The whole content.
    /// - Throws: `HomeError.missing`, `.altered` beyond `limit` bytes, `.unreachable`.
    func read(limit: Int = 1 << 20) throws(HomeError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw .system(errno, path) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var filled = 0
        while filled < bytes.count {
            let start = filled
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: start), $0.count - start)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, path) }
            guard count > 0 else { break }
            filled += count
        }
        guard filled <= limit else { throw HomeError(.altered, "a file is longer than it can be", path) }
        bytes.removeSubrange(filled...)
        return bytes
    }
}

/// A lock that ends with its holder, however that ends.
final class FileLock: Sendable {
    private let file: Int32

    /// Takes the lock, or waits for at most `patience` for whoever has it.
    /// - Throws: `HomeError.inUse`.
    init(_ path: String, patience: Duration = .seconds(10)) throws(HomeError) {
        let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system(errno, path) }
        do throws(HomeError) {
            try FileLock.take(file, path, patience)
        } catch {
            close(file)
            throw error
        }
        self.file = file
    }

    private static func take(_ file: Int32, _ path: String, _ patience: Duration) throws(HomeError) {
        let end = ContinuousClock.now + patience
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw .system(errno, path) }
            guard ContinuousClock.now < end else {
                throw HomeError(.inUse, "another command is working on the same folder", path)
            }
            usleep(20_000)
        }
    }

    deinit { close(file) }
}
