import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// `bevis issuer`: an organisation vouches for its staff's cards.
struct IssuerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issuer", abstract: "Vouch for an organisation's staff cards, and withdraw them.",
        subcommands: [Create.self, Sign.self, Withdraw.self, Unit.self, Member.self, Remove.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an issuer's key, and print what operators trust it by.",
            discussion: "Example:\n  bevis issuer create politi --role police --name 'Politi' -o politi.issuer")

        @Argument(help: "A short name for this folder: a-z 0-9 -") var issuer: String
        @Option(help: "The role that its cards may have.") var role: String
        @Option(help: "The organisation's name.") var name: String
        @Option(name: .shortAndLong, help: ArgumentHelp("Write the public half to this file.", valueName: "out"))
        var output: String?
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            // First: a file that cannot be had must not cost a key that nobody is shown again.
            let out = try Sink(output)
            let sealed = try SealedIdentity(.issuer(issuer), in: try Person.folder())
            let secret = try Passphrase.choose(for: "issuer \(issuer)", from: passphrase.source)
            let identity = try sealed.create(passphrase: secret, at: Person.now())
            let trusted = try TrustedIssuer(
                key: identity.signer.verifierKey, role: try line(role, "--role"), name: try line(name, "--name"))
            try CardCommand.write(trusted.text + [0x0A], to: out)
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign", abstract: "Sign a colleague's card, after you checked who it is.",
            discussion: "Example:\n  bevis issuer sign politi mads.card -o mads.signed")

        @Argument(help: "The issuer's short name.") var issuer: String
        @Argument(help: ArgumentHelp("The card to sign.", valueName: "file")) var card: String
        @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "out"))
        var output: String?
        @OptionGroup var passphrase: PassphraseOptions

        func run() throws {
            let out = try Sink(output)
            let card = try CardCommand.read(card)
            guard card.body.needsIssuer else {
                throw CommandFailure(.refused, "the card names no organisation", hint: "make one: bevis card request")
            }
            let sealed = try SealedIdentity(.issuer(issuer), in: try Person.folder())
            let identity = try sealed.open(
                passphrase: try Passphrase.ask(for: "issuer \(issuer)", from: passphrase.source))
            let signature = try identity.signer.signature(over: card.note.text)
            try CardCommand.write(card.note.adding(signature).bytes, to: out)
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw", abstract: "Withdraw a card: it opens nothing more.",
            discussion: "Example:\n  bevis issuer withdraw politi mads.signed --reason 'left the service'")

        @Argument(help: "The issuer's short name.") var issuer: String
        @Argument(help: ArgumentHelp("The card.", valueName: "file")) var card: String
        @Option(help: "Why.") var reason: String?
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let card = try CardCommand.read(card)
            let sealed = try SealedIdentity(.issuer(issuer), in: try Person.folder())
            let identity = try sealed.open(
                passphrase: try Passphrase.ask(for: "issuer \(issuer)", from: passphrase.source))
            let body = Withdrawal(
                card: card.hash, time: Person.now(), reason: try reason.map { try line($0, "--reason") },
                by: identity.signer.verifierKey)
            let session = try VaultSession.unremembered(vault)
            let receipt = try session.register(
                "/v1/withdrawals", try Verified(body, signedBy: identity.signer).bytes)
            try Output(json: false).line("withdrawn: entry \(receipt.proof.index) of the log")
        }
    }
}
