import Glibc

/// Where a file lies: a path as given, and names of folders below it. No path handed to the system grows with the
/// depth, so its limit on the length of paths is none of ours.
final class FileLocation: Sendable {
    /// Folders nested deeper are refused: each is reached from the top, so that the work would grow with the square.
    static let maximumDepth = 500

    private let parent: FileLocation?
    private let name: [UInt8]
    let depth: Int

    /// A path as somebody gave it. Links on the way are followed, the last name never is.
    init(path: [UInt8]) {
        // "link/" would follow the link.
        var trimmed = path
        while trimmed.count > 1, trimmed.last == FileLocation.slash { trimmed.removeLast() }
        parent = nil
        name = trimmed
        depth = 0
    }

    /// An entry of a folder.
    init(_ name: [UInt8], in parent: FileLocation) {
        self.parent = parent
        self.name = name
        depth = parent.depth + 1
    }

    /// The whole path, for showing; it may be longer than the system takes.
    var path: [UInt8] {
        guard let parent else { return name }
        let above = parent.path
        return above + (above.last == FileLocation.slash ? [] : [FileLocation.slash]) + name
    }

    /// The last name, or `nil` for a path that has none, such as `/`, `.` or `..`.
    var fileName: [UInt8]? {
        let last = [UInt8](name.split(separator: FileLocation.slash).last ?? [])
        return last.isEmpty || last == [0x2E] || last == [0x2E, 0x2E] ? nil : last
    }

    /// Opens the file itself with `flags` and never through a link.
    func open(flags: Int32) throws(SystemFailure) -> Descriptor {
        let (folder, name) = try enter()
        return try Descriptor.open(name, in: folder, flags: flags | O_NOFOLLOW)
    }

    /// What the system says of the file itself, unopened.
    func status() throws(SystemFailure) -> FileStatus {
        let (folder, name) = try enter()
        return try Descriptor.status(of: name, in: folder)
    }

    /// Removes the file's name; a link's own, never what it leads to.
    func remove() throws(SystemFailure) {
        let (folder, name) = try enter()
        try Descriptor.remove(name, in: folder)
    }

    // Opens the folder that holds the file; one descriptor at a time stays open.
    private func enter() throws(SystemFailure) -> (folder: Descriptor?, name: [UInt8]) {
        guard !name.isEmpty, !name.contains(0) else { throw SystemFailure(number: ENOENT) }
        var chain: [FileLocation] = []
        var next = parent
        while let location = next {
            chain.append(location)
            next = location.parent
        }
        guard let root = chain.popLast() else { return try FileLocation.shorten(name) }
        let (above, rootName) = try FileLocation.shorten(root.name)
        var folder = try Descriptor.open(rootName, in: above, flags: FileLocation.folderFlags)
        while let location = chain.popLast() {
            folder = try Descriptor.open(location.name, in: folder, flags: FileLocation.folderFlags)
        }
        return (folder, name)
    }

    // Walks down a path that is longer than the system takes at once.
    private static func shorten(_ path: [UInt8]) throws(SystemFailure) -> (folder: Descriptor?, name: [UInt8]) {
        var folder: Descriptor?
        var rest = path[...]
        while rest.count >= Int(PATH_MAX) {
            guard let cut = rest.prefix(Int(PATH_MAX) - 1).lastIndex(of: slash) else { break }
            let piece = [UInt8](rest[...cut])
            folder = try Descriptor.open(piece, in: folder, flags: FileLocation.pathOnly | O_DIRECTORY)
            rest = rest[(cut + 1)...].drop { $0 == slash }
        }
        return (folder, [UInt8](rest))
    }

    private static let pathOnly: Int32 = 0o10000000  // Linux's O_PATH, which Glibc shows to GNU sources only
    private static let folderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
    private static let slash: UInt8 = 0x2F
}
