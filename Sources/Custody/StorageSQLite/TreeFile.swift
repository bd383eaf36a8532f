import AgeFile
import Glibc
import MerkleTree
import Sodium
import Storage

/// The file beside an object that holds its tree: all leaf hashes, then the roots of every full 256 of them, then the
/// roots of every full 256 of those, and so on, 32 bytes each.
///
/// A path is so found by reading a tile of 8 KiB a level, however large the object is. Nothing in the file is trusted:
/// what does not lead to the object's id is made anew.
final class TreeFile: TreeReader {
    private struct Place: Hashable {
        let level: Int
        let index: UInt64
    }

    private let file: FileHandleOwner
    private let leafCount: UInt64
    private var tiles: [Place: MemoryTree] = [:]

    /// Opens the file at `path` of an object with `leafCount` leaves.
    init(path: String, leafCount: UInt64) throws {
        file = try SystemCall.open(path, O_RDONLY, "reading an object's tree")
        self.leafCount = leafCount
    }

    /// The file's bytes for `leaves`.
    static func bytes(of leaves: [TreeHash]) -> [UInt8] {
        var bytes: [UInt8] = []
        var row = leaves
        while !row.isEmpty {
            for hash in row { hash.bytes.withUnsafeBytes { bytes.append(contentsOf: $0) } }
            row = (0..<row.count / 256).map { root(of: row[($0 * 256)..<($0 * 256 + 256)]) }
        }
        return bytes
    }

    private static func root(of hashes: ArraySlice<TreeHash>) -> TreeHash {
        var builder = TreeBuilder()
        for hash in hashes { builder.append(hash) }
        return builder.root
    }

    func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash {
        let perTile = UInt64(256) >> UInt64(level % 8)
        let tile = try tile(Place(level: level / 8, index: index / perTile))
        return try tile.hash(level: level % 8, index: index % perTile)
    }

    private func tile(_ place: Place) throws(TreeError) -> MemoryTree {
        if let tile = tiles[place] { return tile }
        var start: UInt64 = 0
        for level in 0..<place.level { start += leafCount >> (8 * UInt64(level)) }
        let row = leafCount >> (8 * UInt64(place.level))
        let first = place.index * 256
        guard first < row, let hashes = read(start + first, count: Int(min(256, row - first))) else {
            throw TreeError(.missing, "an object's tree ends too early")
        }
        let tile = MemoryTree(hashes)
        tiles[place] = tile
        return tile
    }

    private func read(_ first: UInt64, count: Int) -> [TreeHash]? {
        var bytes = [UInt8](repeating: 0, count: 32 * count)
        guard pread(file.descriptor, &bytes, bytes.count, off_t(first * 32)) == bytes.count else { return nil }
        return stride(from: 0, to: bytes.count, by: 32).compactMap { try? TreeHash(copying: bytes[$0..<$0 + 32]) }
    }
}
