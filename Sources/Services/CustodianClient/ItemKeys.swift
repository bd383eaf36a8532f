public import AgeFile
import Sharing
import Vault

extension SealedItem {
    /// The file keys of content and description, opened with the case key and compared with what was signed.
    ///
    /// Anybody with a card can add an item whose files are sealed to another key than the case's, or whose keys are not
    /// those that its ingest record commits to: the custodian cannot tell.
    /// - Throws: `AgeError` where the case key opens a file not; `ClientError.notProven` for another key than the signed.
    public func keys(of own: OwnCase) throws -> (content: FileKey, description: FileKey) {
        let identity = [own.keys.identity]
        let (content, about) = (try header.open(with: identity), try description.header.open(with: identity))
        guard content.commitment(to: id) == ingest.content.keyCommitment,
            about.commitment(to: description.id) == descriptionFacts.keyCommitment
        else { throw ClientError(.notProven, "an item's keys are not those that were signed") }
        return (content, about)
    }
}
