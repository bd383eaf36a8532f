import AgeFile
import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

// A unit or team that is lent to: its issuer makes its card, and says who belongs to it.
extension IssuerCommand {
    struct Unit: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unit", abstract: "Make the card of a unit or team, which its members use by their own names.",
            discussion: """
                What is lent to the unit opens for each member that you name, and each opening names the person.
                Example:
                  bevis issuer unit politi team4 --name 'Team 4' --role police --organisation 'Politi' -o team4.card
                """)

        @Argument(help: "The issuer's short name.") var issuer: String
        @Argument(help: "A short name of the unit for this folder: a-z 0-9 -") var unit: String
        @Option(help: "The unit's name, as others see it.") var name: String
        @Option(help: "Its role, one word.") var role: String
        @Option(help: "The organisation.") var organisation: String
        @Option(help: "Until when the card counts, such as 365d; for ever without it.") var expires: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "out"))
        var output: String?
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            // First: a file that cannot be had must not cost a key that nobody is shown again.
            let out = try Sink(output)
            let home = try Person.folder()
            let issuer = try IssuerCommand.open(issuer, home, passphrase)
            let now = Person.now()
            let end = try expires.map { Timestamp(seconds: try TimeArgument.moment($0, now: now.seconds)) }
            let identity = AgeIdentity.random()
            let card = Card(
                kind: .unit, name: try line(name, "--name"), role: try line(role, "--role"),
                organisation: try line(organisation, "--organisation"), key: issuer.signer.verifierKey,
                recipient: identity.recipient, issued: now, expires: end)
            let note = try Verified(card, signedBy: issuer.signer)
            var text = UnitKey(card: note.bytes, membership: nil, identity: identity).text
            defer { Wipe.array(&text) }
            try Units(home).create(unit, try AgeFile.seal(text, to: [issuer.age.recipient]).bytes)
            try CardCommand.write(note.bytes, to: out)
        }
    }

    struct Member: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "member", abstract: "Say that a colleague belongs to a unit, and seal the unit's key to her.",
            discussion: """
                The file is for her alone: she takes it in with 'bevis card join'.
                Example:
                  bevis issuer member politi team4 mads.card -o mads.member
                """)

        @Argument(help: "The issuer's short name.") var issuer: String
        @Argument(help: "The unit's short name.") var unit: String
        @Argument(help: ArgumentHelp("Her signed card.", valueName: "file")) var card: String
        @Option(help: "Until when, such as 365d; for ever without it.") var expires: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "out"))
        var output: String?
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let out = try Sink(output)
            let card = try CardCommand.read(card)
            let home = try Person.folder()
            let issuer = try IssuerCommand.open(issuer, home, passphrase)
            let key = try IssuerCommand.key(of: unit, issuer, home)
            let now = Person.now()
            let membership = Membership(
                unit: try UnverifiedNote(parsing: key.card).hash, member: card.hash,
                issuer: issuer.signer.verifierKey, issued: now,
                expires: try expires.map { Timestamp(seconds: try TimeArgument.moment($0, now: now.seconds)) })
            let note = try Verified(membership, signedBy: issuer.signer)
            var text = UnitKey(card: key.card, membership: note.bytes, identity: key.identity).text
            defer { Wipe.array(&text) }
            try Units(home).keep(note.note, of: unit)
            try Cards(home).keep(card.note)
            try CardCommand.write(try AgeFile.seal(text, to: [card.body.recipient]).bytes, to: out)
            if (try? card.verified(by: issuer.signer.verifierKey)) == nil {
                Output(json: false).note(
                    "note: you have not signed this card; that its name is hers is what she or another issuer says. "
                        + "To vouch for her: bevis issuer sign \(self.issuer) FILE, then add the card it makes")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a membership of a unit back: she opens nothing more by it.",
            discussion: "Example:\n  bevis issuer remove politi team4 mads.card --reason 'moved to another team'")

        @Argument(help: "The issuer's short name.") var issuer: String
        @Argument(help: "The unit's short name.") var unit: String
        @Argument(help: ArgumentHelp("Her card.", valueName: "file")) var card: String
        @Option(help: "Why.") var reason: String?
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let card = try CardCommand.read(card)
            let home = try Person.folder()
            let issuer = try IssuerCommand.open(issuer, home, passphrase)
            let key = try IssuerCommand.key(of: unit, issuer, home)
            let given = try Units(home).members(of: unit).map { try Unverified<Membership>(parsing: $0) }
                .filter { $0.body.member == card.hash }
            guard !given.isEmpty else {
                throw CommandFailure(
                    .unreachable, "you have not made \(Escaped.quoted(self.card)) a member of this unit",
                    hint: "give the card that was named to 'bevis issuer member'")
            }
            let session = try VaultSession.unremembered(vault)
            // Registered first, where she has not done so: what was never there could be brought later.
            for note in [key.card, card.note.bytes] { try session.register("/v1/cards", note) }
            for membership in given {
                try session.register("/v1/memberships", membership.note.bytes)
                let body = Withdrawal(
                    card: membership.hash, time: Person.now(), reason: try reason.map { try line($0, "--reason") },
                    by: issuer.signer.verifierKey)
                let receipt = try session.register(
                    "/v1/withdrawals", try Verified(body, signedBy: issuer.signer).bytes)
                try Output(json: false).line("removed: entry \(receipt.proof.index) of the log")
            }
        }
    }

    static func open(_ name: String, _ home: HomeFolder, _ passphrase: PassphraseOptions) throws -> Identity {
        try SealedIdentity(.issuer(name), in: home).open(
            passphrase: try Passphrase.ask(for: "issuer \(name)", from: passphrase.source))
    }

    fileprivate static func key(of unit: String, _ issuer: Identity, _ home: HomeFolder) throws -> UnitKey {
        try UnitKey(opening: try Units(home).key(unit), with: issuer.age)
    }
}

extension UnitKey {
    /// Opens a unit's key that is sealed to `identity`.
    init(opening sealed: [UInt8], with identity: AgeIdentity) throws {
        var text = try AgeFile.open(sealed, with: [identity]).withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        try self.init(parsing: text)
    }
}

extension CardCommand {
    struct Join: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "join", abstract: "Take in your membership of a unit, as its issuer sealed it to you.",
            discussion: "Example:\n  bevis card join mads.member")

        @Argument(help: ArgumentHelp("The sealed membership.", valueName: "file")) var file: String
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let sealed = try Descriptor.reading(file).readAll(limit: 1 << 20)
            let person = try Person(passphrase)
            let unit = try JoinedUnit(sealed, person)
            try Units(person.home).join(sealed, unit.held.membership)
            try Output(json: false).line("you are now a member of \(CardView(unit.card).text)")
        }
    }
}

/// A unit that the person is a member of, its card and her membership checked.
struct JoinedUnit {
    let held: HeldUnit
    let card: Card
    /// Card and membership, as signed notes to be registered.
    let notes: (card: [UInt8], membership: [UInt8])

    init(_ sealed: [UInt8], _ person: Person) throws {
        let key = try UnitKey(opening: sealed, with: person.identity.age)
        let unverified = try Unverified<Card>(parsing: key.card)
        guard let membership = try key.membership.map({ try Unverified<Membership>(parsing: $0) }),
            let note = key.membership, let card = try? unverified.verified(by: unverified.body.key),
            card.body.kind == .unit, card.body.recipient == key.identity.recipient,
            let verified = try? membership.verified(by: card.body.key), verified.body.unit == card.hash,
            verified.body.member == person.card.hash
        else {
            throw CommandFailure(
                .refused, "this is no membership of yours, signed by the issuer of a unit",
                hint: "your card may be a newer one; ask the issuer to name you again")
        }
        held = HeldUnit(card: card.hash, membership: verified.hash, identity: key.identity)
        self.card = card.body
        notes = (key.card, note)
    }
}
