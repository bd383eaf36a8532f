public import AgeFile
public import SignedNote
import Sodium

/// A unit's age identity with its card: what an issuer keeps, and seals to each member together with her membership.
public struct UnitKey: NoteBody {
    public static let type: StaticString = "bevis.example/unit-key/v1"

    /// The unit's card as a signed note.
    public let card: [UInt8]
    /// The membership of whom it is sealed to, as a signed note; `nil` where the issuer keeps it.
    public let membership: [UInt8]?
    /// Opens what is sealed to the unit.
    public let identity: AgeIdentity

    /// A key of its parts.
    public init(card: [UInt8], membership: [UInt8]?, identity: AgeIdentity) {
        self.card = card
        self.membership = membership
        self.identity = identity
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        card = try reader.base64("card")
        membership = try reader.optionalBase64("membership")
        let scalar = try reader.secret("identity", count: 32)
        guard let key = try? AgreementKey(scalar) else {
            throw NoteError(.malformedValue, "a unit's identity cannot be used")
        }
        identity = AgeIdentity(key)
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("card", bytes: card)
        writer.addOptional("membership", bytes: membership)
        writer.add("identity", secret: identity.key.scalar)
    }
}
