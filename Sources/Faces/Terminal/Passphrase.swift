public import ArgumentParser
import Glibc
public import Sodium

/// Where a passphrase comes from: never from an argument, which every user of the machine can read.
public enum PassphraseSource: Sendable, Equatable {
    /// Typed at the terminal, unseen.
    case terminal
    /// The first line of a file.
    case file(String)
    /// The next line of a file that this process was started with.
    case descriptor(Int32)

    /// The source that option and environment name: `--passphrase-fd`, then `BEVIS_PASSPHRASE_FILE`, then the
    /// terminal.
    public static func chosen(descriptor: Int32?) -> PassphraseSource {
        if let descriptor { return .descriptor(descriptor) }
        guard let path = getenv("BEVIS_PASSPHRASE_FILE"), path.pointee != 0 else { return .terminal }
        return .file(String(cString: path))
    }
}

/// The option that all commands share which ask for a passphrase.
public struct PassphraseOptions: ParsableArguments {
    @Option(
        name: .customLong("passphrase-fd"),
        help: ArgumentHelp(
            "Read the passphrase from this open file, one line.",
            discussion: "Without it the file in BEVIS_PASSPHRASE_FILE is read, or the terminal asked.",
            valueName: "number"))
    public var descriptor: Int32?

    public init() {}

    public func validate() throws {
        guard let descriptor, fcntl(descriptor, F_GETFD) < 0 else { return }
        throw ValidationError("File descriptor \(descriptor) is not open")
    }

    /// The source that option and environment name.
    public var source: PassphraseSource { PassphraseSource.chosen(descriptor: descriptor) }
}

/// Asks for passphrases, and makes them.
public enum Passphrase {
    /// The shortest new passphrase that is taken, in bytes.
    public static let minimumLength = 10
    private static let longestLine = 4_096

    /// The passphrase of something that exists.
    /// - Parameter name: what it opens, as in "identity.age", fit for a terminal.
    /// - Throws: a failure when there is none to be had, or it is empty.
    public static func ask(for name: String, from source: PassphraseSource) throws(CommandFailure) -> SecretBytes {
        let passphrase: SecretBytes
        switch source {
        case .terminal: passphrase = try terminal().secret("passphrase for \(name): ")
        case .file(let path): passphrase = try read(file: path)
        case .descriptor(let number): passphrase = try line(from: .inherited(number))
        }
        guard passphrase.count > 0 else { throw CommandFailure(.refused, "the passphrase for \(name) is empty") }
        return passphrase
    }

    /// A passphrase for something new: at the terminal asked twice, and made up if nothing is typed.
    /// - Throws: a failure when there is none to be had, it is shorter than `minimumLength`, or the two differ.
    public static func choose(for name: String, from source: PassphraseSource) throws(CommandFailure) -> SecretBytes {
        guard source == .terminal else {
            let passphrase = try ask(for: name, from: source)
            guard passphrase.count >= minimumLength else { throw tooShort(name) }
            return passphrase
        }
        let prompt = try terminal()
        for _ in 0..<3 {
            let first = try prompt.secret("new passphrase for \(name) (leave empty to have one made): ")
            if first.count == 0 { return try offer(at: prompt, for: name) }
            guard first.count >= minimumLength else {
                try prompt.show("that is shorter than \(minimumLength) characters; four words make a good one\n")
                continue
            }
            if try prompt.secret("the same again: ") == first { return first }
            try prompt.show("the two differ; try again\n")
        }
        throw CommandFailure(.refused, "no passphrase for \(name) was chosen: nothing was done")
    }

    /// A fresh passphrase of five groups of five characters of `a-z 2-7`: 125 random bits.
    public static func generate() -> SecretBytes {
        let random = SecretBytes.random(25)
        let alphabet = [UInt8]("abcdefghijklmnopqrstuvwxyz234567".utf8)
        return SecretBytes(count: 29) { text in
            random.withUnsafeBytes { random in
                for index in 0..<25 { text[index + index / 5] = alphabet[Int(random[index] & 31)] }
            }
            for group in 1..<5 { text[group * 6 - 1] = 0x2D }
        }
    }

    private static func offer(at prompt: Prompt, for name: String) throws(CommandFailure) -> SecretBytes {
        let passphrase = generate()
        let text = passphrase.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        try prompt.show("the passphrase for \(name), shown this once; write it down:\n\n  \(text)\n\n")
        return passphrase
    }

    private static func terminal() throws(CommandFailure) -> Prompt {
        do throws(CommandFailure) {
            return try Prompt()
        } catch {
            throw CommandFailure(
                .usage, "a passphrase is needed, and there is no terminal to ask at",
                hint: "set BEVIS_PASSPHRASE_FILE to a file that only you can read, or use --passphrase-fd")
        }
    }

    private static func read(file path: String) throws(CommandFailure) -> SecretBytes {
        let descriptor = try Descriptor.reading(path)
        guard let status = descriptor.status, status.st_mode & 0o077 == 0 || status.st_mode & S_IFMT != S_IFREG else {
            throw CommandFailure(
                .refused, "the passphrase file \(Escaped.quoted(path)) is open to others", hint: "chmod 600 it")
        }
        return try line(from: descriptor)
    }

    private static func line(from descriptor: Descriptor) throws(CommandFailure) -> SecretBytes {
        guard let line = try SecretLine.read(from: descriptor, limit: longestLine) else {
            throw CommandFailure(.refused, "\(descriptor.name) holds no passphrase")
        }
        return line
    }

    private static func tooShort(_ name: String) -> CommandFailure {
        CommandFailure(
            .refused, "the new passphrase for \(name) is shorter than \(minimumLength) characters",
            hint: "four words make a good one")
    }
}
