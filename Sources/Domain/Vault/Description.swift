public import Sharing
public import SignedNote
public import Sodium

/// An item's own facts: a line text that is sealed as an age file of its own, so that they can be listed, and lent,
/// apart from the content. Nothing in it is secret from whoever may open it, and nothing of it is public.
public struct Description: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/description/v1"
    /// Longer notes belong in an item of their own.
    public static let maximumNoteSize = 1 << 18

    /// What its keeper calls it.
    public var title: PlainText?
    /// What it is.
    public var kind: ItemKind
    /// The original's name as found, any bytes, one or more: hostile until escaped by whoever shows or writes it.
    public var fileName: [UInt8]?
    /// The original's media type, stated or guessed.
    public var mediaType: MediaType?
    /// Bytes of the original.
    public var size: UInt64
    /// SHA-256 of the original.
    public var digest: Digest
    /// Keeps the ingest record's commitment to the digest from being guessed at.
    public var salt: Nonce
    /// When it was taken in.
    public var recorded: Timestamp
    /// When it was made, as its keeper or its device states.
    public var captured: Timestamp?
    /// The file's own time as found.
    public var modified: Timestamp?
    /// Where it was made, as stated.
    public var place: PlainText?
    /// Free text in UTF-8, lines allowed, one byte or more: to be escaped by whoever shows it.
    public var note: [UInt8]?
    /// What the file says of itself, as found and unchecked, beside what is stated above.
    public var found = Found()

    /// What a file says of itself; each made fit for one line by whoever found it.
    public struct Found: Equatable, Sendable {
        /// When it was made, in the file's own words.
        public var captured: PlainText?
        /// Which device made it.
        public var device: PlainText?
        /// Where: a position. Whoever lends the file lends that too.
        public var place: PlainText?
        /// Which program wrote it.
        public var software: PlainText?

        /// Facts of their fields.
        public init(
            captured: PlainText? = nil, device: PlainText? = nil, place: PlainText? = nil, software: PlainText? = nil
        ) {
            self.captured = captured
            self.device = device
            self.place = place
            self.software = software
        }
    }

    /// The facts of an original that was sealed, with a fresh salt; the rest may be set before sealing.
    public init(
        of content: SealedContent, kind: ItemKind, recorded: Timestamp, title: PlainText? = nil,
        fileName: [UInt8]? = nil, mediaType: MediaType? = nil
    ) {
        self.title = title
        self.kind = kind
        self.fileName = fileName
        self.mediaType = mediaType
        size = content.originalSize
        digest = content.originalDigest
        salt = Random.value()
        self.recorded = recorded
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        title = try reader.optionalText("title")
        guard let kind = ItemKind(word: try reader.value("kind")) else {
            throw NoteError(.malformedValue, "a description names a kind that is not known here")
        }
        self.kind = kind
        fileName = try reader.optionalBase64("file-name")
        if let type = try reader.optionalValue("media-type") { mediaType = try MediaType(type) }
        size = try reader.number("size")
        digest = try reader.hash("sha256")
        salt = try reader.hash("salt")
        recorded = try reader.timestamp("recorded")
        captured = try reader.optionalTimestamp("captured")
        modified = try reader.optionalTimestamp("modified")
        place = try reader.optionalText("place")
        note = try reader.optionalBase64("note")
        found = Found(
            captured: try reader.found("found-captured"), device: try reader.found("found-device"),
            place: try reader.found("found-place"), software: try reader.found("found-software"))
        try check()
    }

    public func write(to writer: inout LineTextWriter) {
        writer.writeOptional("title", title?.bytes)
        writer.write("kind", kind.word)
        writer.writeOptional("file-name", fileName.map { Base64.encode($0, .padded) })
        writer.writeOptional("media-type", mediaType?.bytes)
        writer.add("size", size)
        writer.add("sha256", digest)
        writer.add("salt", salt)
        writer.add("recorded", recorded)
        writer.addOptional("captured", captured)
        writer.addOptional("modified", modified)
        writer.writeOptional("place", place?.bytes)
        writer.writeOptional("note", note.map { Base64.encode($0, .padded) })
        // Nobody looked, or nothing was found: no line, as in descriptions from before there were such lines.
        if let text = found.captured { writer.write("found-captured", text.bytes) }
        if let text = found.device { writer.write("found-device", text.bytes) }
        if let text = found.place { writer.write("found-place", text.bytes) }
        if let text = found.software { writer.write("found-software", text.bytes) }
    }

    /// What the ingest record says of the original.
    public var originalCommitment: Digest { IngestRecord.commitment(toOriginal: digest, salt: salt) }

    /// Refuses values that could not be read again.
    func check() throws(NoteError) {
        if let fileName {
            guard !fileName.isEmpty, !fileName.contains(0) else {
                throw NoteError(.malformedValue, "a file name is empty or holds a zero byte")
            }
        }
        if let note {
            guard (1...Description.maximumNoteSize).contains(note.count), NoteText.isUTF8(note) else {
                throw NoteError(.malformedValue, "a description's note is empty, longer than 256 KiB or not UTF-8")
            }
        }
    }
}

extension LineTextReader {
    fileprivate mutating func found(_ key: StaticString) throws(NoteError) -> PlainText? {
        isNext(key) ? try PlainText(try value(key)) : nil
    }

    fileprivate mutating func optionalText(_ key: StaticString) throws(NoteError) -> PlainText? {
        guard let value = try optionalValue(key) else { return nil }
        return try PlainText(value)
    }
}

extension LineTextWriter {
    fileprivate mutating func writeOptional(_ key: StaticString, _ value: [UInt8]?) {
        write(key, value ?? NoteText.bytes("none"))
    }
}
