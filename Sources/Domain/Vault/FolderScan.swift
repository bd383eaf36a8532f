import BulkHash
import Glibc
public import Sodium

/// The facts of a file by which a change of it is noticed.
public struct FileFacts: Hashable, Sendable {
    /// Bytes.
    public let size: UInt64
    /// Time of the last change of its bytes, in nanoseconds since 1970.
    public let modified: Int64
    /// Time of the last change of its status, in nanoseconds since 1970; no program can set it.
    public let changed: Int64
    /// Its number on its file system.
    public let inode: UInt64

    /// Facts of their fields.
    public init(size: UInt64, modified: Int64, changed: Int64, inode: UInt64) {
        self.size = size
        self.modified = modified
        self.changed = changed
        self.inode = inode
    }

    init(_ status: FileStatus) {
        size = status.size
        modified = FileFacts.nanoseconds(status.modifiedSeconds, status.modifiedNanoseconds)
        changed = FileFacts.nanoseconds(status.changedSeconds, status.changedNanoseconds)
        inode = status.inode
    }

    // A file system may hold any time; what lies 290 years away wraps, and still tells one from another.
    private static func nanoseconds(_ seconds: Int, _ nanoseconds: Int) -> Int64 {
        Int64(seconds) &* 1_000_000_000 &+ Int64(nanoseconds)
    }
}

/// One look at a folder and everything below it: regular files and their facts. Links are never followed and special
/// files never opened.
public struct FolderScan: Sendable {
    /// The regular files by their paths below the folder, any bytes.
    public private(set) var files: [[UInt8]: FileFacts] = [:]
    /// What is no regular file, or cannot be read: its path below the folder, and why.
    public private(set) var refusals: [(path: [UInt8], reason: VaultError)] = []

    /// Looks at a folder.
    /// - Throws: `VaultError.unreadable` when the folder itself is not there or cannot be read.
    public init(_ folder: [UInt8]) throws(VaultError) {
        let root: Descriptor
        do throws(SystemFailure) {
            root = try FileLocation(path: folder).open(flags: O_RDONLY | O_DIRECTORY)
        } catch {
            throw VaultError(.unreadable, "the folder is not there or cannot be read", systemError: error.number)
        }
        guard visit(root, path: [], depth: 0) else {
            throw VaultError(.unreadable, "the folder cannot be read")
        }
    }

    /// Looks at an open folder; false where it cannot be read.
    private mutating func visit(_ folder: Descriptor, path: [UInt8], depth: Int) -> Bool {
        let names: [[UInt8]]
        do throws(SystemFailure) { names = try folder.entryNames() } catch { return false }
        for name in names {
            let inner = path.isEmpty ? name : path + [0x2F] + name
            do throws(SystemFailure) {
                let status = try Descriptor.status(of: name, in: folder)
                switch status.kind {
                case .regular: files[inner] = FileFacts(status)
                case .folder: try enter(name, in: folder, inner, depth + 1)
                default: refuse(inner, status)
                }
            } catch {
                // What vanished between two looks is nothing to tell of.
                if error.number != ENOENT { refuse(inner, error) }
            }
        }
        return true
    }

    private mutating func enter(
        _ name: [UInt8], in folder: Descriptor, _ path: [UInt8], _ depth: Int
    ) throws(SystemFailure) {
        guard depth < FileLocation.maximumDepth else {
            refusals.append((path, VaultError(.tooDeep, "folders are nested too deeply")))
            return
        }
        let inner = try Descriptor.open(name, in: folder, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        if !visit(inner, path: path, depth: depth) {
            refusals.append((path, VaultError(.unreadable, "the folder cannot be read")))
        }
    }

    private mutating func refuse(_ path: [UInt8], _ status: FileStatus) {
        do throws(VaultError) { try status.checkRegular() } catch { refusals.append((path, error)) }
    }

    private mutating func refuse(_ path: [UInt8], _ failure: SystemFailure) {
        refusals.append((path, VaultError(.unreadable, "it cannot be read", systemError: failure.number)))
    }
}

/// A file below a watched folder, reached without following any link below it.
public struct FolderFile: Sendable {
    private let location: FileLocation

    /// A file by its path below a folder.
    public init(_ path: [UInt8], in folder: [UInt8]) {
        var location = FileLocation(path: folder)
        for name in path.split(separator: 0x2F) { location = FileLocation([UInt8](name), in: location) }
        self.location = location
    }

    /// Opens the file to be taken in.
    /// - Throws: as `IngestSource.init(path:)`.
    public func open() throws(VaultError) -> IngestSource { try IngestSource(at: location) }

    /// The file's facts now; `nil` where it is gone or is no regular file.
    public var facts: FileFacts? {
        guard let status = try? location.status(), status.kind == .regular else { return nil }
        return FileFacts(status)
    }

    /// Whether somebody has the file open for writing; `nil` where the system does not tell.
    ///
    /// Asked by taking a read lease and giving it back at once: the system grants one only where nobody writes, and
    /// only on files of the asking user. SIGIO has to be ignored.
    public func isBeingWritten() -> Bool? {
        guard let file = try? location.open(flags: O_RDONLY | O_NONBLOCK) else { return nil }
        if fcntl(file.number, FolderFile.setLease, F_RDLCK) == 0 {
            _ = fcntl(file.number, FolderFile.setLease, F_UNLCK)
            return false
        }
        return errno == EAGAIN ? true : nil
    }

    private static let setLease: Int32 = 1_024  // Linux's F_SETLEASE, which Glibc shows to GNU sources only

    /// Removes the file if it still has these facts.
    /// - Returns: whether it was removed.
    /// - Throws: `VaultError.unreadable` where it cannot be.
    public func remove(ifStill facts: FileFacts) throws(VaultError) -> Bool {
        do throws(SystemFailure) {
            guard FileFacts(try location.status()) == facts else { return false }
            try location.remove()
            return true
        } catch {
            if error.number == ENOENT { return false }
            throw VaultError(.unreadable, "the file cannot be removed", systemError: error.number)
        }
    }
}

extension IngestSource {
    /// SHA-256 of the whole, read to its end: the source is used up by it.
    /// - Throws: `VaultError.unreadable` or `.changedWhileReading`.
    public func digest() throws(VaultError) -> Digest {
        var hash = BulkSHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer {
            Wipe.memory(buffer)
            buffer.deallocate()
        }
        var total: UInt64 = 0
        while true {
            let count = try read(into: buffer) { false }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            total += UInt64(count)
            if count < buffer.count { break }
        }
        try checkUnchanged(afterReading: total)
        return hash.finish()
    }
}
