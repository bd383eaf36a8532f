import AgeFile
import ArgumentParser
import Camera
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// `bevis list` and `bevis show`: what is there.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the items of your case, or of a grant that you hold.",
        discussion: """
            Under a grant this is logged: the owner sees that you looked.
            Examples:
              bevis list
              bevis list --grant 3f2a --purpose 'Preparing the interview'
            """)

    @OptionGroup var access: AccessOptions
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let rows = try access.isGrant ? lent(desk) : own(desk)
        try desk.remember()
        let lines = rows.enumerated().map { "\($0 + 1)  \($1.summary)" }
        try Output(json: json).show(
            .array(rows.map(\.json)), or: lines.isEmpty ? "nothing is here yet" : lines.joined(separator: "\n"))
    }

    private func own(_ desk: Desk) throws -> [ItemView] {
        let own = try desk.ownCase(access.matter)
        let places = try desk.session.caseItems(of: own, by: desk.caller)
        let items = places.compactMap(\.kept)
        let attested = try desk.session.attestations(of: items, in: own, by: desk.caller)
        let opened = desk.readable(items, own)
        let clocks = try ClockBook(opened, own, desk)
        if !own.card.signers.isEmpty {
            for line in clocks.reminders(try OwnDevices(own, desk.person.home)) {
                Output(json: json).note("reminder: \(line)")
            }
        }
        let views = Dictionary(
            opened.map { item, description in
                let view = ItemView(
                    id: item.id, description: description, isAttested: attested[item.id] ?? false,
                    corrected: clocks.corrected(item, description))
                return (item.id, view)
            }, uniquingKeysWith: { first, _ in first })
        return places.map { place in
            guard !place.isErased else { return ItemView(erased: place.id) }
            return views[place.id]
                ?? ItemView(id: place.id, description: nil, isAttested: attested[place.id] ?? false)
        }
    }

    private func lent(_ desk: Desk) throws -> [ItemView] {
        let held = try desk.heldGrant(access.grant)
        let items = held.items.filter { !held.erased.contains($0) }
        let views = try stride(from: 0, to: items.count, by: held.mostItems).flatMap { start in
            let part = Array(items[start..<min(items.count, start + held.mostItems)])
            let opened = try desk.open(part, under: held, for: try access.reason(.list))
            return try part.map { id in
                ItemView(
                    id: id, description: try Lent.description(id, held, opened, desk),
                    isAttested: held.signed.isAttested(id))
            }
        }
        let known = Dictionary(views.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return held.items.map { known[$0] ?? ItemView(erased: $0) }
    }
}

/// Who asks under what, and why: shared by everything that opens.
struct AccessOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Under a grant you hold: the first digits of its id.", valueName: "id"))
    var grant: String?
    @Flag(name: .customLong("lent"), help: "Under the only grant that you hold.") var onlyGrant = false
    @Option(help: "What for; it is logged.") var purpose: String?
    @Option(help: "The journal number; it is logged.") var journal: String?
    @Option(name: .customLong("case"), help: "Your own case: the first digits of its id.") var matter: String?

    var isGrant: Bool { grant != nil || onlyGrant }

    func reason(_ action: Action) throws -> VaultSession.Reason {
        if isGrant, purpose == nil {
            throw CommandFailure(.usage, "say what for", hint: "give --purpose '…'; the owner will see it")
        }
        return VaultSession.Reason(
            action: action, purpose: try line(purpose ?? "own use", "--purpose"),
            journal: try journal.map { try line($0, "--journal") })
    }
}

/// An item as people and machines see it.
struct ItemView {
    let id: AgeFileID
    /// Whether it was erased.
    let isErased: Bool
    /// `nil` where it was erased, or cannot be read.
    let description: Description?
    /// Whether the owner, or a device that a case card of hers names, took it in; `nil` where nobody can tell.
    let isAttested: Bool?
    /// The time captured with the error of the device's clock taken out, where checks of that clock tell of it.
    var corrected: CorrectedTime?

    init(id: AgeFileID, description: Description?, isAttested: Bool?, corrected: CorrectedTime? = nil) {
        self.id = id
        isErased = false
        self.description = description
        self.isAttested = isAttested
        self.corrected = corrected
    }

    init(erased id: AgeFileID) {
        self.id = id
        isErased = true
        (description, isAttested) = (nil, nil)
    }

    private func title(_ description: Description) -> String {
        if let title = description.title { return Escaped.text(title.bytes) }
        return description.fileName.map { Escaped.text($0) } ?? "(no title)"
    }

    var summary: String {
        let doubt = isAttested != false ? "" : "  (not attested: added by an unknown signer)"
        guard let description else { return "\(short(id))  \(isErased ? "(erased)" : "(cannot be read)\(doubt)")" }
        let size = ByteSize(description.size).text
        let time = LocalTime.text((description.captured ?? description.recorded).seconds)
        let clock = corrected.map { "\n      corrected: \(ClockWords.text($0))" } ?? ""
        return "\(short(id))  \(string(description.kind.word))  \(size)  \(time)  \(title(description))\(doubt)\(clock)"
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = [
            "item": .text(string(id.hex)), "attested": isAttested.map { .flag($0) } ?? .absent,
            "readable": isErased ? .absent : .flag(description != nil),
        ]
        if let description {
            fields["kind"] = .text(string(description.kind.word))
            fields["title"] = description.title.map { .text(string($0.bytes)) } ?? .absent
            fields["file_name"] = description.fileName.map { .bytes($0) } ?? .absent
            fields["size"] = .number(Int64(clamping: description.size))
            fields["sha256"] = .text(string(description.digest.hex))
            fields["recorded"] = .time(description.recorded.seconds)
            fields["captured"] = description.captured.map { .time($0.seconds) } ?? .absent
            fields["modified"] = description.modified.map { .time($0.seconds) } ?? .absent
            fields["media_type"] = description.mediaType.map { .text(string($0.bytes)) } ?? .absent
            fields["place"] = description.place.map { .text(string($0.bytes)) } ?? .absent
            fields["note"] = description.note.map { .bytes($0) } ?? .absent
            let found = description.found
            for (key, text) in [
                ("captured", found.captured), ("device", found.device), ("place", found.place),
                ("software", found.software),
            ] {
                if let text { fields["found_" + key] = .text(string(text.bytes)) }
            }
            if let corrected { fields["corrected"] = ClockWords.json(corrected) }
        }
        return .object(fields)
    }
}

/// What a recipient sees of items lent to her.
enum Lent {
    /// An item's description; `nil` where it does not parse: what its maker wrote keeps nothing else from her.
    static func description(_ id: AgeFileID, _ held: HeldGrant, _ opened: Opened, _ desk: Desk) throws -> Description? {
        guard let file = held.description(of: id), let key = opened.keys[file] else { return nil }
        let item = try desk.session.item(id, description: file, by: desk.caller)
        return try? Description(opening: item.description, id: file, with: key)
    }
}
