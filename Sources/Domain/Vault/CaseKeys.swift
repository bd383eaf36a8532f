public import AgeFile
public import Sharing
public import SignedNote
public import Sodium

/// Everything that makes somebody the owner of a case, and what tells her the true custodian and log: what is sealed
/// to her own recipient and to the paper identity when the case is made.
public struct CaseKeys: Sendable {
    static let type: StaticString = "bevis.example/case-keys/v1"
    /// So many machines at most may have the keys of a case.
    static let machineLimit = 16

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
    /// The owner's own recipients, one for each machine that may fetch these keys; the newest last.
    public private(set) var machines: [AgeRecipient]

    /// Keys that exist already.
    /// - Throws: `VaultError.malformed` when the log key does not have 32 bytes, or not 1 to 16 different machines are
    ///   given.
    public init(
        caseID: CaseID, title: PlainText?, identity: AgeIdentity, privateIdentity: AgeIdentity?, signer: NoteSigner,
        logKey: SecretBytes, custodian: VerifierKey, log: VerifierKey, machines: [AgeRecipient]
    ) throws(VaultError) {
        guard logKey.count == 32 else { throw VaultError(.malformed, "a case's log key has 32 bytes") }
        guard (1...CaseKeys.machineLimit).contains(machines.count), Set(machines).count == machines.count else {
            throw VaultError(.malformed, "a case's keys are for 1 to 16 different machines")
        }
        self.init(
            unchecked: caseID, title: title, identity: identity, privateIdentity: privateIdentity, signer: signer,
            logKey: logKey, custodian: custodian, log: log, machines: machines)
    }

    private init(
        unchecked caseID: CaseID, title: PlainText?, identity: AgeIdentity, privateIdentity: AgeIdentity?,
        signer: NoteSigner, logKey: SecretBytes, custodian: VerifierKey, log: VerifierKey, machines: [AgeRecipient]
    ) {
        self.caseID = caseID
        self.title = title
        self.identity = identity
        self.privateIdentity = privateIdentity
        self.signer = signer
        self.logKey = logKey
        self.custodian = custodian
        self.log = log
        self.machines = machines
    }

    /// Fresh keys for a new case of `signer`, for one machine of hers.
    public static func random(
        title: PlainText?, signer: NoteSigner, custodian: VerifierKey, log: VerifierKey, machine: AgeRecipient
    ) -> CaseKeys {
        CaseKeys(
            unchecked: Random.value(), title: title, identity: .random(), privateIdentity: .random(), signer: signer,
            logKey: .random(32), custodian: custodian, log: log, machines: [machine])
    }

    /// The same keys, also for another machine of hers; the oldest gives way where there are too many.
    public func adding(_ machine: AgeRecipient) -> CaseKeys {
        var keys = self
        keys.machines = machines.filter { $0 != machine }.suffix(CaseKeys.machineLimit - 1) + [machine]
        return keys
    }

    /// The same keys for one machine alone: the others can no longer fetch them.
    public func only(for machine: AgeRecipient) -> CaseKeys {
        var keys = self
        keys.machines = [machine]
        return keys
    }

    /// Seals the keys to the owner's machines and to the paper identity.
    /// - Throws: `VaultError.unavailable` when a recipient is no usable key.
    public func seal(to paper: AgeRecipient) throws(VaultError) -> SealedAgeFile {
        do throws(AgeError) {
            return try AgeFile.seal(text, to: machines + [paper])
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
        for machine in machines {
            text.add("\nmachine ")
            text.add(machine.text)
        }
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
            var identityBytes = try reader.value("identity")
            let identityText = SecretBytes(wiping: &identityBytes)
            let identity = try AgeIdentity(parsing: identityText)
            guard identity.text == identityText else {
                throw VaultError(.malformed, "a case's identity is not in capitals")
            }
            var privateIdentity: AgeIdentity?
            if reader.isNext("private-identity") {
                var privateBytes = try reader.value("private-identity")
                let privateText = SecretBytes(wiping: &privateBytes)
                let identity = try AgeIdentity(parsing: privateText)
                guard identity.text == privateText else {
                    throw VaultError(.malformed, "a case's private identity is not in capitals")
                }
                privateIdentity = identity
            }
            var signerText = try reader.value("owner-key")
            let signer = try NoteSigner(parsing: SecretBytes(wiping: &signerText))
            var logKey = try reader.base64("log-key")
            let custodian = try reader.verifierKey("custodian")
            let log = try reader.verifierKey("log")
            let machines = try reader.list("machine").map { (text: [UInt8]) throws -> AgeRecipient in
                let recipient = try AgeRecipient(parsing: text)
                guard recipient.text == text else {
                    throw VaultError(.malformed, "a machine's recipient is not in small letters")
                }
                return recipient
            }
            try reader.end()
            try self.init(
                caseID: caseID, title: try title.map { try PlainText($0) }, identity: identity,
                privateIdentity: privateIdentity, signer: signer, logKey: SecretBytes(wiping: &logKey),
                custodian: custodian, log: log, machines: machines)
        } catch {
            throw VaultError(.malformed, "the file opened, but does not hold the keys of a case")
        }
    }
}
