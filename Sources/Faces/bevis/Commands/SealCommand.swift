import AgeFile
import ArgumentParser
import Terminal

/// `bevis seal`: what `age -e` does.
struct SealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal",
        abstract: "Seal a file or stream, so that only the recipients named, or a passphrase, open it.",
        discussion: """
            The result is an age file: 'bevis unseal' and the stock 'age -d' open it. Without files, standard input \
            is sealed to standard output.
            """)

    @Option(name: .shortAndLong, help: ArgumentHelp("Seal to this recipient; may be repeated.", valueName: "age1…"))
    var recipient: [String] = []

    @Option(
        name: [.customShort("R"), .customLong("recipients-file")],
        help: ArgumentHelp("Seal to the recipients in this file, one a line; may be repeated.", valueName: "file"))
    var recipientsFile: [String] = []

    @Flag(name: .shortAndLong, help: "Seal under a passphrase.")
    var passphrase = false

    @Flag(name: .shortAndLong, help: "Not offered: text armor is read, never written.")
    var armor = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "out"))
    var output: String?

    @Flag(help: "Replace the output file if it exists.")
    var force = false

    @OptionGroup var passphraseOptions: PassphraseOptions

    @Argument(help: ArgumentHelp("What to seal; '-' or nothing is standard input.", valueName: "in"))
    var input: String?

    func run() throws { try seal() }

    private func seal() throws(CommandFailure) {
        try check()
        let fileKey = FileKey.random()
        let source = try Descriptor.reading(input ?? "-")
        if let output, source.isSameFile(as: output) { throw SealCommand.sameFile(source.name) }
        let sink = try Sink(output, replacing: force)
        guard !sink.guardsTerminal else {
            throw CommandFailure(
                .usage, "will not write binary output to the terminal",
                hint: "name a file with -o, or give -o - to have it written all the same")
        }
        let header = try header(for: fileKey)
        try sink.write(header.bytes)
        try SealCommand.seal(source, under: fileKey, into: sink)
        try sink.commit()
    }

    private func check() throws(CommandFailure) {
        guard !armor else {
            throw CommandFailure(
                .usage, "armored output is not offered", hint: "leave -a out; 'age -a' writes armor")
        }
        let named = recipient.count + recipientsFile.count
        guard (named > 0) != passphrase else {
            throw named > 0
                ? CommandFailure(
                    .usage, "a passphrase cannot be combined with recipients", hint: "give -p or -r, not both")
                : CommandFailure(
                    .usage, "nobody to seal to", hint: "name a recipient with -r, or give -p for a passphrase")
        }
        let usesInput = recipientsFile.contains("-") || passphrase && passphraseOptions.source == .descriptor(0)
        guard !usesInput || (input ?? "-") != "-" else {
            throw CommandFailure(.usage, "standard input is asked for twice", hint: "name the file to seal")
        }
    }

    private func header(for fileKey: FileKey) throws(CommandFailure) -> AgeHeader {
        guard !passphrase else {
            let passphrase = try Passphrase.choose(for: "the file", from: passphraseOptions.source)
            return try explaining(nil) { () throws(AgeError) in try AgeHeader(sealing: fileKey, passphrase: passphrase)
            }
        }
        var recipients: [AgeRecipient] = []
        for text in recipient { recipients.append(try KeyFiles.recipient(text)) }
        for path in recipientsFile { recipients += try KeyFiles.recipients(path) }
        let all = recipients
        return try explaining(nil) { () throws(AgeError) in try AgeHeader(sealing: fileKey, to: all) }
    }

    private static func seal(
        _ source: Descriptor, under fileKey: FileKey, into sink: Sink
    ) throws(CommandFailure) {
        let nonce = PayloadNonce.random()
        try sink.write(nonce.bytes)
        var sealer = StreamSealer(fileKey: fileKey, nonce: nonce)
        let relay = Relay(sink)
        var progress = Progress("sealing", total: source.size)
        defer { progress.finish() }
        let buffer = WipedBuffer(byteCount: 1 << 18)
        while true {
            let count = try source.read(into: buffer.memory)
            guard count > 0 else { break }
            sealer.update(UnsafeRawBufferPointer(rebasing: buffer.memory[..<count]), emit: relay.emit)
            try relay.check()
            progress.update(relay.byteCount)
        }
        sealer.finish(emit: relay.emit)
        try relay.check()
    }

    static func sameFile(_ name: String) -> CommandFailure {
        CommandFailure(.usage, "input and output are the same file, \(name)", hint: "name another file with -o")
    }
}
