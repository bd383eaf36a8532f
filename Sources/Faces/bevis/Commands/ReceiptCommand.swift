import ArgumentParser
import AuditTrail
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// `bevis receipt`: proof that an entry is in the log, for somebody who has no access.
struct ReceiptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt", abstract: "Write the proof of an entry, with the record behind it.",
        discussion: """
            Any checker of C2SP .tlog-proof files verifies it; the record beside it says what the entry is about.
            Example:
              bevis receipt 12 -o opening.tlog-proof
            """)

    @Argument(help: "The entry's number in 'bevis log'.") var entry: UInt64
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write the proof to this file, the record beside it.", valueName: "out")
    )
    var output: String
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let trail = try CaseTrail(own, desk)
        guard let disclosed = trail.disclosed[entry] else {
            throw CommandFailure(.unreachable, "entry \(entry) is not one of your case's", hint: "see: bevis log")
        }
        let proof = try desk.session.proof(of: entry)
        let files: [(String, [UInt8])] = [
            (output, proof.bytes), (output + ".record", disclosed.recordText),
            (output + ".salt", disclosed.salt.hex + [0x0A]),
        ]
        for (path, bytes) in files {
            let file = try OutputFile(path)
            try file.write(bytes)
            try file.commit()
        }
        try desk.remember()
        try Output(json: false).line("wrote \(Escaped.quoted(output)), and its record and salt beside it")
    }
}
