import ArgumentParser
import CustodianClient
import Terminal
import Vault

/// What the commands about one item of one's own share.
struct OwnItemOptions: ParsableArguments {
    @Argument(help: "The item's number in 'bevis list', or the first digits of its id.") var item: String
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    /// The item with all that is at hand for it.
    func find() throws -> OwnItem {
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let item = try desk.item(item, of: own)
        return OwnItem(desk: desk, own: own, item: item, known: try desk.description(of: item, own))
    }
}

/// An item of one's own that can be read.
struct OwnItem {
    let desk: Desk
    let own: OwnCase
    let item: SealedItem
    let known: Description
}
