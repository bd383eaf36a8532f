import ArgumentParser
import Camera
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// `bevis device`: boxes that record for the owner of a case.
struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Let a camera's box add to your case; it can read nothing.",
        discussion: """
            On the box:   bevis device create hall -o hall.device
            On yours:     bevis device pair hall.device -o hall.pairing
            On the box:   bevis device accept hall.pairing, then bevis watch FOLDER
            The files may travel by any way, a memory stick too: what both screens show has to be the same.
            """,
        subcommands: [Create.self, Pair.self, Accept.self, List.self, Clock.self, Withdraw.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "On the box: make its key, and print the card to pair it by.")

        @Argument(help: "A short name for its folder: a-z 0-9 -") var device: String
        @Option(help: "What its owner will call it; the short name without it.") var name: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("Write the card to this file.", valueName: "out"))
        var output: String?

        func run() throws {
            // First: a file that cannot be had must not cost a key that nobody is shown again.
            let out = try Sink(output)
            let folder = try DeviceFolder(device, in: try Person.folder())
            let name = try line(name ?? device, "--name")
            guard !folder.exists else {
                throw CommandFailure(
                    .refused, "there is a device \(Escaped.quoted(device)) here already; its key is not overwritten",
                    hint: "choose another name")
            }
            let signer = try folder.createKey()
            let card = DeviceCard(name: name, key: signer.verifierKey, issued: Person.now())
            let note = try Verified(card, signedBy: signer).note
            try folder.keep(note, as: .card)
            try CardCommand.write(note.bytes, to: out)
        }
    }

    struct Pair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pair", abstract: "As the owner: let a device add to your case.",
            discussion: "Example:\n  bevis device pair hall.device --address unix:/srv/mappen/socket -o hall.pairing")

        @Argument(help: ArgumentHelp("The device's card.", valueName: "file")) var card: String
        @Option(help: "Where the box reaches the vault; as you do without it.") var address: String?
        @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("Write what the box needs to this file.", valueName: "out"))
        var output: String?
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let out = try Sink(output)
            let card = try DeviceCommand.read(card)
            let place = try line(try address ?? vault.address().absolute, "--address")
            let desk = try Desk(vault, passphrase)
            let own = try desk.ownCase(matter)
            var newest = own
            if !own.card.signers.contains(card.body.key) {
                newest = try desk.session.changeCaseCard(
                    of: own, signers: own.card.signers + [card.body.key], by: desk.caller
                ).own
            }
            try PairedDevices(desk.person.home).keep(card.note, of: card.body.key)
            let pairing = Pairing(
                device: card.body.key, caseCard: newest.cardNote, custodian: desk.session.custodian,
                log: desk.session.policy.logs[0].key, address: place, time: Person.now())
            let note = try Verified(pairing, signedBy: desk.caller.signer)
            try desk.remember()
            try CardCommand.write(note.bytes, to: out)
            Output(json: false).note(
                """
                \(Escaped.text(card.body.name.bytes)) may add to case \(short(own.card.caseID)) from now on.
                Its screen has to show this: \(string(Pairing.fingerprint(note.hash)))
                """)
        }
    }

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept",
            abstract: "On the box: take in what its owner signed, once both screens show the same.",
            discussion: """
                Where nobody sits at the box, give what her screen showed: --fingerprint '3f2a 91c0 7be4 d815'
                """)

        @Argument(help: ArgumentHelp("The pairing.", valueName: "file")) var file: String
        @Option(help: "What the owner's screen showed; asked for without it.") var fingerprint: String?

        func run() throws {
            let bytes = try Descriptor.reading(file).readAll(limit: 1 << 20)
            guard let note = try? Unverified<Pairing>(parsing: bytes), let (pairing, card) = try? Pairing.check(note)
            else {
                throw CommandFailure(
                    .refused, "\(Escaped.quoted(file)) is not a pairing signed by a case's owner",
                    hint: "get it again: bevis device pair FILE -o OUT")
            }
            let folder = try device(of: pairing)
            try check(card, in: folder)
            let shown = string(Pairing.fingerprint(note.hash))
            if let fingerprint {
                guard Accept.digits(fingerprint) == Accept.digits(shown) else {
                    throw CommandFailure(
                        .refused, "this pairing shows \(shown): it is not the one on the owner's screen",
                        hint: "somebody may have put another file in its place; bring it again by a way of your own")
                }
            } else {
                try Confirm.ask(
                    "The owner's screen has to show \(shown). Does it", yes: false,
                    otherwise: "give what her screen shows: --fingerprint '…'")
            }
            try folder.keep(note.note, as: .pairing)
            var facts = Facts()
            facts.add("device", .text(folder.name))
            facts.add("case", .text(string(card.body.caseID.hex)))
            facts.add("vault", .text(Escaped.text(pairing.address.bytes)))
            facts.add("fingerprint", .text(shown))
            try Output(json: false).show(facts)
        }

        private static func digits(_ text: String) -> String { text.lowercased().filter { $0 != " " } }

        private func device(of pairing: Pairing) throws -> DeviceFolder {
            let home = try Person.folder()
            for name in try DeviceFolder.names(in: home) {
                let folder = try DeviceFolder(name, in: home)
                if try folder.signer().verifierKey == pairing.device { return folder }
            }
            throw CommandFailure(
                .refused, "the pairing is for another device than this box's",
                hint: "pair the card that 'bevis device create' printed here: bevis device pair FILE")
        }

        /// A device keeps to its first owner and case: whoever could change that could make it record for himself.
        private func check(_ card: Verified<CaseCard>, in folder: DeviceFolder) throws {
            guard let before = try folder.note(.pairing) else { return }
            let known = try Pairing.check(try Unverified<Pairing>(parsing: before.bytes)).1.body
            guard card.body.caseID == known.caseID, card.body.ownerKey == known.ownerKey,
                card.body.recipient == known.recipient
            else {
                throw CommandFailure(
                    .refused, "this device records for another case, or another owner's key, already",
                    hint: "make a new device for it: bevis device create NAME")
            }
            guard card.body.number >= known.number else {
                throw CommandFailure(.refused, "the case card in this pairing is older than the one that is known here")
            }
        }
    }

    /// Reads a device's card and checks that the device signed it.
    static func read(_ path: String) throws -> Unverified<DeviceCard> {
        let bytes = try Descriptor.reading(path).readAll(limit: 1 << 20)
        guard let card = try? Unverified<DeviceCard>(parsing: bytes),
            (try? card.verified(by: card.body.key)) != nil,
            card.body.key.name.bytes == NoteText.bytes(IdentityKind.device("any").keyName)
        else {
            throw CommandFailure(
                .refused, "\(Escaped.quoted(path)) is not a card signed by its device",
                hint: "on the box: bevis device create NAME -o FILE")
        }
        return card
    }
}
