public import Sharing

/// Whom a piece of evidence convicts, decided from its bytes and trusted keys alone. Two verdicts are equal when they
/// convict the same party of sound, or unsound, evidence.
public struct EvidenceVerdict: Sendable, Equatable {
    /// Who can be convicted.
    public enum Party: UInt8, Sendable {
        case custodian, grantor, log
    }

    /// Who is convicted; `nil` for nobody.
    public let convicted: Party?
    /// Whether the evidence holds together: signed by those it names, each part belonging to the others. Evidence that
    /// does not convicts nobody.
    public let isSound: Bool
    /// A plain sentence.
    public let reason: StaticString
    /// The card of the grantor who is convicted; `nil` where none is.
    public let grantor: Card?

    public static func == (left: EvidenceVerdict, right: EvidenceVerdict) -> Bool {
        left.convicted == right.convicted && left.isSound == right.isSound
    }

    private init(_ convicted: Party?, isSound: Bool, _ reason: StaticString, grantor: Card? = nil) {
        self.convicted = convicted
        self.isSound = isSound
        self.reason = reason
        self.grantor = grantor
    }

    static func convicting(_ party: Party, _ reason: StaticString) -> EvidenceVerdict {
        EvidenceVerdict(party, isSound: true, reason)
    }

    static func convicting(_ grantor: Card, _ reason: StaticString) -> EvidenceVerdict {
        EvidenceVerdict(.grantor, isSound: true, reason, grantor: grantor)
    }

    /// Everything fits, or what does not fit is no proof against anybody.
    static func nobody(_ reason: StaticString) -> EvidenceVerdict { EvidenceVerdict(nil, isSound: true, reason) }

    static func unsound(_ reason: StaticString) -> EvidenceVerdict { EvidenceVerdict(nil, isSound: false, reason) }
}
