import AgeFile
import ArgumentParser
import Home
import Sharing
import SignedNote
import Terminal

/// `bevis identity`: the keys of the person at the keyboard.
struct IdentityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "identity", abstract: "Make, show and re-seal your own keys.",
        subcommands: [Create.self, Show.self, ChangePassphrase.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make your keys, sealed under a passphrase, and your card.",
            discussion: "Example:\n  bevis identity create --name 'Signe Holm'")

        @Option(help: ArgumentHelp("Your name as others will see it on your card.", valueName: "name"))
        var name: String
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let home = try Person.folder()
            let sealed = try SealedIdentity(.person, in: home)
            guard !sealed.exists else {
                throw CommandFailure(
                    .refused, "there is an identity in \(Escaped.quoted(home.path)) already; it is not overwritten",
                    hint: "use another folder for another person: BEVIS_HOME=…")
            }
            let secret = try Passphrase.choose(for: "identity.age", from: passphrase.source)
            let now = Person.now()
            let identity = try sealed.create(passphrase: secret, at: now)
            let card = Card(
                kind: .person, name: try line(name, "--name"), role: PlainText(literal: "person"), organisation: nil,
                key: identity.signer.verifierKey, recipient: identity.age.recipient, issued: now, expires: nil)
            try CardCommand.adopt(try Verified(card, signedBy: identity.signer).note, in: home)
            var facts = Facts()
            facts.add("identity", .text(sealed.path))
            facts.add("recipient", .text(string(identity.age.recipient.text)))
            facts.add("key", .text(string(identity.signer.verifierKey.text)))
            try Output(json: json).show(facts)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show the public half of your keys.")

        @Flag(help: "Answer as JSON.") var json = false

        func run() throws {
            let parts = try SealedIdentity(.person, in: try Person.folder()).publicParts()
            var facts = Facts()
            facts.add("recipient", .text(string(parts.recipient.text)))
            facts.add("key", .text(string(parts.key.text)))
            facts.add("created", .time(parts.created.seconds))
            try Output(json: json).show(facts)
        }
    }

    struct ChangePassphrase: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passphrase", abstract: "Seal your keys under a new passphrase.",
            discussion: """
                Both come from the terminal; or the old one from --passphrase-fd or BEVIS_PASSPHRASE_FILE and the new \
                one from --new-passphrase-fd.
                """)

        @Option(
            name: .customLong("new-passphrase-fd"),
            help: ArgumentHelp("Read the new passphrase from this open file.", valueName: "number"))
        var newDescriptor: Int32?
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let sealed = try SealedIdentity(.person, in: try Person.folder())
            let old = try Passphrase.ask(for: "identity.age", from: passphrase.source)
            let source = newDescriptor.map { PassphraseSource.descriptor($0) } ?? .terminal
            let new = try Passphrase.choose(for: "identity.age", from: source)
            try sealed.changePassphrase(from: old, to: new)
            try Output(json: false).line("the passphrase was changed; the old one opens older copies of identity.age")
        }
    }
}
