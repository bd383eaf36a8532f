import Glibc
import Terminal

/// What lies in a folder.
enum FolderNames {
    /// The names, sorted.
    /// - Parameter called: how the folder is named in the failure; the path itself without it.
    static func list(_ path: String, called: String? = nil) throws(CommandFailure) -> [String] {
        guard let directory = opendir(path) else {
            throw .system("read the folder", Escaped.quoted(called ?? path), code: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
