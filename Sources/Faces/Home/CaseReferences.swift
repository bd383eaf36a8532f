public import SignedNote
public import Sodium

/// Where a case lies: nothing of its content, for titles are secret.
public struct CaseReference: Sendable, Hashable {
    private static let type: StaticString = "bevis.example/case-reference/v1"

    /// The case's random id.
    public let id: Bytes32
    /// The vault that keeps it, by its log's origin.
    public let vault: KeyName
    /// The newest case card that this person knows; `nil` before there is one.
    public let card: NoteHash?

    /// A reference of its parts.
    public init(id: Bytes32, vault: KeyName, card: NoteHash?) {
        self.id = id
        self.vault = vault
        self.card = card
    }

    /// Reads the lines that `text` writes.
    /// - Throws: `NoteError`.
    init(parsing text: [UInt8]) throws(NoteError) {
        var reader = try LineTextReader(text, type: CaseReference.type)
        let id: Digest = try reader.hash("case")
        self.init(id: id.bytes, vault: try reader.keyName("vault"), card: try reader.optionalHash("card"))
        try reader.end()
    }

    /// A type line, then `case`, `vault`, `card`.
    var text: [UInt8] {
        var writer = LineTextWriter(type: CaseReference.type)
        writer.add("case", Digest(id))
        writer.add("vault", vault)
        writer.addOptional("card", card)
        return writer.text
    }
}

/// The cases that a person has to do with: `cases/HEX` by their id.
public struct CaseReferences: Sendable {
    private let home: HomeFolder

    /// The references in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    private func file(_ id: Bytes32) -> StoredFile {
        StoredFile(path: home.path(of: "cases/" + String(decoding: Hex.encode(id.array), as: UTF8.self)))
    }

    /// Keeps a reference in place of an older one to the same case.
    /// - Throws: `HomeError.unreachable`, `.diskFull`.
    public func keep(_ reference: CaseReference) throws(HomeError) {
        _ = try home.makeFolder("cases")
        let lock = try home.lock()
        defer { withExtendedLifetime(lock) {} }
        try file(reference.id).replace(with: reference.text)
    }

    /// The reference to a case.
    /// - Throws: `HomeError.missing`, `.altered`, `.unreachable`.
    public func reference(_ id: Bytes32) throws(HomeError) -> CaseReference {
        let file = file(id)
        let bytes = try file.read()
        guard let reference = try? CaseReference(parsing: bytes), reference.id == id else {
            throw HomeError(.altered, "a case reference cannot be read", file.path)
        }
        return reference
    }

    /// All references, by case id.
    /// - Throws: as `reference(_:)`.
    public func all() throws(HomeError) -> [CaseReference] {
        var references: [CaseReference] = []
        for name in try home.names(in: "cases", suffix: "") {
            guard let id = try? Digest(hex: Array(name.utf8)) else { continue }
            references.append(try reference(id.bytes))
        }
        return references
    }
}
