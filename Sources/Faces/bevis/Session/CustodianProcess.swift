import CFileFacts
import Glibc
import Terminal

/// Starts the custodian of a folder as a process of its own, as agents are started, and waits until it answers.
enum CustodianProcess {
    /// How long a custodian that nobody asks stays, in seconds.
    static let idleSeconds = 300
    private static let patience = 30.0

    /// Starts a custodian and waits until it answers. Where another one holds the folder, one that another command has
    /// started at the same moment or one that is about to end, waits a little until that one `answers` or is gone.
    static func ensure(_ folder: String, answers: () -> Bool) throws {
        var attempt = 0
        while !answers() {
            attempt += 1
            do {
                return try start(folder, creating: false)
            } catch let failure as CommandFailure where failure.message.hasPrefix(taken) {
                guard attempt < 100 else { throw failure }
                poll(nil, 0, 100)
            }
        }
    }

    // How the folder's refusal of a second process begins.
    private static let taken = "the vault is in use by process"

    /// - Parameter operatorKey: who becomes the operator of a vault that has none, as a verifier key's text.
    static func start(
        _ folder: String, creating: Bool, operatorKey: String? = nil, erasureWait: UInt64? = nil
    ) throws {
        var pipes: [Int32] = [0, 0]
        guard pipe(&pipes) == 0, pipes.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw failure("a custodian cannot be started")
        }
        let arguments =
            ["bevis", "serve", "--vault", folder, "--background"] + (creating ? ["--create"] : [])
            + (operatorKey.map { ["--operator", $0] } ?? [])
            + (erasureWait.map { ["--erasure-wait", "\($0)s"] } ?? [])
        let child = try spawn(arguments, reporting: pipes[1])
        close(pipes[1])
        defer { close(pipes[0]) }
        let report = try report(from: pipes[0])
        guard report != [ready] else { return }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        throw CommandFailure(
            .unreachable, report.first ?? "the custodian ended before it was ready",
            hint: report.dropFirst().first
                ?? "run it in the foreground to see why: bevis serve --vault \(Escaped.quoted(folder))")
    }

    /// What a custodian in the background reports when it serves.
    static let ready = "ready"

    private static func spawn(_ arguments: [String], reporting pipe: Int32) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Its own session: closing the terminal does not end it. SIGPIPE is ignored here and has to be reset there.
        var reset = sigset_t()
        sigemptyset(&reset)
        sigaddset(&reset, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF) | 0x80)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipe, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // It outlives the command: a lock or pipe of whoever called that would be held for as long.
        guard facts_close_from(&actions, 3) == 0 else { throw failure("a custodian cannot be started") }
        var words = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        guard posix_spawn(&child, "/proc/self/exe", &actions, &attributes, &words, environ) == 0 else {
            throw failure("a custodian cannot be started")
        }
        return child
    }

    /// What the child reports: `ready`, or why it could not start and, in a second line, what to do.
    private static func report(from pipe: Int32) throws -> [String] {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var poller = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&poller, 1, Int32(patience * 1000))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("the custodian did not answer within \(Int(patience)) seconds") }
            let got = read(pipe, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            if got > 0 { text += buffer[0..<got] }
            let lines = text.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
            if got <= 0 || lines == [ready] { return lines }
        }
    }

    private static func failure(_ message: String) -> CommandFailure {
        CommandFailure(.unreachable, message, hint: "start it yourself: bevis serve --vault FOLDER")
    }
}
