public import AgeFile
import AuditTrail
import CustodianProtocol
import Foundation
public import Sharing
public import SignedNote
import Sodium

/// An erasure that its owner asked for and that waits.
public struct WaitingErasure: Sendable {
    /// What she signed.
    public let erasure: Erasure
    /// The note's text hash.
    public let hash: NoteHash
}

/// A case that was erased: what is left of it.
public struct ErasedCase: Sendable {
    /// The case.
    public let id: CaseID
    /// When it was opened.
    public let opened: Timestamp
    /// When it was erased.
    public let erased: Timestamp
    /// Index of the leaf that says so.
    public let index: UInt64
}

extension VaultSession {
    /// How long an erasure has to wait at least, in seconds, by the custodian's word.
    public func erasureWait() throws -> UInt64 {
        let about: Wire.About = try connection.decode(try connection.get("/v1/about"))
        let wait = about.erasureWait ?? Erasure.standardWait
        guard wait <= VaultSession.longestWait else {
            throw ClientError(.malformed, "the vault says that it would wait for more than a hundred years")
        }
        return wait
    }

    private static let longestWait: UInt64 = 100 * 366 * 86_400

    /// Asks for items of a case to be erased, or for all of it, after the wait that the vault demands.
    ///
    /// - Parameter items: None for the whole case.
    /// - Returns: the note, and the receipt of its leaf.
    public func askErasure(
        of items: [AgeFileID], in own: OwnCase, by caller: Caller
    ) throws -> (asked: WaitingErasure, receipt: Receipt) {
        let wait = try erasureWait()
        let entries = try entries()
        let time = clock()
        let body = Erasure(
            caseID: own.card.caseID, by: caller.card, time: time, due: Timestamp(seconds: time.seconds + wait),
            items: items, size: UInt64(entries.count),
            leaves: try items.isEmpty
                ? leaves(of: own, entries, by: caller) : leaves(adding: items, in: own, entries, by: caller))
        let note = try Verified(body, signedBy: caller.signer)
        let receipt = try accept(try connection.post("/v1/erasures", note: note.bytes))
        try check(receipt, .erasureAsked, names: note.hash, own.streamKey)
        return (WaitingErasure(erasure: body, hash: note.hash), receipt)
    }

    /// The leaves that added and described these items, from the owner's own stream.
    private func leaves(
        adding items: [AgeFileID], in own: OwnCase, _ entries: [[UInt8]], by caller: Caller
    ) throws -> LeafSet {
        let reading = try read(.matter(own.card.caseID), key: own.streamKey, entries: entries, by: caller)
        let wanted = Set(items)
        let concerned = reading.entries.filter {
            [.itemAdded, .described].contains($0.disclosed.record.event)
                && !wanted.isDisjoint(with: $0.disclosed.record.items)
        }
        guard concerned.count(where: { $0.disclosed.record.event == .itemAdded }) == wanted.count else {
            throw ClientError(.altered, "the record of an item's adding is not given: something is withheld")
        }
        return LeafSet(concerned.map(\.index))
    }

    /// The leaves of a case's stream and of all its grants' streams, found in the log by their tags.
    private func leaves(of own: OwnCase, _ entries: [[UInt8]], by caller: Caller) throws -> LeafSet {
        var places: [LeafTag: UInt64] = [:]
        for (index, entry) in entries.enumerated() { places[try Leaf(entry: entry).tag] = UInt64(index) }
        let keys = [own.streamKey] + (try givenGrants(of: own, by: caller).map(\.streamKey))
        return LeafSet(
            keys.flatMap { key in
                sequence(first: 1 as UInt64) { $0 + 1 }.lazy.map { places[key.tag($0)] }.prefix { $0 != nil }
                    .compactMap { $0 }
            })
    }

    /// Takes an erasure back before it is carried out.
    public func cancelErasure(_ hash: NoteHash, of own: OwnCase, by caller: Caller) throws -> Receipt {
        let body = ErasureCancellation(erasure: hash, caseID: own.card.caseID, by: caller.card, time: clock())
        let note = try Verified(body, signedBy: caller.signer)
        let receipt = try accept(try connection.post("/v1/erasure-cancellations", note: note.bytes))
        try check(receipt, .erasureCancelled, names: note.hash, own.streamKey)
        return receipt
    }

    /// What waits to be erased in the caller's cases.
    public func waitingErasures(by caller: Caller) throws -> [WaitingErasure] {
        try erasures(by: caller).waiting.map { text in
            let note = try Unverified<Erasure>(parsing: Array(text.utf8))
            guard let verified = try? note.verified(by: caller.signer.verifierKey) else {
                throw ClientError(.notProven, "the custodian shows an erasure that you have not signed")
            }
            return WaitingErasure(erasure: verified.body, hash: verified.hash)
        }
    }

    /// Which of the caller's cases were erased: from the records that are left of each, checked against the log.
    public func erasedCases(by caller: Caller, identity: AgeIdentity) throws -> [ErasedCase] {
        let erased = try erasures(by: caller).erased
        guard !erased.isEmpty else { return [] }
        let entries = try entries()
        return try erased.map { try erasedCase($0, entries, by: caller, identity) }
    }

    private func erasures(by caller: Caller) throws -> Wire.Erasures {
        try connection.post("/v1/erasure-listings", try ask(.pending, nil, by: caller))
    }

    private func erasedCase(
        _ records: [Wire.Attached], _ entries: [[UInt8]], by caller: Caller, _ identity: AgeIdentity
    ) throws -> ErasedCase {
        let differs = ClientError(.altered, "what is left of a case that was erased is not what the log holds")
        let opened = try records.map { wire in
            let disclosed = try DisclosedRecord(opening: [UInt8](wire.record), with: identity)
            guard wire.index < UInt64(entries.count),
                try Leaf(entry: entries[Int(wire.index)]).commitment
                    == disclosed.salt.commitment(to: disclosed.recordText)
            else { throw differs }
            return disclosed
        }
        guard opened.count == 2, opened[0].record.event == .caseOpened, opened[1].record.event == .caseErased,
            let card = opened[0].notes.first, let note = opened[1].notes.first
        else { throw differs }
        let erasure = try Unverified<Erasure>(parsing: note)
        guard let body = try? erasure.verified(by: caller.signer.verifierKey).body,
            opened[1].record.notes == [erasure.hash], try Unverified<CaseCard>(parsing: card).body.caseID == body.caseID
        else { throw differs }
        return ErasedCase(
            id: body.caseID, opened: opened[0].record.time, erased: opened[1].record.time, index: records[1].index)
    }
}
