import Glibc
import Storage

/// Remembers which file a path named, and sees when it names another one or none, or the file got a second name.
struct FileWitness: Sendable {
    private let path: String
    private let device: dev_t
    private let number: ino_t

    /// Remembers the file that is there now.
    init(_ path: String) throws {
        guard let facts = FileWitness.facts(path) else { throw SystemCall.failure("looking at the vault's records") }
        self.path = path
        (device, number) = (facts.st_dev, facts.st_ino)
    }

    /// Whether the path still names that file, and nothing else does.
    var isThere: Bool {
        guard let facts = FileWitness.facts(path) else { return false }
        return facts.st_dev == device && facts.st_ino == number && facts.st_nlink == 1
    }

    private static func facts(_ path: String) -> stat? {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts : nil
    }
}
