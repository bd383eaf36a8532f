import CFileFacts
import Glibc

/// A program that runs shut in: it gets one input, gives one bounded output, and is killed when its time is up or this
/// object goes.
package final class ConfinedProcess {
    private let child: pid_t
    private var output: Int32
    private var input: Int32
    private let deadline: ContinuousClock.Instant
    private let limit: Int
    private var collected: [UInt8] = []
    /// Bytes of output that were handed on already.
    private var handedOn = 0
    private var isEnded = false

    /// Starts `program`, given by its path under `/usr`, with its input from `file`, which it can only read; without
    /// one it is fed.
    /// - Throws: `FactsError.unavailable`.
    package init(_ program: [String], reading file: Int32? = nil, _ confinement: Confinement) throws(FactsError) {
        for tool in [Confinement.jailer, Confinement.limiter, program.first ?? ""] {
            guard access(tool, X_OK) == 0 else {
                throw FactsError(.unavailable, "a tool that looks into files is not installed; run: make setup")
            }
        }
        // Sockets rather than pipes: writing to one whose reader has gone raises no signal.
        let (ownInput, itsInput) = try file == nil ? ConfinedProcess.pair() : (-1, -1)
        let (ownOutput, itsOutput): (Int32, Int32)
        do throws(FactsError) { (ownOutput, itsOutput) = try ConfinedProcess.pair() } catch {
            ConfinedProcess.close([ownInput, itsInput])
            throw error
        }
        let started = ConfinedProcess.spawn(confinement.command(program), file ?? itsInput, itsOutput)
        ConfinedProcess.close([itsInput, itsOutput])
        guard let started else {
            ConfinedProcess.close([ownInput, ownOutput])
            throw FactsError(.unavailable, "a tool that looks into files cannot be started")
        }
        child = started
        (input, output) = (ownInput, ownOutput)
        limit = confinement.outputBytes
        deadline = .now + confinement.patience
    }

    deinit {
        if !isEnded { _ = end(killing: true) }
        ConfinedProcess.close([input, output])
    }

    private static func pair() throws(FactsError) -> (Int32, Int32) {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
            throw FactsError(.unavailable, "no more files can be opened")
        }
        return (pair[0], pair[1])
    }

    private static func close(_ numbers: [Int32]) {
        for number in numbers where number >= 0 { Glibc.close(number) }
    }

    private static func spawn(_ words: [String], _ input: Int32, _ output: Int32) -> pid_t? {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var reset = sigset_t()
        sigemptyset(&reset)
        sigaddset(&reset, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &reset)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Whatever else this process has open is not handed on.
        guard facts_close_from(&actions, 3) == 0 else { return nil }
        var arguments = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        return posix_spawn(&child, words[0], &actions, &attributes, &arguments, &environment) == 0 ? child : nil
    }

    // MARK: In and out

    /// Hands on a part of the input.
    /// - Returns: whether the program still reads.
    /// - Throws: `FactsError.tooMuch`; the program is dead then.
    package func feed(_ bytes: UnsafeRawBufferPointer) throws(FactsError) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            guard input >= 0 else { return false }
            let ready = try wait(forInput: true)
            if ready.output, try !collect() { return false }
            guard ready.input else { continue }
            let count = send(input, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            if count < 0, errno != EAGAIN, errno != EINTR { return false }
            rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
        }
        return true
    }

    /// Ends the input, waits for the program to end with an exit code that counts as done, and returns all that it
    /// wrote.
    /// - Throws: `FactsError.tooMuch` or `.failed`; the program is dead then.
    package func finish(done: Set<Int32> = [0]) throws(FactsError) -> [UInt8] {
        ConfinedProcess.close([input])
        input = -1
        while true {
            _ = try wait(forInput: false)
            if try !collect() { break }
        }
        // Its output is closed; only a program that is stopped, or that closed it early, is still there.
        guard let status = end(killing: false), status & 0x7F == 0, done.contains(status >> 8 & 0xFF) else {
            throw FactsError(.failed, "the tool gave up, or used more than it may")
        }
        return collected
    }

    /// As `finish`, for more output than memory should hold: it is handed on as it comes. Only once this returns is it
    /// known to be whole.
    /// - Throws: `FactsError`, or what `take` throws; the program is dead then.
    package func finish(done: Set<Int32> = [0], handingTo take: (UnsafeRawBufferPointer) throws -> Void) throws {
        ConfinedProcess.close([input])
        input = -1
        while true {
            _ = try wait(forInput: false)
            let isMore = try collect()
            do { try collected.withUnsafeBytes { try take($0) } } catch {
                _ = end(killing: true)
                throw error
            }
            handedOn += collected.count
            collected.removeAll(keepingCapacity: true)
            if !isMore { break }
        }
        guard let status = end(killing: false), status & 0x7F == 0, done.contains(status >> 8 & 0xFF) else {
            throw FactsError(.failed, "the tool gave up, or used more than it may")
        }
    }

    private func wait(forInput: Bool) throws(FactsError) -> (input: Bool, output: Bool) {
        while true {
            let left = deadline - .now
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else {
                _ = end(killing: true)
                throw FactsError(.tooMuch, "the tool did not come to an end in time")
            }
            var places = [
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: forInput ? input : -1, events: Int16(POLLOUT), revents: 0),
            ]
            guard poll(&places, 2, Int32(clamping: milliseconds)) > 0 else { continue }
            return (places[1].revents != 0, places[0].revents != 0)
        }
    }

    /// Takes what there is of the output; whether more may come.
    private func collect() throws(FactsError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = read(output, &buffer, buffer.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        guard handedOn + collected.count + count <= limit else {
            _ = end(killing: true)
            throw FactsError(.tooMuch, "the tool wrote more than it may")
        }
        collected += buffer[..<count]
        return count > 0
    }

    /// Waits for the program, which is killed first if it is to be, or when its time is up.
    /// - Returns: what `waitpid` says of it; `nil` where it was killed.
    private func end(killing: Bool) -> Int32? {
        guard !isEnded else { return nil }
        isEnded = true
        var status: Int32 = 0
        // Its output closes as it ends: this takes no time but where it closed that early.
        while !killing, .now < deadline {
            if waitpid(child, &status, WNOHANG) == child { return status }
            poll(nil, 0, 2)
        }
        // The jailer's death ends everything in its namespace.
        kill(-child, SIGKILL)
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return nil
    }
}
