public import SignedNote

/// Says that the holder of one card belongs to a unit, which has a card with an age key and signs nothing itself.
/// Signed by the issuer that vouched for the unit's card.
public struct Membership: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/membership/v1"

    /// Text hash of the unit's card.
    public let unit: NoteHash
    /// Text hash of the member's card.
    public let member: NoteHash
    /// The issuer that signs.
    public let issuer: VerifierKey
    /// From when it counts.
    public let issued: Timestamp
    /// From when it no longer counts.
    public let expires: Timestamp?

    /// A membership of its fields.
    public init(
        unit: NoteHash, member: NoteHash, issuer: VerifierKey, issued: Timestamp, expires: Timestamp?
    ) {
        self.unit = unit
        self.member = member
        self.issuer = issuer
        self.issued = issued
        self.expires = expires
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        unit = try reader.hash("unit")
        member = try reader.hash("member")
        issuer = try reader.verifierKey("issuer")
        issued = try reader.timestamp("issued")
        expires = try reader.optionalTimestamp("expires")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("unit", unit)
        writer.add("member", member)
        writer.add("issuer", issuer)
        writer.add("issued", issued)
        writer.addOptional("expires", expires)
    }
}

/// A membership as the custodian or a replay knows it.
public struct MembershipState: Sendable {
    /// The membership, signed by its issuer.
    public let membership: Membership
    /// Its text hash.
    public let hash: NoteHash
    /// The unit's card.
    public let unit: CardState
    /// Whether it was taken back.
    public var isWithdrawn: Bool

    /// A state of its fields.
    public init(membership: Membership, hash: NoteHash, unit: CardState, isWithdrawn: Bool) {
        self.membership = membership
        self.hash = hash
        self.unit = unit
        self.isWithdrawn = isWithdrawn
    }

    /// Whether `member` may act for `unit` at `time`.
    public func counts(for member: NoteHash, in unit: NoteHash, at time: Timestamp) -> Bool {
        let ended = membership.expires.map { time >= $0 } ?? false
        return membership.member == member && membership.unit == unit && self.unit.hash == unit
            && self.unit.card.kind == .unit && self.unit.issuer == membership.issuer && !isWithdrawn && !ended
    }
}
