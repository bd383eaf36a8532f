import AuditTrail
import BulkHash
import Glibc
import Handover
import SignedNote
import Sodium
import Terminal

/// A new folder that becomes a bag: each file is flushed before it has its name, and is hashed as it is written.
final class BagFolder {
    let path: String
    private let root: TargetFolder
    private var folders: [String: TargetFolder] = [:]
    private var payload = BagManifest()
    private var tags = BagManifest()

    /// Makes the folder.
    /// - Throws: a refusal where there is something of that name already.
    init(new path: String) throws {
        guard mkdir(path, 0o700) == 0 else {
            guard errno == EEXIST else {
                throw CommandFailure.system("make the folder", Escaped.quoted(path), code: errno)
            }
            throw CommandFailure(
                .refused, "\(Escaped.quoted(path)) exists already", hint: "name a new folder with --out")
        }
        self.path = path
        root = try TargetFolder(path)
    }

    /// Writes a file from pieces.
    /// - Returns: its SHA-256 and its size.
    @discardableResult
    func write(
        _ place: [UInt8], _ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> (digest: Digest, size: UInt64) {
        let parts = string(place).split(separator: "/").map(String.init)
        let name = parts.last ?? ""
        let (file, safe) = try folder(parts.dropLast()).create(Array(name.utf8))
        guard safe.text == name else {
            throw CommandFailure(.refused, "two files of the handover have the name \(Escaped.quoted(name))")
        }
        var hash = BulkSHA256()
        var size: UInt64 = 0
        do {
            try body { bytes in
                hash.update(bytes)
                size += UInt64(bytes.count)
                try file.write(bytes)
            }
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
        let digest = hash.finish()
        if parts.first == "data" {
            payload.add(place, digest, size: size)
        } else {
            tags.add(place, digest, size: size)
        }
        return (digest, size)
    }

    /// Writes a file of these bytes.
    @discardableResult
    func write(_ place: [UInt8], bytes: [UInt8]) throws -> (digest: Digest, size: UInt64) {
        try write(place) { take in try bytes.withUnsafeBytes { try take($0) } }
    }

    private func folder(_ parts: ArraySlice<String>) throws -> TargetFolder {
        var (folder, path) = (root, "")
        for part in parts {
            path += part + "/"
            if let known = folders[path] {
                folder = known
            } else {
                folder = try folder.folder(Array(part.utf8))
                folders[path] = folder
            }
        }
        return folder
    }

    /// Writes what names all other files, and last of all the note that binds them.
    func finish(
        day: [UInt8], volume: UInt64, of volumes: UInt64, note: (_ tagManifest: Digest) throws -> [UInt8]
    ) throws {
        try write(HandoverLayout.bag, bytes: BagManifest.declaration)
        try write(HandoverLayout.bagInfo, bytes: payload.info(day: day, volume: volume, of: volumes))
        try write(HandoverLayout.manifest, bytes: payload.text)
        let named = tags.text
        let (digest, _) = try write(HandoverLayout.tagManifest, bytes: named)
        try write(HandoverLayout.note, bytes: try note(digest))
    }
}
