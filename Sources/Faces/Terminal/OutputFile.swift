import CTerminal
import Glibc

/// A file that appears under its name only once it is complete and flushed.
///
/// Until `commit` it has no name where the file system allows that (so nothing is left by a kill), elsewhere a
/// temporary name in the same folder. A file that is given up, or whose writing fails, is removed. Mode 0600.
public final class OutputFile {
    private enum Target {
        case unnamed, named(String)
        /// A device or pipe, written as it stands.
        case device
    }

    private let descriptor: Descriptor
    private let folder: Descriptor
    private let name: String
    /// Whether what exists is replaced; `nil` where the command has no `--force`.
    private let replaces: Bool?
    private var target: Target
    private var isOpen = true

    /// Starts a file at a path that the person gave.
    ///
    /// - Parameter replacing: whether `--force` was given: without it nothing that exists is overwritten. `nil` where
    ///   the command has no such option.
    /// - Throws: a refusal when the path exists; a failure when the folder cannot be written.
    public convenience init(_ path: String, replacing: Bool? = nil) throws(CommandFailure) {
        let (parent, name) = OutputFile.split(path)
        guard !name.isEmpty, name != ".", name != ".." else {
            throw CommandFailure(.usage, "\(Escaped.quoted(path)) does not name a file")
        }
        var status = stat()
        if stat(path, &status) == 0, [S_IFCHR, S_IFIFO].contains(status.st_mode & S_IFMT) {
            try self.init(device: path)
            return
        }
        let number = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .system("open the folder", Escaped.quoted(parent), code: errno) }
        let folder = Descriptor(owning: number, name: Escaped.quoted(parent))
        try self.init(in: folder, name: name, shown: Escaped.quoted(path), replacing: replacing)
    }

    init(in folder: Descriptor, name: String, shown: String, replacing: Bool? = nil) throws(CommandFailure) {
        var status = stat()
        if fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
            guard replacing == true else { throw OutputFile.exists(shown, canReplace: replacing != nil) }
            guard status.st_mode & S_IFMT != S_IFDIR else { throw .system("write", shown, code: EISDIR) }
        }
        self.folder = folder
        self.name = name
        replaces = replacing
        let unnamed = terminal_open_unnamed(folder.number)
        if unnamed >= 0 {
            target = .unnamed
            descriptor = Descriptor(owning: unnamed, name: shown)
            return
        }
        let temporary = OutputFile.temporaryName()
        let number = openat(
            folder.number, temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw .system("write", shown, code: errno) }
        target = .named(temporary)
        descriptor = Descriptor(owning: number, name: shown)
    }

    private init(device path: String) throws(CommandFailure) {
        let number = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
        guard number >= 0 else { throw .system("open", Escaped.quoted(path), code: errno) }
        descriptor = Descriptor(owning: number, name: Escaped.quoted(path))
        folder = descriptor
        name = path
        replaces = nil
        target = .device
    }

    deinit { discard() }

    /// What to call the file in messages.
    public var shownName: String { descriptor.name }

    /// Whether it is a terminal.
    public var isTerminal: Bool { descriptor.isTerminal }

    /// Writes more bytes.
    /// - Throws: a failure that names the file; the partial file is then gone.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) {
        precondition(isOpen, "a file is written before it is complete")
        do throws(CommandFailure) {
            try descriptor.write(bytes)
        } catch {
            discard()
            throw error
        }
    }

    /// Writes more bytes.
    /// - Throws: as the other form.
    public func write(_ bytes: [UInt8]) throws(CommandFailure) {
        try bytes.withUnsafeBufferPointer { buffer throws(CommandFailure) in try write(UnsafeRawBufferPointer(buffer)) }
    }

    /// Flushes the file and gives it its name, then flushes the folder.
    /// - Throws: a refusal when the name has been taken meanwhile, or a failure; the partial file is then gone.
    public func commit() throws(CommandFailure) {
        precondition(isOpen, "a file is completed once")
        defer { discard() }
        if case .device = target {
            isOpen = false
            return
        }
        guard fsync(descriptor.number) == 0 else { throw .system("flush", descriptor.name, code: errno) }
        try publish()
        isOpen = false
        guard fsync(folder.number) == 0 else { throw .system("flush the folder of", descriptor.name, code: errno) }
    }

    /// Gives the file up; what was written is gone.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        if case .named(let temporary) = target { unlinkat(folder.number, temporary, 0) }
    }

    private func publish() throws(CommandFailure) {
        if case .unnamed = target {
            let link = "/proc/self/fd/\(descriptor.number)"
            let direct = replaces == true ? OutputFile.temporaryName() : name
            guard linkat(AT_FDCWD, link, folder.number, direct, AT_SYMLINK_FOLLOW) == 0 else { throw failure(errno) }
            guard replaces == true else { return }
            target = .named(direct)
        }
        guard case .named(let temporary) = target else { return }
        var verdict: Int32
        if replaces == true {
            verdict = renameat(folder.number, temporary, folder.number, name)
        } else {
            verdict = terminal_rename_new(folder.number, temporary, name)
            if verdict != 0, errno == EINVAL || errno == ENOSYS {  // a file system that cannot: link refuses as well
                verdict = linkat(folder.number, temporary, folder.number, name, 0)
                if verdict == 0 { unlinkat(folder.number, temporary, 0) }
            }
        }
        guard verdict == 0 else { throw failure(errno) }
    }

    private func failure(_ code: Int32) -> CommandFailure {
        code == EEXIST
            ? OutputFile.exists(descriptor.name, canReplace: replaces != nil)
            : .system("write", descriptor.name, code: code)
    }

    private static func exists(_ shown: String, canReplace: Bool) -> CommandFailure {
        CommandFailure(
            .refused, "\(shown) exists already",
            hint: "choose another name" + (canReplace ? ", or give --force to replace it" : ""))
    }

    private static func temporaryName() -> String {
        ".part-" + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return (".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
    }
}
