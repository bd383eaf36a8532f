import Glibc
import Synchronization

/// The file of a Unix socket: whether it may be taken, who may use it, and its removal.
///
/// There is no lock in here. The caller holds the vault folder's lock for as long as the server runs, so nobody else
/// makes or removes this file between two steps.
struct SocketFile {
    let path: String

    /// Removes a socket that nobody listens on.
    ///
    /// - Throws: `.socketInUse` where somebody does, `.notASocket` for any other file.
    func clear() throws(SocketServerError) {
        guard !path.isEmpty, path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
            throw SocketServerError(.invalidAddress, "the socket's path is empty or longer than 107 bytes")
        }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw SocketFile.failed("looking at the socket's path") }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SocketServerError(.notASocket, "something that is no socket lies at the socket's path")
        }
        guard try !hasListener() else {
            throw SocketServerError(.socketInUse, "another process listens on this socket")
        }
        guard unlink(path) == 0 || errno == ENOENT else { throw SocketFile.failed("removing an old socket") }
    }

    /// Sets the mode. Made under a private umask, the file has been narrower until now, never wider.
    func allow(_ access: SocketAccess) throws(SocketServerError) -> SocketFileClaim {
        guard chmod(path, mode_t(access.rawValue)) == 0, let claim = SocketFileClaim(path: path) else {
            throw SocketFile.failed("setting the socket's mode")
        }
        return claim
    }

    /// Whether a connection is taken, or is only waiting for room in the listener's queue.
    private func hasListener() throws(SocketServerError) -> Bool {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let descriptor = socket(AF_UNIX, Int32(kind), 0)
        guard descriptor >= 0 else { throw SocketFile.failed("making a socket") }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 || errno == EAGAIN || errno == EINPROGRESS { return true }
        if errno == ECONNREFUSED || errno == ENOENT { return false }
        throw SocketFile.failed("trying the old socket")
    }

    private static func failed(_ step: String) -> SocketServerError {
        SocketServerError(.cannotListen, "\(step) failed with system error \(errno)")
    }
}

/// A socket file that this server made; it removes no other that took the place since.
struct SocketFileClaim: Sendable {
    private let path: String
    private let device: UInt64
    private let inode: UInt64

    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.path = path
        self.device = UInt64(status.st_dev)
        self.inode = UInt64(status.st_ino)
    }

    func remove() {
        guard let present = SocketFileClaim(path: path) else { return }
        guard present.device == device, present.inode == inode else { return }
        unlink(path)
    }
}

/// Makes files private from the moment they exist, for a short while.
///
/// The mask belongs to the whole process: what other threads make meanwhile loses the rights of group and others,
/// which does no harm; their owner's rights stay. Counted, so that servers starting together restore the real mask.
enum PrivateMask {
    private struct State {
        var holders = 0
        var saved: mode_t = 0
    }

    private static let state = Mutex(State())

    static func enter() {
        state.withLock { state in
            if state.holders == 0 { state.saved = umask(0o077) }
            state.holders += 1
        }
    }

    static func leave() {
        state.withLock { state in
            state.holders -= 1
            if state.holders == 0 { _ = umask(state.saved) }
        }
    }
}
