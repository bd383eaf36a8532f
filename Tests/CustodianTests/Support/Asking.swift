import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import Testing
import TransparencyLog

@testable import Custodian

/// A request and the identity that its answer is sealed to.
struct SignedRequest: Sendable {
    let note: Verified<AccessRequest>
    let identity: AgeIdentity
}

/// A request as its maker makes it.
struct RequestDraft {
    var action = Action.read
    var grantID: GrantID?
    var authority: NoteHash
    var items: [AgeFileID]
    var by: Person
    var signer: NoteSigner
    var time: Timestamp
    var journal: PlainText?
    var checkpoint: [UInt8]?
    var custodian: VerifierKey
    var caseID: CaseID
    var membership: NoteHash?
}

extension Scene {
    /// A request of the officer under a grant.
    func request(
        _ items: [TestItem], under grant: SignedGrant, _ change: (inout RequestDraft) throws -> Void = { _ in }
    ) throws -> SignedRequest {
        try request(
            RequestDraft(
                grantID: grant.id, authority: grant.note.hash, items: items.map(\.id), by: officer,
                signer: officer.signer, time: clock.time, custodian: try custodian.verifierKey, caseID: caseID), change)
    }

    /// A request of the owner under her case card.
    func ownRequest(
        _ items: [TestItem], _ change: (inout RequestDraft) throws -> Void = { _ in }
    ) throws -> SignedRequest {
        try request(
            RequestDraft(
                grantID: nil, authority: caseCard.hash, items: items.map(\.id), by: owner, signer: owner.signer,
                time: clock.time, custodian: try custodian.verifierKey, caseID: caseID), change)
    }

    private func request(
        _ draft: RequestDraft, _ change: (inout RequestDraft) throws -> Void
    ) throws -> SignedRequest {
        var draft = draft
        try change(&draft)
        let identity = AgeIdentity.random()
        let body = AccessRequest(
            action: draft.action, custodian: draft.custodian, caseID: draft.caseID, grantID: draft.grantID,
            authority: draft.authority, card: draft.by.hash, membership: draft.membership, items: draft.items,
            time: draft.time,
            nonce: Random.value(), recipient: identity.recipient, purpose: try plain("case 7"),
            journal: draft.journal, checkpoint: draft.checkpoint)
        return SignedRequest(note: try Verified(body, signedBy: draft.signer), identity: identity)
    }

    func handle(_ request: SignedRequest) async throws -> Answer {
        try await custodian.handle(request.note.bytes)
    }

    /// The file keys that an answer gives, checked as a client checks them.
    func keys(
        _ answer: Answer, _ request: SignedRequest, _ grant: SignedGrant, above: [SignedGrant] = []
    ) throws -> [AgeFileID: FileKey] {
        let sealed = try #require(answer.response)
        let plain = try AgeFile.open(sealed, with: [request.identity])
        let note = try Unverified<AccessResponse>(parsing: plain.withUnsafeBytes { [UInt8]($0) })
        let response = try note.verified(by: try custodian.verifierKey).body
        #expect(response.request == request.note.hash)
        var keys: [AgeFileID: FileKey] = [:]
        for release in response.releases {
            let layers = ([grant] + above).compactMap { $0.layer(of: release.file) }
            // Files of another list of the grant, an extension's, are told by that one.
            guard let own = layers.first else { continue }
            let item = try #require(grant.items.first { [$0.id, $0.description.id].contains(release.file) })
            let facts = release.file == item.id ? item.record.body.content : item.record.body.description
            keys[release.file] = try #require(grant.capsule(of: release.file)).fileKey(
                through: own, Array(layers.dropFirst()), parts: release.parts, commitment: facts.keyCommitment)
        }
        return keys
    }

    /// The record behind a leaf, its receipt verified.
    @discardableResult
    func verify(_ proof: LogProof, _ record: [UInt8]?, in key: StreamKey) throws -> Record {
        let disclosed = try DisclosedRecord(opening: try #require(record), with: key)
        _ = try proof.verify(leaf: disclosed.leaf(in: key).hash, policy: try custodian.policy)
        return disclosed.record
    }

    var vaultKey: StreamKey { get throws { try custodian.keys.vaultStream } }

    /// Number of leaves in the log.
    var size: UInt64 { get throws { try custodian.tree.size } }

    /// The newest leaf's record.
    func newestRecord(in stream: StreamID, _ key: StreamKey) async throws -> Record {
        let index = try size - 1
        let row = try #require(try await custodian.stores.records.read { try $0.leaves(index..<index + 1).first })
        #expect(row.stream == stream)
        return try DisclosedRecord(opening: try #require(row.record), with: key).record
    }
}

/// The code of the custodian's error that `body` throws; `nil` when it throws none.
func refusal<Result>(_ body: () async throws -> Result) async throws -> CustodianError.Code? {
    do { _ = try await body() } catch let error as CustodianError { return error.code }
    return nil
}
