public import SignedNote
import Sodium

/// How the keys of a vault came to be trusted.
public enum TrustBasis: UInt8, Sendable {
    /// They were the first that the vault showed.
    case firstUse
    /// Somebody gave them, such as an operator's trust note.
    case given

    var word: StaticString { self == .given ? "given" : "first-use" }
}

/// What a person remembers of one vault, so that it cannot show her another face later.
public struct RememberedVault: Sendable, Equatable {
    private static let type: StaticString = "bevis.example/remembered-vault/v1"

    /// The log's origin: the vault's name.
    public let origin: KeyName
    /// Verifies the log's checkpoints.
    public let logKey: VerifierKey
    /// Verifies the custodian's notes.
    public let custodianKey: VerifierKey
    /// How the two came to be trusted.
    public let basis: TrustBasis
    /// Since when.
    public let since: Timestamp
    /// The newest checkpoint that was verified, its cosignatures included.
    public internal(set) var checkpoint: UnverifiedNote?
    /// The highest number seen in each stream, such as `vault`, `case/…`, `grant/…`.
    public internal(set) var streams: [KeyName: UInt64]

    /// A vault that was met for the first time.
    public init(
        origin: KeyName, logKey: VerifierKey, custodianKey: VerifierKey, basis: TrustBasis, since: Timestamp
    ) {
        self.origin = origin
        self.logKey = logKey
        self.custodianKey = custodianKey
        self.basis = basis
        self.since = since
        checkpoint = nil
        streams = [:]
    }

    init(parsing text: [UInt8]) throws(NoteError) {
        var reader = try LineTextReader(text, type: RememberedVault.type)
        origin = try reader.keyName("origin")
        logKey = try reader.verifierKey("log")
        custodianKey = try reader.verifierKey("custodian")
        switch try reader.value("basis") {
        case NoteText.bytes(TrustBasis.firstUse.word): basis = .firstUse
        case NoteText.bytes(TrustBasis.given.word): basis = .given
        default: throw NoteError(.malformedValue, "a value is none of the words allowed")
        }
        since = try reader.timestamp("since")
        checkpoint = try reader.optionalBase64("checkpoint").map { bytes throws(NoteError) in
            try UnverifiedNote(parsing: bytes)
        }
        streams = [:]
        var last: KeyName?
        while reader.isNext("stream") {
            let stream = try reader.keyName("stream")
            if let last, last >= stream {
                throw NoteError(.unexpectedField, "a stream stands twice or out of order")
            }
            streams[stream] = try reader.number("seen")
            last = stream
        }
        try reader.end()
    }

    func text() throws(NoteError) -> [UInt8] {
        var writer = LineTextWriter(type: RememberedVault.type)
        writer.add("origin", origin)
        writer.add("log", logKey)
        writer.add("custodian", custodianKey)
        writer.add("basis", word: basis.word)
        writer.add("since", since)
        try writer.addOptional("checkpoint", base64: checkpoint?.bytes)
        for (stream, number) in streams.sorted(by: { $0.key < $1.key }) {
            writer.add("stream", stream)
            writer.add("seen", number)
        }
        return writer.text
    }

    /// Number of leaves that a checkpoint's text speaks of: its second line.
    static func size(of checkpoint: [UInt8]) -> UInt64? {
        let lines = checkpoint.split(separator: NoteText.lineFeed, maxSplits: 2, omittingEmptySubsequences: false)
        return lines.count == 3 ? NoteText.number(lines[1]) : nil
    }
}
