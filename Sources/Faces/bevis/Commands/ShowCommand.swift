import ArgumentParser
import Camera
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// `bevis show`: all facts of one item of one's own.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show everything known about an item of yours, without opening it.")

    @Argument(help: "The item's number in 'bevis list', or the first digits of its id.") var item: String
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let item = try desk.item(item, of: own)
        let known = try desk.description(of: item, own)
        var facts = Facts()
        facts.add("item", .text(string(item.id.hex)))
        facts.add("title", known.title.map { .text(Escaped.text($0.bytes)) } ?? .absent)
        facts.add("kind", .text(string(known.kind.word)))
        facts.add("file_name", known.fileName.map { .text(Escaped.text($0)) } ?? .absent)
        facts.add("media_type", known.mediaType.map { .text(string($0.bytes)) } ?? .absent)
        facts.add("size", .size(known.size))
        facts.add("sha256", .text(string(known.digest.hex)))
        facts.add("recorded", .time(known.recorded.seconds))
        facts.add("captured", known.captured.map { .time($0.seconds) } ?? .absent, label: "captured, as stated")
        if let corrected = try corrected(item, known, own, desk) {
            facts.add(
                "corrected", json ? ClockWords.json(corrected) : .text(ClockWords.text(corrected)),
                label: "captured, corrected")
        }
        facts.add("modified", known.modified.map { .time($0.seconds) } ?? .absent, label: "file time, as found")
        facts.add("place", known.place.map { .text(Escaped.text($0.bytes)) } ?? .absent)
        facts.add("note", known.note.map { .text(Escaped.text($0, limit: 4000)) } ?? .absent)
        func found(_ key: String, _ label: String, _ text: PlainText?) {
            if let text { facts.add(key, .text(string(text.bytes)), label: label + ", as found") }
        }
        found("found_captured", "captured", known.found.captured)
        found("found_device", "device", known.found.device)
        found("found_place", "place", known.found.place)
        found("found_software", "software", known.found.software)
        facts.add("holds_place", .flag(known.found.place != nil), label: "holds a place")
        facts.add("signed_by", .text(string(item.ingest.signer.text)))
        let attested = try desk.session.attestations(of: [item], in: own, by: desk.caller)
        facts.add("attested", .flag(attested[item.id] ?? false))
        try Output(json: json).show(facts)
    }

    /// The time captured with the error of the device's clock taken out, where its checks tell of it.
    private func corrected(
        _ item: SealedItem, _ known: Description, _ own: OwnCase, _ desk: Desk
    ) throws -> CorrectedTime? {
        guard known.captured != nil, item.ingest.signer != own.card.ownerKey else { return nil }
        let all = try desk.readableItems(of: own)
        return try ClockBook(all, own, desk).corrected(item, known)
    }
}
