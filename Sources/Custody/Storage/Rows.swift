public import AgeFile
public import AuditTrail
public import MerkleTree
public import Sharing
public import SignedNote
public import Sodium

/// The newest state of the log.
public struct LogHead: Sendable, Equatable {
    /// Number of leaves.
    public var size: UInt64
    /// Roots of the complete subtrees, largest first.
    public var frontier: [TreeHash]
    /// The signed checkpoint over exactly these leaves.
    public var checkpoint: [UInt8]
    /// The newest record's time; the custodian's clock never runs behind it.
    public var time: Timestamp

    /// A head of its fields.
    public init(size: UInt64, frontier: [TreeHash], checkpoint: [UInt8], time: Timestamp) {
        self.size = size
        self.frontier = frontier
        self.checkpoint = checkpoint
        self.time = time
    }
}

/// A leaf, where it belongs, and its sealed record.
public struct LeafRow: Sendable, Equatable {
    /// Index in the log, from 0.
    public let index: UInt64
    /// The log's entry.
    public let leaf: Leaf
    /// The stream; `nil` once its case was erased.
    public let stream: StreamID?
    /// Number within the stream, from 1; without a stream it says nothing.
    public let number: UInt64
    /// The record, sealed to the stream; `nil` once its case was erased.
    public let record: [UInt8]?

    /// A row of its fields.
    public init(index: UInt64, leaf: Leaf, stream: StreamID?, number: UInt64, record: [UInt8]?) {
        self.index = index
        self.leaf = leaf
        self.stream = stream
        self.number = number
        self.record = record
    }
}

/// A registered card.
public struct CardRow: Sendable, Equatable {
    /// The signed note.
    public let note: [UInt8]
    /// The issuer that vouched for it.
    public let issuer: VerifierKey?
    /// Whether it was withdrawn.
    public var isWithdrawn: Bool
    /// Index of its `card-added` leaf.
    public let index: UInt64
    /// Index of its `card-withdrawn` leaf.
    public var withdrawnIndex: UInt64?

    /// A row of its fields.
    public init(note: [UInt8], issuer: VerifierKey?, isWithdrawn: Bool, index: UInt64, withdrawnIndex: UInt64?) {
        self.note = note
        self.issuer = issuer
        self.isWithdrawn = isWithdrawn
        self.index = index
        self.withdrawnIndex = withdrawnIndex
    }
}

/// A case.
public struct CaseRow: Sendable, Equatable {
    /// The case's id.
    public let id: CaseID
    /// The newest case card, a signed note.
    public var card: [UInt8]
    /// Text hash of the owner's card.
    public let owner: NoteHash
    /// The case's log key, sealed to the custodian.
    public let logKey: [UInt8]
    /// SHA-256 of the paper recipient's text.
    public let recoveryID: Digest
    /// The case's keys, sealed to the owner and the paper identity.
    public var recovery: [UInt8]

    /// A row of its fields.
    public init(
        id: CaseID, card: [UInt8], owner: NoteHash, logKey: [UInt8], recoveryID: Digest, recovery: [UInt8]
    ) {
        self.id = id
        self.card = card
        self.owner = owner
        self.logKey = logKey
        self.recoveryID = recoveryID
        self.recovery = recovery
    }
}

/// An item.
public struct ItemRow: Sendable, Equatable {
    /// The content's id.
    public let id: AgeFileID
    /// The case.
    public let caseID: CaseID
    /// The id of the description that counts.
    public let descriptionID: AgeFileID
    /// The ingest record, a signed note; empty, as header and description are, once the item was erased.
    public let ingest: [UInt8]
    /// The note that gave the description that counts; `nil` for the ingest record's.
    public let newDescription: [UInt8]?
    /// The content's header.
    public var contentHeader: [UInt8]
    /// The whole description that counts, an age file.
    public var description: [UInt8]
    /// Whether it is sealed for the owner alone: no grant may list it.
    public let isOwnersAlone: Bool
    /// Whether the item was erased.
    public var isErased: Bool

    /// A row of its fields.
    public init(
        id: AgeFileID, caseID: CaseID, descriptionID: AgeFileID, ingest: [UInt8], newDescription: [UInt8]? = nil,
        contentHeader: [UInt8], description: [UInt8], isOwnersAlone: Bool = false, isErased: Bool
    ) {
        self.id = id
        self.caseID = caseID
        self.descriptionID = descriptionID
        self.ingest = ingest
        self.newDescription = newDescription
        self.contentHeader = contentHeader
        self.description = description
        self.isOwnersAlone = isOwnersAlone
        self.isErased = isErased
    }
}

extension ItemRow {
    /// The item with another of its descriptions.
    public func described(by row: DescriptionRow) -> ItemRow {
        ItemRow(
            id: id, caseID: caseID, descriptionID: row.id, ingest: ingest, newDescription: row.note,
            contentHeader: contentHeader, description: row.file, isOwnersAlone: isOwnersAlone, isErased: isErased)
    }
}

/// One description of an item.
public struct DescriptionRow: Sendable, Equatable {
    /// Its id.
    public let id: AgeFileID
    /// The note that gave it; `nil` for the ingest record's.
    public let note: [UInt8]?
    /// The whole description, an age file.
    public let file: [UInt8]

    /// A row of its fields.
    public init(id: AgeFileID, note: [UInt8]?, file: [UInt8]) {
        self.id = id
        self.note = note
        self.file = file
    }
}

/// Where one signer's ingest records of one case stand.
public struct SignerRow: Sendable, Equatable {
    /// The newest record's sequence number.
    public let sequence: UInt64
    /// Its text hash.
    public let hash: NoteHash

    /// A row of its fields.
    public init(sequence: UInt64, hash: NoteHash) {
        self.sequence = sequence
        self.hash = hash
    }
}

/// A grant and what became of it.
public struct GrantRow: Sendable, Equatable {
    /// The grant's id.
    public let id: GrantID
    /// The grant's text hash.
    public let hash: NoteHash
    /// Text hash of the grant above; `nil` for the owner's.
    public let parent: NoteHash?
    /// Whether it is extended later.
    public let isStanding: Bool
    /// The signed note.
    public let note: [UInt8]
    /// The custodian's secret under its own key; `nil` once the grant has ended.
    public var secret: [UInt8]?
    /// Whether the owner's yes is a leaf.
    public var isApproved: Bool
    /// Whether it was revoked.
    public var isRevoked: Bool
    /// Whether an `expired` leaf ended it.
    public var isExpired: Bool
    /// Whether the owner's no is a leaf.
    public var isDeclined: Bool
    /// Openings so far.
    public var openingsUsed: UInt64
    /// Index of the `granted` leaf.
    public let index: UInt64

    /// A row of its fields.
    public init(
        id: GrantID, hash: NoteHash, parent: NoteHash? = nil, isStanding: Bool = false, note: [UInt8],
        secret: [UInt8]?, isApproved: Bool, isRevoked: Bool, isExpired: Bool, isDeclined: Bool = false,
        openingsUsed: UInt64, index: UInt64
    ) {
        self.id = id
        self.hash = hash
        self.parent = parent
        self.isStanding = isStanding
        self.note = note
        self.secret = secret
        self.isApproved = isApproved
        self.isRevoked = isRevoked
        self.isExpired = isExpired
        self.isDeclined = isDeclined
        self.openingsUsed = openingsUsed
        self.index = index
    }
}

extension ItemRow {
    /// Bytes of what the row holds, ids aside.
    public var byteCount: Int {
        ingest.count + (newDescription?.count ?? 0) + contentHeader.count + description.count
    }
}

/// A decided request.
public struct RequestRow: Sendable, Equatable {
    /// Index of its leaf.
    public let index: UInt64
    /// Number of its leaf within the stream.
    public let number: UInt64
    /// The stream of its leaf.
    public let stream: StreamID
    /// Whether it was granted.
    public let isGranted: Bool
    /// The sealed response; `nil` once acknowledged, or for a refusal.
    public var response: [UInt8]?

    /// A row of its fields.
    public init(index: UInt64, number: UInt64, stream: StreamID, isGranted: Bool, response: [UInt8]?) {
        self.index = index
        self.number = number
        self.stream = stream
        self.isGranted = isGranted
        self.response = response
    }
}
