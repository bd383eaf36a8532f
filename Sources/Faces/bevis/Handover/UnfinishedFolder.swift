import Dispatch
import Glibc
import Synchronization
import Terminal

/// Where a handover is written until it is whole: beside its place, under a name that nobody takes for it. A signal takes
/// it away again; only a kill can leave it behind.
// Guard: all but `state` is set while it is made, in one thread, and never again.
final class UnfinishedFolder: @unchecked Sendable {
    private enum State { case before, open, closed }

    static let ending = ".unfinished"
    private static let sign = "READ-ME.txt"
    private static let words = """
        This handover was not finished. Nothing in it is sealed. Delete the whole folder.
        Denne overdragelse blev ikke gjort færdig. Intet i den er krypteret. Slet hele mappen.

        """

    private let out: String
    private let path: String
    private let state = Mutex(State.before)
    private var lock: Descriptor?
    private var sources: [any DispatchSourceSignal] = []

    /// The folder to write into, which becomes `out`.
    var folder: String { path + "/folder" }

    /// Says no, before she answers anything, where an earlier handover left something; takes it away if she said so.
    static func clear(for out: String, discarding: Bool) throws(CommandFailure) {
        let path = trimmed(out) + ending
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        let shown = Escaped.quoted(path)
        guard isOurs(path, status) else {
            throw CommandFailure(
                .refused, "\(shown) is in the way, and is not what an unfinished handover leaves",
                hint: "look at it, move it away, or name another folder with --out")
        }
        guard discarding else {
            throw CommandFailure(
                .refused,
                "an earlier handover stopped before it was finished; what it wrote is in \(shown), not sealed",
                hint: "delete it and begin anew with the same command and --discard-unfinished")
        }
        guard let lock = try? Descriptor.reading(path + "/" + sign), flock(lock.number, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure(.refused, "another handover is being written into \(shown) now", hint: "let it finish")
        }
        guard FolderTree.remove(path) else { throw .system("delete", shown, code: errno) }
        Output(json: false).note("deleted \(shown), which an earlier handover left")
    }

    private static func isOurs(_ path: String, _ status: stat) -> Bool {
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            let file = try? Descriptor.reading(path + "/" + sign), let text = try? file.readAll(limit: 1 << 12)
        else { return false }
        return text == Array(words.utf8)
    }

    private static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.hasSuffix("/") { path = path.dropLast() }
        return String(path)
    }

    /// Makes the folder beside `out`, and takes it away when a signal ends the process.
    /// - Throws: a failure that names it.
    init(for out: String) throws {
        self.out = UnfinishedFolder.trimmed(out)
        path = self.out + UnfinishedFolder.ending
        watch()
        // In one step, so that a signal deletes what this process made and nothing else.
        try state.withLock { state throws(CommandFailure) in
            guard mkdir(path, 0o700) == 0 else {
                throw .system("make the folder", Escaped.quoted(path), code: errno)
            }
            state = .open
        }
        do { try claim() } catch {
            abandon()
            throw error
        }
    }

    /// Says in the folder what it is, and holds it as long as this process lives: a second one does not take it away.
    private func claim() throws {
        let sign = path + "/" + UnfinishedFolder.sign
        let file = try OutputFile(sign)
        try file.write(Array(UnfinishedFolder.words.utf8))
        try file.commit()
        let lock = try Descriptor.reading(sign)
        flock(lock.number, LOCK_EX | LOCK_NB)
        self.lock = lock
    }

    private func watch() {
        for number in [SIGINT, SIGTERM, SIGHUP] where !UnfinishedFolder.isIgnored(number) {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in self?.stop(number) }
            source.activate()
            sources.append(source)
        }
    }

    /// Who chose to ignore a signal (nohup) goes on ignoring it.
    private static func isIgnored(_ number: Int32) -> Bool {
        var before = sigaction()
        sigaction(number, nil, &before)
        let handlers = [before.__sigaction_handler.sa_handler, SIG_IGN].map { unsafeBitCast($0, to: Int.self) }
        return handlers[0] == handlers[1]
    }

    private func stop(_ number: Int32) {
        switch close() {
        case .before: break
        case .open: take(away: "stopped")
        case .closed: return
        }
        UnfinishedFolder.end(by: number)
    }

    /// Ends the process as the signal would have. It goes to this thread: Dispatch reads those that go to the process, and
    /// could take it once more for itself.
    private static func end(by number: Int32) {
        signal(number, SIG_DFL)
        var just = sigset_t()
        sigemptyset(&just)
        sigaddset(&just, number)
        pthread_sigmask(SIG_UNBLOCK, &just, nil)
        raise(number)
    }

    /// What it was until now: what is published is taken away by no signal, nor the other way round.
    private func close() -> State {
        state.withLock { state in
            defer { if state == .open { state = .closed } }
            return state
        }
    }

    /// Takes everything away after a failure.
    func abandon() {
        guard close() == .open else { return waitForTheEnd() }
        take(away: "not finished")
    }

    private func take(away why: String) {
        let shown = Escaped.quoted(path)
        let output = Output(json: false)
        if FolderTree.remove(path) {
            output.note("\(why): what was written of the handover was deleted again")
        } else {
            output.note("\(why): delete \(shown), it holds a part of the handover, not sealed")
        }
    }

    /// Gives everything its name: the folder, and files beside it with these endings.
    /// - Throws: a refusal where something of that name is there by now.
    func publish(beside endings: [String]) throws(CommandFailure) {
        guard close() == .open else { return waitForTheEnd() }
        for ending in [""] + endings {
            var status = stat()
            guard lstat(out + ending, &status) != 0, rename(folder + ending, out + ending) == 0 else {
                let code = errno == ENOENT ? EEXIST : errno
                throw .system("rename to \(Escaped.quoted(out + ending)) from", Escaped.quoted(path), code: code)
            }
        }
        FolderTree.remove(path)
        sync(parentOf: out)
    }

    // A signal came first: the process ends by it as soon as the folder is gone.
    private func waitForTheEnd() { while true { pause() } }

    private func sync(parentOf path: String) {
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let folder = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
        let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { return }
        fsync(number)
        Glibc.close(number)
    }
}

/// A folder with everything in it.
enum FolderTree {
    /// Deletes it; follows no link.
    /// - Returns: whether it is gone.
    @discardableResult
    static func remove(_ path: String) -> Bool {
        // Somebody may be writing into it still, until the process ends: what came meanwhile goes at the next turn.
        for _ in 0..<50 {
            empty(path)
            var status = stat()
            if rmdir(path) == 0 || lstat(path, &status) != 0 { return true }
        }
        return false
    }

    private static func empty(_ path: String) {
        let number = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0, let directory = fdopendir(number) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != "..", unlink(path + "/" + name) != 0 else { continue }
            empty(path + "/" + name)
            rmdir(path + "/" + name)
        }
    }
}
