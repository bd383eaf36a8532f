import Glibc
public import SignedNote
import Synchronization

/// An original that is read once, from its beginning to its end: a regular file, what comes through standard input, or
/// a text of the program's own.
///
/// It is never parsed and never locked; a file that changes meanwhile is noticed at its end at the latest.
public final class IngestSource: Sendable {
    /// The last name of the file as found, any bytes but `/` and 00; `nil` for standard input.
    public let fileName: [UInt8]?
    /// Bytes to be read, where they are known beforehand.
    public let size: UInt64?
    /// When the file was last modified, as its file system says; `nil` for pipes and for times before 1970.
    public let modified: Timestamp?

    private let origin: Origin

    private enum Origin: Sendable {
        case file(Descriptor, before: FileStatus)
        case memory(MemoryText)
    }

    /// Opens a regular file by its path, any bytes.
    /// - Throws: `VaultError.notARegularFile` for a link, a folder, a pipe, a socket or a device, none of which is
    ///   opened; `.unreadable`.
    public convenience init(path: [UInt8]) throws(VaultError) {
        try self.init(at: FileLocation(path: path))
    }

    /// Opens a regular file by its path.
    /// - Throws: as `init(path:)` with bytes.
    public convenience init(path: String) throws(VaultError) {
        try self.init(path: [UInt8](path.utf8))
    }

    /// Reads what comes through standard input: a pipe, a socket, or the rest of a regular file.
    /// - Throws: `VaultError.notARegularFile` for a folder, a terminal or another device; `.unreadable`.
    public static func standardInput() throws(VaultError) -> IngestSource {
        try IngestSource(inheriting: STDIN_FILENO)
    }

    /// Reads a text of the program's own, which lies in memory and never on a disk.
    public init(text: [UInt8]) {
        origin = .memory(MemoryText(text))
        fileName = nil
        size = UInt64(text.count)
        modified = nil
    }

    convenience init(at location: FileLocation) throws(VaultError) {
        let opened: Descriptor
        let status: FileStatus
        do throws(SystemFailure) {
            // Asked before it is opened, for opening a device may already do something.
            status = try location.status()
        } catch {
            throw IngestSource.unopened(error)
        }
        try status.checkRegular()
        do throws(SystemFailure) {
            opened = try location.open(flags: O_RDONLY | O_NONBLOCK)
        } catch {
            throw IngestSource.unopened(error)
        }
        try self.init(opened, fileName: location.fileName)
        guard case .file(_, let before) = origin else { return }
        try before.checkRegular()
    }

    convenience init(inheriting number: Int32) throws(VaultError) {
        let copy: Int32
        do throws(SystemFailure) {
            copy = try Descriptor.retrying { fcntl(number, F_DUPFD_CLOEXEC, 0) }
        } catch {
            throw IngestSource.unopened(error)
        }
        try self.init(Descriptor(owning: copy), fileName: nil)
        guard case .file(_, let before) = origin, before.kind == .regular || isStream else {
            throw VaultError(.notARegularFile, "standard input is neither a pipe nor a file")
        }
    }

    private init(_ descriptor: Descriptor, fileName: [UInt8]?) throws(VaultError) {
        let before: FileStatus
        do throws(SystemFailure) {
            before = try descriptor.status()
        } catch {
            throw IngestSource.unopened(error)
        }
        origin = .file(descriptor, before: before)
        self.fileName = fileName
        guard before.kind == .regular else {
            size = nil
            modified = nil
            return
        }
        // Standard input may have been read in part by somebody else.
        let position = lseek(descriptor.number, 0, SEEK_CUR)
        size = before.size - min(before.size, UInt64(max(0, position)))
        modified = UInt64(exactly: before.modifiedSeconds).map { Timestamp(seconds: $0) }
        _ = posix_fadvise(descriptor.number, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Lends the descriptor of a regular file, for somebody else to open it once more; `nil` for all else. It must not be
    /// read from: the position is the ingest's.
    public func withFile<Result, Failure: Error>(
        _ body: (Int32) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard case .file(let descriptor, let before) = origin, before.kind == .regular else { return nil }
        return try body(descriptor.number)
    }

    private var isStream: Bool {
        guard case .file(_, let before) = origin else { return false }
        return before.kind == .pipe || before.kind == .socket
    }

    private static func unopened(_ failure: SystemFailure) -> VaultError {
        switch failure.number {
        case ENOENT, ENOTDIR:
            VaultError(.unreadable, "there is no such file", systemError: failure.number)
        case EACCES, EPERM:
            VaultError(.unreadable, "the file may not be read", systemError: failure.number)
        case ELOOP:
            VaultError(.notARegularFile, "this is a symbolic link, which is never followed", systemError: ELOOP)
        default:
            VaultError(.unreadable, "the file cannot be opened", systemError: failure.number)
        }
    }
}

extension IngestSource {
    /// Fills `buffer` as far as there are bytes; fewer than asked for means the end. One reader at a time.
    ///
    /// `isCancelled` is asked now and then while a pipe keeps silent.
    /// - Throws: `VaultError.unreadable`, or `.incomplete` when cancelled.
    func read(into buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool) throws(VaultError) -> Int {
        let descriptor: Descriptor
        switch origin {
        case .memory(let text): return text.read(into: buffer)
        case .file(let file, _): descriptor = file
        }
        var filled = 0
        while filled < buffer.count {
            if isStream { try awaitBytes(descriptor, isCancelled) }
            let count: Int
            do throws(SystemFailure) {
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            } catch {
                if error.number == EAGAIN { continue }
                throw VaultError(.unreadable, "reading the file failed", systemError: error.number)
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    private func awaitBytes(_ descriptor: Descriptor, _ isCancelled: () -> Bool) throws(VaultError) {
        var request = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        repeat {
            if isCancelled() { throw VaultError(.incomplete, "reading was given up") }
        } while poll(&request, 1, IngestSource.patience) <= 0
    }

    private static let patience: Int32 = 100  // milliseconds

    /// Compares the file, of which `count` bytes were read to its end, with what it was when it was opened.
    /// - Throws: `VaultError.changedWhileReading` or `.unreadable`.
    func checkUnchanged(afterReading count: UInt64) throws(VaultError) {
        guard case .file(let descriptor, let before) = origin, let size else { return }
        let after: FileStatus
        do throws(SystemFailure) {
            after = try descriptor.status()
        } catch {
            throw VaultError(.unreadable, "reading the file failed", systemError: error.number)
        }
        guard after == before, count == size else { throw IngestSource.changed }
    }

    /// Ends the reading of a file that has grown already, which may go on for ever.
    /// - Throws: `VaultError.changedWhileReading`.
    func checkNotBeyondEnd(_ count: UInt64) throws(VaultError) {
        if let size, count > size { throw IngestSource.changed }
    }

    private static let changed = VaultError(
        .changedWhileReading, "the file changed while it was being read; add it again once nothing writes to it")
}

/// A text in memory that is handed out piece by piece.
private final class MemoryText: Sendable {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ text: [UInt8]) { rest = Mutex(text[...]) }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        rest.withLock { rest in
            let piece = rest.prefix(buffer.count)
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
    }
}
