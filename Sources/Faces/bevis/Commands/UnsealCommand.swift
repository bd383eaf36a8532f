import AgeFile
import ArgumentParser
import Terminal

/// `bevis unseal`: what `age -d` does.
struct UnsealCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unseal",
        abstract: "Open a sealed file or stream.",
        discussion: """
            Opens any age file, armored or not, that was sealed to a recipient age1… or under a passphrase. Only what \
            has verified is written; a file that was altered or cut off ends in an error, and the file named with -o \
            does not appear.
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Open with the identities in this file; may be repeated.", valueName: "file"))
    var identity: [String] = []

    @Flag(name: .shortAndLong, help: "Open with a passphrase; asked for by itself where the file demands it.")
    var passphrase = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file.", valueName: "out"))
    var output: String?

    @Flag(help: "Replace the output file if it exists.")
    var force = false

    @OptionGroup var passphraseOptions: PassphraseOptions

    @Argument(help: ArgumentHelp("What to open; '-' or nothing is standard input.", valueName: "in"))
    var input: String?

    func run() throws { try unseal() }

    private func unseal() throws(CommandFailure) {
        try check()
        let source = try Descriptor.reading(input ?? "-")
        if let output, source.isSameFile(as: output) { throw SealCommand.sameFile(source.name) }
        let sealed = try SealedInput(source)
        let fileKey = try fileKey(of: sealed)
        let sink = try Sink(output, replacing: force)
        var progress = Progress("opening", total: source.size)
        defer { progress.finish() }
        try sealed.open(with: fileKey, into: sink, progress: &progress)
        try sink.commit()
    }

    private func check() throws(CommandFailure) {
        guard identity.isEmpty || !passphrase else {
            throw CommandFailure(
                .usage, "a passphrase cannot be combined with identities", hint: "give -p or -i, not both")
        }
        let uses =
            identity.count { $0 == "-" } + ((input ?? "-") == "-" ? 1 : 0)
            + (passphraseOptions.source == .descriptor(0) ? 1 : 0)
        guard uses < 2 else {
            throw CommandFailure(.usage, "standard input is asked for twice", hint: "name the file to open")
        }
    }

    private func fileKey(of sealed: SealedInput) throws(CommandFailure) -> FileKey {
        let header = sealed.header
        guard identity.isEmpty else { return try fileKey(of: header, name: sealed.name) }
        guard header.isPassphrase else {
            throw CommandFailure(
                .usage, "\(sealed.name) is sealed to recipients", hint: "name an identity file with -i")
        }
        let passphrase = try Passphrase.ask(for: sealed.name, from: passphraseOptions.source)
        return try explaining(sealed.name) { () throws(AgeError) in try header.open(passphrase: passphrase) }
    }

    private func fileKey(of header: AgeHeader, name: String) throws(CommandFailure) -> FileKey {
        guard !header.isPassphrase else {
            throw CommandFailure(.usage, "\(name) is sealed under a passphrase", hint: "leave -i out, and give -p")
        }
        // One file after the other: a passphrase is asked for only if the identities before do not fit.
        for path in identity {
            let identities = try KeyFiles.identities(path, passphrase: passphraseOptions.source)
            do throws(AgeError) {
                return try header.open(with: identities)
            } catch {
                guard error.code == .noMatch else { throw Explanation.age(error, on: name) }
            }
        }
        throw CommandFailure(.refused, "\(name): no identity given opens the file", hint: "name another one with -i")
    }
}
