import AgeFile
public import SignedNote

/// An organisation whose key vouches for its staff's cards.
public struct TrustedIssuer: Sendable, Equatable {
    /// The issuer's key.
    public let key: VerifierKey
    /// The role that its cards may have, one word: no spaces.
    public let role: PlainText
    /// The organisation's name.
    public let name: PlainText

    /// An issuer of its fields.
    /// - Throws: `NoteError.malformedValue` when the role holds a space: it would end there in the note.
    public init(key: VerifierKey, role: PlainText, name: PlainText) throws(NoteError) {
        guard !role.bytes.contains(0x20) else { throw NoteError(.malformedValue, "an issuer's role is not one word") }
        self.key = key
        self.role = role
        self.name = name
    }
}

/// What a deployment starts from: custodian, log, issuers with their roles, and auditors. Signed by the operator.
public struct Trust: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/trust/v1"

    /// The operator's key.
    public let operatorKey: VerifierKey
    /// 0 for the first note, then one more for each.
    public let number: UInt64
    /// When it was signed.
    public let time: Timestamp
    /// The custodian's key.
    public let custodian: VerifierKey
    /// The log's key; its name is the log's origin.
    public let log: VerifierKey
    /// Accepted issuers.
    public let issuers: [TrustedIssuer]
    /// Text hashes of the auditors' cards.
    public let auditors: [NoteHash]

    /// A note of its fields.
    public init(
        operatorKey: VerifierKey, number: UInt64, time: Timestamp, custodian: VerifierKey, log: VerifierKey,
        issuers: [TrustedIssuer], auditors: [NoteHash]
    ) {
        self.operatorKey = operatorKey
        self.number = number
        self.time = time
        self.custodian = custodian
        self.log = log
        self.issuers = issuers
        self.auditors = auditors
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        operatorKey = try reader.verifierKey("operator")
        number = try reader.number("number")
        time = try reader.timestamp("time")
        custodian = try reader.verifierKey("custodian")
        log = try reader.verifierKey("log")
        var issuers: [TrustedIssuer] = []
        let values = try reader.list("issuer")
        for value in values { issuers.append(try TrustedIssuer(parsing: value)) }
        self.issuers = issuers
        auditors = try reader.hashes("auditor")
        guard Set(values).count == values.count, Set(auditors).count == auditors.count else {
            throw NoteError(.malformedValue, "a trust note names an issuer or an auditor twice")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("operator", operatorKey)
        writer.add("number", number)
        writer.add("time", time)
        writer.add("custodian", custodian)
        writer.add("log", log)
        for issuer in issuers { writer.write("issuer", issuer.text) }
        for auditor in auditors { writer.add("auditor", auditor) }
    }
}

extension TrustedIssuer {
    /// Key, role and name, each behind one space; the name may hold further spaces.
    public var text: [UInt8] { key.text + [0x20] + role.bytes + [0x20] + name.bytes }

    /// Reads what `text` writes.
    /// - Throws: `NoteError`.
    public init(parsing text: [UInt8]) throws(NoteError) {
        let words = text.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3 else { throw NoteError(.malformedValue, "an issuer is key, role and name") }
        key = try VerifierKey(parsing: [UInt8](words[0]))
        role = try PlainText([UInt8](words[1]))
        name = try PlainText([UInt8](words[2]))
    }
}
