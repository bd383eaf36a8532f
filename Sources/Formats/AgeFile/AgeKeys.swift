public import Sodium

/// Whom an age file is sealed to: an X25519 public key, written `age1…` (age.md, "The X25519 recipient type").
///
/// Files for the post-quantum hybrid type are not written yet; that type will become another way to make a value of
/// this one.
public struct AgeRecipient: Hashable, Sendable {
    private static let prefix = [UInt8]("age".utf8)

    /// The public key.
    public let key: AgreementPublicKey

    /// The recipient of a public key.
    public init(_ key: AgreementPublicKey) { self.key = key }

    /// Reads `age1…`, nothing around it, in one case.
    /// - Throws: `AgeError.malformedKey`.
    public init(parsing text: [UInt8]) throws(AgeError) {
        var failure: AgeError?
        let bytes = Bytes32 { output in
            do throws(AgeError) {
                try text.lend { text throws(AgeError) in
                    try Bech32.decode(text, prefix: AgeRecipient.prefix, into: output)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        self.init(AgreementPublicKey(bytes))
    }

    /// The text `age1…`: 62 bytes, lower case.
    public var text: [UInt8] {
        let length = Bech32.length(prefix: AgeRecipient.prefix)
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, initialized in
            let text = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: length)
            key.bytes.withUnsafeBytes { Bech32.encode($0, prefix: AgeRecipient.prefix, into: text) }
            initialized = length
        }
    }
}

/// What opens an age file: an X25519 private key, written `AGE-SECRET-KEY-1…`.
public struct AgeIdentity: Sendable {
    private static let prefix = [UInt8]("age-secret-key-".utf8)

    /// The private key.
    public let key: AgreementKey

    /// The identity of a private key.
    public init(_ key: AgreementKey) { self.key = key }

    /// A fresh random identity.
    public static func random() -> AgeIdentity { AgeIdentity(AgreementKey()) }

    /// Reads `AGE-SECRET-KEY-1…`, nothing around it, in one case.
    /// - Throws: `AgeError.malformedKey`.
    public init(parsing text: SecretBytes) throws(AgeError) {
        self = try text.withUnsafeBytes { text throws(AgeError) in try AgeIdentity(parsing: text) }
    }

    init(parsing text: UnsafeRawBufferPointer) throws(AgeError) {
        let scalar = try SecretBytes(count: 32) { output throws(AgeError) in
            try Bech32.decode(text, prefix: AgeIdentity.prefix, into: output)
        }
        key = try translating(.malformedKey, "an identity has the wrong length") { () throws(SodiumError) in
            try AgreementKey(scalar)
        }
    }

    /// The text `AGE-SECRET-KEY-1…`: 74 bytes, upper case.
    public var text: SecretBytes {
        SecretBytes(count: Bech32.length(prefix: AgeIdentity.prefix)) { text in
            key.scalar.withUnsafeBytes { Bech32.encode($0, prefix: AgeIdentity.prefix, into: text) }
            for index in text.indices where (0x61...0x7A).contains(text[index]) { text[index] &= 0xDF }
        }
    }

    /// Whoever seals to this recipient seals for this identity.
    public var recipient: AgeRecipient { AgeRecipient(key.publicKey) }
}

/// An identity file as `age-keygen` writes it: one identity a line; blank lines and those beginning with `#` skipped.
public enum IdentityFile {
    /// Reads all identities of a file; lines end in LF or CRLF.
    /// - Throws: `AgeError.malformedKey` when a line is no identity, or when there is none at all.
    public static func parse(_ text: SecretBytes) throws(AgeError) -> [AgeIdentity] {
        try text.withUnsafeBytes { text throws(AgeError) in
            var identities: [AgeIdentity] = []
            for var line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
                if line.last == 0x0D { line = line.dropLast() }
                guard let first = line.first, first != 0x23 else { continue }
                identities.append(try AgeIdentity(parsing: UnsafeRawBufferPointer(rebasing: line)))
            }
            guard !identities.isEmpty else { throw AgeError(.malformedKey, "an identity file holds no identity") }
            return identities
        }
    }
}
