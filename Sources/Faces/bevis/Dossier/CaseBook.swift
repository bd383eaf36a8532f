import AgeFile
import CustodianClient
import Dossier
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// A case's incidents and orders, read from the vault, and what can be written to them.
struct CaseBook {
    let desk: Desk
    let own: OwnCase
    /// All items that can be lent, in the order of their numbers.
    let items: [CaseItem]
    let file: CaseFile
    /// What the items are called, fit for a terminal.
    let titles: [AgeFileID: String]

    /// Reads the dossier of a case; what cannot be read is told and left out.
    init(_ desk: Desk, _ own: OwnCase) throws {
        self.desk = desk
        self.own = own
        let items = try desk.session.caseItems(of: own, by: desk.caller)
        var incidents: [Filed<Incident>] = []
        var orders: [Filed<Order>] = []
        var titles: [AgeFileID: String] = [:]
        var unreadable: [AgeFileID] = []
        for (place, item) in items.enumerated() {
            guard let item = item.kept else { continue }
            guard let known = desk.known(item, own) else {
                unreadable.append(item.id)
                continue
            }
            if let name = known.title?.bytes ?? known.fileName { titles[item.id] = Escaped.text(name) }
            guard known.kind.isDossier else { continue }
            do {
                let text = try CaseBook.text(of: item, desk, own)
                let attested = own.card.attests(item.ingest.signer)
                if known.kind == .incident {
                    incidents.append(
                        Filed(id: item.id, place: place, isAttested: attested, body: try Incident(parsing: text)))
                } else {
                    orders.append(
                        Filed(id: item.id, place: place, isAttested: attested, body: try Order(parsing: text)))
                }
            } catch let error where LeftOut.isOfItem(error) {
                let reason = Explanation.of(error)?.message ?? "it is damaged"
                Output(json: false).note(
                    "item \(place + 1) says that it is of the dossier, but cannot be read: \(reason)")
            }
        }
        CaseBook.tell(unreadable)
        self.items = items
        self.titles = titles
        file = CaseFile(
            incidents: incidents, orders: orders, erased: items.indices.filter { items[$0].isErased })
    }

    // An incident may be among them: nobody may take the dossier for complete.
    private static func tell(_ unreadable: [AgeFileID]) {
        guard !unreadable.isEmpty else { return }
        Output(json: false).note(
            "not looked at, because it cannot be read: \(ListedNames.text(unreadable.map { short($0) })); "
                + "see: bevis list")
    }

    private static func text(of item: SealedItem, _ desk: Desk, _ own: OwnCase) throws -> [UInt8] {
        guard try item.layout.plaintextSize <= longestText else {
            throw NoteError(.malformed, "it is longer than any text of a dossier")
        }
        var text: [UInt8] = []
        let key = try item.header.open(with: [own.keys.identity])
        try desk.session.read(item, key: key, range: nil, by: desk.caller) { text.append(contentsOf: $0) }
        return text
    }

    private static let longestText: UInt64 = 1 << 20

    // MARK: Finding

    func incident(_ number: UInt64) throws -> History<Incident> {
        guard let found = file.incidents.first(where: { $0.number == number }) else {
            throw CommandFailure(.unreachable, "there is no incident \(number)", hint: "see: bevis incident list")
        }
        return found
    }

    func order(_ number: UInt64) throws -> History<Order> {
        guard let found = file.orders.first(where: { $0.number == number }) else {
            throw CommandFailure(.unreachable, "there is no order \(number)", hint: "see: bevis order list")
        }
        return found
    }

    // MARK: Writing

    /// What the program says of a first version.
    func entry(_ number: UInt64) throws -> Entry {
        try Entry(number: number, recordedAt: Person.now(), recordedBy: try name())
    }

    /// What the program says of a correction.
    func correction<Body>(of newest: Filed<Body>, because reason: FreeText) throws -> Entry {
        try newest.body.entry.corrected(
            from: newest.id, reason: reason, recordedAt: Person.now(), recordedBy: try name())
    }

    private func name() throws -> PlainText { try Card(parsing: desk.person.card.text).name }

    /// Writes an incident down; the entry of the log.
    @discardableResult
    func write(_ incident: Incident, _ language: Language) throws -> UInt64 {
        try incident.facts.check()
        return try write(incident, .incident, "incident", Phrase.incident.text(language)) {
            $0.captured = incident.facts.occurred.from?.timestamp
        }
    }

    /// Writes an order down; the entry of the log.
    @discardableResult
    func write(_ order: Order, _ language: Language) throws -> UInt64 {
        try order.facts.check()
        return try write(order, .order, "order", Phrase.order.text(language)) { _ in }
    }

    private func write(
        _ body: some DossierBody, _ kind: ItemKind, _ file: String, _ title: StaticString,
        _ adapt: @escaping (inout Description) -> Void
    ) throws -> UInt64 {
        let intake = try intake(body, kind, file, title, adapt)
        let (_, receipt) = try desk.session.add(intake, to: own, by: desk.caller) { _ in }
        return receipt.proof.index
    }

    private func intake(
        _ body: some DossierBody, _ kind: ItemKind, _ file: String, _ title: StaticString,
        _ adapt: @escaping (inout Description) -> Void
    ) throws -> VaultSession.Intake {
        let text = body.text
        guard text.count <= Int(CaseBook.longestText) else {
            throw CommandFailure(
                .refused, "the text is longer than 1 MiB", hint: "keep long texts as items of their own")
        }
        let entry = body.entry
        return VaultSession.Intake(source: IngestSource(text: text)) { content in
            var description = Description(
                of: content, kind: kind, recorded: entry.recordedAt,
                title: try PlainText(Array("\(title) \(entry.number)".utf8)),
                fileName: Array("\(file)-\(entry.number)-\(entry.version).txt".utf8),
                mediaType: try MediaType(Array("text/plain".utf8)))
            adapt(&description)
            return description
        }
    }

    // MARK: Private notes

    /// The owner's private note about an incident, in its newest version.
    func privateNote(_ number: UInt64) throws -> PrivateNote? {
        try privateNotes().last { $0.body.entry.number == number }?.body
    }

    /// The items that hold an incident's private note, all versions of it.
    func privateNoteIDs(_ number: UInt64) throws -> [AgeFileID] {
        try privateNotes().filter { $0.body.entry.number == number }.map(\.id)
    }

    private func privateNotes() throws -> [Filed<PrivateNote>] {
        var notes: [Filed<PrivateNote>] = []
        for (place, item) in try desk.session.privateItems(of: own, by: desk.caller).enumerated() {
            var text = try desk.session.read(item, of: own, by: desk.caller).withUnsafeBytes { [UInt8]($0) }
            defer { Wipe.array(&text) }
            do {
                notes.append(Filed(id: item.id, place: place, isAttested: true, body: try PrivateNote(parsing: text)))
            } catch {
                Output(json: false).note("the private note \(short(item.id)) cannot be read: \(error.reason)")
            }
        }
        return notes
    }

    /// Keeps a private note about an incident, for the owner alone; the entry of the log.
    @discardableResult
    func keepPrivate(_ text: FreeText, about number: UInt64) throws -> UInt64 {
        let before = try privateNotes().last { $0.body.entry.number == number }
        let entry =
            try before.map { try correction(of: $0, because: try FreeText(Array("replaced".utf8))) } ?? entry(number)
        // Its title says nothing: only the owner's own program ever opens it.
        let intake = try intake(PrivateNote(entry, text), .privateNote, "note", "Note") { _ in }
        return try desk.session.addPrivately(intake, to: own, by: desk.caller).receipt.proof.index
    }
}
