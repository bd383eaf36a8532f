import AgeFile
import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// `bevis recover`: everything back from the sheet and the vault alone.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Get your case back on a new machine, from its recovery sheet.",
        discussion: """
            Type the lines of the sheet, then an empty line; or give them in a file. Your keys are sealed anew under a \
            passphrase of this machine.
            Example:
              bevis recover --name 'Signe Holm' --vault /srv/mappen
            """)

    @Option(help: "Your name as others will see it on your card.") var name: String
    @Option(help: ArgumentHelp("Read the sheet's lines from this file; '-' is standard input.", valueName: "file"))
    var sheet: String = "-"
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let home = try Person.folder()
        let sealed = try SealedIdentity(.person, in: home)
        guard !sealed.exists else {
            throw CommandFailure(.refused, "there is an identity here already", hint: "use an empty BEVIS_HOME")
        }
        let typed = try Descriptor.reading(sheet).readAll(limit: 1 << 16)
        let paper = RecoverySheet(
            try RecoverySheet.read(typed.withUnsafeBytes { SecretBytes(copying: $0) }))
        let keys = try VaultSession.recover(paper, from: try vault.address().connect())
        let secret = try Passphrase.choose(for: "identity.age", from: passphrase.source)
        let now = Person.now()
        let identity = Identity(signer: keys.signer, age: .random())
        try sealed.keep(identity, passphrase: secret, at: now)
        let card = Card(
            kind: .person, name: try line(name, "--name"), role: PlainText(literal: "person"), organisation: nil,
            key: keys.signer.verifierKey, recipient: identity.age.recipient, issued: now, expires: nil)
        let note = try Verified(card, signedBy: keys.signer).note
        try CardCommand.adopt(note, in: home)
        let desk = try Desk(vault, Person(home: home, identity: identity, card: note))
        try desk.session.replaceRecovery(
            of: keys, paper: paper.identity.recipient, to: identity.age.recipient, by: desk.caller)
        try desk.remember()
        try Output(json: false).line("case \(short(keys.caseID)) is back; see: bevis list")
    }
}
