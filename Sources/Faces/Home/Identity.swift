public import AgeFile
public import SignedNote
import Sodium

/// What kind of holder an identity is of; it gives the signing key its name.
public enum IdentityKind: Hashable, Sendable {
    /// The person whose folder this is.
    case person
    /// A device that records for her, by its own short name.
    case device(String)
    /// An organisation's card issuer, by its own short name.
    case issuer(String)

    /// The name of the signing key.
    public var keyName: StaticString {
        switch self {
        case .person: "bevis.example/person"
        case .device: "bevis.example/device"
        case .issuer: "bevis.example/issuer"
        }
    }

    /// The path in the home folder, without an extension.
    /// - Throws: `HomeError.badName` for anything but 1 to 40 characters of `a-z 0-9 -`, a letter or digit first.
    func stem() throws(HomeError) -> String {
        switch self {
        case .person: return "identity"
        case .device(let name): return "devices/" + (try IdentityKind.checked(name))
        case .issuer(let name): return "issuers/" + (try IdentityKind.checked(name))
        }
    }

    static func checked(_ name: String) throws(HomeError) -> String {
        let isAllowed = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard isAllowed, (1...40).contains(name.utf8.count), name.utf8.first != 0x2D else {
            throw HomeError(.badName, "a name has 1 to 40 characters of a-z 0-9 - and does not begin with a dash", name)
        }
        return name
    }
}

/// A holder's private keys: one that signs, one that opens what is sealed to the holder.
public struct Identity: Sendable {
    /// Signs notes.
    public let signer: NoteSigner
    /// Opens age files.
    public let age: AgeIdentity

    /// An identity of its keys.
    public init(signer: NoteSigner, age: AgeIdentity) {
        self.signer = signer
        self.age = age
    }

    /// Fresh random keys.
    public static func random(_ kind: IdentityKind) -> Identity {
        guard let name = try? KeyName(NoteText.bytes(kind.keyName)) else {
            preconditionFailure("the names of signing keys are key names")
        }
        return Identity(signer: NoteSigner(name: name, key: SigningKey()), age: .random())
    }

    /// The public half of both keys.
    public func publicParts(created: Timestamp) -> PublicIdentity {
        PublicIdentity(key: signer.verifierKey, recipient: age.recipient, created: created)
    }
}

/// The public half of an identity: a plain file beside the sealed one, readable without the passphrase.
public struct PublicIdentity: Sendable, Equatable {
    private static let type: StaticString = "bevis.example/identity/v1"

    /// Verifies what the holder signs.
    public let key: VerifierKey
    /// What is for the holder is sealed to it.
    public let recipient: AgeRecipient
    /// When the keys were made.
    public let created: Timestamp

    /// The public half of its parts.
    public init(key: VerifierKey, recipient: AgeRecipient, created: Timestamp) {
        self.key = key
        self.recipient = recipient
        self.created = created
    }

    /// Reads the lines that `text` writes.
    /// - Throws: `NoteError`.
    init(parsing text: [UInt8]) throws(NoteError) {
        var reader = try LineTextReader(text, type: PublicIdentity.type)
        key = try reader.verifierKey("key")
        let text = try reader.value("recipient")
        // Capitals are an age recipient too, but what is kept says each thing in one way only.
        guard let recipient = try? AgeRecipient(parsing: text), recipient.text == text else {
            throw NoteError(.malformedValue, "a value is not an age recipient in small letters")
        }
        self.recipient = recipient
        created = try reader.timestamp("created")
        try reader.end()
    }

    /// A type line, then `key`, `recipient`, `created`.
    func text() throws(NoteError) -> [UInt8] {
        var writer = LineTextWriter(type: PublicIdentity.type)
        writer.add("key", key)
        try writer.add("recipient", recipient.text)
        writer.add("created", created)
        return writer.text
    }
}
