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
        guard items.count <= held.mostItems else {
            throw ClientError(.refused, "under this grant at most \(held.mostItems) items can be asked for at once")
        }
        let exchange = try request(
            items, caseID: held.grant.caseID, grantID: held.grant.id, authority: held.hash,
            membership: held.membership, stream: .grant(held.grant.id), streamKey: held.streamKey, reason, by: caller)
        var keys: [AgeFileID: FileKey] = [:]
        // Keys first: a wrong part convicts somebody, whatever else is wrong with the answer.
        for release in exchange.response.body.releases { keys[release.file] = try fileKey(release, held, exchange) }
        try check(exchange.response.body, releases: held.files(of: items, for: reason.action))
        acknowledge(exchange)
        return Opened(keys: keys, receipt: exchange.receipt, record: exchange.record)
    }

    /// Logs the owner's own opening. She holds the case key: the line is a courtesy, not a lock.
    public func logOwnOpening(
        _ items: [AgeFileID], of keys: CaseKeys, card: NoteHash, for reason: Reason, by caller: Caller
    ) throws -> Opened {
        let exchange = try request(
            items, caseID: keys.caseID, grantID: nil, authority: card, stream: .matter(keys.caseID),
            streamKey: try StreamKey(keys.logKey), reason, by: caller)
        try check(exchange.response.body, releases: [])
        acknowledge(exchange)
        return Opened(keys: [:], receipt: exchange.receipt, record: exchange.record)
    }

    /// Checks that an answer is complete before it is acknowledged: the custodian deletes its copy then, and an opening
    /// that gave nothing would have been counted for good.
    private func check(_ response: AccessResponse, releases expected: [AgeFileID]) throws {
        let released = response.releases.map(\.file)
        guard released != expected else { return }
        let left = Set(expected).subtracting(released).count
        let words =
            if left > 0 {
                "the custodian left out \(left) of the \(expected.count) files that it had to release"
            } else if released.count > expected.count {
                "the custodian released files that were not asked for"
            } else {
                "the custodian released the files in another order than the one that was asked for"
            }
        throw ClientError(.notProven, words + "; nothing was acknowledged")
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
        _ items: [AgeFileID], caseID: CaseID, grantID: GrantID?, authority: NoteHash, membership: NoteHash? = nil,
        stream: StreamID, streamKey: StreamKey, _ reason: Reason, by caller: Caller
    ) throws -> Exchange {
        let identity = AgeIdentity.random()  // for this request alone; wiped when it goes
        let body = AccessRequest(
            action: reason.action, custodian: custodian, caseID: caseID, grantID: grantID, authority: authority,
            card: caller.card, membership: membership, items: items, time: clock(), nonce: Random.value(),
            recipient: identity.recipient,
            purpose: reason.purpose, journal: reason.journal, checkpoint: newest?.note.bytes)
        let note = try Verified(body, signedBy: caller.signer)
        let seen = newest
        let answer: Wire.Answer = try connection.post("/v1/requests", note: note.bytes)
        let (receipt, record) = try check(answer, to: note, in: stream, streamKey: streamKey, seen: seen)
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
        _ answer: Wire.Answer, to note: Verified<AccessRequest>, in stream: StreamID, streamKey: StreamKey,
        seen: VerifiedCheckpoint?
    ) throws -> (LogProof, DisclosedRecord) {
        guard let receipt = try? LogProof(parsing: Array(answer.receipt.utf8)), let sealed = answer.record else {
            throw ClientError(.malformed, "the custodian's answer holds no receipt that can be read")
        }
        guard let disclosed = try? DisclosedRecord(opening: [UInt8](sealed), with: streamKey) else {
            guard !answer.granted else {
                throw ClientError(
                    .notProven, "the custodian's answer holds no record that can be read; nothing was used")
            }
            // A refusal that names no grant known to the custodian is in the vault's own stream.
            try advance(to: receipt.checkpointNote)
            throw ClientError(.refused, "the grant is not known to this vault (entry \(receipt.index) of the log)")
        }
        let record = disclosed.record
        let expected: Event = answer.granted ? Event(note.body.action) : .refused
        guard record.event == expected, record.notes.first == note.hash, record.actor == note.body.card,
            record.items == note.body.items, record.stream == stream
        else { throw ClientError(.notProven, "the log's record speaks of another request; nothing was used") }
        let consistency = try answer.consistency.map { hashes in
            ConsistencyProof(hashes: try hashes.map { try TreeHash(hex: $0.utf8) })
        }
        try verify(
            receipt, leaf: disclosed.leaf(in: streamKey).hash, consistency: seen == nil ? nil : consistency)
        // A stream has no more records than the log had entries by then.
        guard (1...receipt.index + 1).contains(record.number) else {
            throw ClientError(
                .altered, "the vault numbers this opening \(record.number), and its log has not as many entries")
        }
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

    /// Peels a capsule with the parts of every layer; where one is wrong, says whose.
    private func fileKey(
        _ release: AccessResponse.Release, _ held: HeldGrant, _ exchange: Exchange
    ) throws -> FileKey {
        guard let file = held.file(release.file), let above = held.layersAbove(release.file) else {
            throw ClientError(.notProven, "the custodian released a part that the grant does not name")
        }
        guard held.extensions(of: release.file).isSubset(of: exchange.response.body.extensions) else {
            throw ClientError(.notProven, "the custodian does not say which extension of the grant its part is of")
        }
        let entry = file.layer.entry
        guard let facts = held.signed.facts(entry.kind, of: entry.item), facts.id == entry.id else {
            throw ClientError(.notProven, "the grantor gave no signed record of a file that is lent")
        }
        do throws(LayerFault) {
            return try file.capsule.fileKey(
                through: file.layer, above, parts: release.parts, commitment: facts.keyCommitment)
        } catch {
            throw ClientError(
                .notProven, held.sentence(error), evidence: evidence(of: file, held, exchange)?.text)
        }
    }

    /// What convicts the custodian, or whoever sealed the wrong layer.
    private func evidence(of file: HeldFile, _ held: HeldGrant, _ exchange: Exchange) -> OpeningEvidence? {
        guard let layers = held.evidence(of: file.layer.entry.id),
            let signed = held.signed.evidence(for: file.layer.entry)
        else { return nil }
        return OpeningEvidence(
            request: exchange.request.bytes, response: exchange.response.bytes, layers: layers,
            capsule: file.capsule.bytes, ingest: signed.note, caseCard: signed.caseCard)
    }
}
