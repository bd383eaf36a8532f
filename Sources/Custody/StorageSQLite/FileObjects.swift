public import AgeFile
import BulkHash
import Glibc
public import MerkleTree
import Sodium
public import Storage

/// Sealed payloads as files named by their id; beside each, a file of its tree's leaf hashes.
public final class FileObjects: ObjectStore {
    private let folder: String
    private let staging: String
    private let held: VaultFolder
    // Tells what this opening of the vault staged from what earlier ones left. A process id would not: in a container
    // every custodian has the same one.
    private let run = String(decoding: Hex.encode(Random.bytes(8)), as: UTF8.self)

    init(_ held: VaultFolder) {
        self.held = held
        folder = held.path + "/objects"
        staging = held.path + "/staging"
    }

    private func path(_ id: AgeFileID) -> String {
        let name = String(decoding: id.hex, as: UTF8.self)
        return folder + "/" + name.prefix(2) + "/" + name
    }

    public func stage() throws -> any StagedObject {
        let name = String(decoding: Hex.encode(Random.bytes(16)), as: UTF8.self)
        return try StagedFile(path: staging + "/" + run + "-" + name)
    }

    public func commit(_ staged: any StagedObject, id: AgeFileID, leaves: [TreeHash]) throws {
        guard let staged = staged as? StagedFile else {
            throw StorageError(.conflict, "an object of another store was committed")
        }
        let target = path(id)
        let parent = String(target.prefix(target.utf8.count - 65))
        try staged.flush()
        try SystemCall.makeFolder(parent)
        try SystemCall.flushFolder(folder)
        try writeLeaves(leaves, of: id)
        try staged.rename(to: target)
        try SystemCall.flushFolder(parent)
    }

    // Not flushed: leaf hashes that are lost or torn do not fit the id and are made anew from the object.
    private func writeLeaves(_ leaves: [TreeHash], of id: AgeFileID) throws {
        let bytes = TreeFile.bytes(of: leaves)
        let target = path(id) + ".tree"
        let file = try SystemCall.open(target + ".new", O_WRONLY | O_CREAT | O_TRUNC, "writing an object's tree")
        try bytes.withUnsafeBytes { try SystemCall.writeAll(file, $0, "writing an object's tree") }
        try SystemCall.rename(target + ".new", target, "naming an object's tree")
    }

    public func open(_ id: AgeFileID) throws -> any StoredObject { try StoredFile(path: path(id)) }

    public func contains(_ id: AgeFileID) throws -> Bool { access(path(id), F_OK) == 0 }

    public func leaves(of id: AgeFileID) throws -> [TreeHash] {
        if let stored = try? SystemCall.readAll(path(id) + ".tree", "reading an object's tree"),
            let leaves = FileObjects.hashes(stored.prefix(32 * Int(try leafCount(of: id)))),
            FileObjects.root(leaves) == id
        {
            return leaves
        }
        let leaves = try PayloadScan.leaves(of: try StoredFile(path: path(id)))
        guard FileObjects.root(leaves) == id else {
            throw StorageError(.damaged, "the object \(String(decoding: id.hex, as: UTF8.self)) is damaged")
        }
        try writeLeaves(leaves, of: id)
        return leaves
    }

    public func provenLeaves(of id: AgeFileID, at indices: [UInt64]) throws -> [ProvenLeaf] {
        let count = try leafCount(of: id)
        if let file = try? TreeFile(path: path(id) + ".tree", leafCount: count),
            let proven = try? indices.map({ try ProvenLeaf(at: $0, size: count, of: file) }),
            proven.allSatisfy({ (try? $0.path.verify(leaf: $0.leaf, root: TreeHash(id.bytes))) != nil })
        {
            return proven
        }
        let leaves = try leaves(of: id)
        try writeLeaves(leaves, of: id)
        let tree = MemoryTree(leaves)
        return try indices.map { try ProvenLeaf(at: $0, size: count, of: tree) }
    }

    private func leafCount(of id: AgeFileID) throws -> UInt64 {
        let size = try StoredFile(path: path(id)).size
        guard let layout = try? PayloadLayout(payloadSize: size) else {
            throw StorageError(.damaged, "the object \(String(decoding: id.hex, as: UTF8.self)) is damaged")
        }
        return layout.chunkCount + 1
    }

    private static func hashes(_ bytes: ArraySlice<UInt8>) -> [TreeHash]? {
        guard bytes.count % 32 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 32).compactMap { try? TreeHash(copying: bytes[$0..<$0 + 32]) }
    }

    private static func root(_ leaves: [TreeHash]) -> AgeFileID {
        var tree = TreeBuilder()
        for leaf in leaves { tree.append(leaf) }
        return AgeFileID(tree.root.bytes)
    }

    public func remove(_ id: AgeFileID) throws {
        let target = path(id)
        guard unlink(target) == 0 || errno == ENOENT, unlink(target + ".tree") == 0 || errno == ENOENT else {
            throw SystemCall.failure("removing an object")
        }
        let parent = String(target.prefix(target.utf8.count - 65))
        if access(parent, F_OK) == 0 { try SystemCall.flushFolder(parent) }
    }

    public func ids() throws -> [AgeFileID] {
        var ids: [AgeFileID] = []
        for part in try SystemCall.names(in: folder) {
            for name in try SystemCall.names(in: folder + "/" + part) {
                if let id = try? AgeFileID(hex: Array(name.utf8)) { ids.append(id) }
            }
        }
        return ids
    }

    public func removeAbandoned() throws {
        for name in try SystemCall.names(in: staging) where !name.hasPrefix(run + "-") {
            unlink(staging + "/" + name)
        }
    }
}

/// A file being written; removed when it is dropped without a name.
final class StagedFile: StagedObject, @unchecked Sendable {
    // Guard: one upload writes to it, piece by piece, and commits it afterwards.
    private var path: String?
    private let file: FileHandleOwner
    private var written = 0
    private var started = 0
    // Starting to write early keeps the flush at the end short.
    private static let writeBehind = 8 << 20

    init(path: String) throws {
        file = try SystemCall.open(path, O_WRONLY | O_CREAT | O_EXCL, "staging an object")
        self.path = path
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try SystemCall.writeAll(file, bytes, "writing an object")
        written += bytes.count
        if written - started >= StagedFile.writeBehind {
            // Linux starts writing dirty pages when it is told that they will not be needed.
            posix_fadvise(file.descriptor, off_t(started), off_t(written - started), POSIX_FADV_DONTNEED)
            started = written
        }
    }

    func flush() throws { try SystemCall.flush(file, "flushing an object") }

    func rename(to target: String) throws {
        guard let path else { throw StorageError(.conflict, "an object was committed twice") }
        try SystemCall.rename(path, target, "naming an object")
        self.path = nil
    }

    deinit {
        if let path { unlink(path) }
    }
}

/// An object's file, open for reading.
final class StoredFile: StoredObject {
    let size: UInt64
    private let file: FileHandleOwner

    init(path: String) throws {
        file = try SystemCall.open(path, O_RDONLY, "opening an object")
        var facts = stat()
        guard fstat(file.descriptor, &facts) == 0 else { throw SystemCall.readFailure("opening an object") }
        size = UInt64(facts.st_size)
    }

    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard offset < size else { return 0 }
        var done = 0
        while done < buffer.count {
            let count = pread(
                file.descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemCall.readFailure("reading an object")
            }
            if count == 0 { break }
            done += count
        }
        return done
    }
}
