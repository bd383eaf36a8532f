import AgeFile
import AuditTrail
import Sharing
import Sodium
import Terminal

/// Opens the bundle's keys with an identity file, plain or itself an age file under a passphrase.
enum IdentityFiles {
    private static let limit = 1 << 24

    static func auditKeys(
        of folder: BundleFolder, identity path: String, passphrase: PassphraseSource
    ) throws(CommandFailure) -> AuditKeys {
        guard let sealed = try folder.read(BundleLayout.keys, limit: limit) else {
            throw CommandFailure(
                .incomplete, "keys.age is missing from the bundle: its records cannot be opened",
                hint: "ask for a bundle that was made for you")
        }
        let identities = try identities(path, passphrase)
        let text: SecretBytes
        do throws(AgeError) {
            text = try AgeFile.open(sealed, with: identities)
        } catch {
            throw CommandFailure(
                error.code == .noMatch ? .unreachable : .refused, "keys.age: \(error.reason)",
                hint: error.code == .noMatch ? "the bundle was made for another auditor" : "fetch the bundle again")
        }
        var bytes = text.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&bytes) }
        guard let keys = try? AuditKeys(parsing: bytes) else {
            throw CommandFailure(.refused, "keys.age does not hold log keys", hint: "fetch the bundle again")
        }
        return keys
    }

    private static func identities(
        _ path: String, _ source: PassphraseSource
    ) throws(CommandFailure) -> [AgeIdentity] {
        let file = try Descriptor.reading(path)
        var bytes = try file.readAll(limit: limit)
        defer { Wipe.array(&bytes) }
        do throws(AgeError) {
            guard bytes.starts(with: Array("age-encryption.org/".utf8)) else {
                return try IdentityFile.parse(SecretBytes(wiping: &bytes))
            }
        } catch {
            throw CommandFailure(.unreachable, "\(file.name): \(error.reason)")
        }
        let passphrase = try Passphrase.ask(for: file.name, from: source)
        do throws(AgeError) {
            return try IdentityFile.parse(try AgeFile.open(bytes, passphrase: passphrase))
        } catch {
            throw CommandFailure(.unreachable, "\(file.name): \(error.reason)")
        }
    }
}
