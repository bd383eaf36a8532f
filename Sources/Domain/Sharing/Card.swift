public import AgeFile
public import SignedNote

/// What kind of holder a card speaks of.
public enum CardKind: UInt8, NoteWord {
    case person, device, unit

    var literal: StaticString {
        switch self {
        case .person: "person"
        case .device: "device"
        case .unit: "unit"
        }
    }
}

/// Says who a key belongs to. Signed by that key, and for staff also by their organisation's, the issuer.
public struct Card: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/card/v1"

    /// Person, device or unit.
    public let kind: CardKind
    /// The holder's name as others will see it.
    public let name: PlainText
    /// The role, one word such as `owner`, `caseworker`, `police`, `auditor`.
    public let role: PlainText
    /// The organisation and unit; `nil` for a private person.
    public let organisation: PlainText?
    /// The key that signs for the holder. A unit signs nothing: there it is its issuer's, who signs the card.
    public let key: VerifierKey
    /// Where envelopes to the holder are sealed to.
    public let recipient: AgeRecipient
    /// When the card was made.
    public let issued: Timestamp
    /// From when the card no longer counts.
    public let expires: Timestamp?

    /// A card of its fields.
    public init(
        kind: CardKind, name: PlainText, role: PlainText, organisation: PlainText?, key: VerifierKey,
        recipient: AgeRecipient, issued: Timestamp, expires: Timestamp?
    ) {
        self.kind = kind
        self.name = name
        self.role = role
        self.organisation = organisation
        self.key = key
        self.recipient = recipient
        self.issued = issued
        self.expires = expires
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        kind = try reader.word("kind")
        name = try reader.plainText("name")
        role = try reader.plainText("role")
        organisation = try reader.optionalPlainText("organisation")
        key = try reader.verifierKey("key")
        recipient = try reader.recipient("recipient")
        issued = try reader.timestamp("issued")
        expires = try reader.optionalTimestamp("expires")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("kind", kind)
        writer.add("name", name)
        writer.add("role", role)
        writer.addOptional("organisation", organisation)
        writer.add("key", key)
        writer.add("recipient", recipient)
        writer.add("issued", issued)
        writer.addOptional("expires", expires)
    }

    /// Whether the card needs an issuer's signature: whoever speaks for an organisation does, and every unit.
    public var needsIssuer: Bool { organisation != nil || kind == .unit }
}

/// Takes a card back: signed by its issuer, or by its own key.
public struct Withdrawal: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/withdrawal/v1"

    /// Text hash of the card.
    public let card: NoteHash
    /// When it was taken back.
    public let time: Timestamp
    /// Why, in words; `nil` if not said.
    public let reason: PlainText?
    /// The key that signs.
    public let by: VerifierKey

    /// A withdrawal of its fields.
    public init(card: NoteHash, time: Timestamp, reason: PlainText?, by: VerifierKey) {
        self.card = card
        self.time = time
        self.reason = reason
        self.by = by
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        card = try reader.hash("card")
        time = try reader.timestamp("time")
        reason = try reader.optionalPlainText("reason")
        by = try reader.verifierKey("by")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("card", card)
        writer.add("time", time)
        writer.addOptional("reason", reason)
        writer.add("by", by)
    }
}
