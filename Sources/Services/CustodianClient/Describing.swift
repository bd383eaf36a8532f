import AgeFile
import AuditTrail
import CustodianProtocol
import Foundation
import Sharing
import SignedNote
import Sodium
import TransparencyLog
public import Vault

extension VaultSession {
    /// Gives an item of one's own another description, sealed to the case key under a fresh file key. The one before is
    /// kept: grants that lend it go on doing so.
    /// - Throws: `ClientError.refused` where the description speaks of another original.
    public func describe(
        _ item: SealedItem, as description: Description, of own: OwnCase, by caller: Caller
    ) throws -> Receipt {
        guard description.originalCommitment == item.ingest.original else {
            throw ClientError(.refused, "the new description speaks of another original than the item's")
        }
        let sealed = try description.seal(to: own.card.recipient)
        let body = NewDescription(
            caseID: own.card.caseID, item: item.id, previous: try item.describedBy, time: clock(),
            description: sealed.facts, signer: caller.signer.verifierKey)
        let note = try Verified(body, signedBy: caller.signer)
        let message = Wire.DescribeItem(
            note: text(note.bytes), actor: text(caller.card.hex), description: Data(sealed.file.bytes))
        let receipt = try accept(try connection.post("/v1/descriptions", message))
        try check(receipt, .described, names: note.hash, own.streamKey)
        return receipt
    }

    /// Leaves in the log that the caller checked everything of hers under the newest checkpoint.
    public func logVerification(
        items: UInt64, damaged: UInt64, by caller: Caller
    ) throws -> Receipt {
        let head = try newest ?? refresh()
        let body = Verification(
            custodian: custodian, card: caller.card, time: clock(), checkpoint: head.note.bytes, itemCount: items,
            damagedCount: damaged)
        return try register("/v1/verifications", try Verified(body, signedBy: caller.signer).bytes)
    }
}
