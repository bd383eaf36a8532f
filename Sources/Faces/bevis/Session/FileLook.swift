import AgeFile
import CustodianClient
import FileFacts
import Terminal
import Vault

extension Desk {
    /// The tool takes what it needs; the rest of the item is not opened.
    private struct Enough: Error {}

    /// What an item's file says of itself. The opening has to be in the log already.
    /// - Throws: a failure where no tool is there, or it gave up.
    func look(into item: SealedItem, of own: OwnCase) throws -> Description.Found {
        let key = try item.header.open(with: [own.keys.identity])
        do {
            return Description.Found(
                try FileFacts.find { take in
                    do {
                        try session.read(item, key: key, range: nil, by: caller) { bytes in
                            guard try take(bytes) else { throw Enough() }
                        }
                    } catch is Enough {}
                })
        } catch let error as FactsError {
            throw CommandFailure(
                .unreachable, "the item cannot be looked into: \(error.reason)", hint: "the item itself is as it was")
        }
    }
}
