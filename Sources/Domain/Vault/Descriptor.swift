import Glibc

/// An open file descriptor, closed when the last reference goes.
final class Descriptor: Sendable {
    let number: Int32

    init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Calls `body` again for as long as a signal interrupts it; -1 means that it failed.
    static func retrying<Value: SignedInteger>(_ body: () -> Value) throws(SystemFailure) -> Value {
        while true {
            let value = body()
            if value != -1 { return value }
            if errno != EINTR { throw SystemFailure(number: errno) }
        }
    }

    /// Opens `name` below `folder`, or below the working directory.
    static func open(
        _ name: [UInt8], in folder: Descriptor?, flags: Int32
    ) throws(SystemFailure) -> Descriptor {
        let number = try retrying { cPath(name) { openat(folder?.number ?? AT_FDCWD, $0, flags | O_CLOEXEC) } }
        return Descriptor(owning: number)
    }

    /// What the system says of the open file.
    func status() throws(SystemFailure) -> FileStatus {
        var status = stat()
        _ = try Descriptor.retrying { fstat(number, &status) }
        return FileStatus(status)
    }

    /// What the system says of `name` itself, which is never followed if it is a link.
    static func status(of name: [UInt8], in folder: Descriptor?) throws(SystemFailure) -> FileStatus {
        var status = stat()
        _ = try retrying {
            cPath(name) { fstatat(folder?.number ?? AT_FDCWD, $0, &status, AT_SYMLINK_NOFOLLOW) }
        }
        return FileStatus(status)
    }

    /// Removes `name`, which must not be a folder.
    static func remove(_ name: [UInt8], in folder: Descriptor?) throws(SystemFailure) {
        _ = try retrying { cPath(name) { unlinkat(folder?.number ?? AT_FDCWD, $0, 0) } }
    }

    /// Reads at most as many bytes as there is room for; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemFailure) -> Int {
        try Descriptor.retrying { Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    private static func cPath<Value>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> Value) -> Value {
        (path + [0]).withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { body($0.baseAddress.unsafelyUnwrapped) }
        }
    }
}

/// An error number of the system.
struct SystemFailure: Error {
    let number: Int32
}

/// The facts of a file that tell whether it changed.
struct FileStatus: Equatable {
    enum Kind: Equatable {
        case regular, folder, link, pipe, socket, device
    }

    let kind: Kind
    let device: UInt64
    let inode: UInt64
    let size: UInt64
    let modifiedSeconds: Int
    let modifiedNanoseconds: Int
    let changedSeconds: Int
    let changedNanoseconds: Int

    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        case S_IFIFO: kind = .pipe
        case S_IFSOCK: kind = .socket
        default: kind = .device
        }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = UInt64(max(0, status.st_size))
        modifiedSeconds = status.st_mtim.tv_sec
        modifiedNanoseconds = status.st_mtim.tv_nsec
        changedSeconds = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
    }

    /// Refuses whatever is not a regular file.
    func checkRegular() throws(VaultError) {
        switch kind {
        case .regular: return
        case .folder: throw VaultError(.notARegularFile, "this is a folder, not a file")
        case .link: throw VaultError(.notARegularFile, "this is a symbolic link, which is never followed")
        case .pipe: throw VaultError(.notARegularFile, "this is a named pipe, not a file")
        case .socket: throw VaultError(.notARegularFile, "this is a socket, not a file")
        case .device: throw VaultError(.notARegularFile, "this is a device, not a file")
        }
    }
}
