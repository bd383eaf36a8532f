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
            Type the six lines of the sheet when you are asked; each is checked at once. Or give them in a file. Your keys are sealed anew under a \
            passphrase of this machine. Machines that have the case already keep it; if one is lost or in other \
            hands, add --only-here.
            If you have lost the passphrase on this machine, give a folder of its own, new and empty: BEVIS_HOME.
            Examples:
              bevis recover --name 'Signe Holm' --vault /srv/mappen
              BEVIS_HOME=~/bevis-new bevis recover --name 'Signe Holm' --vault /srv/mappen
            """)

    @Option(help: "Your name as others will see it on your card.") var name: String
    @Option(help: ArgumentHelp("Read the sheet's lines from this file; '-' is standard input.", valueName: "file"))
    var sheet: String = "-"
    @Flag(help: "No other machine gets the case's keys from the vault any more.") var onlyHere = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let home = try Person.folder()
        let paper = RecoverySheet(try RecoverySheet.read(try typed()))
        let connection = try vault.address().connect()
        let keys = try VaultSession.recover(paper, from: connection)
        let about = try VaultSession.about(connection)
        guard about.custodian == keys.custodian, about.log == keys.log else {
            throw CommandFailure(
                .refused, "this vault shows other keys than the ones sealed with your case",
                hint: "it is not the vault that you used, or somebody has put another in its place; ask for help")
        }
        let person = try person(keys, in: home)
        let desk = try Desk(vault, person)
        let machine = person.identity.age.recipient
        try desk.session.replaceRecovery(
            of: onlyHere ? keys.only(for: machine) : keys.adding(machine), paper: paper.identity.recipient,
            by: desk.caller)
        desk.attend()
        try desk.remember()
        try Output(json: false).line("case \(short(keys.caseID)) is back; see: bevis list")
    }

    /// What was typed or given of the sheet. At a terminal each line is asked for, and again where it is mistyped.
    private func typed() throws(CommandFailure) -> SecretBytes {
        let input = try Descriptor.reading(sheet)
        guard input.isTerminal else {
            return try input.readAll(limit: 1 << 16).withUnsafeBytes { SecretBytes(copying: $0) }
        }
        let screen = Descriptor.standardError()
        return try SecretLines.read(from: input, upTo: RecoverySheet.lineCount) { (line) throws(CommandFailure) in
            try screen.write("line \(line) of \(RecoverySheet.lineCount): ")
        } accept: { (text, line) throws(CommandFailure) in
            guard !RecoverySheet.isCorrect(text, line: line) else { return true }
            try screen.write("line \(line) is not as printed on the sheet; look again and type it once more\n")
            return false
        }
    }

    /// The owner on this machine: new, or back already by the sheet of another of her cases, or by a first try that
    /// broke off.
    private func person(_ keys: CaseKeys, in home: HomeFolder) throws -> Person {
        let sealed = try SealedIdentity(.person, in: home)
        if sealed.exists {
            guard try sealed.publicParts().key == keys.signer.verifierKey else {
                throw CommandFailure(
                    .refused, "there is another person's identity here already", hint: "use an empty BEVIS_HOME")
            }
            let secret = try Passphrase.ask(for: "identity.age", from: passphrase.source)
            return try adopt(try opened(sealed, with: secret), in: home)
        }
        let secret = try Passphrase.choose(for: "identity.age", from: passphrase.source)
        let identity = Identity(signer: keys.signer, age: .random())
        try sealed.keep(identity, passphrase: secret, at: Person.now())
        return try adopt(identity, in: home)
    }

    private func opened(_ sealed: SealedIdentity, with secret: SecretBytes) throws -> Identity {
        do throws(HomeError) {
            return try sealed.open(passphrase: secret)
        } catch {
            guard error.code == .wrongPassphrase else { throw error }
            throw CommandFailure(
                .refused, "your keys lie on this machine already, and this is not their passphrase",
                hint: "try again; if it is lost, start in a new folder: BEVIS_HOME=NEW-FOLDER bevis recover …")
        }
    }

    private func adopt(_ identity: Identity, in home: HomeFolder) throws -> Person {
        if let hash = try OwnCard(home).hash() {
            return Person(home: home, identity: identity, card: try Cards(home).card(hash))
        }
        let card = Card(
            kind: .person, name: try line(name, "--name"), role: PlainText(literal: "person"), organisation: nil,
            key: identity.signer.verifierKey, recipient: identity.age.recipient, issued: Person.now(), expires: nil)
        let note = try Verified(card, signedBy: identity.signer).note
        try CardCommand.adopt(note, in: home)
        return Person(home: home, identity: identity, card: note)
    }
}
