import Glibc

/// Looks into a file for what it says of itself, by `exiftool`, shut in: it can read the file and write its answer, and
/// nothing else. The file is never changed.
public enum FileFacts {
    /// The most bytes that are fed where there is no file to read from.
    public static let maximumFed: UInt64 = 64 << 20

    private static let tool = "/usr/bin/exiftool"

    // 1 says that it found nothing it knows, as in an empty file.
    private static let done: Set<Int32> = [0, 1]

    // No configuration file, numbers as they are; what comes in pieces is not read to its end.
    private static func command(fast: Bool) -> [String] {
        [tool, "-config", "", "-json", "-n"] + (fast ? ["-fast"] : []) + FoundFacts.tags.map { "-" + $0 } + ["-"]
    }

    /// The facts of an open file, which is read from its beginning through a descriptor of its own.
    /// - Throws: `FactsError`.
    public static func find(in file: Int32) throws(FactsError) -> FoundFacts {
        // Another open file of the same inode: the reader's position stays its own.
        let own = open("/proc/self/fd/\(file)", O_RDONLY | O_CLOEXEC)
        guard own >= 0 else { throw FactsError(.unavailable, "the file cannot be opened once more") }
        defer { close(own) }
        let process = try ConfinedProcess(command(fast: false), reading: own, Confinement())
        return try FoundFacts(parsing: try process.finish(done: done))
    }

    /// The facts of bytes that `body` hands over piece by piece, until it is told that no more are wanted.
    /// - Throws: `FactsError`, or what `body` throws.
    public static func find(feeding body: (_ take: (UnsafeRawBufferPointer) throws -> Bool) throws -> Void) throws
        -> FoundFacts
    {
        let process = try ConfinedProcess(command(fast: true), Confinement())
        var fed: UInt64 = 0
        try body { bytes in
            fed += UInt64(bytes.count)
            guard fed <= maximumFed else { return false }
            return try process.feed(bytes)
        }
        return try FoundFacts(parsing: try process.finish(done: done))
    }
}
