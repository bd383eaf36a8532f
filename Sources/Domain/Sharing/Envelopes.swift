public import AgeFile
public import SignedNote
public import Sodium

/// A grant above the recipient's own, or an extension of one: the signed note, and its list with the entries of the
/// files lent.
public struct GrantAbove: Sendable, Equatable {
    /// The grant or extension as a signed note.
    public let note: [UInt8]
    /// Its item list; entries that are not lent on are hidden.
    public let list: ItemList

    /// A grant of its parts.
    public init(note: [UInt8], list: ItemList) {
        self.note = note
        self.list = list
    }
}

/// What a grantor sends the recipient, sealed to the recipient's card: everything but the custodian's half.
public struct RecipientEnvelope: NoteBody {
    public static let type: StaticString = "bevis.example/recipient-envelope/v1"

    /// The grant's id, or the extension's.
    public let grantID: GrantID
    /// Text hash of the grantor's card.
    public let from: NoteHash
    /// Text hash of the recipient's card.
    public let to: NoteHash
    /// The grant's purpose, as in the note.
    public let purpose: PlainText
    /// The key of the grant's stream, 32 bytes.
    public let logKey: SecretBytes
    /// The files lent.
    public let list: ItemList
    /// One capsule for each entry of the list, in its order.
    public let capsules: [Capsule]
    /// The ingest records of the items, as signed notes.
    public let ingestRecords: [[UInt8]]
    /// For each item lent with a later description than its ingest record's: the note that gave it.
    public let newDescriptions: [[UInt8]]
    /// Case cards that between them name every device of the owner's that signed one of the ingest records.
    public let caseCards: [[UInt8]]
    /// Every grant above, the nearest first, each followed by those of its extensions that list a file lent.
    public let above: [GrantAbove]

    /// An envelope of its fields.
    public init(
        grantID: GrantID, from: NoteHash, to: NoteHash, purpose: PlainText, logKey: SecretBytes, list: ItemList,
        capsules: [Capsule], ingestRecords: [[UInt8]], newDescriptions: [[UInt8]] = [], caseCards: [[UInt8]] = [],
        above: [GrantAbove] = []
    ) {
        self.grantID = grantID
        self.from = from
        self.to = to
        self.purpose = purpose
        self.logKey = logKey
        self.list = list
        self.capsules = capsules
        self.ingestRecords = ingestRecords
        self.newDescriptions = newDescriptions
        self.caseCards = caseCards
        self.above = above
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        from = try reader.hash("from")
        to = try reader.hash("to")
        purpose = try reader.plainText("purpose")
        logKey = try reader.secret("log-key", count: 32)
        list = try ItemList(parsing: try reader.base64("list"))
        var capsules: [Capsule] = []
        for value in try reader.base64List("capsule") {
            guard let capsule = try? Capsule(value) else {
                throw NoteError(.malformedValue, "an envelope holds a malformed capsule")
            }
            capsules.append(capsule)
        }
        self.capsules = capsules
        ingestRecords = try reader.base64List("ingest")
        newDescriptions = try reader.base64List("new-description")
        caseCards = try reader.base64List("case-card")
        let notes = try reader.base64List("above")
        let lists = try reader.base64List("above-list")
        guard notes.count == lists.count, Set(notes).count == notes.count else {
            throw NoteError(.malformedValue, "an envelope does not hold one list for each grant above, each once")
        }
        var above: [GrantAbove] = []
        for (note, list) in zip(notes, lists) {
            above.append(GrantAbove(note: note, list: try ItemList(parsing: list)))
        }
        self.above = above
        guard capsules.count == list.files.count,
            [ingestRecords, newDescriptions, caseCards].allSatisfy({ Set($0).count == $0.count })
        else {
            throw NoteError(.malformedValue, "an envelope does not hold one capsule for each file and each note once")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        writer.add("from", from)
        writer.add("to", to)
        writer.add("purpose", purpose)
        writer.add("log-key", secret: logKey)
        writer.add("list", bytes: list.text)
        for capsule in capsules { writer.add("capsule", bytes: capsule.bytes) }
        for record in ingestRecords { writer.add("ingest", bytes: record) }
        for note in newDescriptions { writer.add("new-description", bytes: note) }
        for card in caseCards { writer.add("case-card", bytes: card) }
        for grant in above { writer.add("above", bytes: grant.note) }
        for grant in above { writer.add("above-list", bytes: grant.list.text) }
    }

    /// Whether the envelope says the same as the note: whoever opens one refuses it where it differs.
    public func belongs(to grant: Grant) -> Bool {
        grantID == grant.id && from == grant.from && to == grant.to && purpose == grant.purpose
            && list.belongs(to: grant) && fitsItself
    }

    /// Whether the envelope says the same as the extension and the grant that it extends.
    public func belongs(to more: Extension, of grant: Grant) -> Bool {
        grantID == more.id && from == grant.from && to == grant.to && purpose == grant.purpose
            && list.belongs(to: more) && fitsItself
    }

    private var fitsItself: Bool { list.files.map { $0.capsule } == capsules.map { $0.hash } }
}

/// What a grantor sends the custodian, sealed to a one-time recipient.
public struct CustodianEnvelope: NoteBody {
    public static let type: StaticString = "bevis.example/custodian-envelope/v1"

    /// The grant's id, or the extension's.
    public let grantID: GrantID
    /// Text hash of the grantor's card.
    public let from: NoteHash
    /// The custodian's key.
    public let custodian: VerifierKey
    /// The grant's purpose, as in the note.
    public let purpose: PlainText
    /// The custodian's secret of the grant.
    public let secret: GrantSecret
    /// The files lent.
    public let list: ItemList

    /// An envelope of its fields.
    public init(
        grantID: GrantID, from: NoteHash, custodian: VerifierKey, purpose: PlainText, secret: GrantSecret,
        list: ItemList
    ) {
        self.grantID = grantID
        self.from = from
        self.custodian = custodian
        self.purpose = purpose
        self.secret = secret
        self.list = list
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        grantID = try reader.hash("grant")
        from = try reader.hash("from")
        custodian = try reader.verifierKey("custodian")
        purpose = try reader.plainText("purpose")
        let bytes = try reader.secret("secret", count: 32)
        guard let secret = try? GrantSecret(bytes) else {
            throw NoteError(.malformedValue, "an envelope holds a malformed secret")
        }
        self.secret = secret
        list = try ItemList(parsing: try reader.base64("list"))
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("grant", grantID)
        writer.add("from", from)
        writer.add("custodian", custodian)
        writer.add("purpose", purpose)
        writer.add("secret", secret: secret.secret)
        writer.add("list", bytes: list.text)
    }

    /// Whether the envelope says the same as the note.
    public func belongs(to grant: Grant) -> Bool {
        grantID == grant.id && from == grant.from && custodian == grant.custodian && purpose == grant.purpose
            && list.belongs(to: grant)
    }

    /// Whether the envelope says the same as the extension and the grant that it extends.
    public func belongs(to more: Extension, of grant: Grant) -> Bool {
        grantID == more.id && from == grant.from && custodian == grant.custodian && purpose == grant.purpose
            && list.belongs(to: more)
    }

    /// Whether every part hash of the list follows from the secret: a grantor that gives a wrong share is caught here.
    public var partsMatch: Bool {
        list.files.allSatisfy { secret.part(for: $0.id, in: grantID).hash(for: $0.id, in: grantID) == $0.part }
    }
}

/// A recipient that the custodian makes for one envelope and wipes on taking it. Signed by the custodian.
public struct OneTimeRecipient: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/one-time-recipient/v1"

    /// The custodian.
    public let custodian: VerifierKey
    /// Where to seal the envelope.
    public let recipient: AgeRecipient
    /// When it was made, by the custodian's clock.
    public let time: Timestamp

    /// A recipient of its fields.
    public init(custodian: VerifierKey, recipient: AgeRecipient, time: Timestamp) {
        self.custodian = custodian
        self.recipient = recipient
        self.time = time
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        custodian = try reader.verifierKey("custodian")
        recipient = try reader.recipient("recipient")
        time = try reader.timestamp("time")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("custodian", custodian)
        writer.add("recipient", recipient)
        writer.add("time", time)
    }
}
