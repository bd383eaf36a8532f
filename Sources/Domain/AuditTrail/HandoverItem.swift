public import AgeFile
public import Sharing
public import SignedNote
public import Sodium

/// What a handover folder says of one item: where its original lies, and what ties it to the log.
public struct HandoverItem: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/handover-item/v1"

    /// A file that was made from the original.
    public struct Copy: Hashable, Sendable {
        /// What it is for.
        public enum Kind: UInt8, CaseIterable, Sendable {
            /// A picture out of it.
            case still
            /// The same in a form that plays everywhere.
            case playable
            /// Without the place that the original holds.
            case withoutPlace

            fileprivate var literal: StaticString {
                switch self {
                case .still: "still"
                case .playable: "playable"
                case .withoutPlace: "without-place"
                }
            }

            fileprivate var word: [UInt8] { NoteText.bytes(literal) }
        }

        /// Its path from the folder.
        public let path: PlainText
        /// What it is for.
        public let kind: Kind
        /// The program that made it, and how it was told to.
        public let tool: PlainText

        /// A copy of its parts.
        public init(path: PlainText, kind: Kind, tool: PlainText) {
            self.path = path
            self.kind = kind
            self.tool = tool
        }
    }

    /// The item's id.
    public let item: AgeFileID
    /// Its number as an exhibit; `nil` for the text of an incident or order.
    public let exhibit: UInt64?
    /// The original's path from the folder; `nil` where it is not handed over.
    public let file: PlainText?
    /// Bytes of the original.
    public let size: UInt64
    /// SHA-256 of the original.
    public let digest: Digest
    /// The salt of the ingest record's commitment to the original.
    public let salt: Nonce
    /// Text hash of the ingest record.
    public let ingest: NoteHash
    /// Index of the leaf that took it in.
    public let entry: UInt64
    /// What was made from the original.
    public let copies: [Copy]

    /// What is said of an item, field by field.
    public init(
        item: AgeFileID, exhibit: UInt64?, file: PlainText?, size: UInt64, digest: Digest, salt: Nonce,
        ingest: NoteHash, entry: UInt64, copies: [Copy]
    ) {
        self.item = item
        self.exhibit = exhibit
        self.file = file
        self.size = size
        self.digest = digest
        self.salt = salt
        self.ingest = ingest
        self.entry = entry
        self.copies = copies
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        item = try reader.hash("item")
        exhibit = try reader.optionalNumber("exhibit")
        file = try reader.handoverText("file")
        size = try reader.number("size")
        digest = try reader.hash("sha256")
        salt = try reader.hash("salt")
        ingest = try reader.hash("ingest")
        entry = try reader.number("entry")
        var copies: [Copy] = []
        while reader.isNext("copy") {
            let path = try PlainText(try reader.value("copy"))
            let word = try reader.value("copy-kind")
            guard let kind = Copy.Kind.allCases.first(where: { $0.word == word }) else {
                throw NoteError(.malformedValue, "a copy is of a kind that is not known here")
            }
            copies.append(Copy(path: path, kind: kind, tool: try PlainText(try reader.value("copy-tool"))))
        }
        self.copies = copies
        let paths = copies.map { $0.path } + [file].compactMap { $0 }
        guard Set(paths).count == paths.count, exhibit != 0 else {
            throw NoteError(.malformedValue, "an item of a handover names a file twice, or is exhibit 0")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("item", item)
        writer.addOptional("exhibit", exhibit)
        writer.handoverText("file", file)
        writer.add("size", size)
        writer.add("sha256", digest)
        writer.add("salt", salt)
        writer.add("ingest", ingest)
        writer.add("entry", entry)
        for copy in copies {
            writer.write("copy", copy.path.bytes)
            writer.write("copy-kind", copy.kind.word)
            writer.write("copy-tool", copy.tool.bytes)
        }
    }
}
