public import MerkleTree
public import SignedNote
internal import Sodium

/// The head of a log: how many leaves it has and their root (tlog-checkpoint, without extension lines).
public struct Checkpoint: Hashable, Sendable {
    /// The log's identity, and the name of the keys that sign for it.
    public let origin: KeyName
    /// Number of leaves.
    public let size: UInt64
    /// The root over all leaves.
    public let root: TreeHash

    /// States a head.
    public init(origin: KeyName, size: UInt64, root: TreeHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads three lines: origin, size in decimal, padded base64 of the root. Nothing may follow.
    /// - Throws: `LogError.malformed`.
    public init(parsing text: [UInt8]) throws(LogError) {
        let lines = text.split(separator: NoteText.lineFeed, omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty else {
            throw LogError(.malformed, "a checkpoint does not have three lines")
        }
        guard let origin = try? KeyName(lines[0]) else {
            throw LogError(.malformed, "a checkpoint's origin is not a log name")
        }
        guard let size = NoteText.number(lines[1]) else {
            throw LogError(.malformed, "a checkpoint's size is not a decimal number")
        }
        self.init(origin: origin, size: size, root: try TreeHash(base64: lines[2]))
    }

    /// The three lines that the log signs.
    public var text: [UInt8] {
        origin.bytes + [NoteText.lineFeed] + NoteText.decimal(size) + [NoteText.lineFeed] + root.base64
            + [NoteText.lineFeed]
    }
}

extension TreeHash {
    /// Padded base64, 44 characters.
    var base64: [UInt8] { Base64.encode(bytes.array, .padded) }

    init(base64 text: some Collection<UInt8>) throws(LogError) {
        guard let bytes = try? Base64.decode([UInt8](text), .padded), let hash = try? TreeHash(copying: bytes) else {
            throw LogError(.malformed, "a hash is not canonical base64 of 32 bytes")
        }
        self = hash
    }
}
