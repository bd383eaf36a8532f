public import MerkleTree

/// The consecutive entries of one bundle: 1 to 256, each after its length in two big-endian bytes (tlog-tiles).
public struct EntryBundle: Hashable, Sendable {
    /// The longest entry in bytes.
    public static let maximumEntrySize = 65_535

    /// The entries in order.
    public let entries: [[UInt8]]

    /// Wraps 1 to 256 entries of at most 65,535 bytes.
    /// - Throws: `LogError.malformed` for another number, `.tooLarge` for a longer entry.
    public init(entries: [[UInt8]]) throws(LogError) {
        guard (1...TilePath.fullWidth).contains(entries.count) else {
            throw LogError(.malformed, "an entry bundle holds 1 to 256 entries")
        }
        guard entries.allSatisfy({ $0.count <= EntryBundle.maximumEntrySize }) else {
            throw LogError(.tooLarge, "a log entry has more than 65,535 bytes")
        }
        self.entries = entries
    }

    /// Reads exactly `width` entries; no byte may be left over.
    /// - Throws: `LogError.malformed`.
    public init(parsing bytes: [UInt8], width: Int) throws(LogError) {
        var entries: [[UInt8]] = []
        var position = 0
        while position < bytes.count {
            guard position + 2 <= bytes.count, entries.count < width else {
                throw LogError(.malformed, "an entry bundle does not hold the expected number of entries")
            }
            let start = position + 2
            let end = start + Int(bytes[position]) << 8 + Int(bytes[position + 1])
            guard end <= bytes.count else { throw LogError(.malformed, "an entry bundle is cut off") }
            entries.append([UInt8](bytes[start..<end]))
            position = end
        }
        guard entries.count == width else {
            throw LogError(.malformed, "an entry bundle does not hold the expected number of entries")
        }
        try self.init(entries: entries)
    }

    /// Lengths and entries.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
        for entry in entries { bytes += [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)] + entry }
        return bytes
    }

    /// The leaf hashes of the entries: what the level 0 tile of the same index and width holds.
    public var leafHashes: [TreeHash] { entries.map { TreeHash.leaf($0) } }
}
