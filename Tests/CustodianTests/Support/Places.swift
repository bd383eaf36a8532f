import Glibc
import SignedNote
import Synchronization

/// A clock that stands still until it is moved.
final class TestClock: Sendable {
    private let seconds = Mutex<UInt64>(1_800_000_000)

    var time: Timestamp { Timestamp(seconds: seconds.withLock { $0 }) }

    func advance(by count: UInt64) { seconds.withLock { $0 += count } }

    func turnBack(by count: UInt64) { seconds.withLock { $0 -= count } }
}

/// A folder that is removed with everything in it when it is dropped.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/bevis-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { run("/bin/rm", "-rf", path) }

    func copy(_ old: String, to new: String) throws {
        guard run("/bin/cp", "-a", path + "/" + old, path + "/" + new) == 0 else {
            throw TestFailure("a folder was not copied")
        }
    }

    func remove(_ name: String) { run("/bin/rm", "-rf", path + "/" + name) }

    /// All files under a name, by path.
    func files(under name: String) throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        try collect(path + "/" + name, into: &found)
        return found
    }

    private func collect(_ place: String, into found: inout [String: [UInt8]]) throws {
        guard let folder = opendir(place) else {
            found[place] = try readFile(place)
            return
        }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { try collect(place + "/" + name, into: &found) }
        }
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

func readFile(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw TestFailure("\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { return bytes }
        bytes += buffer[..<count]
    }
}

func writeFile(_ bytes: [UInt8], _ path: String) throws {
    guard let file = fopen(path, "w") else { throw TestFailure("\(path) cannot be written") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw TestFailure("\(path) cannot be written") }
}

/// Runs a program without a shell and waits for it.
@discardableResult
func run(_ program: String, _ arguments: String...) -> Int32 {
    var pid: pid_t = 0
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    guard posix_spawn(&pid, program, nil, nil, &words, environ) == 0 else { return -1 }
    var status: Int32 = 0
    guard waitpid(pid, &status, 0) == pid else { return -1 }
    return status
}

extension [UInt8] {
    func contains(sequence needle: [UInt8]) -> Bool {
        withUnsafeBytes { hay in
            var start = 0
            while start + needle.count <= hay.count, let base = hay.baseAddress,
                let place = memchr(base + start, Int32(needle[0]), hay.count - needle.count - start + 1)
            {
                if memcmp(place, needle, needle.count) == 0 { return true }
                start = base.distance(to: UnsafeRawPointer(place)) + 1
            }
            return false
        }
    }
}
