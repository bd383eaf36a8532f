public import AgeFile
public import AuditTrail
public import Sharing
public import SignedNote
import Sodium

/// Somebody with keys and a card.
public struct Person: Sendable {
    public let signer: NoteSigner
    public let age: AgeIdentity
    public var card: Verified<Card>

    public var hash: NoteHash { card.hash }
}

/// A case with its keys.
public struct Matter: Sendable {
    public let id: CaseID
    public let owner: Person
    public let identity: AgeIdentity
    public let key: StreamKey
    public var card: Verified<CaseCard>
}

/// An item's two ids.
public struct Item: Sendable {
    public let id: AgeFileID
    public let description: AgeFileID

    public init(id: AgeFileID, description: AgeFileID) {
        self.id = id
        self.description = description
    }
}

/// A grant with its list.
public struct Lent: Sendable {
    public let note: Verified<Grant>
    public let list: ItemList
    public let key: StreamKey

    public var id: GrantID { note.body.id }
    public var stream: StreamID { .grant(note.body.id) }
}

extension PlainText {
    /// Text of a test.
    public static func of(_ text: String) -> PlainText {
        do { return try PlainText(Array(text.utf8)) } catch { fatalError("\(text): \(error)") }
    }
}

/// A signer of a test.
public func signer(_ name: String) -> NoteSigner {
    do { return NoteSigner(name: try KeyName(Array(name.utf8)), key: SigningKey()) } catch { fatalError("\(error)") }
}
