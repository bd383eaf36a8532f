import Glibc

/// What is to be taken in: files, and all files below folders, each named before anything is read.
///
/// Links and special files are never followed or opened; they are listed as refused. The order is the arguments' and,
/// within a folder, that of the names' bytes.
public struct IngestPlan: Sendable {
    /// A file to take in.
    public struct File: Sendable {
        let location: FileLocation
        /// The name to show and keep: the argument's last name and what lies below it, joined with `/`. Any bytes.
        public let relativeName: [UInt8]
        /// The whole path; it may be longer than the system takes.
        public var path: [UInt8] { location.path }

        /// Opens the file, which may have changed its kind since it was listed.
        /// - Throws: as `IngestSource.init(path:)`.
        public func open() throws(VaultError) -> IngestSource { try IngestSource(at: location) }
    }

    /// Something that is not taken in.
    public struct Refusal: Sendable {
        /// Its path, any bytes.
        public let path: [UInt8]
        /// Why.
        public let reason: VaultError
    }

    /// The files to take in.
    public private(set) var files: [File] = []
    /// What is not taken in.
    public private(set) var refusals: [Refusal] = []

    /// Lists what `paths` name. Nothing that cannot be read stops it: each such thing becomes a refusal.
    public init(_ paths: [[UInt8]]) {
        for path in paths {
            let location = FileLocation(path: path)
            var pending = [Entry(location: location, relativeName: location.fileName ?? [])]
            while let entry = pending.popLast() { visit(entry, &pending) }
        }
    }

    private struct Entry {
        let location: FileLocation
        let relativeName: [UInt8]
    }

    private mutating func visit(_ entry: Entry, _ pending: inout [Entry]) {
        do throws(VaultError) {
            let status: FileStatus
            do throws(SystemFailure) {
                status = try entry.location.status()
            } catch {
                throw VaultError(.unreadable, "there is nothing to read here", systemError: error.number)
            }
            guard status.kind == .folder else {
                try status.checkRegular()
                return files.append(File(location: entry.location, relativeName: entry.relativeName))
            }
            guard entry.location.depth < FileLocation.maximumDepth else {
                throw VaultError(.tooDeep, "folders are nested too deeply")
            }
            // Last in, first out: the least name is visited next.
            for name in try IngestPlan.names(in: entry.location).sorted(by: { $1.lexicographicallyPrecedes($0) }) {
                let below = entry.relativeName.isEmpty ? name : entry.relativeName + [0x2F] + name
                pending.append(Entry(location: FileLocation(name, in: entry.location), relativeName: below))
            }
        } catch {
            refusals.append(Refusal(path: entry.location.path, reason: error))
        }
    }

    private static func names(in folder: FileLocation) throws(VaultError) -> [[UInt8]] {
        do throws(SystemFailure) {
            return try folder.open(flags: O_RDONLY | O_DIRECTORY).entryNames()
        } catch {
            throw VaultError(.unreadable, "the folder cannot be read", systemError: error.number)
        }
    }
}

extension Descriptor {
    /// The names in an open folder, without `.` and `..`, in no order.
    func entryNames() throws(SystemFailure) -> [[UInt8]] {
        // closedir closes the descriptor that it was given.
        let copy = try Descriptor.retrying { fcntl(number, F_DUPFD_CLOEXEC, 0) }
        guard let stream = fdopendir(copy) else {
            let failure = SystemFailure(number: errno)
            close(copy)
            throw failure
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemFailure(number: errno) }
                return names
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { [UInt8]($0.prefix { $0 != 0 }) }
            if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
        }
    }
}
