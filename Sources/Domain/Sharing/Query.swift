public import SignedNote
import Sodium

/// What a query asks to see. None of it is readable without keys, so a query leaves no leaf.
public enum QuerySubject: UInt8, NoteWord {
    /// The records of a case's stream, from a number on.
    case caseStream
    /// The records of a grant's stream, from a number on.
    case grantStream
    /// The records of the vault's stream; for auditors.
    case vaultStream
    /// Sealed bytes of one age file of a case or grant.
    case object
    /// Grants whose recipient is the asking card, or a unit that its holder is a member of.
    case grants
    /// Everything an auditor replays; for auditors.
    case audit
    /// Grants below those whose recipient is the asking card.
    case given
    /// What waits for the asking owner: approvals, and standing grants to extend.
    case pending

    var literal: StaticString {
        switch self {
        case .caseStream: "case-stream"
        case .grantStream: "grant-stream"
        case .vaultStream: "vault-stream"
        case .object: "object"
        case .grants: "grants"
        case .audit: "audit"
        case .given: "given"
        case .pending: "pending"
        }
    }

    /// Whether a query must say which case, grant or object; the others must not.
    public var needsScope: Bool {
        switch self {
        case .caseStream, .grantStream, .object: true
        case .vaultStream, .grants, .audit, .given, .pending: false
        }
    }
}

/// Asks the custodian for sealed things that concern the asker. Signed by the key on the asker's card.
public struct Query: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/query/v1"

    /// What is asked for.
    public let subject: QuerySubject
    /// The custodian asked.
    public let custodian: VerifierKey
    /// Text hash of the asker's card.
    public let card: NoteHash
    /// Id of the case, grant or object; `nil` where the subject needs none.
    public let scope: Nonce?
    /// When it was made, by the asker's clock.
    public let time: Timestamp
    /// 32 random bytes.
    public let nonce: Nonce

    /// A query of its fields.
    public init(
        subject: QuerySubject, custodian: VerifierKey, card: NoteHash, scope: Nonce?, time: Timestamp, nonce: Nonce
    ) {
        self.subject = subject
        self.custodian = custodian
        self.card = card
        self.scope = scope
        self.time = time
        self.nonce = nonce
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        subject = try reader.word("subject")
        custodian = try reader.verifierKey("custodian")
        card = try reader.hash("card")
        scope = try reader.optionalHash("scope")
        time = try reader.timestamp("time")
        nonce = try reader.hash("nonce")
        guard (scope != nil) == subject.needsScope else {
            throw NoteError(.malformedValue, "a query names a scope that its subject does not have, or lacks one")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("subject", subject)
        writer.add("custodian", custodian)
        writer.add("card", card)
        writer.addOptional("scope", scope)
        writer.add("time", time)
        writer.add("nonce", nonce)
    }
}
