public import Sharing
public import SignedNote

/// What belongs to a grant or an extension and is only passed on: sealed, and the larger the more items it lists. Kept
/// apart from the row, which every decision reads.
public struct LentTexts: Sendable, Equatable {
    /// The age file to the recipient.
    public let envelope: [UInt8]
    /// The item list's text, sealed to the grant's stream.
    public let list: [UInt8]

    /// Texts of their bytes.
    public init(envelope: [UInt8], list: [UInt8]) {
        self.envelope = envelope
        self.list = list
    }
}

/// The sealed item list of a grant or an extension.
public struct ListRow: Sendable, Equatable {
    /// The grant's id, or the extension's.
    public let id: GrantID
    /// The item list's text, sealed to the grant's stream.
    public let list: [UInt8]
    /// Index of the leaf by which the list was taken.
    public let index: UInt64

    /// A row of its fields.
    public init(id: GrantID, list: [UInt8], index: UInt64) {
        self.id = id
        self.list = list
        self.index = index
    }
}

/// An extension of a standing grant.
public struct ExtensionRow: Sendable, Equatable {
    /// The extension's id.
    public let id: GrantID
    /// The standing grant.
    public let grant: GrantID
    /// The extension's text hash.
    public let hash: NoteHash
    /// The signed note.
    public let note: [UInt8]
    /// The custodian's secret under its own key; `nil` once the grant has ended.
    public var secret: [UInt8]?
    /// Index of the `extended` leaf.
    public let index: UInt64

    /// A row of its fields.
    public init(
        id: GrantID, grant: GrantID, hash: NoteHash, note: [UInt8], secret: [UInt8]?, index: UInt64
    ) {
        self.id = id
        self.grant = grant
        self.hash = hash
        self.note = note
        self.secret = secret
        self.index = index
    }
}

/// A person's membership of a unit.
public struct MembershipRow: Sendable, Equatable {
    /// Text hash of the note.
    public let hash: NoteHash
    /// Text hash of the member's card.
    public let member: NoteHash
    /// The signed note.
    public let note: [UInt8]
    /// Whether it was withdrawn.
    public var isWithdrawn: Bool
    /// Index of its `member-added` leaf.
    public let index: UInt64
    /// Index of its `member-withdrawn` leaf.
    public var withdrawnIndex: UInt64?

    /// A row of its fields.
    public init(
        hash: NoteHash, member: NoteHash, note: [UInt8], isWithdrawn: Bool, index: UInt64, withdrawnIndex: UInt64?
    ) {
        self.hash = hash
        self.member = member
        self.note = note
        self.isWithdrawn = isWithdrawn
        self.index = index
        self.withdrawnIndex = withdrawnIndex
    }
}
