import Glibc

/// A person's own folder: her keys, the vaults she has met, the cards of others. Mode 0700.
public struct HomeFolder: Sendable, Equatable {
    /// The name that the folder bears on her device unless it is set otherwise: it says nothing.
    public static let neutralName = "mappen"

    /// The absolute path, without a final slash.
    public let path: String

    /// Where the folder lies by the environment: `BEVIS_HOME`, else `mappen` in `XDG_DATA_HOME` or `~/.local/share`.
    /// - Throws: `HomeError.missing` when neither these nor `HOME` are set to an absolute path.
    public static func path(environment: [String: String]) throws(HomeError) -> String {
        func absolute(_ key: String) -> String? { environment[key].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        if let chosen = environment["BEVIS_HOME"], !chosen.isEmpty {
            guard let path = absolute("BEVIS_HOME") else {
                throw HomeError(.missing, "BEVIS_HOME is not an absolute path", chosen)
            }
            return path
        }
        if let data = absolute("XDG_DATA_HOME") { return data + "/" + neutralName }
        if let home = absolute("HOME") { return home + "/.local/share/" + neutralName }
        throw HomeError(.missing, "neither BEVIS_HOME nor HOME is set", "the environment")
    }

    /// Opens the folder at `path`, and makes it with its parents if it is not there.
    /// - Throws: `HomeError.notPrivate` when it is not this user's or others may enter it; `.unreachable`,
    ///   `.diskFull`.
    public init(_ path: String) throws(HomeError) {
        var end = path.utf8.count
        while end > 1, Array(path.utf8)[end - 1] == 0x2F { end -= 1 }
        self.path = String(decoding: Array(path.utf8)[..<end], as: UTF8.self)
        try HomeFolder.make(self.path)
        var status = stat()
        guard stat(self.path, &status) == 0 else { throw .system(errno, self.path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw HomeError(.unreachable, "the folder is not a folder", self.path)
        }
        guard status.st_uid == geteuid() else {
            throw HomeError(.notPrivate, "the folder is another user's", self.path)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw HomeError(.notPrivate, "others may enter the folder; close it to them (chmod 700)", self.path)
        }
    }

    private static func make(_ path: String) throws(HomeError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let code = errno
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw .system(code, path)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system(errno, path) }
    }

    /// The path of a file in the folder.
    func path(of name: String) -> String { path + "/" + name }

    /// Makes a folder inside.
    func makeFolder(_ name: String) throws(HomeError) -> String {
        let inner = path(of: name)
        try HomeFolder.make(inner)
        return inner
    }

    /// Holds the folder against every other command that changes keys, for as long as the lock lives.
    func lock() throws(HomeError) -> FileLock { try FileLock(path(of: "lock")) }

    /// Names of the files in a folder inside, sorted; none where it is not there.
    func names(in name: String, suffix: String) throws(HomeError) -> [String] {
        guard let listing = opendir(path(of: name)) else {
            guard errno == ENOENT else { throw .system(errno, path(of: name)) }
            return []
        }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let file = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !file.hasPrefix("."), file.hasSuffix(suffix) { names.append(String(file.dropLast(suffix.count))) }
        }
        return names.sorted()
    }
}

extension HomeError {
    static func system(_ code: Int32, _ object: String) -> HomeError {
        switch code {
        case ENOENT: HomeError(.missing, "there is no such file", object)
        case EEXIST: HomeError(.exists, "the file exists already", object)
        case ENOSPC, EDQUOT: HomeError(.diskFull, "the disk is full", object)
        case EACCES, EPERM: HomeError(.unreachable, "permission denied", object)
        case EROFS: HomeError(.unreachable, "the disk is read-only", object)
        case EIO: HomeError(.unreachable, "the disk reports an error", object)
        default: HomeError(.unreachable, "the file system refuses", object)
        }
    }
}
