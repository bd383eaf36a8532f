public import Sodium

/// The text before an age file's payload: wrapped copies of the file key, and a MAC under that key.
///
/// The bytes are kept exactly as they were received or made; nothing is ever encoded again.
public struct AgeHeader: Sendable {
    /// Headers above this length are refused: a reader of a stream may stop asking for more.
    public static let maximumSize = 1 << 20
    /// The work factor for new passphrase files: N = 2^18, about a second and 256 MiB.
    public static let defaultLogN: UInt8 = 18
    /// The highest work factor that is read or written: N = 2^22, 4 GiB.
    public static let maximumLogN: UInt8 = 22

    private static let version = [UInt8]("age-encryption.org/v1\n".utf8)

    /// The exact bytes through the LF behind the MAC.
    public let bytes: [UInt8]
    private let stanzas: [Stanza]
    private let coveredCount: Int
    private let mac: AuthenticationCode

    /// Seals `fileKey` to every recipient, each under a fresh ephemeral key. A second header for the same payload is
    /// made from the same file key.
    /// - Throws: `AgeError.noRecipients`, or `.malformedKey` when a recipient is a point of small order.
    public init(sealing fileKey: FileKey, to recipients: [AgeRecipient]) throws(AgeError) {
        guard !recipients.isEmpty else { throw AgeError(.noRecipients, "a file must be sealed to somebody") }
        var bytes = AgeHeader.version
        for recipient in recipients { try X25519Stanza.seal(fileKey, to: recipient.key, appendingTo: &bytes) }
        try self.init(finishing: bytes, with: fileKey)
    }

    /// Seals `fileKey` under a passphrase with scrypt's N = 2^`logN`.
    /// - Throws: `AgeError.malformedKey` when the passphrase is empty or `logN` is 0, `.workFactorTooHigh` above 22,
    ///   `.unavailable` when the memory cannot be had.
    public init(
        sealing fileKey: FileKey, passphrase: SecretBytes, logN: UInt8 = AgeHeader.defaultLogN
    ) throws(AgeError) {
        guard passphrase.count > 0 else { throw AgeError(.malformedKey, "a passphrase is empty") }
        guard logN > 0 else { throw AgeError(.malformedKey, "a work factor is zero") }
        guard logN <= AgeHeader.maximumLogN else {
            throw AgeError(.workFactorTooHigh, "a work factor is above what readers allow")
        }
        var bytes = AgeHeader.version
        try ScryptStanza.seal(fileKey, passphrase: passphrase, logN: logN, appendingTo: &bytes)
        try self.init(finishing: bytes, with: fileKey)
    }

    private init(finishing stanzas: [UInt8], with fileKey: FileKey) throws(AgeError) {
        var bytes = stanzas + [0x2D, 0x2D, 0x2D]
        let mac = fileKey.headerMAC(over: bytes[...])
        bytes.append(0x20)
        bytes += Base64.encode(mac.bytes.array, .unpadded)
        bytes.append(0x0A)
        try self.init(parsing: bytes)
    }

    /// Reads a whole header and nothing else.
    /// - Throws: `AgeError.malformedHeader`, also for bytes missing or left over.
    public init(parsing bytes: [UInt8]) throws(AgeError) {
        let header: AgeHeader
        do throws(AgeError) {
            header = try AgeHeader(parsingPrefixOf: bytes)
        } catch {
            throw error.code == .truncated ? AgeError(.malformedHeader, error.reason) : error
        }
        guard header.bytes.count == bytes.count else {
            throw AgeError(.malformedHeader, "bytes follow the header")
        }
        self = header
    }

    /// Reads the header at the start of a longer buffer; the payload begins `bytes.count` of this value further on.
    /// - Throws: `AgeError.malformedHeader`; `.truncated` when more bytes are needed, which a reader of a stream
    ///   answers by reading on. Above `maximumSize` it is never `.truncated`.
    public init(parsingPrefixOf bytes: [UInt8]) throws(AgeError) {
        let isCut = bytes.count > AgeHeader.maximumSize
        let window = isCut ? [UInt8](bytes[..<AgeHeader.maximumSize]) : bytes
        let parser: HeaderParser
        do throws(AgeError) {
            parser = try HeaderParser(window)
        } catch {
            let isTooLong = error.code == .truncated && bytes.count >= AgeHeader.maximumSize
            throw isTooLong ? AgeError(.malformedHeader, "the header is longer than 1 MiB") : error
        }
        self.bytes = [UInt8](window[..<parser.count])
        stanzas = parser.stanzas
        coveredCount = parser.coveredCount
        mac = parser.mac
    }

    /// SHA-256 of the header's bytes.
    public var digest: Digest { SHA256.hash(bytes) }

    /// Whether a passphrase opens the file, and nothing else does.
    public var isPassphrase: Bool { stanzas.contains { $0.isScrypt } }

    /// Unwraps the file key with the first identity that fits, and verifies the MAC.
    /// - Throws: `AgeError.noMatch`, `.headerNotAuthentic`, or `.malformedHeader` when a share is of small order.
    public func open(with identities: [AgeIdentity]) throws(AgeError) -> FileKey {
        for identity in identities {
            for case .x25519(let stanza) in stanzas {
                guard let fileKey = try stanza.open(with: identity.key) else { continue }
                try verify(fileKey)
                return fileKey
            }
        }
        throw AgeError(.noMatch, "no identity given opens the file")
    }

    /// Unwraps the file key with a passphrase, and verifies the MAC.
    /// - Throws: `AgeError.noMatch` for another passphrase or a file without one; `.workFactorTooHigh` when the file
    ///   asks for more than 2^`maximumLogN`, before anything is derived; `.headerNotAuthentic`; `.unavailable`.
    public func open(
        passphrase: SecretBytes, maximumLogN: UInt8 = AgeHeader.maximumLogN
    ) throws(AgeError) -> FileKey {
        for case .scrypt(let stanza) in stanzas {
            guard let fileKey = try stanza.open(passphrase: passphrase, maximumLogN: maximumLogN) else { continue }
            try verify(fileKey)
            return fileKey
        }
        throw AgeError(.noMatch, "the passphrase does not open the file")
    }

    /// Checks in constant time that the header's MAC was made with `fileKey`.
    /// - Throws: `AgeError.headerNotAuthentic`.
    public func verify(_ fileKey: FileKey) throws(AgeError) {
        guard fileKey.headerMAC(over: bytes[..<coveredCount]) == mac else {
            throw AgeError(.headerNotAuthentic, "the header's MAC does not match its file key")
        }
    }
}
