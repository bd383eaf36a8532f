import AgeFile
import CustodianClient
import Dossier
import Terminal
import Vault

/// What is erased where items are named: they themselves, and what would be left of an incident or order without them.
///
/// An incident goes with all its versions and with the private notes about it. Without its newest version an earlier one
/// would count again, which she had corrected; without the incident its notes could neither be found nor erased.
struct ErasureSelection {
    /// The items, each once, with what they are called.
    private(set) var items: [(id: AgeFileID, name: String)] = []

    /// - Parameter notes: incidents whose private notes go, and nothing else of them.
    init(_ chosen: [SealedItem], notes: [UInt64], of own: OwnCase, _ desk: Desk) throws {
        items = chosen.map { ($0.id, desk.title(of: $0, own)) }
        let isOfDossier = chosen.contains { desk.known($0, own)?.kind.isDossier ?? false }
        guard isOfDossier || !notes.isEmpty else { return }
        let book = try CaseBook(desk, own)
        for history in book.file.incidents where adopt(history, "incident") || notes.contains(history.number) {
            for id in try book.privateNoteIDs(history.number) {
                add(id, "your private note about incident \(history.number)")
            }
        }
        for history in book.file.orders { adopt(history, "order") }
        for number in notes where try book.privateNoteIDs(number).isEmpty {
            throw CommandFailure(
                .unreachable, "there is no private note about incident \(number)", hint: "see: bevis incident list")
        }
    }

    /// Adds the other versions where one is chosen; whether one is.
    @discardableResult
    private mutating func adopt<Body>(_ history: History<Body>, _ word: String) -> Bool {
        let ids = Set(history.versions.map(\.id))
        guard items.contains(where: { ids.contains($0.id) }) else { return false }
        for version in history.versions {
            let place = version.body.entry.version
            add(version.id, "\(word) \(history.number), version \(place) of \(history.versions.count)")
        }
        return true
    }

    private mutating func add(_ id: AgeFileID, _ name: String) {
        if let place = items.firstIndex(where: { $0.id == id }) {
            items[place].name = name
        } else {
            items.append((id, name))
        }
    }
}
