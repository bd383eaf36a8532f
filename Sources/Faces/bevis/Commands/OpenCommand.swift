import AgeFile
import ArgumentParser
import CustodianClient
import Sharing
import SignedNote
import Terminal
import TransparencyLog
import Vault

/// `bevis open`: the original bytes, checked chunk by chunk.
struct OpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open an item: the original, byte for byte.",
        discussion: """
            Under a grant the opening is in the log before anything can be read.
            Examples:
              bevis open 2 -o hallway.jpg
              bevis open 1 --grant 3f2a --purpose 'Breach of 12 Nov' --journal 0100-1 -o clip.mp4
              bevis open 1 --range 0-1023 -o - | xxd | head
            """)

    @Argument(help: "The item's number in the list, or the first digits of its id.") var item: String
    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file; '-' is standard output.", valueName: "out"))
    var output: String?
    // Unconditional: the last bytes begin with a dash.
    @Option(
        parsing: .unconditional, help: ArgumentHelp("Only these bytes: 0-1023, 1M-, -500.", valueName: "range"))
    var range: String?
    @Flag(help: "Replace the output file if it exists.") var force = false
    @Flag(help: "As an export: you keep a copy, with its receipt.") var export = false
    @OptionGroup var access: AccessOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let wanted = try range.map { try ByteRange(parsing: $0) }
        let sink = try Sink(output, replacing: force)
        guard !sink.guardsTerminal else {
            throw CommandFailure(
                .usage, "will not write an original to the terminal",
                hint: "name a file with -o, or give -o - to have it written all the same")
        }
        try open(wanted, into: sink)
    }

    private func open(_ wanted: ByteRange?, into file: Sink) throws {
        let desk = try Desk(vault, passphrase)
        let reason = try access.reason(export ? .export : .read)
        let (item, key, receipt) = try access.isGrant ? lent(desk, reason) : own(desk, reason)
        let size = try item.layout.plaintextSize
        let range = wanted?.resolved(in: size)
        var progress = Progress("opening", total: range.map { UInt64($0.count) } ?? size)
        var done: UInt64 = 0
        try desk.session.read(item, key: key, range: range, by: desk.caller) { bytes in
            try file.write(bytes)
            done += UInt64(bytes.count)
            progress.update(done)
        }
        progress.finish()
        try file.commit()
        try desk.remember()
        Output(json: false).note("opened \(short(item.id)): entry \(receipt.index) of the log")
    }

    private func own(
        _ desk: Desk, _ reason: VaultSession.Reason
    ) throws -> (SealedItem, FileKey, LogProof) {
        let own = try desk.ownCase(access.matter)
        let item = try desk.item(item, of: own)
        let opened = try desk.session.logOwnOpening(
            [item.id], of: own.keys, card: own.cardHash, for: reason, by: desk.caller)
        return (item, try item.header.open(with: [own.keys.identity]), opened.receipt)
    }

    private func lent(
        _ desk: Desk, _ reason: VaultSession.Reason
    ) throws -> (SealedItem, FileKey, LogProof) {
        let held = try desk.heldGrant(access.grant)
        let id = try Desk.pick(item, from: held.items) { $0 }
        guard !held.erased.contains(id) else {
            throw CommandFailure(.refused, "the item \(Escaped.quoted(item)) was erased by its owner")
        }
        let opened = try desk.open([id], under: held, for: reason)
        guard let key = opened.keys[id] else {
            throw CommandFailure(
                .refused, "the custodian released no key for the item",
                hint: "keep this message; see what you hold: bevis grants")
        }
        return (try desk.session.item(id, by: desk.caller), key, opened.receipt)
    }
}
