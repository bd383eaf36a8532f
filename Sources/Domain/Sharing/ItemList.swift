public import AgeFile
public import MerkleTree
public import SignedNote
public import Sodium

/// Which of an item's two files an entry of an item list speaks of.
public enum ListedKind: UInt8, NoteWord, Comparable {
    case content, description

    var literal: StaticString {
        switch self {
        case .content: "content"
        case .description: "description"
        }
    }

    public static func < (left: ListedKind, right: ListedKind) -> Bool { left.rawValue < right.rawValue }
}

/// One age file that a grant lends.
public struct ListedFile: Sendable, Equatable {
    /// Content or description.
    public let kind: ListedKind
    /// The id of the item that it belongs to: its content's.
    public let item: AgeFileID
    /// The file's own id; equal to `item` for a content.
    public let id: AgeFileID
    /// SHA-256(`bevis/v1/p`, gid, id, part).
    public let part: Digest
    /// SHA-256 of the capsule.
    public let capsule: Digest

    /// An entry of its fields.
    public init(kind: ListedKind, item: AgeFileID, id: AgeFileID, part: Digest, capsule: Digest) {
        self.kind = kind
        self.item = item
        self.id = id
        self.part = part
        self.capsule = capsule
    }

    /// The entry of the list's tree: the words of its line, each behind one space.
    public var entry: [UInt8] {
        kind.word + [0x20] + item.hex + [0x20] + id.hex + [0x20] + part.hex + [0x20] + capsule.hex
    }

    /// Reads an entry of a list's tree.
    /// - Throws: `NoteError.malformedValue`.
    package init(entry: [UInt8]) throws(NoteError) {
        let words = entry.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 5, let kind = ListedKind.allCases.first(where: { $0.word == [UInt8](words[0]) }),
            let item = try? AgeFileID(hex: words[1]), let id = try? AgeFileID(hex: words[2]),
            let part = try? Digest(hex: words[3]), let capsule = try? Digest(hex: words[4]),
            kind == .description || item == id
        else { throw NoteError(.malformedValue, "an entry of an item list is malformed") }
        self.init(kind: kind, item: item, id: id, part: part, capsule: capsule)
    }
}

/// The files that a grant lends. The grant's note carries the root of the tree over the entries and their number;
/// entries that are erased, or not for the reader, stand as their hashes alone.
public struct ItemList: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/item-list/v1"

    /// An entry, or only its leaf hash.
    public enum Entry: Sendable, Equatable {
        case file(ListedFile)
        case hidden(TreeHash)

        var hash: TreeHash {
            switch self {
            case .file(let file): TreeHash.leaf(file.entry)
            case .hidden(let hash): hash
            }
        }
    }

    /// The grant.
    public let grantID: GrantID
    /// In the order of the tree.
    public let entries: [Entry]

    /// A list of its entries.
    public init(grantID: GrantID, entries: [Entry]) {
        self.grantID = grantID
        self.entries = entries
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        var entries: [Entry] = []
        for value in try reader.list("entry") {
            let hidden: [UInt8] = ListedWord.hidden + [0x20]
            if value.starts(with: hidden) {
                guard let hash = try? TreeHash(hex: value.dropFirst(hidden.count)) else {
                    throw NoteError(.malformedValue, "a hidden entry of an item list is malformed")
                }
                entries.append(.hidden(hash))
            } else {
                entries.append(.file(try ListedFile(entry: value)))
            }
        }
        self.entries = entries
        guard Set(files.map({ $0.id })).count == files.count else {
            throw NoteError(.malformedValue, "an item list names a file twice")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        for entry in entries {
            switch entry {
            case .file(let file): writer.write("entry", file.entry)
            case .hidden(let hash): writer.write("entry", ListedWord.hidden + [0x20] + hash.hex)
            }
        }
    }

    /// The entries that can be seen.
    public var files: [ListedFile] {
        entries.compactMap { entry in
            if case .file(let file) = entry { file } else { nil }
        }
    }

    /// The path from an entry to the root.
    /// - Throws: `TreeError` for an index beyond the list.
    public func proof(at index: Int) throws(TreeError) -> InclusionProof {
        try InclusionProof(
            index: UInt64(max(0, index)), size: UInt64(entries.count), from: EntryHashes(entries.map { $0.hash }))
    }

    /// Root of the tree over all entries.
    public var root: TreeHash {
        var tree = TreeBuilder()
        for entry in entries { tree.append(entry.hash) }
        return tree.root
    }

    /// Whether this is the list that `grant` names.
    public func belongs(to grant: Grant) -> Bool {
        grantID == grant.id && root == grant.listRoot && UInt64(entries.count) == grant.listSize
    }
}

/// Hashes of complete subtrees over a list's entries.
private struct EntryHashes: TreeReader {
    private let leaves: [TreeHash]

    init(_ leaves: [TreeHash]) { self.leaves = leaves }

    func hash(level: Int, index: UInt64) throws(TreeError) -> TreeHash {
        let (start, count) = (index << UInt64(level), UInt64(1) << UInt64(level))
        guard start + count <= UInt64(leaves.count) else {
            throw TreeError(.missing, "a hash beyond an item list was asked for")
        }
        var tree = TreeBuilder()
        for leaf in leaves[Int(start)..<Int(start + count)] { tree.append(leaf) }
        return tree.root
    }
}

private enum ListedWord {
    static let hidden: [UInt8] = Array("hidden".utf8)
}
