import AgeFile
import SignedNote
import Sodium

/// The plaintext of an identity file: one that the stock `age -d -i` takes, since all but its last line are comments.
///
///     # created: 2026-11-22T18:00:00Z
///     # public key: age1…
///     # signing key: PRIVATE+KEY+name+hex8+base64
///     AGE-SECRET-KEY-1…
struct IdentityText {
    private static let created = [UInt8]("# created: ".utf8)
    private static let publicKey = [UInt8]("# public key: ".utf8)
    private static let signingKey = [UInt8]("# signing key: ".utf8)

    let identity: Identity
    let created: Timestamp

    init(identity: Identity, created: Timestamp) {
        self.identity = identity
        self.created = created
    }

    var text: SecretBytes {
        let lines: [(label: [UInt8], value: SecretBytes)] = [
            (IdentityText.created, IdentityText.plain(created.text)),
            (IdentityText.publicKey, IdentityText.plain(identity.age.recipient.text)),
            (IdentityText.signingKey, identity.signer.privateText),
            ([], identity.age.text),
        ]
        return SecretBytes(count: lines.reduce(0) { $0 + $1.label.count + $1.value.count + 1 }) { text in
            var position = 0
            for line in lines {
                UnsafeMutableRawBufferPointer(rebasing: text[position...]).copyBytes(from: line.label)
                position += line.label.count
                line.value.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: text[position...]).copyMemory(from: $0)
                }
                position += line.value.count
                text[position] = 0x0A
                position += 1
            }
        }
    }

    private static func plain(_ bytes: [UInt8]) -> SecretBytes { bytes.withUnsafeBytes { SecretBytes(copying: $0) } }

    /// Reads exactly the four lines that `text` writes.
    /// - Throws: `HomeError.altered`.
    init(parsing text: SecretBytes, kind: IdentityKind, path: String) throws(HomeError) {
        let lines = text.withUnsafeBytes { text in
            text.split(separator: 0x0A, omittingEmptySubsequences: false).map {
                SecretBytes(copying: UnsafeRawBufferPointer(rebasing: $0))
            }
        }
        guard lines.count == 5, lines[4].count == 0,
            let written = IdentityText.value(of: lines[0], behind: IdentityText.created),
            let created = try? Timestamp(parsing: written.withUnsafeBytes { Array($0) }),
            let recipient = IdentityText.value(of: lines[1], behind: IdentityText.publicKey),
            let signing = IdentityText.value(of: lines[2], behind: IdentityText.signingKey),
            let signer = try? NoteSigner(parsing: signing), let age = try? AgeIdentity(parsing: lines[3]),
            age.text == lines[3]  // small letters are an age identity too, but not what is written here
        else {
            throw HomeError(.altered, "an identity file does not hold the four lines that it should", path)
        }
        guard IdentityText.plain(age.recipient.text) == recipient else {
            throw HomeError(.altered, "an identity file names another public key than its own", path)
        }
        guard signer.verifierKey.name.bytes == NoteText.bytes(kind.keyName) else {
            throw HomeError(.altered, "an identity file holds the signing key of another kind of holder", path)
        }
        identity = Identity(signer: signer, age: age)
        self.created = created
    }

    private static func value(of line: SecretBytes, behind label: [UInt8]) -> SecretBytes? {
        guard line.withUnsafeBytes({ $0.starts(with: label) }) else { return nil }
        return line.slice(label.count..<line.count)
    }
}
