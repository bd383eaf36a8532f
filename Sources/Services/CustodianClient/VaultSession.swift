public import AuditTrail
public import CustodianProtocol
import Foundation
public import MerkleTree
public import Sharing
public import SignedNote
import Sodium
public import TransparencyLog

/// Who is asking: the keys of a person, and the card that stands for them.
public struct Caller: Sendable {
    /// Signs requests and queries.
    public let signer: NoteSigner
    /// Text hash of the card.
    public let card: NoteHash

    /// A caller of signer and card.
    public init(signer: NoteSigner, card: NoteHash) {
        self.signer = signer
        self.card = card
    }
}

/// A connection to a vault whose keys are trusted: believes nothing that the log does not prove.
public final class VaultSession {
    /// The connection.
    public let connection: CustodianConnection
    /// The custodian's key.
    public let custodian: VerifierKey
    /// The log's policy.
    public let policy: LogPolicy
    /// The newest checkpoint that was verified and proven to continue the one before.
    public private(set) var newest: VerifiedCheckpoint?
    /// The record behind the newest answer to a request, a refusal included.
    public internal(set) var newestRecord: Record?
    /// Time for requests and queries.
    let clock: () -> Timestamp

    /// A session with a vault whose keys are known.
    ///
    /// - Parameter known: the newest checkpoint remembered from earlier sessions, a signed note.
    /// - Throws: `ClientError.notProven` when `known` is not the log's.
    public init(
        _ connection: CustodianConnection, custodian: VerifierKey, log: VerifierKey, known: [UInt8]?,
        clock: @escaping () -> Timestamp
    ) throws(ClientError) {
        self.connection = connection
        self.custodian = custodian
        self.clock = clock
        policy = LogPolicy(log: log)
        if let known {
            do throws(LogError) { newest = try policy.verify(known) } catch {
                throw ClientError(.notProven, "the remembered checkpoint is not this vault's")
            }
        }
    }

    /// The keys that a vault shows, not verified by anything.
    public static func about(
        _ connection: CustodianConnection
    ) throws(ClientError) -> (custodian: VerifierKey, log: VerifierKey, trust: [UInt8]?) {
        let about: Wire.About = try connection.decode(try connection.get("/v1/about"))
        guard let custodian = try? VerifierKey(parsing: Array(about.custodian.utf8)),
            let log = try? VerifierKey(parsing: Array(about.log.utf8))
        else { throw ClientError(.malformed, "the vault shows keys that cannot be read") }
        return (custodian, log, about.trust.map { Array($0.utf8) })
    }

    // MARK: The log

    /// The largest log that is believed, in entries: a million a second for twelve days. Whoever signs more wants a
    /// client to run out of memory or of numbers.
    static let largestLog: UInt64 = 1 << 40

    /// Checks that the custodian does not show more of something than the log has entries: each of it is one, and pages
    /// could otherwise follow each other without end.
    func checkCount(_ count: UInt64) throws {
        if let newest, count <= newest.checkpoint.size { return }
        guard count <= (try refresh().checkpoint.size) else {
            throw ClientError(.notProven, "the custodian shows more than its log has entries")
        }
    }

    /// Fetches the newest checkpoint and proves that it continues what was seen.
    @discardableResult
    public func refresh() throws -> VerifiedCheckpoint { try advance(to: try connection.get("/checkpoint")) }

    /// Verifies a checkpoint and proves that it continues the newest one seen.
    @discardableResult
    public func advance(to note: [UInt8], proof: ConsistencyProof? = nil) throws -> VerifiedCheckpoint {
        guard let next = try? policy.verify(note) else {
            throw ClientError(.notProven, "a checkpoint is not signed by this vault's log")
        }
        return try advance(to: next, proof: proof)
    }

    private func advance(to next: VerifiedCheckpoint, proof: ConsistencyProof?) throws -> VerifiedCheckpoint {
        guard next.checkpoint.size <= VaultSession.largestLog else {
            throw ClientError(.notProven, "the vault's log says that it has more entries than any log can have")
        }
        if let newest, newest.checkpoint != next.checkpoint { try prove(next, continues: newest, proof) }
        newest = next
        return next
    }

    private func prove(
        _ next: VerifiedCheckpoint, continues known: VerifiedCheckpoint, _ given: ConsistencyProof?
    ) throws {
        let (new, old) = (next.checkpoint, known.checkpoint)
        guard new.size >= old.size else {
            throw ClientError(
                .altered,
                "this vault is older than the checkpoint of \(old.size) entries that was seen before: "
                    + "an old copy was put back, and it shows only \(new.size)", evidence: evidence(next, known))
        }
        let tree = TiledTree(size: new.size, from: HTTPTiles(connection))
        let fits = { (proof: ConsistencyProof) throws(TreeError) in
            try proof.verify(older: old.size, olderRoot: old.root, newer: new.size, newerRoot: new.root)
        }
        // A false proof says nothing of the log: what its tiles say counts, and nobody is accused of more.
        if let given, (try? fits(given)) != nil { return }
        do throws(TreeError) {
            try fits(try ConsistencyProof(older: old.size, newer: new.size, from: tree))
        } catch {
            guard error.code == .missing else {
                throw ClientError(
                    .altered, "the vault's log does not continue what was seen before: two histories were signed",
                    evidence: evidence(next, known))
            }
            guard given != nil else { throw ClientError(.unreachable, "the log's tiles cannot be fetched") }
            throw ClientError(
                .altered,
                "the vault does not prove that its log continues what was seen before: two histories may have been signed",
                evidence: evidence(next, known))
        }
    }

    /// Both checkpoints, with what the log shown has in place of the one known, as far as its tiles tell.
    private func evidence(_ next: VerifiedCheckpoint, _ known: VerifiedCheckpoint) -> [UInt8] {
        let (new, old) = (next.checkpoint, known.checkpoint)
        var (root, proof): (TreeHash?, ConsistencyProof) = (nil, ConsistencyProof(hashes: []))
        let tree = TiledTree(size: new.size, from: HTTPTiles(connection))
        if old.size < new.size, let other = try? tree.root(size: old.size),
            let between = try? ConsistencyProof(older: old.size, newer: new.size, from: tree),
            (try? between.verify(older: old.size, olderRoot: other, newer: new.size, newerRoot: new.root)) != nil
        {
            (root, proof) = (other, between)
        }
        return HistoriesEvidence(remembered: known.note.bytes, shown: next.note.bytes, root: root, proof: proof).text
    }

    /// Every entry of the log up to the newest checkpoint, proven to be the ones that it signs.
    public func entries() throws -> [[UInt8]] {
        let head = try refresh().checkpoint
        var entries: [[UInt8]] = []
        // One after the other: the size is only signed, and their list alone could be longer than memory.
        while UInt64(entries.count) < head.size {
            let start = UInt64(entries.count)
            let coordinate = try EntriesCoordinate(index: start / 256, width: Int(min(head.size - start, 256)))
            let bytes = try connection.get("/" + String(decoding: coordinate.path, as: UTF8.self))
            entries += try EntryBundle(parsing: bytes, width: coordinate.width).entries
        }
        var tree = TreeBuilder()
        for entry in entries { tree.append(TreeHash.leaf(entry)) }
        guard tree.count == head.size, tree.root == head.root else {
            throw ClientError(.altered, "the log's entries are not the ones that its checkpoint signs")
        }
        return entries
    }

    /// The proof of an entry under the newest checkpoint, made from the log's tiles.
    public func proof(of index: UInt64) throws -> LogProof {
        let head = try newest ?? refresh()
        let tree = TiledTree(size: head.checkpoint.size, from: HTTPTiles(connection))
        let proof = try InclusionProof(index: index, size: head.checkpoint.size, from: tree)
        return LogProof(proof, checkpoint: head.note)
    }

    /// Checks that a leaf is in the log, under a checkpoint that continues what was seen.
    func verify(
        _ receipt: LogProof, leaf: TreeHash, consistency: ConsistencyProof? = nil,
        otherwise words: String = "the custodian's answer is not proven to be in the log; nothing was used"
    ) throws {
        guard let head = try? receipt.verify(leaf: leaf, policy: policy) else {
            throw ClientError(.notProven, words)
        }
        _ = try advance(to: head, proof: consistency)
    }

    // MARK: Notes

    /// A signed query.
    public func query(_ subject: QuerySubject, _ scope: Nonce?, by caller: Caller) throws -> [UInt8] {
        let query = Query(
            subject: subject, custodian: custodian, card: caller.card, scope: scope, time: clock(),
            nonce: Random.value())
        return try Verified(query, signedBy: caller.signer).bytes
    }

    /// A query and where its page begins, as a message.
    public func ask(
        _ subject: QuerySubject, _ scope: Nonce?, by caller: Caller, from: UInt64? = nil, after: String? = nil
    ) throws -> Wire.Ask {
        Wire.Ask(
            query: String(decoding: try query(subject, scope, by: caller), as: UTF8.self), from: from, after: after)
    }

    /// Sends a note whose receipt is an index and a proof; returns the receipt, its checkpoint verified.
    @discardableResult
    public func register(_ path: String, _ note: [UInt8]) throws -> Receipt {
        try accept(try connection.post(path, note: note))
    }

    /// Believes an acceptance as far as its checkpoint goes.
    func accept(_ acceptance: Wire.Acceptance) throws -> Receipt {
        guard let proof = try? LogProof(parsing: Array(acceptance.receipt.utf8)), proof.index == acceptance.index else {
            throw ClientError(.malformed, "the custodian's receipt cannot be read")
        }
        let head = try advance(to: proof.checkpointNote)
        guard proof.index < head.checkpoint.size else {
            throw ClientError(.malformed, "the custodian's receipt is of an entry that its log does not have")
        }
        return Receipt(proof: proof, record: acceptance.record.map { [UInt8]($0) })
    }
}

/// What came back for something that was taken in: the proof, and the sealed record that tells its stream's holders
/// what the proof is about.
public struct Receipt: Sendable {
    /// Inclusion proof with checkpoint.
    public let proof: LogProof
    /// The record, sealed to its stream.
    public let record: [UInt8]?
}

/// Fetches tiles over HTTP.
struct HTTPTiles: TileFetcher {
    private let connection: CustodianConnection

    init(_ connection: CustodianConnection) { self.connection = connection }

    func tile(_ coordinate: TileCoordinate) throws(TreeError) -> [UInt8] {
        do throws(ClientError) {
            return try connection.get("/" + String(decoding: coordinate.path, as: UTF8.self))
        } catch {
            throw TreeError(.missing, "a tile of the log cannot be fetched")
        }
    }
}
