import AgeFile
import BulkHash
import Glibc
import MerkleTree
import Sodium
import Vault

/// Sealing, opening and verifying files without a custodian: the work of one process, timed from outside.
enum ContentBench {
    /// Writes `identity` and `recipient` into a folder, as the `age` tool reads them.
    static func makeKeys(in folder: String) throws {
        let identity = AgeIdentity.random()
        try write(identity.text.withUnsafeBytes { [UInt8]($0) } + [0x0A], to: folder + "/identity")
        try write(identity.recipient.text, to: folder + "/recipient")
    }

    /// Seals a file as an age file; `flush` waits for the disk, `cache` does not.
    static func seal(_ original: String, to output: String, _ recipient: String, flushing: String) throws {
        let recipient = try AgeRecipient(parsing: Array(recipient.utf8))
        let key = FileKey.random()
        let header = try AgeHeader(sealing: key, to: [recipient])
        let file = try OutputFile(output)
        try header.bytes.withUnsafeBytes { try file.write($0) }
        _ = try ContentSealer.seal(from: try IngestSource(path: original), fileKey: key) { try file.write($0) }
        if flushing == "flush" { try file.flush() }
    }

    private static func payload(of path: String) throws -> (header: AgeHeader, file: InputFile) {
        let file = try InputFile(path)
        let header = try AgeHeader(parsingPrefixOf: try file.read(upTo: 1 << 16))
        file.seek(to: header.bytes.count)
        return (header, file)
    }

    /// Writes the leaf hashes of a sealed file, 32 bytes a chunk.
    static func writeLeaves(of sealed: String, to output: String) throws {
        var cutter = PayloadCutter<BulkSHA256>()
        let (_, file) = try payload(of: sealed)
        try file.forEachPiece { cutter.take($0) }
        guard cutter.finish() != nil else { throw BenchError("the sealed file is no payload") }
        try write(cutter.leaves.flatMap { $0.bytes.array }, to: output)
    }

    /// Opens a sealed file, every chunk checked against the tree before it is opened.
    static func open(_ identity: String, _ sealed: String, leaves path: String, to output: String) throws {
        var text = try InputFile(identity).read(upTo: 4096)
        let identities = try IdentityFile.parse(SecretBytes(wiping: &text))
        let (header, file) = try payload(of: sealed)
        let bytes = try InputFile(path).read(upTo: 1 << 30)
        let leaves = try stride(from: 0, to: bytes.count, by: 32).map { try TreeHash(copying: bytes[$0..<$0 + 32]) }
        var tree = TreeBuilder()
        for leaf in leaves { tree.append(leaf) }
        let layout = try PayloadLayout(payloadSize: UInt64(file.size - header.bytes.count))
        let list = try LeafList(all: leaves, id: AgeFileID(tree.root.bytes), layout: layout)
        let opener = ContentOpener(leaves: list, fileKey: try header.open(with: identities))
        let plain = try OutputFile(output)
        try opener.open(from: { try file.read(into: $0) }, to: { try plain.write($0) })
    }

    /// Hashes a sealed file into its id, without a key.
    static func verify(_ sealed: String) throws {
        var cutter = PayloadCutter<BulkSHA256>()
        let (_, file) = try payload(of: sealed)
        try file.forEachPiece { cutter.take($0) }
        guard cutter.finish() != nil else { throw BenchError("the sealed file is no payload") }
    }
}

func write(_ bytes: [UInt8], to path: String) throws {
    let file = try OutputFile(path)
    try bytes.withUnsafeBytes { try file.write($0) }
}

/// A file that is written from its beginning.
final class OutputFile {
    private let descriptor: Int32
    private var written = 0
    private var started = 0

    init(_ path: String) throws {
        descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw BenchError("\(path) cannot be written") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while rest.count > 0 {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            guard count > 0 else { throw BenchError("writing failed") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        written += bytes.count
    }

    func flush() throws {
        guard fsync(descriptor) == 0 else { throw BenchError("flushing failed") }
    }
}

/// A file that is read from its beginning.
final class InputFile {
    private let descriptor: Int32
    let size: Int

    init(_ path: String) throws {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BenchError("\(path) cannot be read") }
        size = lseek(descriptor, 0, SEEK_END)
        seek(to: 0)
    }

    deinit { close(descriptor) }

    func seek(to position: Int) { lseek(descriptor, position, SEEK_SET) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        guard count >= 0 else { throw BenchError("reading failed") }
        return count
    }

    func read(upTo limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
        defer { buffer.deallocate() }
        while bytes.count < limit {
            let count = try read(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(1 << 16, limit - bytes.count)]))
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }

    func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
