public import AgeFile
public import SignedNote

/// Says whose a case is, which key its items are sealed to, and who may add to it. Signed by the owner's key.
public struct CaseCard: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/case-card/v1"

    /// The case's random id.
    public let caseID: CaseID
    /// 0 for the first card of the case, then one more for each.
    public let number: UInt64
    /// Text hash of the card before; `nil` for the first.
    public let previous: NoteHash?
    /// The public half of the case key.
    public let recipient: AgeRecipient
    /// The key that signs for the owner; the custodian pins the first card's.
    public let ownerKey: VerifierKey
    /// What the case's log key must match.
    public let logKey: LogKeyCommitment
    /// The owner's devices: keys whose items count as attested.
    public let signers: [VerifierKey]

    /// A case card of its fields.
    public init(
        caseID: CaseID, number: UInt64, previous: NoteHash?, recipient: AgeRecipient, ownerKey: VerifierKey,
        logKey: LogKeyCommitment, signers: [VerifierKey]
    ) {
        self.caseID = caseID
        self.number = number
        self.previous = previous
        self.recipient = recipient
        self.ownerKey = ownerKey
        self.logKey = logKey
        self.signers = signers
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        number = try reader.number("number")
        previous = try reader.optionalHash("previous")
        recipient = try reader.recipient("recipient")
        ownerKey = try reader.verifierKey("owner-key")
        logKey = try reader.hash("log-key")
        signers = try reader.distinctVerifierKeys("signer")
        guard (number == 0) == (previous == nil) else {
            throw NoteError(.malformedValue, "only the first card of a case has no card before it")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("number", number)
        writer.addOptional("previous", previous)
        writer.add("recipient", recipient)
        writer.add("owner-key", ownerKey)
        writer.add("log-key", logKey)
        for signer in signers { writer.add("signer", signer) }
    }

    /// Whether this card may come after `card`, whose text hash is `hash`: the next number, and nothing but the signers
    /// changed. Owner key, case key and log key stay for as long as the case.
    public func follows(_ card: CaseCard, hash: NoteHash) -> Bool {
        previous == hash && number.isNext(after: card.number) && caseID == card.caseID && ownerKey == card.ownerKey
            && recipient == card.recipient && logKey == card.logKey
    }

    /// Whether what `key` adds counts as attested: the owner's own key or one of her devices'.
    public func attests(_ key: VerifierKey) -> Bool { key == ownerKey || signers.contains(key) }

    /// Whom an item can ever be lent to, by what its ingest record says it is sealed to; `nil` where the case takes no
    /// such item.
    ///
    /// Only the owner's own key may seal to another recipient than the case's: a device told a wrong one is refused.
    public func reach(of record: IngestRecord) -> ItemReach? {
        if record.recipient == recipient { return .lendable }
        return record.signer == ownerKey ? .ownerAlone : nil
    }
}

/// How far an item can go.
public enum ItemReach: Sendable {
    /// Sealed to the case key: its owner may lend it.
    case lendable
    /// Sealed to another key of the owner's: it stands in no grant's list.
    case ownerAlone
}
