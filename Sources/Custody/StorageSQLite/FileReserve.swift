import Glibc
public import Storage

/// Space that the folder holds back in a file: given up when the disk is full, so that refusals, revocations and the
/// ends of grants can still be logged.
public final class FileReserve: SpaceReserve {
    /// Bytes held back: some hundred refusals.
    static let size = 1 << 20
    private let path: String
    private let held: VaultFolder

    init(_ held: VaultFolder) {
        self.held = held
        path = held.path + "/reserve"
    }

    // A file that cannot be removed gives its place all the same.
    public func release() {
        if let file = try? SystemCall.open(path, O_WRONLY, "giving up the reserve") { ftruncate(file.descriptor, 0) }
        unlink(path)
    }

    public func hold() -> Bool {
        var reserved = stat()
        if stat(path, &reserved) == 0, reserved.st_blocks * 512 >= FileReserve.size { return true }
        var facts = statvfs()
        // Twice the place, or the next write would give it up again.
        guard statvfs(held.path, &facts) == 0, facts.f_bavail * facts.f_frsize >= 2 * FileReserve.size else {
            return false
        }
        return allocate()
    }

    private func allocate() -> Bool {
        guard let file = try? SystemCall.open(path, O_WRONLY | O_CREAT, "making the reserve") else { return false }
        if posix_fallocate(file.descriptor, 0, off_t(FileReserve.size)) == 0 { return true }
        unlink(path)
        return false
    }
}
