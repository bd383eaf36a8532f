public import AgeFile
import Sharing
import SignedNote
public import Sodium
import Vault

/// An item that the owner keeps for herself alone: sealed to the case's private key. It is of a type of its own so that
/// nothing which lends, exports or writes items can be given one.
public struct PrivateItem: Sendable {
    let item: SealedItem

    /// The content's id.
    public var id: AgeFileID { item.id }
}

extension VaultSession {
    /// As `add`, sealed to the case's private key instead of the case key. The custodian takes it from the owner's own
    /// key only, and takes no grant that lists it.
    /// - Throws: `ClientError.refused` for a case that has no private key, or a caller who is not its owner.
    public func addPrivately(
        _ intake: Intake, to own: OwnCase, by caller: Caller
    ) throws -> (id: AgeFileID, receipt: Receipt) {
        guard let identity = own.keys.privateIdentity else {
            throw ClientError(.refused, "this case was made before there were private notes, and has no key for them")
        }
        guard caller.signer.verifierKey == own.card.ownerKey else {
            throw ClientError(.refused, "only the owner's own key may keep private notes")
        }
        return try add(intake, to: own, sealedTo: identity.recipient, by: caller) { _ in }
    }

    /// What the owner keeps for herself alone, in the order of its adding.
    public func privateItems(of own: OwnCase, by caller: Caller) throws -> [PrivateItem] {
        guard let identity = own.keys.privateIdentity else { return [] }
        return try allItems(of: own.card, by: caller).compactMap(\.kept)
            .filter { own.card.reach(of: $0.ingest) == .ownerAlone && $0.ingest.recipient == identity.recipient }
            .map { PrivateItem(item: $0) }
    }

    /// Opens a private item of at most 1 MiB, in memory that is wiped.
    public func read(_ private: PrivateItem, of own: OwnCase, by caller: Caller) throws -> SecretBytes {
        guard let identity = own.keys.privateIdentity else {
            throw ClientError(.refused, "this case has no key for private notes")
        }
        let key = try `private`.item.header.open(with: [identity])
        var text: [UInt8] = []
        try read(`private`.item, key: key, range: nil, by: caller) { piece in
            guard text.count + piece.count <= 1 << 20 else {
                throw ClientError(.malformed, "a private note is longer than 1 MiB")
            }
            text.append(contentsOf: piece)
        }
        return SecretBytes(wiping: &text)
    }

    /// Checks the sealed bytes of a private item against its id; nothing is opened.
    public func verify(_ private: PrivateItem, by caller: Caller, progress: (Int) -> Void) throws {
        try verify(`private`.item, by: caller, progress: progress)
    }
}
