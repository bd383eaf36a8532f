import AgeFile
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

// The items of a person's case. Anybody with a card can add one that her key does not open: no command may fail because
// of an item that it was not asked for.
extension Desk {
    /// An item with its description.
    typealias Described = (item: SealedItem, description: Description)

    /// The items that were named by number or the first digits of their ids.
    func items(_ names: [String], of own: OwnCase) throws -> [SealedItem] {
        let all = try session.caseItems(of: own, by: caller)
        return try names.map { name in
            guard let item = try Desk.pick(name, from: all, id: \.id).kept else {
                throw CommandFailure(.refused, "the item \(Escaped.quoted(name)) was erased")
            }
            return item
        }
    }

    static func pick<Item>(_ name: String, from all: [Item], id: (Item) -> AgeFileID) throws -> Item {
        if let number = Int(name), number >= 1, name.utf8.count < 12 {
            guard number <= all.count else { throw unknownItem(name) }
            return all[number - 1]
        }
        let matching = all.filter { string(id($0).hex).hasPrefix(name.lowercased()) }
        guard let item = matching.first, matching.count == 1, name.utf8.count >= 6 else { throw unknownItem(name) }
        return item
    }

    private static func unknownItem(_ name: String) -> CommandFailure {
        CommandFailure(
            .unreachable, "there is no item \(Escaped.quoted(name))",
            hint:
                "its number is in 'bevis list' (with --grant or --lent for what is lent to you); of an id, six digits do"
        )
    }

    /// The item that was named by number or the first digits of its id.
    func item(_ name: String, of own: OwnCase) throws -> SealedItem {
        guard let item = try items([name], of: own).first else { throw Desk.unknownItem(name) }
        return item
    }

    // MARK: Descriptions

    /// The description of an item that was asked for.
    /// - Throws: `CommandFailure` where the item cannot be read.
    func description(of item: SealedItem, _ own: OwnCase) throws -> Description {
        guard let known = known(item, own) else {
            throw CommandFailure(
                .refused, "item \(short(item.id)) cannot be read: the case's key does not open it, or it is damaged",
                hint: "whoever added it made it so; to have it destroyed: bevis erase \(short(item.id))")
        }
        return known
    }

    /// The description of an item; `nil` where the item cannot be read: the case key does not open its files, they are
    /// not under the keys that were signed, or the description does not parse.
    func known(_ item: SealedItem, _ own: OwnCase) -> Description? {
        guard let keys = try? item.keys(of: own) else { return nil }
        return try? Description(opening: item.description, id: item.descriptionFacts.id, with: keys.description)
    }

    /// The items of a case that can be read, with their descriptions.
    func readableItems(of own: OwnCase) throws -> [Described] {
        readable(try session.items(of: own, by: caller), own)
    }

    /// Those of some items that can be read, with their descriptions.
    func readable(_ items: [SealedItem], _ own: OwnCase) -> [Described] {
        items.compactMap { item in known(item, own).map { (item, $0) } }
    }

    /// What the items of a case are called, quoted and fit for a terminal.
    func titles(of own: OwnCase) throws -> [AgeFileID: String] {
        var titles: [AgeFileID: String] = [:]
        for (item, known) in try readableItems(of: own) { titles[item.id] = known.quotedName }
        return titles
    }

    /// What an item is called, for a person who is about to do something with it.
    func title(of item: SealedItem, _ own: OwnCase) -> String {
        guard let known = known(item, own) else { return "(cannot be read)" }
        return known.shortName ?? "(no title)"
    }
}

extension Description {
    /// The title, or else the file's name, quoted and fit for a terminal.
    fileprivate var quotedName: String? { (title?.bytes ?? fileName).map { Escaped.quoted($0) } }

    /// As `quotedName`, cut to what fits beside others.
    fileprivate var shortName: String? { (title?.bytes ?? fileName).map { "'\(Escaped.text($0, limit: 60))'" } }
}

/// Items that a command left out because they cannot be read, told together at its end.
struct LeftOut {
    /// What became of most of them, in the singular and in the plural.
    static let fate = (one: "was left out", many: "were left out")
    private var ids: [AgeFileID]
    /// Whether one of them is not as it was signed, or was not given.
    private var isDamaged = false

    init(_ ids: [AgeFileID] = []) { self.ids = ids }

    /// Takes down an item that failed; what is not the item's own fault is thrown on.
    mutating func add(_ id: AgeFileID, because error: any Error) throws {
        guard LeftOut.isOfItem(error) else { throw error }
        ids.append(id)
        isDamaged = true
        let reason = Explanation.of(error)?.message ?? "it cannot be read"
        Output(json: false).note("item \(short(id)): \(reason)")
    }

    /// Takes down an item that cannot be read.
    mutating func add(_ id: AgeFileID) { ids.append(id) }

    /// Ends a command that was asked for everything and could not give all.
    /// - Parameter fate: what became of them, after "cannot be read and": in the singular and in the plural.
    /// - Throws: `CommandFailure` where something was left out.
    func check(_ fate: (one: String, many: String)) throws {
        guard !ids.isEmpty else { return }
        let count = ids.count == 1 ? "1 item" : "\(ids.count) items"
        let words = "\(count) cannot be read and \(ids.count == 1 ? fate.one : fate.many)"
        throw CommandFailure(
            isDamaged ? .refused : .incomplete, "\(words): \(list)",
            hint: isDamaged
                ? "everything else is complete; ask the vault's operator for a backup of what is damaged"
                : "everything else is complete; see: bevis list; to have one destroyed: bevis erase ID")
    }

    private var list: String { ListedNames.text(ids.map { short($0) }) }

    /// Whether an error is about one item alone, and not about the vault or the disk.
    static func isOfItem(_ error: any Error) -> Bool {
        switch error {
        case is AgeError, is VaultError, is NoteError: true
        case let error as ClientError: [.refused, .unknown, .malformed, .notProven].contains(error.code)
        default: false
        }
    }
}

/// A few names out of many.
enum ListedNames {
    private static let most = 10

    /// The first names as a list for people, and how many more there are.
    static func few(_ names: [String]) -> [String] {
        guard names.count > most else { return names }
        return names.prefix(most) + ["and \(names.count - most) more"]
    }

    /// As `few`, on one line.
    static func text(_ names: [String]) -> String { few(names).joined(separator: ", ") }
}
