import MerkleTree
import Sodium
import TransparencyLog

/// Answers with slices of the input, whatever is asked for.
private struct Slices: TileFetcher {
    let bytes: [UInt8]

    func tile(_ coordinate: TileCoordinate) throws(TreeError) -> [UInt8] {
        guard bytes.count >= 32 * coordinate.width else { throw TreeError(.missing, "there is no such tile") }
        return [UInt8](bytes.prefix(32 * coordinate.width))
    }
}

/// Paths, tiles and entry bundles come back byte for byte; a tree of any tiles and any size does no harm.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = input(start, count)
    if let coordinate = try? TileCoordinate(parsing: bytes) { demand(coordinate.path == bytes, "a path is canonical") }
    if let coordinate = try? EntriesCoordinate(parsing: bytes) {
        demand(coordinate.path == bytes, "a bundle's path is canonical")
    }
    guard let first = bytes.first, bytes.count > 9 else { return 0 }
    let width = Int(first) + 1
    let rest = [UInt8](bytes.dropFirst())
    if let bundle = try? EntryBundle(parsing: rest, width: width) {
        demand(bundle.bytes == rest, "an entry bundle is canonical")
        demand(bundle.leafHashes.count == width, "an entry bundle has its width")
    }
    if let tile = try? Tile(parsing: rest, width: width) {
        demand(tile.bytes == rest, "a tile is canonical")
    }
    readTree(size: rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, tiles: [UInt8](rest.dropFirst(8)))
    return 0
}

private func readTree(size: UInt64, tiles: [UInt8]) {
    let tree = TiledTree(size: size, from: Slices(bytes: tiles))
    if size > 0, let root = try? tree.root(size: size),
        let proof = try? InclusionProof(index: size / 3, size: size, from: tree)
    {
        demand(proof.hashes.count <= 64, "a path has at most 64 hashes")
        demand(root.bytes.array.count == 32, "a root has 32 bytes")
    }
    for level in [0, 7, 8, 63, 64, -1] { _ = try? tree.hash(level: level, index: size) }
    if size < 1 << 24 {
        demand(TileCoordinate.tiles(forSize: size).allSatisfy { $0.index <= size }, "a log has only its tiles")
    }
}
