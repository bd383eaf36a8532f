import AgeFile
import ArgumentParser
import CustodianClient
import FileFacts
import Sharing
import SignedNote
import Terminal
import Vault

/// `bevis facts`: what a file says of itself beside what its keeper says.
struct FactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts", abstract: "Look into an item for its own time, device and place.",
        discussion: """
            exiftool reads the item shut in, without files, network or your keys; nothing is written. What a file says \
            of itself can be false: it stands beside what you stated. The reading is logged, as every opening is.
            Example:
              bevis facts 2
            """)

    @OptionGroup var target: OwnItemOptions

    func run() async throws {
        let chosen = try target.find()
        let (desk, own, item, known) = (chosen.desk, chosen.own, chosen.item, chosen.known)
        let reason = VaultSession.Reason(action: .read, purpose: PlainText(literal: "facts of a file"), journal: nil)
        _ = try desk.session.logOwnOpening(
            [item.id], of: own.keys, card: own.cardHash, for: reason, by: desk.caller)
        let found = try desk.look(into: item, of: own)
        try desk.remember()
        var facts = Facts()
        func add(_ key: String, _ label: String, _ text: PlainText?) {
            facts.add(key, text.map { .text(string($0.bytes)) } ?? .absent, label: label)
        }
        add("found_captured", "captured, as found", found.captured)
        facts.add(
            "captured", known.captured.map { .time($0.seconds) } ?? .absent, label: "captured, as stated")
        add("found_place", "place, as found", found.place)
        add("place", "place, as stated", known.place)
        add("found_device", "device, as found", found.device)
        add("found_software", "software, as found", found.software)
        facts.add("holds_place", .flag(found.place != nil), label: "holds a place")
        try Output(json: target.json).show(facts)
    }
}

extension Description.Found {
    /// What a tool found, each text made fit for one line.
    init(_ facts: FoundFacts) {
        func line(_ text: String?) -> PlainText? {
            text.flatMap { try? PlainText(Array(Escaped.text($0).utf8)) }
        }
        self.init(
            captured: line(facts.captured), device: line(facts.device), place: line(facts.position),
            software: line(facts.software))
    }
}
