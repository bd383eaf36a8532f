import AgeFile
import ArgumentParser
import Home
import Sharing
import SignedNote
import Terminal

/// `bevis card`: who a key belongs to.
struct CardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Show your card, or ask your organisation to sign one.",
        subcommands: [Show.self, Request.self, Accept.self, Join.self])

    /// Keeps a card as the person's own.
    static func adopt(_ card: UnverifiedNote, in home: HomeFolder) throws {
        try Cards(home).keep(card)
        try OwnCard(home).choose(card.hash)
    }

    /// Reads a card from a file and checks that its holder signed it.
    static func read(_ path: String) throws -> Unverified<Card> {
        let bytes = try Descriptor.reading(path).readAll(limit: 1 << 20)
        guard let card = try? Unverified<Card>(parsing: bytes), (try? card.verified(by: card.body.key)) != nil else {
            throw CommandFailure(
                .refused, "\(Escaped.quoted(path)) is not a card signed by its holder",
                hint: "ask for it again: bevis card show > FILE")
        }
        return card
    }

    static func write(_ note: [UInt8], to file: Sink) throws {
        try file.write(note)
        try file.commit()
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print your card, to be given to whoever lends to you.",
            discussion: "Example:\n  bevis card show > my.card")

        func run() throws {
            let home = try Person.folder()
            guard let hash = try OwnCard(home).hash() else {
                throw CommandFailure(.unreachable, "there is no card yet", hint: "make keys: bevis identity create")
            }
            try CardCommand.write(try Cards(home).card(hash).bytes, to: try Sink(nil))
        }
    }

    struct Request: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "request", abstract: "Make a staff card for your organisation to sign.",
            discussion: """
                Send the file to whoever runs 'bevis issuer sign', and take the signed one in with 'bevis card accept'.
                Example:
                  bevis card request --name 'Mads Krag' --role police --organisation 'Politi' -o mads.card
                """)

        @Option(help: "Your name.") var name: String
        @Option(help: "Your role, one word: police, caseworker, auditor, …") var role: String
        @Option(help: "Your organisation and unit.") var organisation: String
        @Option(help: "Until when the card counts, such as 365d; for ever without it.") var expires: String?
        @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "out"))
        var output: String?
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let out = try Sink(output)
            let person = try Person(passphrase)
            let now = Person.now()
            let end = try expires.map { Timestamp(seconds: try TimeArgument.moment($0, now: now.seconds)) }
            let card = Card(
                kind: .person, name: try line(name, "--name"), role: try line(role, "--role"),
                organisation: try line(organisation, "--organisation"), key: person.identity.signer.verifierKey,
                recipient: person.identity.age.recipient, issued: now, expires: end)
            try CardCommand.write(try Verified(card, signedBy: person.identity.signer).bytes, to: out)
        }
    }

    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept", abstract: "Take in your card as your organisation signed it, and use it from now on."
        )

        @Argument(help: ArgumentHelp("The signed card.", valueName: "file")) var file: String

        func run() throws {
            let home = try Person.folder()
            let card = try CardCommand.read(file)
            guard card.body.key == (try SealedIdentity(.person, in: home).publicParts().key) else {
                throw CommandFailure(
                    .refused, "this card belongs to another key than yours",
                    hint: "take it in where it was asked for: look at BEVIS_HOME")
            }
            try CardCommand.adopt(card.note, in: home)
            try Output(json: false).line("your card is now that of \(Escaped.text(card.body.name.bytes))")
        }
    }
}
