public import Sodium

/// What a cosignature line holds behind its key ID (tlog-cosignature): 8 bytes of big-endian Unix seconds, at most
/// 2^63 - 1, then an Ed25519 signature of 64 bytes.
public struct CosignaturePayload: Hashable, Sendable {
    /// When the cosigner had seen the checkpoint, in Unix seconds.
    public let time: UInt64
    /// The signature over `message(_:time:)`.
    public let signature: Signature

    /// Reads exactly 72 bytes.
    /// - Throws: `NoteError.malformedValue` for another length or a time beyond 2^63 - 1.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        let time = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard bytes.count == 72, time <= UInt64(Int64.max), let signature = try? Signature(bytes[8...]) else {
            throw NoteError(.malformedValue, "a cosignature has 72 bytes and a time below 2^63")
        }
        self.time = time
        self.signature = signature
    }

    /// Signs a checkpoint's text.
    /// - Throws: `NoteError.malformedValue` for a time beyond 2^63 - 1.
    public init(signing checkpoint: [UInt8], time: UInt64, with key: SigningKey) throws(NoteError) {
        guard time <= UInt64(Int64.max) else {
            throw NoteError(.malformedValue, "a cosignature's time is not below 2^63")
        }
        self.time = time
        signature = key.sign(CosignaturePayload.message(checkpoint, time: time))
    }

    /// The 72 bytes.
    public var bytes: [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: time >> (56 - 8 * UInt64($0))) } + signature.bytes
    }

    /// What is signed: `cosignature/v1`, `time N`, then the checkpoint's text.
    static func message(_ checkpoint: [UInt8], time: UInt64) -> [UInt8] {
        firstLine + [NoteText.lineFeed] + [UInt8]("time ".utf8) + NoteText.decimal(time) + [NoteText.lineFeed]
            + checkpoint
    }

    static let firstLine = NoteText.bytes("cosignature/v1")
}
