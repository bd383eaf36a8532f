public import AgeFile
import AuditTrail
import CustodianProtocol
import Sharing
public import SignedNote
import Sodium

extension VaultSession {
    /// Replaces a case's card by one that names other devices. From then on these add items that count as attested, and
    /// devices that are left out add none.
    ///
    /// - Parameter signers: the keys of all devices, each once.
    /// - Returns: the case with its new card, and the receipt.
    public func changeCaseCard(
        of own: OwnCase, signers: [VerifierKey], by caller: Caller
    ) throws -> (own: OwnCase, receipt: Receipt) {
        let card = CaseCard(
            caseID: own.card.caseID, number: own.card.number + 1, previous: own.cardHash, recipient: own.card.recipient,
            ownerKey: own.card.ownerKey, logKey: own.card.logKey, signers: signers)
        let note = try Verified(card, signedBy: caller.signer)
        let message = Wire.ChangeCaseCard(card: text(note.bytes), actor: text(caller.card.hex))
        let receipt = try accept(try connection.post("/v1/case-cards", message))
        try check(receipt, .caseCardChanged, names: note.hash, own.streamKey)
        return (try OwnCase(keys: own.keys, note: Unverified(parsing: note.bytes)), receipt)
    }

    /// Whether each of some items of a case is attested: added by a key that the case card of that moment names.
    ///
    /// A case whose card has never changed is told from that card. For any other the whole log is fetched, for only the
    /// order of its leaves says which card counted when an item was added.
    /// - Throws: `ClientError.altered` when the case cards of the log do not lead to the one that the vault shows.
    public func attestations(
        of items: [SealedItem], in own: OwnCase, by caller: Caller
    ) throws -> [AgeFileID: Bool] {
        var attested: [AgeFileID: Bool] = [:]
        guard own.card.number > 0 else {
            for item in items { attested[item.id] = own.card.attests(item.ingest.signer) }
            return attested
        }
        let reading = try read(.matter(own.card.caseID), key: own.streamKey, entries: try entries(), by: caller)
        var history = try CardHistory(reading, own)
        for entry in reading.entries {
            for id in try history.take(entry.disclosed) { attested[id] = history.attestsNewest }
        }
        guard history.missing.isEmpty else {
            throw ClientError(.altered, "the ingest record of an item is not given: something is withheld")
        }
        guard history.newest.hash == own.cardHash else {
            throw ClientError(.altered, "the vault shows another case card than its log: do not rely on it")
        }
        return attested.filter { id, _ in items.contains { $0.id == id } }
    }
}

extension VaultSession {
    /// The signed notes of items that go into an envelope: ingest records, later descriptions, and case cards that name
    /// the devices which signed, so that whoever is lent the items sees which are attested.
    func signedNotes(of items: [SealedItem], in own: OwnCase, by caller: Caller) throws -> ItemNotes {
        let devices = Set(items.map(\.ingest.signer)).subtracting([own.card.ownerKey])
        return ItemNotes(
            ingest: items.map(\.ingestNote), newDescriptions: items.compactMap { $0.newDescription?.bytes },
            caseCards: devices.isEmpty ? [] : try caseCards(naming: devices, in: own, by: caller))
    }

    /// Case cards that name these devices, as few as the log's order gives. A key that none names is a stranger's.
    private func caseCards(
        naming devices: Set<VerifierKey>, in own: OwnCase, by caller: Caller
    ) throws -> [[UInt8]] {
        var missing = devices.subtracting(own.card.signers)
        var cards = missing == devices ? [] : [own.cardNote]
        guard !missing.isEmpty, own.card.number > 0 else { return cards }
        let reading = try read(.matter(own.card.caseID), key: own.streamKey, entries: try entries(), by: caller)
        var history = try CardHistory(reading, own)
        for entry in reading.entries.map(\.disclosed) {
            _ = try history.take(entry)
            guard !missing.isDisjoint(with: history.newest.body.signers) else { continue }
            missing.subtract(history.newest.body.signers)
            cards.append(history.newest.bytes)
        }
        return cards
    }
}

/// The case cards of a stream, one after the other.
private struct CardHistory {
    private(set) var newest: Verified<CaseCard>
    /// Whether the card of that moment names the signer of the item that was taken last.
    private(set) var attestsNewest = false
    private let ownerKey: VerifierKey
    /// Items whose ingest records are not there; what was erased is taken off again.
    private(set) var missing: Set<AgeFileID> = []

    /// Begins with the card that opened the case.
    init(_ reading: StreamReading, _ own: OwnCase) throws {
        ownerKey = own.card.ownerKey
        let opening = reading.attached.first { entry in
            entry.disclosed.record.event == .caseOpened
                && entry.disclosed.notes.contains {
                    (try? Unverified<CaseCard>(parsing: $0).body.caseID) == own.card.caseID
                }
        }
        guard let bytes = opening?.disclosed.notes.first,
            let first = try? Unverified<CaseCard>(parsing: bytes).verified(by: ownerKey)
        else { throw ClientError(.altered, "the record of the case's opening is not given: something is withheld") }
        newest = first
    }

    /// Takes the next record of the stream.
    /// - Returns: the items that it added.
    mutating func take(_ disclosed: DisclosedRecord) throws -> [AgeFileID] {
        switch disclosed.record.event {
        case .caseCardChanged:
            guard let bytes = disclosed.notes.first,
                let next = try? Unverified<CaseCard>(parsing: bytes).verified(by: ownerKey),
                next.hash == disclosed.record.notes.first, next.body.follows(newest.body, hash: newest.hash)
            else { throw ClientError(.altered, "a case card in the log does not follow the one before it") }
            newest = next
            return []
        case .itemAdded where disclosed.notes.isEmpty:
            missing.formUnion(disclosed.record.items)
            return []
        case .itemErased:
            missing.subtract(disclosed.record.items)
            return []
        case .itemAdded:
            guard let bytes = disclosed.notes.first, let note = try? Unverified<IngestRecord>(parsing: bytes),
                note.hash == disclosed.record.notes.first, note.body.content.id == disclosed.record.items.first
            else { throw ClientError(.altered, "the ingest record of an item is not given: something is withheld") }
            attestsNewest = newest.body.attests(note.body.signer)
            return disclosed.record.items
        default: return []
        }
    }
}
