import CTerminal
import Glibc

/// A folder that files are written to under names from elsewhere: nothing leads out of it, nothing is overwritten.
public final class TargetFolder {
    private static let highestNumber = 9_999
    private let folder: Descriptor
    // Lower case: on many systems `A.jpg` and `a.jpg` are one file.
    private var taken: Set<String>

    /// Opens the folder, and makes it (mode 0700) if it is not there.
    /// - Throws: a failure that names it.
    public convenience init(_ path: String) throws(CommandFailure) {
        let shown = Escaped.quoted(path)
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .system("make the folder", shown, code: errno) }
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .system("open the folder", shown, code: errno) }
        try self.init(Descriptor(owning: number, name: shown))
    }

    private init(_ folder: Descriptor) throws(CommandFailure) {
        self.folder = folder
        taken = try TargetFolder.names(in: folder)
    }

    /// Starts a file under a safe form of `name`, with a number where that is taken.
    /// - Returns: the file, and the name that it will have.
    /// - Throws: a failure that names the folder.
    public func create(_ name: some Sequence<UInt8>) throws(CommandFailure) -> (file: OutputFile, name: SafeName) {
        let wanted = SafeName(name)
        for number in 1...TargetFolder.highestNumber {
            let name = number == 1 ? wanted : wanted.numbered(number)
            guard taken.insert(name.text.lowercased()).inserted else { continue }
            let file = try OutputFile(
                in: folder, name: name.text, shown: "\(Escaped.quoted(name.text)) in \(folder.name)")
            return (file, name)
        }
        throw CommandFailure(.refused, "\(folder.name) holds too many files named \(wanted.text)")
    }

    /// Opens a folder inside this one under a safe form of `name`, and makes it if it is not there. A symbolic link of
    /// that name is refused.
    /// - Throws: a failure that names the folder.
    public func folder(_ name: some Sequence<UInt8>) throws(CommandFailure) -> TargetFolder {
        let name = SafeName(name, fallback: "folder").text
        let shown = "\(Escaped.quoted(name)) in \(folder.name)"
        if mkdirat(folder.number, name, 0o700) != 0, errno != EEXIST {
            throw .system("make the folder", shown, code: errno)
        }
        taken.insert(name.lowercased())
        var number = terminal_open_beneath(folder.number, name, O_RDONLY | O_DIRECTORY, 0)
        if number < 0, errno == ENOSYS || errno == EPERM {  // an old kernel or a sandbox; the name has no separator
            number = openat(folder.number, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }
        guard number >= 0 else { throw .system("open the folder", shown, code: errno) }
        return try TargetFolder(Descriptor(owning: number, name: shown))
    }

    private static func names(in folder: Descriptor) throws(CommandFailure) -> Set<String> {
        // A second open file, since reading a folder moves its position and closing ends it.
        let copy = openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let listing = fdopendir(copy) else { throw .system("read", folder.name, code: errno) }
        defer { closedir(listing) }
        var names: Set<String> = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.insert(name.lowercased())
        }
        return names
    }
}
