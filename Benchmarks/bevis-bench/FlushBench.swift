import Glibc

/// What one flush of this disk takes: overwriting 4 KiB of a file that is there, then `fdatasync`; and appending.
enum FlushBench {
    static func run(_ path: String, count: Int) throws {
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw BenchError("\(path) cannot be written") }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 7, count: 4096)
        for block in 0..<256 { pwrite(file, page, page.count, block * 4096) }
        fsync(file)
        report(
            "flush.overwrite",
            times: try times(count) {
                pwrite(file, page, page.count, ($0 % 256) * 4096)
            } flush: {
                fdatasync(file)
            })
        report(
            "flush.append",
            times: try times(count) {
                pwrite(file, page, page.count, (256 + $0) * 4096)
            } flush: {
                fdatasync(file)
            })
    }

    private static func times(_ count: Int, _ write: (Int) -> Int, flush: () -> Int32) throws -> [Double] {
        try (0..<count).map { step in
            let start = now()
            guard write(step) == 4096, flush() == 0 else { throw BenchError("writing or flushing failed") }
            return now() - start
        }
    }
}
