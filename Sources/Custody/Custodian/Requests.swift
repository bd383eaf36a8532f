import AgeFile
import AuditTrail
public import MerkleTree
import Sharing
public import SignedNote
import Sodium
import Storage
public import TransparencyLog

/// The answer to a decided request: the leaf with its proof and, when granted, the sealed response.
public struct Answer: Sendable {
    /// Whether the request was granted.
    public let isGranted: Bool
    /// Index of the request's leaf.
    public let index: UInt64
    /// Inclusion proof with checkpoint.
    public let receipt: LogProof
    /// The record, sealed to its stream.
    public let record: [UInt8]?
    /// From the checkpoint that the request named to the receipt's.
    public let consistency: ConsistencyProof?
    /// An age file to the request's recipient; `nil` for a refusal, or once it was acknowledged.
    public let response: [UInt8]?
}

extension Custodian {
    /// Decides a request: leaf, record, state, response and checkpoint become durable together, and only then is
    /// anything released. A refusal of a valid request is a leaf too; an invalid one leaves none.
    public func handle(_ note: [UInt8]) async throws -> Answer {
        try requireOpen()
        let unverified = try Unverified<AccessRequest>(parsing: note)
        let verified = try unverified.verified(by: try await registeredKey(of: unverified.body.card))
        try meter.count(unverified.body.card, at: clock())
        let seen = try checkSeen(verified.body.checkpoint)
        let (row, leaf) = try await submit(isSmall: true) { ledger in
            let known = try ledger.records.request(verified.hash)
            let row = try known.map { try self.again($0, verified, ledger) } ?? self.decide(verified, ledger)
            return (row, try ledger.records.leaves(row.index..<row.index + 1).first)
        }
        return try answer(row, leaf, seen: seen)
    }

    /// A checkpoint that our log signed and that our log does not contain means that an old copy was put back, or that
    /// somebody else signs with our key: nothing more is served.
    func checkSeen(_ note: [UInt8]?) throws -> Checkpoint? {
        guard let note else { return nil }
        if let seen = recentCheckpoint(note) { return seen }
        guard let seen = try? policy.verify(note).checkpoint else {
            throw CustodianError(.malformed, "the request names a checkpoint that this vault's log has not signed")
        }
        guard try contains(seen) else {
            let reason =
                "this vault is older than the checkpoint of size \(seen.size) that was seen: an old copy was put back"
            close(reason + "; nothing is served", seeing: note)
            throw CustodianError(.closed, reason)
        }
        return seen
    }

    private func answer(_ row: RequestRow, _ leaf: LeafRow?, seen: Checkpoint?) throws -> Answer {
        let receipt = try receipt(row.index)
        let size = try Checkpoint(parsing: receipt.note.text).size
        let consistency = try seen.map { try ConsistencyProof(older: $0.size, newer: size, from: tree) }
        return Answer(
            isGranted: row.isGranted, index: row.index, receipt: receipt, record: leaf?.record,
            consistency: consistency, response: row.response)
    }

    private func decide(_ verified: Verified<AccessRequest>, _ ledger: Ledger) throws -> RequestRow {
        let body = verified.body
        let grants = try chain(body.grantID, in: ledger.records)
        guard body.items.count <= AccessRequest.maximumItems(layers: grants.count) else {
            throw CustodianError(
                .malformed,
                "through \(grants.count) grants a request names at most "
                    + "\(AccessRequest.maximumItems(layers: grants.count)) items")
        }
        let context = try context(verified, grants, ledger)
        var verdict = Decision.decide(context)
        if verdict.isGranted, !ledger.hasRoom { verdict = Verdict([.noRoom]) }
        let stream = stream(body, isGrantKnown: !grants.isEmpty, caseCard: context.caseCard)
        var notes = [NamedNote(verified)]
        if let own = grants.first { notes.append(NamedNote(hash: own.row.hash, bytes: own.row.note)) }
        let appended = try ledger.append(
            verdict.isGranted ? Event(body.action) : .refused, in: stream, by: body.card, notes: notes,
            items: body.items, failures: verdict.failures)
        var response: [UInt8]?
        if verdict.isGranted {
            response = try sealResponse(verified, grants, ledger.records)
            if body.action.isOpening { try count(grants.map(\.row), ledger.records) }
        }
        let row = RequestRow(
            index: appended.index, number: appended.number, stream: stream, isGranted: verdict.isGranted,
            response: response)
        try ledger.records.insert(row, hash: verified.hash, grant: grants.first?.row.id)
        return row
    }

    /// A retry of a request that was decided goes on where it stopped. One whose grant has ended meanwhile is refused
    /// by a leaf of its own, which is its answer from then on; the opening stays counted.
    private func again(
        _ row: RequestRow, _ verified: Verified<AccessRequest>, _ ledger: Ledger
    ) throws -> RequestRow {
        guard row.isGranted, row.response != nil else { return row }
        let verdict = try ending(of: verified.body.grantID, ledger)
        guard !verdict.isGranted else { return row }
        return try withdraw(
            row, hash: verified.hash, by: verified.body.card, verified.body.items, verdict, in: ledger)
    }

    /// Why nothing is released under a grant any more; granted while nothing of its chain has ended.
    private func ending(of grant: GrantID?, _ ledger: Ledger) throws -> Verdict {
        let grants = try chain(grant, in: ledger.records)
        return Verdict(
            Set(
                grants.enumerated().compactMap { level, link in
                    link.state.ending(at: ledger.time, isOwn: level == 0)
                }))
    }

    /// Deletes a response that was not fetched, by a leaf that says so.
    private func withdraw(
        _ row: RequestRow, hash: NoteHash, by card: NoteHash?, _ items: [AgeFileID], _ verdict: Verdict,
        in ledger: Ledger
    ) throws -> RequestRow {
        // The request's own leaf has shown the note to the stream's holders.
        let appended = try ledger.append(
            .refused, in: row.stream, by: card, notes: [NamedNote(hash: hash, bytes: [])], items: items,
            failures: verdict.failures)
        let refused = RequestRow(
            index: appended.index, number: appended.number, stream: row.stream, isGranted: false, response: nil)
        try ledger.records.update(refused, hash: hash)
        return refused
    }

    /// Withdraws all responses under a grant that has ended: each opening that was logged and whose parts were never
    /// fetched gets a leaf that says so, and stays counted.
    func withdrawResponses(under grant: GrantID, in ledger: Ledger) throws {
        let waiting = try ledger.records.waitingRequests(under: grant)
        guard !waiting.isEmpty else { return }
        let verdict = try ending(of: grant, ledger)
        for hash in waiting {
            guard let row = try ledger.records.request(hash) else { continue }
            let record = try self.record(of: row, in: ledger.records)
            _ = try withdraw(row, hash: hash, by: record.actor, record.items, verdict, in: ledger)
        }
    }

    /// Withdraws the responses under a grant that would give parts of an item that was erased.
    func withdrawResponses(naming items: Set<AgeFileID>, under grant: GrantID, in ledger: Ledger) throws {
        for hash in try ledger.records.waitingRequests(under: grant) {
            guard let row = try ledger.records.request(hash) else { continue }
            let record = try self.record(of: row, in: ledger.records)
            guard !items.isDisjoint(with: record.items) else { continue }
            let verdict = Verdict(Set(try ending(of: grant, ledger).failures + [.erased]))
            _ = try withdraw(row, hash: hash, by: record.actor, record.items, verdict, in: ledger)
        }
    }

    private func record(of row: RequestRow, in reader: any RecordReader) throws -> Record {
        guard let sealed = try reader.leaves(row.index..<row.index + 1).first?.record else {
            throw StorageError(.damaged, "the record of an opening cannot be read")
        }
        return try DisclosedRecord(opening: sealed, with: try streams.key(of: row.stream, in: reader)).record
    }

    private func context(
        _ verified: Verified<AccessRequest>, _ grants: [ChainLink], _ ledger: Ledger
    ) throws -> AccessContext {
        let body = verified.body
        let matter = try ledger.records.matter(body.caseID).map { _ in try caseCard(body.caseID, in: ledger.records) }
        return AccessContext(
            request: body, requester: try cardState(body.card, in: ledger.records),
            membership: try membership(body.membership, in: ledger.records), chain: grants.map(\.state),
            caseCard: matter?.body, caseCardHash: matter?.hash,
            standings: try body.items.map { try standing($0, body, ledger.records) }, custodian: verifierKey,
            time: ledger.time, clock: ledger.clock, witnessTime: nil)
    }

    private func standing(
        _ id: AgeFileID, _ body: AccessRequest, _ reader: any RecordReader
    ) throws -> ItemStanding {
        guard let item = try reader.item(id), item.caseID == body.caseID else { return .absent }
        if item.isErased { return .erased }
        guard let grant = body.grantID else { return .present }
        return try reader.listedFiles(grant, item: id).isEmpty ? .absent : .present
    }

    private func stream(_ body: AccessRequest, isGrantKnown: Bool, caseCard: CaseCard?) -> StreamID {
        if let grant = body.grantID { return isGrantKnown ? .grant(grant) : .vault }
        return caseCard == nil ? .vault : .matter(body.caseID)
    }

    private func count(_ rows: [GrantRow], _ records: any RecordTransaction) throws {
        for var row in rows {
            row.openingsUsed += 1
            try records.update(row)
        }
    }

    private func sealResponse(
        _ verified: Verified<AccessRequest>, _ grants: [ChainLink], _ reader: any RecordReader
    ) throws -> [UInt8] {
        var releases: [AccessResponse.Release] = []
        var secrets = ReleasedSecrets(self, reader)
        if let own = grants.first?.row {
            for item in verified.body.items {
                for (kind, file) in try reader.listedFiles(own.id, item: item).sorted(by: { $0.key < $1.key })
                where kind == .description || verified.body.action != .list {
                    let parts = try grants.map { try secrets.part(of: $0.row, for: file, item: item) }
                    releases.append(.init(file: file, parts: parts))
                }
            }
        }
        let response = AccessResponse(
            request: verified.hash, custodian: verifierKey, releases: releases, extensions: secrets.extensions)
        var note = try Verified(response, signedBy: keys.signer).bytes
        defer { Wipe.array(&note) }
        return try AgeFile.seal(note, to: [verified.body.recipient]).bytes
    }

    /// The client has its parts: the stored response is deleted.
    public func acknowledge(_ request: NoteHash) async throws {
        try await submit(isSmall: true) { try $0.records.deleteResponse(request) }
    }
}

/// The secrets of a chain's grants, and of the extensions that list what is asked for, each opened once.
private struct ReleasedSecrets {
    private let custodian: Custodian
    private let reader: any RecordReader
    private var known: [GrantID: GrantSecret] = [:]
    /// Text hashes of the extensions whose secrets were used.
    private(set) var extensions: [NoteHash] = []

    init(_ custodian: Custodian, _ reader: any RecordReader) {
        self.custodian = custodian
        self.reader = reader
    }

    mutating func part(of row: GrantRow, for file: AgeFileID, item: AgeFileID) throws -> Part {
        let more = row.isStanding ? try reader.grantExtension(of: row.id, listing: file, item: item) : nil
        let id = more ?? row.id
        if let secret = known[id] { return secret.part(for: file, in: id) }
        let lent = try more.flatMap { try reader.grantExtension($0) }
        let secret = try custodian.secret(more == nil ? row.secret : lent?.secret, of: id)
        known[id] = secret
        if let lent { extensions.append(lent.hash) }
        return secret.part(for: file, in: id)
    }
}
