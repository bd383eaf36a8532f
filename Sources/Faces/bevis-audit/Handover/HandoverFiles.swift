import Glibc
import Sodium
import Terminal

/// The files of a handover folder, which may be hostile: no link is followed, nothing but a plain file is opened.
struct HandoverFiles {
    private static let mostFiles = 100_000
    private static let deepest = 3
    // Mac and Windows.
    private static let leftBySystems: Set<String> = [".ds_store", "thumbs.db", "desktop.ini"]
    /// The longest text, in bytes; a manifest of the most files is longer.
    private static let longest = 1 << 20
    static let longestManifest = 1 << 25
    let path: String
    /// Sizes by paths from the folder.
    private(set) var sizes: [String: UInt64] = [:]
    private let faults: HandoverFaults

    /// Lists the folder; what must not be in it is a fault.
    /// - Throws: a failure when it cannot be read or holds more than anybody hands over.
    init(_ path: String, _ faults: HandoverFaults) throws(CommandFailure) {
        self.path = path
        self.faults = faults
        try walk("", depth: 0)
    }

    func contains(_ place: String) -> Bool { sizes[place] != nil }

    /// Takes out what does not belong to the handover, so that nothing further is asked of it.
    mutating func setAside(_ place: String) {
        sizes[place] = nil
        faults.added(place)
    }

    /// Whether systems leave files of this name in folders that they show.
    static func isStray(_ name: String) -> Bool {
        leftBySystems.contains(name.lowercased()) || name.hasPrefix("._")
    }

    private mutating func walk(_ folder: String, depth: Int) throws(CommandFailure) {
        for name in try names(in: folder) {
            let place = folder + name
            let isPlain = name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x5C && $0 != 0x25 }
            var status = stat()
            guard lstat(path + "/" + place, &status) == 0 else {
                throw .system("read", Escaped.quoted(place), code: errno)
            }
            if status.st_mode & S_IFMT == S_IFREG, HandoverFiles.isStray(name) {
                faults.stray(place)
                continue
            }
            guard isPlain else {
                faults.added(place)
                continue
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG: sizes[place] = UInt64(max(0, status.st_size))
            case S_IFDIR where depth < HandoverFiles.deepest: try walk(place + "/", depth: depth + 1)
            case S_IFDIR: faults.added(place)
            default: faults.altered(place, "is a link or no plain file; it was not opened")
            }
            guard sizes.count + faults.strays.count + faults.added.count <= HandoverFiles.mostFiles else {
                throw CommandFailure(
                    .refused, "\(Escaped.quoted(path)) holds more than \(HandoverFiles.mostFiles) files")
            }
        }
    }

    private func names(in folder: String) throws(CommandFailure) -> [String] {
        try FolderNames.list(path + "/" + folder, called: folder.isEmpty ? path : folder)
    }

    /// The content of a small file; `nil`, and a fault, where there is none or it is too long to be one.
    func read(_ place: String, limit: Int = longest) throws(CommandFailure) -> [UInt8]? {
        guard let size = sizes[place] else {
            faults.missing(place)
            return nil
        }
        guard size <= limit else {
            faults.altered(place, "is longer than \(ByteSize(UInt64(limit)).text)")
            return nil
        }
        return try open(place).readAll(limit: limit)
    }

    /// The SHA-256 of a file of any length.
    func digest(of place: String) throws(CommandFailure) -> Digest {
        let file = try open(place)
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            guard count > 0 else { return hash.finish() }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func open(_ place: String) throws(CommandFailure) -> Descriptor {
        let number = Glibc.open(path + "/" + place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        guard number >= 0 else { throw .system("read", Escaped.quoted(place), code: errno) }
        return Descriptor(owning: number, name: Escaped.quoted(place))
    }
}
