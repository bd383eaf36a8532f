public import AgeFile
public import AuditTrail
import CustodianProtocol
import Foundation
import MerkleTree
public import Sharing
public import SignedNote
import Sodium
public import TransparencyLog
public import Vault

/// A grant that its recipient holds: the note, verified, and what the envelope gave.
public struct HeldGrant: Sendable {
    /// The grant.
    public let grant: Grant
    /// Its text hash.
    public let hash: NoteHash
    /// Who gave it.
    public let from: Card
    /// The envelope's contents.
    public let envelope: RecipientEnvelope
    /// The grant stream's key.
    public let streamKey: StreamKey
    /// The items' ingest records by item.
    public let ingest: [AgeFileID: IngestRecord]
    /// The grant, the grantor's card and the items' ingest records as signed notes: what evidence is made of.
    let note: [UInt8]
    let grantor: [UInt8]
    let ingestNotes: [AgeFileID: [UInt8]]
    /// Whether it was revoked, by the custodian's word.
    public let isRevoked: Bool
    /// Whether it has expired, by the custodian's word.
    public let isExpired: Bool
    /// Openings so far, by the custodian's word.
    public let openings: UInt64

    init(_ wire: Wire.Grant, opening identity: AgeIdentity) throws {
        let (note, from) = try HeldGrant.parse(wire)
        let envelope = [UInt8](wire.envelope)
        guard SHA256.hash(envelope) == note.body.recipientEnvelope,
            let plain = try? AgeFile.open(envelope, with: [identity])
        else { throw ClientError(.notProven, "a grant's envelope is not the one that its note names") }
        var text = plain.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        self.envelope = try RecipientEnvelope(parsing: text)
        streamKey = try StreamKey(self.envelope.logKey)
        guard self.envelope.belongs(to: note.body), streamKey.commitment(to: note.body.id) == note.body.logKey else {
            throw ClientError(.notProven, "a grant's envelope says something else than its note")
        }
        grant = note.body
        hash = note.hash
        self.from = from
        self.note = note.bytes
        grantor = Array(wire.from.utf8)
        (ingest, ingestNotes) = try HeldGrant.ingest(self.envelope, grant)
        isRevoked = wire.revoked
        isExpired = wire.expired
        openings = wire.openings
    }

    private static func parse(_ wire: Wire.Grant) throws -> (note: Verified<Grant>, from: Card) {
        let note = try Unverified<Grant>(parsing: Array(wire.note.utf8))
        let card = try Unverified<Card>(parsing: Array(wire.from.utf8))
        guard card.hash == note.body.from, let from = try? card.verified(by: card.body.key),
            let verified = try? note.verified(by: from.body.key)
        else { throw ClientError(.notProven, "a grant is not signed by the person that it names") }
        return (verified, from.body)
    }

    private static func ingest(
        _ envelope: RecipientEnvelope, _ grant: Grant
    ) throws -> ([AgeFileID: IngestRecord], [AgeFileID: [UInt8]]) {
        var records: [AgeFileID: IngestRecord] = [:]
        var notes: [AgeFileID: [UInt8]] = [:]
        for bytes in envelope.ingestRecords {
            let note = try Unverified<IngestRecord>(parsing: bytes)
            let record = try note.verified(by: note.body.signer).body
            guard record.caseID == grant.caseID else {
                throw ClientError(.notProven, "a grant's envelope holds an ingest record of another case")
            }
            records[record.content.id] = record
            notes[record.content.id] = bytes
        }
        return (records, notes)
    }

    /// The items lent.
    public var items: [AgeFileID] { envelope.list.files.filter { $0.kind == .content }.map(\.item) }
}

/// File keys that came out of an opening, with the proof that it was logged.
public struct Opened: Sendable {
    /// Keys by file: contents and descriptions.
    public let keys: [AgeFileID: FileKey]
    /// The leaf's proof.
    public let receipt: LogProof
    /// The record behind the leaf.
    public let record: DisclosedRecord
}

extension VaultSession {
    /// Grants to the caller, opened with her age identity.
    public func heldGrants(by caller: Caller, identity: AgeIdentity) throws -> [HeldGrant] {
        let grants: [Wire.Grant] = try connection.post("/v1/grant-listings", try ask(.grants, nil, by: caller))
        return try grants.map { try HeldGrant($0, opening: identity) }
    }

    /// What a request is for.
    public struct Reason: Sendable {
        let action: Action
        let purpose: PlainText
        let journal: PlainText?

        /// A reason of its fields.
        public init(action: Action, purpose: PlainText, journal: PlainText?) {
            self.action = action
            self.purpose = purpose
            self.journal = journal
        }
    }

    /// Opens items under a grant: asks, checks proof and response, and only then uses the parts.
    public func open(
        _ items: [AgeFileID], under held: HeldGrant, for reason: Reason, by caller: Caller
    ) throws -> Opened {
        let exchange = try request(
            items, caseID: held.grant.caseID, grantID: held.grant.id, authority: held.hash, streamKey: held.streamKey,
            reason, by: caller)
        var keys: [AgeFileID: FileKey] = [:]
        for release in exchange.response.body.releases { keys[release.file] = try fileKey(release, held, exchange) }
        acknowledge(exchange)
        return Opened(keys: keys, receipt: exchange.receipt, record: exchange.record)
    }

    /// Logs the owner's own opening. She holds the case key: the line is a courtesy, not a lock.
    public func logOwnOpening(
        _ items: [AgeFileID], of keys: CaseKeys, card: NoteHash, for reason: Reason, by caller: Caller
    ) throws -> Opened {
        let exchange = try request(
            items, caseID: keys.caseID, grantID: nil, authority: card, streamKey: try StreamKey(keys.logKey), reason,
            by: caller)
        acknowledge(exchange)
        return Opened(keys: [:], receipt: exchange.receipt, record: exchange.record)
    }

    /// A request, and what came back for it, everything verified but the parts themselves.
    private struct Exchange {
        let request: Verified<AccessRequest>
        let response: Verified<AccessResponse>
        let receipt: LogProof
        let record: DisclosedRecord
    }

    // Everything in the response was checked and is held here. Lost, this does no harm: the response stays, sealed to a
    // key that is gone, until the grant ends.
    private func acknowledge(_ exchange: Exchange) {
        let hash = String(decoding: exchange.request.hash.hex, as: UTF8.self)
        _ = try? connection.post(bytes: "/v1/acknowledgements/" + hash, [String: String]())
    }

    private func request(
        _ items: [AgeFileID], caseID: CaseID, grantID: GrantID?, authority: NoteHash, streamKey: StreamKey,
        _ reason: Reason, by caller: Caller
    ) throws -> Exchange {
        let identity = AgeIdentity.random()  // for this request alone; wiped when it goes
        let body = AccessRequest(
            action: reason.action, custodian: custodian, caseID: caseID, grantID: grantID, authority: authority,
            card: caller.card, items: items, time: clock(), nonce: Random.value(), recipient: identity.recipient,
            purpose: reason.purpose, journal: reason.journal, checkpoint: newest?.note.bytes)
        let note = try Verified(body, signedBy: caller.signer)
        let seen = newest
        let answer: Wire.Answer = try connection.post("/v1/requests", note: note.bytes)
        let (receipt, record) = try check(answer, to: note, streamKey: streamKey, seen: seen)
        guard answer.granted else {
            let reasons = VaultSession.reasons(of: record.record, to: body)
            throw ClientError(.refused, reasons + " (the refusal is entry \(receipt.index) of the log)")
        }
        guard let sealed = answer.response else {
            throw ClientError(.refused, "this request was answered and acknowledged before; make a new one")
        }
        let response = try open([UInt8](sealed), with: identity, for: note.hash)
        return Exchange(request: note, response: response, receipt: receipt, record: record)
    }

    /// Every rule that a refusal names, and what the clocks have to do with it.
    private static func reasons(of record: Record, to request: AccessRequest) -> String {
        var reasons = record.failures.map { "\($0.sentence)" }
        let (clock, time) = (record.clock ?? record.time, record.time)
        if record.failures.contains(.requestTimeOff) {
            reasons.append(ClockWords.sentence(theirs: request.time, ours: clock, log: time))
        } else if record.failures.contains(.expired) || record.failures.contains(.notYetValid),
            !Decision.isNear(clock, time)
        {
            reasons.append(ClockWords.behind(ours: clock, log: time))
        }
        return reasons.joined(separator: "; ")
    }

    /// Everything that has to hold before a part may be used: the leaf is in the log and speaks of this request.
    private func check(
        _ answer: Wire.Answer, to note: Verified<AccessRequest>, streamKey: StreamKey, seen: VerifiedCheckpoint?
    ) throws -> (LogProof, DisclosedRecord) {
        guard let receipt = try? LogProof(parsing: Array(answer.receipt.utf8)), let sealed = answer.record else {
            throw ClientError(.malformed, "the custodian's answer holds no receipt that can be read")
        }
        guard let disclosed = try? DisclosedRecord(opening: [UInt8](sealed), with: streamKey) else {
            // A refusal that names no grant known to the custodian is in the vault's own stream.
            try advance(to: receipt.checkpointNote)
            throw ClientError(.refused, "the grant is not known to this vault (entry \(receipt.index) of the log)")
        }
        let record = disclosed.record
        let expected: Event = answer.granted ? Event(note.body.action) : .refused
        guard record.event == expected, record.notes.first == note.hash, record.actor == note.body.card,
            record.items == note.body.items
        else { throw ClientError(.notProven, "the log's record speaks of another request; nothing was used") }
        let consistency = try answer.consistency.map { hashes in
            ConsistencyProof(hashes: try hashes.map { try TreeHash(hex: $0.utf8) })
        }
        try verify(
            receipt, leaf: disclosed.leaf(in: streamKey).hash, consistency: seen == nil ? nil : consistency)
        newestRecord = record
        return (receipt, disclosed)
    }

    private func open(
        _ sealed: [UInt8], with identity: AgeIdentity, for request: NoteHash
    ) throws -> Verified<AccessResponse> {
        guard var text = try? AgeFile.openText(sealed, with: [identity]) else {
            throw ClientError(.notProven, "the custodian's response cannot be opened")
        }
        defer { Wipe.array(&text) }
        guard let note = try? Unverified<AccessResponse>(parsing: text),
            let response = try? note.verified(by: custodian), response.body.request == request
        else { throw ClientError(.notProven, "the response is not the custodian's answer to this request") }
        return response
    }

    private func fileKey(
        _ release: AccessResponse.Release, _ held: HeldGrant, _ exchange: Exchange
    ) throws -> FileKey {
        let list = held.envelope.list
        let place = list.entries.firstIndex { entry in
            if case .file(let file) = entry { file.id == release.file } else { false }
        }
        guard let place, case .file(let entry) = list.entries[place],
            let number = list.files.firstIndex(where: { $0.id == release.file })
        else { throw ClientError(.notProven, "the custodian released a part that the grant does not name") }
        let facts = held.ingest[entry.item].map { entry.kind == .content ? $0.content : $0.description }
        guard let facts, let ingest = held.ingestNotes[entry.item], facts.id == entry.id else {
            throw ClientError(.notProven, "the grantor gave no ingest record of an item")
        }
        let capsule = held.envelope.capsules[number]
        func fault(_ reason: String) -> ClientError {
            let evidence = (try? list.proof(at: place)).map { proof in
                OpeningEvidence(
                    request: exchange.request.bytes, response: exchange.response.bytes, grant: held.note,
                    grantor: held.grantor, file: entry, proof: proof, capsule: capsule.bytes,
                    ingest: ingest)
            }
            return ClientError(.notProven, reason, evidence: evidence?.text)
        }
        guard release.part.hash(for: entry.id, in: held.grant.id) == entry.part else {
            throw fault("the custodian released a wrong part")
        }
        guard let secret = try? capsule.open(of: entry.id, in: held.grant.id, with: release.part),
            let key = try? FileKey(secret), key.commitment(to: entry.id) == facts.keyCommitment
        else { throw fault("the grantor gave a key that does not fit the item") }
        return key
    }
}
