import SignedNote
public import Sodium

/// To which machines the keys of a case were sealed when this person last looked. Whoever uses the recovery sheet
/// elsewhere adds one.
public struct KnownMachines: Sendable, Equatable {
    private static let type: StaticString = "bevis.example/case-machines/v1"

    /// The machines' age recipients, as texts.
    public let recipients: [[UInt8]]

    /// Machines by their recipients.
    public init(_ recipients: [[UInt8]]) { self.recipients = recipients }

    /// Reads the lines that `text` writes.
    /// - Throws: `NoteError`.
    init(parsing text: [UInt8]) throws(NoteError) {
        var reader = try LineTextReader(text, type: KnownMachines.type)
        recipients = try reader.list("machine")
        try reader.end()
    }

    /// A type line, then `machine` lines.
    /// - Throws: `NoteError` for what is no line.
    func text() throws(NoteError) -> [UInt8] {
        var writer = LineTextWriter(type: KnownMachines.type)
        for recipient in recipients { try writer.add("machine", recipient) }
        return writer.text
    }
}

/// The machines of a person's cases: `machines/HEX` by the case's id.
public struct CaseMachines: Sendable {
    private let home: HomeFolder

    /// The machines in a home folder; nothing is read.
    public init(_ home: HomeFolder) { self.home = home }

    private func file(_ id: Bytes32) -> StoredFile {
        StoredFile(path: home.path(of: "machines/" + String(decoding: Hex.encode(id.array), as: UTF8.self)))
    }

    /// What was remembered of a case; `nil` where nothing was.
    /// - Throws: `HomeError.altered`, `.unreachable`.
    public func known(of id: Bytes32) throws(HomeError) -> KnownMachines? {
        let file = file(id)
        guard file.exists else { return nil }
        let bytes = try file.read()
        guard let machines = try? KnownMachines(parsing: bytes) else {
            throw HomeError(.altered, "what is remembered of a case's machines cannot be read", file.path)
        }
        return machines
    }

    /// Remembers a case's machines, in place of those before.
    /// - Throws: `HomeError.unreachable`, `.diskFull`; `.altered` for texts that are no lines.
    public func keep(_ machines: KnownMachines, of id: Bytes32) throws(HomeError) {
        _ = try home.makeFolder("machines")
        let lock = try home.lock()
        defer { withExtendedLifetime(lock) {} }
        guard let text = try? machines.text() else {
            throw HomeError(.altered, "what is remembered of a case's machines cannot be written", file(id).path)
        }
        try file(id).replace(with: text)
    }
}
