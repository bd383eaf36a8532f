public import AgeFile
public import Sharing
public import SignedNote
public import Sodium

/// Everything that makes somebody the owner of a case, and what tells her the true custodian and log: what is sealed
/// to her own recipient and to the paper identity when the case is made.
public struct CaseKeys: Sendable {
    static let type: StaticString = "bevis.example/case-keys/v1"

    /// The case.
    public let caseID: CaseID
    /// What its owner calls it; it is nowhere else.
    public let title: PlainText?
    /// The case key: opens every item.
    public let identity: AgeIdentity
    /// Opens what the owner keeps for herself alone; random like the case key and independent of it, so that nothing
    /// that is given away with the case key reaches it. `nil` for a case made before there were such keys.
    public let privateIdentity: AgeIdentity?
    /// The owner's signing key.
    public let signer: NoteSigner
    /// The case's log key, 32 bytes.
    public let logKey: SecretBytes
    /// The custodian's public key.
    public let custodian: VerifierKey
    /// The log's public key.
    public let log: VerifierKey

    /// Keys that exist already.
    /// - Throws: `VaultError.malformed` when the log key does not have 32 bytes.
    public init(
        caseID: CaseID, title: PlainText?, identity: AgeIdentity, privateIdentity: AgeIdentity?, signer: NoteSigner,
        logKey: SecretBytes, custodian: VerifierKey, log: VerifierKey
    ) throws(VaultError) {
        guard logKey.count == 32 else { throw VaultError(.malformed, "a case's log key has 32 bytes") }
        self.init(
            unchecked: caseID, title: title, identity: identity, privateIdentity: privateIdentity, signer: signer,
            logKey: logKey, custodian: custodian, log: log)
    }

    private init(
        unchecked caseID: CaseID, title: PlainText?, identity: AgeIdentity, privateIdentity: AgeIdentity?,
        signer: NoteSigner, logKey: SecretBytes, custodian: VerifierKey, log: VerifierKey
    ) {
        self.caseID = caseID
        self.title = title
        self.identity = identity
        self.privateIdentity = privateIdentity
        self.signer = signer
        self.logKey = logKey
        self.custodian = custodian
        self.log = log
    }

    /// Fresh keys for a new case of `signer`.
    public static func random(
        title: PlainText?, signer: NoteSigner, custodian: VerifierKey, log: VerifierKey
    ) -> CaseKeys {
        CaseKeys(
            unchecked: Random.value(), title: title, identity: .random(), privateIdentity: .random(), signer: signer,
            logKey: .random(32), custodian: custodian, log: log)
    }

    /// Seals the keys to the owner's own recipient and to the paper identity's.
    /// - Throws: `VaultError.unavailable` when a recipient is no usable key.
    public func seal(to owner: AgeRecipient, and paper: AgeRecipient) throws(VaultError) -> SealedAgeFile {
        do throws(AgeError) {
            return try AgeFile.seal(text, to: [owner, paper])
        } catch {
            throw VaultError(.unavailable, "a recipient of the case's keys cannot be sealed to")
        }
    }

    /// Opens sealed keys with the owner's own identity or the paper identity.
    /// - Throws: `VaultError.notAuthentic` when the identity does not open them or they were altered; `.malformed`
    ///   when they are no age file, or hold no keys of a case.
    public init(opening sealed: [UInt8], with identity: AgeIdentity) throws(VaultError) {
        let text: SecretBytes
        do throws(AgeError) {
            text = try AgeFile.open(sealed, with: [identity])
        } catch {
            switch error.code {
            case .noMatch: throw VaultError(.notAuthentic, "this key does not open these keys of a case")
            case .headerNotAuthentic, .payloadNotAuthentic, .truncated:
                throw VaultError(.notAuthentic, "the sealed keys of a case were altered or cut off")
            default: throw VaultError(.malformed, "the keys of a case are not an age file")
            }
        }
        try self.init(parsing: text)
    }
}

extension CaseKeys {
    /// The keys as text: a type line, then a line for each in the order of the properties.
    var text: SecretBytes {
        var text = SecretText(capacity: 4096)
        text.add(CaseKeys.type)
        text.add("\ncase ")
        text.add(caseID.hex)
        text.add("\ntitle ")
        text.add(title?.bytes ?? Array("none".utf8))
        text.add("\nidentity ")
        text.add(identity.text)
        if let privateIdentity {
            text.add("\nprivate-identity ")
            text.add(privateIdentity.text)
        }
        text.add("\nowner-key ")
        text.add(signer.privateText)
        text.add("\nlog-key ")
        var bytes = logKey.withUnsafeBytes { [UInt8]($0) }
        var encoded = Base64.encode(bytes, .padded)
        text.add(encoded)
        Wipe.array(&bytes)
        Wipe.array(&encoded)
        text.add("\ncustodian ")
        text.add(custodian.text)
        text.add("\nlog ")
        text.add(log.text)
        text.add("\n")
        return text.finish()
    }

    init(parsing text: SecretBytes) throws(VaultError) {
        var bytes = text.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&bytes) }
        do {
            var reader = try LineTextReader(bytes, type: CaseKeys.type)
            let caseID: CaseID = try reader.hash("case")
            let title = try reader.optionalValue("title")
            var identityText = try reader.value("identity")
            let identity = try AgeIdentity(parsing: SecretBytes(wiping: &identityText))
            var privateIdentity: AgeIdentity?
            if reader.isNext("private-identity") {
                var privateText = try reader.value("private-identity")
                privateIdentity = try AgeIdentity(parsing: SecretBytes(wiping: &privateText))
            }
            var signerText = try reader.value("owner-key")
            let signer = try NoteSigner(parsing: SecretBytes(wiping: &signerText))
            var logKey = try reader.base64("log-key")
            let custodian = try reader.verifierKey("custodian")
            let log = try reader.verifierKey("log")
            try reader.end()
            try self.init(
                caseID: caseID, title: try title.map { try PlainText($0) }, identity: identity,
                privateIdentity: privateIdentity, signer: signer, logKey: SecretBytes(wiping: &logKey),
                custodian: custodian, log: log)
        } catch {
            throw VaultError(.malformed, "the file opened, but does not hold the keys of a case")
        }
    }
}
