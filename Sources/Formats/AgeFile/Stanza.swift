import Sodium

/// One way to the file key, as it stands in a header. Types that are not known here are skipped by readers.
enum Stanza: Sendable {
    case x25519(X25519Stanza)
    case scrypt(ScryptStanza)
    case unknown

    static let x25519Type = [UInt8]("X25519".utf8)
    static let scryptType = [UInt8]("scrypt".utf8)
    /// A wrapped file key: 16 bytes and a tag.
    static let bodySize = FileKey.size + ChaCha20Poly1305.tagSize

    /// Gives the parts of a stanza their meaning. Rules of a known type are checked here, before any key is tried,
    /// so that a malformed header is refused by everybody alike.
    /// - Throws: `AgeError.malformedHeader`.
    init(arguments: [[UInt8]], body: [UInt8]) throws(AgeError) {
        switch arguments[0] {
        case Stanza.x25519Type:
            self = .x25519(try X25519Stanza(arguments: arguments.dropFirst(), body: body))
        case Stanza.scryptType:
            self = .scrypt(try ScryptStanza(arguments: arguments.dropFirst(), body: body))
        default: self = .unknown
        }
    }

    var isScrypt: Bool {
        if case .scrypt = self { return true }
        return false
    }

    static func write(_ arguments: [[UInt8]], body: [UInt8], to header: inout [UInt8]) {
        header += [0x2D, 0x3E]
        for argument in arguments { header += [0x20] + argument }
        header.append(0x0A)
        // A wrapped file key takes 43 characters: one line, shorter than 64, which ends the body.
        header += Base64.encode(body, .unpadded) + [0x0A]
    }

    fileprivate static func decode(_ argument: [UInt8], count: Int) throws(AgeError) -> [UInt8] {
        let bytes = try Base64.decode(
            argument, .unpadded, or: .malformedHeader, "a stanza's argument is not canonical base64")
        guard bytes.count == count else { throw AgeError(.malformedHeader, "a stanza's argument has a wrong length") }
        return bytes
    }

    fileprivate static func seal(_ fileKey: FileKey, under wrapKey: AEADKey) -> [UInt8] {
        // The zero nonce is safe: a wrap key comes from a fresh ephemeral key or salt and seals one value.
        ChaCha20Poly1305.seal(secret: fileKey.secret, key: wrapKey, nonce: .zero)
    }

    /// - Returns: `nil` when the tag does not match, which only says that the stanza is for somebody else.
    fileprivate static func open(_ body: [UInt8], under wrapKey: AEADKey) -> FileKey? {
        guard let secret = try? ChaCha20Poly1305.openSecret(body, key: wrapKey, nonce: .zero) else { return nil }
        return try? FileKey(secret)
    }

    fileprivate static func check(body: [UInt8]) throws(AgeError) {
        guard body.count == bodySize else {
            throw AgeError(.malformedHeader, "a stanza's body is not a wrapped file key")
        }
    }
}

/// `-> X25519 SHARE` (age.md, "The X25519 recipient type").
struct X25519Stanza: Sendable {
    private static let label = [UInt8]("age-encryption.org/v1/X25519".utf8)

    let share: AgreementPublicKey
    let body: [UInt8]

    init(arguments: ArraySlice<[UInt8]>, body: [UInt8]) throws(AgeError) {
        guard arguments.count == 1, let argument = arguments.first else {
            throw AgeError(.malformedHeader, "an X25519 stanza has one argument")
        }
        let bytes = try Stanza.decode(argument, count: 32)
        share = AgreementPublicKey(Bytes32 { $0.copyBytes(from: bytes) })
        try Stanza.check(body: body)
        self.body = body
    }

    /// Appends a stanza under a fresh ephemeral key.
    /// - Throws: `AgeError.malformedKey` when the recipient is a point of small order.
    static func seal(
        _ fileKey: FileKey, to recipient: AgreementPublicKey, appendingTo header: inout [UInt8]
    ) throws(AgeError) {
        let ephemeral = AgreementKey()
        let share = ephemeral.publicKey
        let shared = try translating(.malformedKey, "a recipient is a point of small order") {
            () throws(SodiumError) in try ephemeral.agree(with: recipient)
        }
        let wrapKey = AEADKey(deriving: shared, salt: share.bytes.array + recipient.bytes.array, info: label)
        let arguments = [Stanza.x25519Type, Base64.encode(share.bytes.array, .unpadded)]
        Stanza.write(arguments, body: Stanza.seal(fileKey, under: wrapKey), to: &header)
    }

    /// - Returns: `nil` when the stanza is for somebody else.
    /// - Throws: `AgeError.malformedHeader` when the share is a point of small order.
    func open(with key: AgreementKey) throws(AgeError) -> FileKey? {
        let shared = try translating(.malformedHeader, "an X25519 stanza's share is a point of small order") {
            () throws(SodiumError) in try key.agree(with: share)
        }
        let salt = share.bytes.array + key.publicKey.bytes.array
        return Stanza.open(body, under: AEADKey(deriving: shared, salt: salt, info: X25519Stanza.label))
    }
}

/// `-> scrypt SALT LOGN` (age.md, "The scrypt recipient type").
struct ScryptStanza: Sendable {
    private static let label = [UInt8]("age-encryption.org/v1/scrypt".utf8)
    private static let saltSize = 16

    let salt: [UInt8]
    /// Binary logarithm of scrypt's N; what exceeds 255 is kept as 255, which no reader allows.
    let logN: UInt8
    let body: [UInt8]

    init(arguments: ArraySlice<[UInt8]>, body: [UInt8]) throws(AgeError) {
        guard arguments.count == 2, let first = arguments.first, let last = arguments.last else {
            throw AgeError(.malformedHeader, "a scrypt stanza has two arguments")
        }
        salt = try Stanza.decode(first, count: ScryptStanza.saltSize)
        logN = try ScryptStanza.workFactor(last)
        try Stanza.check(body: body)
        self.body = body
    }

    private static func workFactor(_ text: [UInt8]) throws(AgeError) -> UInt8 {
        guard let first = text.first, first != 0x30, text.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw AgeError(.malformedHeader, "a scrypt stanza's work factor is not a decimal number")
        }
        var value = 0
        for digit in text { value = min(value * 10 + Int(digit - 0x30), 255) }
        return UInt8(value)
    }

    /// Appends a stanza under a fresh salt.
    /// - Throws: `AgeError.unavailable` when the memory cannot be had.
    static func seal(
        _ fileKey: FileKey, passphrase: SecretBytes, logN: UInt8, appendingTo header: inout [UInt8]
    ) throws(AgeError) {
        let salt = Random.bytes(saltSize)
        let wrapKey = try wrapKey(passphrase, salt: salt, logN: logN)
        var digits: [UInt8] = []
        if logN >= 10 { digits.append(0x30 + logN / 10) }
        digits.append(0x30 + logN % 10)
        let arguments = [Stanza.scryptType, Base64.encode(salt, .unpadded), digits]
        Stanza.write(arguments, body: Stanza.seal(fileKey, under: wrapKey), to: &header)
    }

    /// - Returns: `nil` when the passphrase is another one.
    /// - Throws: `AgeError.workFactorTooHigh` before anything is derived, or `.unavailable`.
    func open(passphrase: SecretBytes, maximumLogN: UInt8) throws(AgeError) -> FileKey? {
        guard logN <= maximumLogN else {
            throw AgeError(.workFactorTooHigh, "a file asks for more passphrase work than allowed")
        }
        return Stanza.open(body, under: try ScryptStanza.wrapKey(passphrase, salt: salt, logN: logN))
    }

    private static func wrapKey(_ passphrase: SecretBytes, salt: [UInt8], logN: UInt8) throws(AgeError) -> AEADKey {
        try translating(.unavailable, "there is no memory to derive a key from a passphrase") {
            () throws(SodiumError) in
            try AEADKey(try Scrypt.derive(passphrase: passphrase, salt: label + salt, logN: logN))
        }
    }
}
