import AuditTrail
import MerkleTree
import Sodium
import Synchronization
import Terminal
import TransparencyLog

/// The log of a bundle as its entries tell it: every hash is computed from them, and the tiles are compared with it.
final class CheckedLog: TreeReader, Sendable {
    /// Number of leaves.
    let size: UInt64
    /// What does not fit.
    let findings: [Finding]
    private let folder: BundleFolder
    /// Hashes of the complete subtrees over 256 leaves, and above.
    private let upper: MemoryTree
    private let pages = Mutex<[UInt64: MemoryTree]>([:])
    private static let pageLimit = 256
    /// Hashes of the leaves on the last page, where it is not full.
    private let last: [TreeHash]
    /// Pages of entries that are found missing, about, before the rest is not looked at.
    private static let mostMissing = 1_000

    /// What one page of entries came to.
    private struct Page: Sendable {
        var root: TreeHash?
        /// Of a page that is not full, its leaves instead.
        var leaves: [TreeHash] = []
        var finding: Finding?
        var isReadable = true
    }

    /// Whether every entry could be read.
    let isComplete: Bool

    init(_ folder: BundleFolder, size: UInt64, isQuiet: Bool) {
        self.folder = folder
        self.size = size
        var findings: [Finding] = []
        var roots: [TreeHash] = []
        var missing = 0
        var last: [TreeHash] = []
        var progress = Progress("checking the log", total: size * 50, quiet: isQuiet)
        // A log of any length can be signed: who looks for what is not there has seen enough soon.
        for start in stride(from: 0, to: size, by: 256 * 256) where missing < CheckedLog.mostMissing {
            let batch = EntriesCoordinate.newBundles(from: start, to: min(size, start + 256 * 256))
            for page in Workers().map(batch, { CheckedLog.check($0, folder) }) {
                if let finding = page.finding { findings.append(finding) }
                if let root = page.root { roots.append(root) } else { last = page.leaves }
                if !page.isReadable { missing += 1 }
            }
            progress.update(min(size, start + 256 * 256) * 50)
        }
        progress.finish()
        let isComplete = missing == 0
        if isComplete { findings += CheckedLog.checkUpperTiles(roots, size, folder) }
        upper = MemoryTree(roots)
        self.last = last
        self.isComplete = isComplete
        self.findings = findings
    }

    private static func check(_ coordinate: EntriesCoordinate, _ folder: BundleFolder) -> Page {
        guard let hashes = leafHashes(coordinate, folder), let tile = try? Tile(hashes: hashes),
            let place = try? TileCoordinate(level: 0, index: coordinate.index, width: coordinate.width)
        else {
            return Page(
                finding: Finding(
                    .entriesDiffer, index: coordinate.index * 256, object: BundleLayout.entries(coordinate)),
                isReadable: false)
        }
        var page = Page(finding: compare(tile, place, folder))
        if coordinate.isFull { page.root = try? tile.root(height: 8, index: 0) } else { page.leaves = hashes }
        return page
    }

    private static func leafHashes(_ coordinate: EntriesCoordinate, _ folder: BundleFolder) -> [TreeHash]? {
        entries(coordinate, folder)?.leafHashes
    }

    private static func entries(_ coordinate: EntriesCoordinate, _ folder: BundleFolder) -> EntryBundle? {
        guard let bytes = try? folder.read(BundleLayout.entries(coordinate), limit: 1 << 25) else { return nil }
        return try? EntryBundle(parsing: bytes, width: coordinate.width)
    }

    private static func compare(_ tile: Tile, _ place: TileCoordinate, _ folder: BundleFolder) -> Finding? {
        let path = BundleLayout.tile(place)
        guard let bytes = try? folder.read(path), bytes == tile.bytes else {
            let index = place.level == 0 ? place.index * 256 : nil
            return Finding(.tileDiffers, index: index, object: path)
        }
        return nil
    }

    private static func checkUpperTiles(_ roots: [TreeHash], _ size: UInt64, _ folder: BundleFolder) -> [Finding] {
        var findings: [Finding] = []
        var row = roots
        var level = 1
        while !row.isEmpty {
            var next: [TreeHash] = []
            for start in stride(from: 0, to: row.count, by: 256) {
                let hashes = [TreeHash](row[start..<min(start + 256, row.count)])
                guard let tile = try? Tile(hashes: hashes),
                    let place = try? TileCoordinate(level: level, index: UInt64(start / 256), width: hashes.count)
                else { continue }
                if let finding = compare(tile, place, folder) { findings.append(finding) }
                if let root = try? tile.root(height: 8, index: 0), hashes.count == 256 { next.append(root) }
            }
            row = next
            level += 1
        }
        return findings
    }

    /// The entries of a page, 256 or, on the last one, fewer; `nil` where they are not those that were checked: a folder
    /// can change, or answer twice in two ways.
    func entries(page: UInt64) -> [[UInt8]]? {
        let width = Int(min(size - page * 256, 256))
        guard let coordinate = try? EntriesCoordinate(index: page, width: width),
            let bundle = CheckedLog.entries(coordinate, folder)
        else { return nil }
        let hashes = bundle.leafHashes
        guard coordinate.isFull else { return hashes == last ? bundle.entries : nil }
        guard let tile = try? Tile(hashes: hashes), let root = try? tile.root(height: 8, index: 0),
            (try? upper.hash(level: 0, index: page)) == root
        else { return nil }
        return bundle.entries
    }

    func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash {
        if level >= 8 { return try upper.hash(level: level - 8, index: index) }
        let page = index >> UInt64(8 - level)
        guard page * 256 < size, let tree = tree(ofPage: page) else {
            throw TreeError(.missing, "a hash beyond the log was asked for")
        }
        return try tree.hash(level: level, index: index - page << UInt64(8 - level))
    }

    private func tree(ofPage page: UInt64) -> MemoryTree? {
        if let known = pages.withLock({ $0[page] }) { return known }
        guard let entries = entries(page: page) else { return nil }
        let tree = MemoryTree(entries.map { TreeHash.leaf($0) })
        pages.withLock {
            if $0.count >= CheckedLog.pageLimit { $0.removeAll() }
            $0[page] = tree
        }
        return tree
    }
}
