import AgeFile
import Sodium
import Terminal

/// Reads recipients and identities as the stock tool does.
enum KeyFiles {
    private static let limit = 1 << 24

    /// The recipient `age1…` that an argument names.
    /// - Throws: a usage failure.
    static func recipient(_ text: String, at place: String? = nil) throws(CommandFailure) -> AgeRecipient {
        let shown = Escaped.text(text, limit: 80) + (place.map { " (\($0))" } ?? "")
        if text.hasPrefix("ssh-") || text.hasPrefix("age1pq1") || text.hasPrefix("AGE-SECRET-KEY-") {
            let what = text.hasPrefix("AGE-") ? "a secret key, not a recipient" : "of a kind that is not supported here"
            let named = text.hasPrefix("AGE-") ? "an argument" : shown
            throw CommandFailure(.usage, "\(named) is \(what)", hint: "give a recipient that begins with age1")
        }
        do throws(AgeError) {
            return try AgeRecipient(parsing: [UInt8](text.utf8))
        } catch {
            throw CommandFailure(.usage, "\(shown) is not a recipient", hint: "give a recipient that begins with age1")
        }
    }

    /// The recipients of a file: one a line, blank lines and those beginning with `#` skipped.
    /// - Throws: a failure that names file and line.
    static func recipients(_ path: String) throws(CommandFailure) -> [AgeRecipient] {
        let source = try Descriptor.reading(path)
        let bytes = try source.readAll(limit: limit)
        var recipients: [AgeRecipient] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let text = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            recipients.append(try recipient(text, at: "line \(index + 1) of \(source.name)"))
        }
        guard !recipients.isEmpty else {
            throw CommandFailure(.usage, "\(source.name) holds no recipient")
        }
        return recipients
    }

    /// The identities of a file, which may itself be an age file under a passphrase.
    /// - Throws: a failure that names the file.
    static func identities(_ path: String, passphrase source: PassphraseSource) throws(CommandFailure) -> [AgeIdentity]
    {
        let file = try Descriptor.reading(path)
        var bytes = try file.readAll(limit: limit)
        defer { Wipe.array(&bytes) }
        if Armor.isArmored(prefix: bytes) {
            let text = bytes
            bytes = try explaining(file.name) { () throws(AgeError) in try Armor.decode(text) }
        }
        let text: SecretBytes
        if bytes.starts(with: "age-encryption.org/".utf8) {
            let sealed = bytes
            let passphrase = try Passphrase.ask(for: file.name, from: source)
            text = try explaining(file.name) { () throws(AgeError) in
                try AgeFile.open(sealed, passphrase: passphrase)
            }
        } else {
            text = SecretBytes(wiping: &bytes)
        }
        return try explaining(file.name) { () throws(AgeError) in try IdentityFile.parse(text) }
    }
}
