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

    @OptionGroup var target: OwnItemOptions

    func run() async throws {
        let found = try target.find()
        let (item, known) = (found.item, found.known)
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
        if let corrected = try corrected(found) {
            facts.add(
                "corrected", target.json ? ClockWords.json(corrected) : .text(ClockWords.text(corrected)),
                label: "captured, corrected")
        }
        facts.add("modified", known.modified.map { .time($0.seconds) } ?? .absent, label: "file time, as found")
        facts.add("place", known.place.map { .text(Escaped.text($0.bytes)) } ?? .absent)
        facts.add("note", known.note.map { .text(Escaped.text($0, limit: 4000)) } ?? .absent)
        func add(_ key: String, _ label: String, _ text: PlainText?) {
            if let text { facts.add(key, .text(string(text.bytes)), label: label + ", as found") }
        }
        add("found_captured", "captured", known.found.captured)
        add("found_device", "device", known.found.device)
        add("found_place", "place", known.found.place)
        add("found_software", "software", known.found.software)
        facts.add("holds_place", .flag(known.found.place != nil), label: "holds a place")
        facts.add("signed_by", .text(string(item.ingest.signer.text)))
        let attested = try found.desk.session.attestations(
            of: [item], in: found.own, by: found.desk.caller)
        facts.add("attested", .flag(attested[item.id] ?? false))
        try Output(json: target.json).show(facts)
    }

    /// The time captured with the error of the device's clock taken out, where its checks tell of it.
    private func corrected(_ found: OwnItem) throws -> CorrectedTime? {
        let (own, desk) = (found.own, found.desk)
        guard found.known.captured != nil, found.item.ingest.signer != own.card.ownerKey else { return nil }
        let all = try desk.readableItems(of: own)
        return try ClockBook(all, own, desk).corrected(found.item, found.known)
    }
}
