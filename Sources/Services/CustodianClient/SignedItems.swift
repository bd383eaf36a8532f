public import AgeFile
public import Sharing
import SignedNote

/// Signed notes of items as they go into envelopes.
struct ItemNotes {
    let ingest: [[UInt8]]
    let newDescriptions: [[UInt8]]
    let caseCards: [[UInt8]]
}

/// What a grant's envelopes hold of signed notes about the items lent, verified.
public struct SignedItems: Sendable {
    private var records: [AgeFileID: (record: IngestRecord, note: [UInt8])] = [:]
    private var descriptions: [AgeFileID: (facts: SealedFileFacts, note: [UInt8])] = [:]
    private var cards: [(card: CaseCard, note: [UInt8])] = []
    private let owner: VerifierKey

    /// - Parameter owner: the key of who gave the grant that all others hang from.
    init(_ envelopes: [RecipientEnvelope], of matter: CaseID, owner: VerifierKey) throws {
        self.owner = owner
        for bytes in envelopes.flatMap(\.ingestRecords) {
            let note = try Unverified<IngestRecord>(parsing: bytes)
            let record = try note.verified(by: note.body.signer).body
            guard record.caseID == matter else { throw SignedItems.strange }
            records[record.content.id] = (record, bytes)
        }
        for bytes in envelopes.flatMap(\.newDescriptions) {
            let body = try Unverified<NewDescription>(parsing: bytes).verified(by: owner).body
            guard body.caseID == matter, records[body.item] != nil, descriptions[body.item] == nil else {
                throw SignedItems.strange
            }
            descriptions[body.item] = (body.description, bytes)
        }
        for bytes in Set(envelopes.flatMap(\.caseCards)) {
            let card = try Unverified<CaseCard>(parsing: bytes).verified(by: owner).body
            guard card.caseID == matter, card.ownerKey == owner else { throw SignedItems.strange }
            cards.append((card, bytes))
        }
    }

    private static let strange = ClientError(
        .notProven, "a grant's envelope holds a signed note of another case, or of an item that it does not lend")

    /// An item's ingest record.
    public func ingest(_ item: AgeFileID) -> IngestRecord? { records[item]?.record }

    /// What was signed of an item's content, or of the description that is lent.
    func facts(_ kind: ListedKind, of item: AgeFileID) -> SealedFileFacts? {
        guard let record = records[item]?.record else { return nil }
        return kind == .content ? record.content : descriptions[item]?.facts ?? record.description
    }

    /// The note that says how a file's key has to be, and a case card that names its signer where that is a device.
    func evidence(for file: ListedFile) -> (note: [UInt8], caseCard: [UInt8]?)? {
        if file.kind == .description, let later = descriptions[file.item] { return (later.note, nil) }
        guard let (record, note) = records[file.item] else { return nil }
        let card = record.signer == owner ? nil : cards.first { $0.card.attests(record.signer) }
        return (note, card?.note)
    }

    /// Whether the owner, or a device that a case card of hers names, took the item in; `nil` for one that is not lent.
    public func isAttested(_ item: AgeFileID) -> Bool? {
        guard let signer = records[item]?.record.signer else { return nil }
        return signer == owner || cards.contains { $0.card.attests(signer) }
    }

    /// The notes that whoever is lent some of the items in turn needs.
    func notes(of items: [AgeFileID]) -> ItemNotes {
        let signers = Set(items.compactMap { records[$0]?.record.signer }).subtracting([owner])
        return ItemNotes(
            ingest: items.compactMap { records[$0]?.note },
            newDescriptions: items.compactMap { descriptions[$0]?.note },
            caseCards: cards.filter { !signers.isDisjoint(with: $0.card.signers) }.map(\.note))
    }
}
