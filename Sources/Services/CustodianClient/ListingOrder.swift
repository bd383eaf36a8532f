import AgeFile
import Sharing
import SignedNote

/// Checks the order in which a custodian lists the items of a case: commands take items by their numbers, and another
/// order would have the owner lend or erase another item than the one that she means.
///
/// Each signer numbers her ingest records and signs the number. Of items of one signer none can therefore be exchanged,
/// repeated or, but for what is said to be erased, left out before her last one. How those of several signers follow
/// each other, and which were added last, remains the custodian's word; only the log tells more.
struct ListingOrder {
    private let card: CaseCard
    private var seen: Set<AgeFileID> = []
    private var newest: [VerifierKey: UInt64] = [:]

    init(_ card: CaseCard) { self.card = card }

    /// Takes the next item of the listing.
    /// - Throws: `ClientError.notProven` where it stands twice, out of turn or in the wrong case.
    mutating func take(_ item: CaseItem) throws(ClientError) {
        guard seen.insert(item.id).inserted else {
            throw ClientError(.notProven, "the custodian lists an item twice")
        }
        guard let record = item.kept?.ingest else { return }
        guard record.caseID == card.caseID else {
            throw ClientError(.notProven, "the custodian lists an item of another case")
        }
        if let before = newest[record.signer], record.sequence <= before {
            throw ClientError(.notProven, "the custodian lists items in another order than the one they were added in")
        }
        newest[record.signer] = record.sequence
    }

    /// Looks for items that were left out.
    /// - Throws: `ClientError.notProven` where more are missing than are said to be erased.
    func finish() throws(ClientError) {
        var addedCount: UInt64 = 0
        for sequence in newest.values {
            let (sum, overflow) = addedCount.addingReportingOverflow(sequence)
            guard !overflow, sum < .max else { throw ListingOrder.incomplete }
            addedCount = sum + 1
        }
        guard addedCount <= UInt64(seen.count) else { throw ListingOrder.incomplete }
    }

    private static let incomplete = ClientError(
        .notProven, "the custodian leaves out items that were added before others that it lists")
}
