import AgeFile
import AuditTrail
import CustodianClient
import Foundation
import HTTPTransport
import Sharing
import SignedNote
import Sodium
import TransparencyLog
import Vault

/// A private person with a card of her own, whose keys are open.
struct BenchPerson: Sendable {
    let identity = AgeIdentity.random()
    let card: Verified<Card>
    let caller: Caller

    init(_ name: StaticString) throws {
        let signer = NoteSigner(name: try KeyName(Array("bevis.example/person".utf8)), key: SigningKey())
        let body = Card(
            kind: .person, name: PlainText(literal: name), role: PlainText(literal: "owner"), organisation: nil,
            key: signer.verifierKey, recipient: identity.recipient, issued: time(), expires: nil)
        card = try Verified(body, signedBy: signer)
        caller = Caller(signer: signer, card: card.hash)
    }

    /// A session that trusts the keys which the custodian shows, with this person's card registered.
    func session(_ endpoint: HTTPEndpoint) throws -> VaultSession {
        let connection = try CustodianConnection(endpoint)
        let about = try VaultSession.about(connection)
        let session = try VaultSession(
            connection, custodian: about.custodian, log: about.log, known: nil, clock: time)
        try session.register("/v1/cards", card.bytes)
        return session
    }
}

func time() -> Timestamp { Timestamp(seconds: UInt64(Date().timeIntervalSince1970)) }

/// A case with items, lent to somebody.
struct LentCase: Sendable {
    let owner: BenchPerson
    let recipient: BenchPerson
    let own: OwnCase
    let held: HeldGrant
    let items: [AgeFileID]

    /// Adds the originals and lends all of them.
    init(_ originals: [String], at endpoint: HTTPEndpoint) throws {
        owner = try BenchPerson("Owner")
        recipient = try BenchPerson("Recipient")
        let session = try owner.session(endpoint)
        _ = try recipient.session(endpoint)
        own = try session.openCase(
            title: nil, by: owner.caller, owner: owner.identity.recipient, paper: AgeIdentity.random().recipient)
        var ids: [AgeFileID] = []
        for path in originals {
            let intake = VaultSession.Intake(source: try IngestSource(path: path)) {
                Description(of: $0, kind: .other, recorded: time())
            }
            ids.append(try session.add(intake, to: own, by: owner.caller) { _ in }.id)
        }
        items = ids
        let sealed = try ids.map { [owner] in try session.item($0, by: owner.caller) }
        let terms = LendingTerms(
            rights: .read, notBefore: time(), notAfter: Timestamp(seconds: time().seconds + 86_400), openings: nil,
            purpose: PlainText(literal: "bench"), journal: .optional)
        _ = try session.lend(
            sealed, of: own, to: try Unverified(parsing: recipient.card.bytes), terms: terms, by: owner.caller)
        let grants = try recipient.session(endpoint).heldGrants(
            by: recipient.caller, identity: recipient.identity)
        guard let only = grants.first else { throw BenchError("the grant is not there") }
        held = only
    }

    static let reason = VaultSession.Reason(action: .read, purpose: PlainText(literal: "bench"), journal: nil)

    /// Opens the first item as `bevis open` does, all checks and the acknowledgement included.
    func open(_ session: VaultSession) throws {
        _ = try session.open([items[0]], under: held, for: LentCase.reason, by: recipient.caller)
    }

    /// Requests as the recipient signs them, each a message ready to be sent.
    func requests(_ count: Int, _ session: VaultSession) throws -> [[UInt8]] {
        let known = try session.refresh().note.bytes
        return try (0..<count).map { _ in
            let body = AccessRequest(
                action: .read, custodian: session.custodian, caseID: held.grant.caseID, grantID: held.grant.id,
                authority: held.hash, card: recipient.caller.card, items: [items[0]], time: time(),
                nonce: Random.value(), recipient: AgeIdentity.random().recipient,
                purpose: PlainText(literal: "bench"), journal: nil, checkpoint: known)
            let note = try Verified(body, signedBy: recipient.caller.signer)
            return Array(try JSONEncoder().encode(["note": String(decoding: note.bytes, as: UTF8.self)]))
        }
    }
}

/// Writes a file of pseudo-random bytes.
func makeOriginal(_ path: String, byteCount: Int) throws {
    try write(Random.bytes(byteCount), to: path)
}
