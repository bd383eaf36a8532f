import AgeFile
import AuditTrail
import Camera
import CustodianClient
import Dossier
import Handover
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// What a handover is made of: the order, incidents in the order of their time, and exhibits by their numbers.
struct HandoverPlan {
    /// An item that is handed over as an exhibit.
    struct Exhibit {
        let number: UInt64
        let item: SealedItem
        let known: Description
        /// How it was saved and where the original is, as the incidents say.
        let stated: [Dossier.Exhibit]
        /// The incidents that name it.
        let incidents: [UInt64]
        /// The time captured with the error of the device's clock taken out.
        let corrected: CorrectedTime?
        /// Whether the owner or a device of hers took it in.
        let isAttested: Bool
        /// The device that took it in; `nil` for the owner.
        let device: String?
        /// What the file says of itself.
        let found: Description.Found
        /// Whether somebody looked for that, or there is nothing to look for.
        let isSearched: Bool

        /// Lines of a plain text that may tell where somebody can be found, and what they seem to hold.
        let telling: (text: String, kinds: [Sensitive])?

        /// The name for its file: ASCII, safe on every system.
        var fileName: String { SafeName(known.fileName ?? []).text }
    }

    let book: CaseBook
    let order: History<Order>
    /// The first one first; those of which no time is known come last.
    let incidents: [History<Incident>]
    let exhibits: [Exhibit]
    /// Numbers of exhibits that were erased.
    let erased: [UInt64]
    /// Exhibits that cannot be read.
    let unreadable: [AgeFileID]

    /// Chooses what was named; all incidents, and all that they name, where nothing was.
    init(_ book: CaseBook, order: UInt64, incidents: [UInt64], items: [String]) throws {
        self.book = book
        self.order = try book.order(order)
        let chosen = try incidents.isEmpty ? book.file.incidents : Set(incidents).map { try book.incident($0) }
        self.incidents =
            Timeline(
                CaseFile(incidents: chosen.flatMap(\.versions), orders: [], erased: [])
            ).chronological
        let picker = try ExhibitPicker(book)
        (exhibits, erased, unreadable) = try picker.exhibits(of: self.incidents, and: items)
    }

    /// The time zone in which most of the incidents were written down; `nil` where none of them names one.
    var zone: String? {
        var counts: [String: Int] = [:]
        for zone in incidents.compactMap({ $0.newest.body.facts.occurred.zone.map { string($0.bytes) } }) {
            // A machine's setting, and nobody's clock on the wall.
            if zone != "UTC", !zone.hasPrefix("Etc/") { counts[zone, default: 0] += 1 }
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }

    /// All items that leave, whole or in part: exhibits, and the texts of incidents and order.
    var items: [AgeFileID] { exhibits.map(\.item.id) + incidents.map(\.newest.id) + [order.newest.id] }
}

/// Finds the exhibits of a handover and what is known of them.
private struct ExhibitPicker {
    private let book: CaseBook
    private let clocks: ClockBook
    private let attested: [AgeFileID: Bool]
    private let devices: OwnDevices

    init(_ book: CaseBook) throws {
        self.book = book
        let kept = book.items.compactMap(\.kept)
        clocks = try ClockBook(book.desk.readable(kept, book.own), book.own, book.desk)
        attested = try book.desk.session.attestations(of: kept, in: book.own, by: book.desk.caller)
        devices = try OwnDevices(book.own, book.desk.person.home)
    }

    func exhibits(
        of incidents: [History<Incident>], and names: [String]
    ) throws -> (found: [HandoverPlan.Exhibit], erased: [UInt64], unreadable: [AgeFileID]) {
        var stated: [AgeFileID: [Dossier.Exhibit]] = [:]
        var named: [AgeFileID: [UInt64]] = [:]
        for history in incidents {
            for exhibit in history.newest.body.facts.exhibits {
                stated[exhibit.item, default: []].append(exhibit)
                named[exhibit.item, default: []].append(history.number)
            }
        }
        var more: [Dossier.Exhibit] = []
        for name in names {
            let item = try Desk.pick(name, from: book.items, id: \.id)
            guard stated[item.id] == nil, !more.contains(where: { $0.item == item.id }) else { continue }
            more.append(
                Dossier.Exhibit(number: book.file.exhibitNumber(of: item.id, after: more), item: item.id))
        }
        var found: [HandoverPlan.Exhibit] = []
        var erased: [UInt64] = []
        var unreadable: [AgeFileID] = []
        let all = (stated.values.compactMap(\.first) + more).sorted { $0.number < $1.number }
        try logLook(into: all.map(\.item))
        for one in all {
            guard let item = book.items.first(where: { $0.id == one.item })?.kept else {
                erased.append(one.number)
                continue
            }
            // What was named has to go along; what an incident names and nobody can read keeps nothing else back.
            let isNamed = stated[one.item] == nil
            guard isNamed || book.desk.known(item, book.own) != nil else {
                unreadable.append(item.id)
                continue
            }
            let known = try book.desk.description(of: item, book.own)
            found.append(try exhibit(one, item, known, stated[one.item] ?? [], named[one.item] ?? []))
        }
        return (found, erased, unreadable)
    }

    private func exhibit(
        _ one: Dossier.Exhibit, _ item: SealedItem, _ known: Description, _ stated: [Dossier.Exhibit],
        _ incidents: [UInt64]
    ) throws -> HandoverPlan.Exhibit {
        guard !known.kind.isDossier else {
            throw CommandFailure(
                .usage, "item \(short(item.id)) is an incident or an order, not an exhibit",
                hint: "name incidents with --incident, the order with --order")
        }
        let (found, isSearched) = look(into: item, known)
        let isDevice = item.ingest.signer != book.own.card.ownerKey
        return HandoverPlan.Exhibit(
            number: one.number, item: item, known: known, stated: stated, incidents: incidents,
            corrected: isDevice ? clocks.corrected(item, known) : nil, isAttested: attested[item.id] ?? false,
            device: isDevice ? devices.title(of: item.ingest.signer) : nil, found: found, isSearched: isSearched,
            telling: try isText(known) ? telling(item) : nil)
    }

    /// What the file says of itself: known from its description, or looked for now.
    private func look(into item: SealedItem, _ known: Description) -> (Description.Found, Bool) {
        guard isUnknown(known) else { return (known.found, true) }
        guard let found = try? book.desk.look(into: item, of: book.own) else { return (known.found, false) }
        return (found, true)
    }

    /// Whether a file may say something of itself that nobody looked for.
    private func isUnknown(_ known: Description) -> Bool {
        let media = known.mediaType.map { string($0.bytes) } ?? ""
        return known.found == Description.Found() && !media.hasPrefix("text/") && !media.hasPrefix("message/")
    }

    private static let longestText: UInt64 = 1_000_000

    /// Whether a file is a plain text that is short enough to be read here.
    private func isText(_ known: Description) -> Bool {
        known.mediaType.map { string($0.bytes).hasPrefix("text/") } ?? false && known.size <= ExhibitPicker.longestText
    }

    /// The lines that the disclosure check asks about.
    private func telling(_ item: SealedItem) throws -> (text: String, kinds: [Sensitive])? {
        let key = try item.header.open(with: [book.own.keys.identity])
        var bytes: [UInt8] = []
        try book.desk.session.read(item, key: key, range: nil, by: book.desk.caller) { bytes.append(contentsOf: $0) }
        return SensitiveText.lines(of: bytes)
    }

    /// Logs, in one line, that these files are about to be looked into.
    private func logLook(into items: [AgeFileID]) throws {
        let unknown = items.filter { id in
            guard let item = book.items.first(where: { $0.id == id })?.kept,
                let known = book.desk.known(item, book.own)
            else { return false }
            return isUnknown(known) || isText(known)
        }
        let reason = VaultSession.Reason(action: .read, purpose: PlainText(literal: "facts of a file"), journal: nil)
        for start in stride(from: 0, to: unknown.count, by: AccessRequest.maximumItems) {
            let part = Array(unknown[start..<min(unknown.count, start + AccessRequest.maximumItems)])
            _ = try book.desk.session.logOwnOpening(
                part, of: book.own.keys, card: book.own.cardHash, for: reason, by: book.desk.caller)
        }
    }
}
