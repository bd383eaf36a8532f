import CFileFacts
import Foundation
import Glibc

/// What a command did: exit code and both outputs.
struct Outcome {
    let status: Int32
    let outBytes: [UInt8]
    let errBytes: [UInt8]
    var out: String { String(decoding: outBytes, as: UTF8.self) }
    var err: String { String(decoding: errBytes, as: UTF8.self) }
    var outLines: [String] { out.split(separator: "\n").map(String.init) }

    /// The standard output read as JSON.
    func json() throws -> Any {
        try JSONSerialization.jsonObject(with: Data(outBytes), options: [.fragmentsAllowed])
    }
}

/// A command that could not be run at all, or that hung.
struct CommandError: Error, CustomStringConvertible {
    let description: String
}

/// Runs real programs, each bounded in time and with its outputs in files: nothing that a child leaves behind can hold
/// a pipe open.
struct Command {
    /// How long any command may take, in seconds, on a busy machine.
    static let patience = 120

    /// The folder of the commands under test: beside the test bundle, or where `BEVIS_BIN` says.
    static let binaries: String = {
        if let named = ProcessInfo.processInfo.environment["BEVIS_BIN"] { return named }
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "/"
        return URL(filePath: own).deletingLastPathComponent().path
    }()

    let folder: String
    var environment: [String: String] = [:]
    var input: [UInt8] = []

    /// Runs `words`; the first names a program of `binaries` or of the system.
    ///
    /// Waiting happens outside the threads that tests run on, for a few commands at a time: each takes 256 MiB while it
    /// opens its keys.
    func run(_ words: [String]) async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            Command.queue.addOperation { continuation.resume(with: Result { try self.wait(for: words) }) }
        }
    }

    private static let queue = {
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = max(2, ProcessInfo.processInfo.activeProcessorCount)
        return queue
    }()

    private func wait(for words: [String]) throws -> Outcome {
        let names = (0..<3).map { _ in "\(folder)/.stream-\(UInt64.random(in: 0 ... .max))" }
        defer { names.forEach { unlink($0) } }
        try Data(input).write(to: URL(filePath: names[0]))
        let child = try spawn(
            ["env", "--chdir", folder, "timeout", "--kill-after=5", "\(Command.patience)"] + words, names)
        var raw: Int32 = 0
        while waitpid(child, &raw, 0) < 0, errno == EINTR {}
        let status = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
        guard status != 124, status != 137 else {
            throw CommandError(description: "hung for \(Command.patience) s: \(words.joined(separator: " "))")
        }
        return Outcome(status: status, outBytes: try Command.bytes(names[1]), errBytes: try Command.bytes(names[2]))
    }

    /// Starts `words` and does not wait; outputs are discarded.
    func start(_ words: [String]) throws -> pid_t { try spawn(words, ["/dev/null", "/dev/null", "/dev/null"]) }

    private func spawn(_ words: [String], _ streams: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, streams[0], O_RDONLY, 0)
        for number in 1...2 {
            posix_spawn_file_actions_addopen(
                &actions, Int32(number), streams[number], O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        // What it starts may live long, and hold the connections of servers that run in the process of these tests.
        guard facts_close_from(&actions, 3) == 0 else { throw CommandError(description: "cannot start \(words[0])") }
        var variables = environment
        variables["PATH"] = Command.binaries + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        variables["HOME"] = folder
        variables["TZ"] = "UTC"
        variables["SWIFT_BACKTRACE"] = "enable=no"
        var arguments = words.map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (arguments + settings).forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawn(
            &child, try Command.path(of: words[0]), &actions, nil, &arguments, &settings)
        guard code == 0 else { throw CommandError(description: "cannot start \(words[0]): error \(code)") }
        return child
    }

    private static func path(of program: String) throws -> String {
        let folders = [binaries, "/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        guard let found = folders.map({ $0 + "/" + program }).first(where: { access($0, X_OK) == 0 }) else {
            throw CommandError(description: "\(program) is not installed; run: make setup-test")
        }
        return found
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(description: "\(path) cannot be read")
        }
        return [UInt8](data)
    }
}
