public import AgeFile
public import AuditTrail
public import Sharing
public import SignedNote

/// An erasure that its owner asked for and that waits.
public struct ErasureRow: Sendable, Equatable {
    /// Text hash of the note.
    public let hash: NoteHash
    /// The case.
    public let caseID: CaseID
    /// The signed note.
    public let note: [UInt8]
    /// When it is due.
    public let due: Timestamp
    /// Index of its `erasure-asked` leaf.
    public let index: UInt64

    /// A row of its fields.
    public init(hash: NoteHash, caseID: CaseID, note: [UInt8], due: Timestamp, index: UInt64) {
        self.hash = hash
        self.caseID = caseID
        self.note = note
        self.due = due
        self.index = index
    }
}

/// What is left of a case that was erased.
public struct ErasedCaseRow: Sendable, Equatable {
    /// The case.
    public let id: CaseID
    /// Index of its `case-opened` leaf.
    public let opened: UInt64
    /// Index of its `case-erased` leaf.
    public let erased: UInt64

    /// A row of its fields.
    public init(id: CaseID, opened: UInt64, erased: UInt64) {
        self.id = id
        self.opened = opened
        self.erased = erased
    }
}

/// Reads what is to be erased, and what was.
public protocol ErasureReader {
    /// The erasures of a case that wait, oldest first.
    func erasures(of matter: CaseID) throws -> [ErasureRow]
    /// The erasures that are due at `time`, the earliest first.
    func erasures(dueAt time: Timestamp) throws -> [ErasureRow]
    /// An erasure that waits, by its text hash.
    func erasure(_ hash: NoteHash) throws -> ErasureRow?
    /// The descriptions that an item had before the one that counts.
    func earlierDescriptions(of item: AgeFileID) throws -> [DescriptionRow]
    /// The indices of a stream's leaves, in order.
    func positions(of stream: StreamID) throws -> [UInt64]
    /// Grants of a case that lend something of an item, oldest first.
    func grants(of matter: CaseID, listing item: AgeFileID) throws -> [GrantRow]
    /// Items that a grant or its extensions list and that were erased.
    func erasedItems(in grant: GrantID) throws -> [AgeFileID]
    /// A case that was erased.
    func erasedMatter(_ id: CaseID) throws -> ErasedCaseRow?
    /// All cases that were erased.
    func erasedMatters() throws -> [ErasedCaseRow]
    /// Whether an object is still to be destroyed.
    func isToBeDestroyed(_ id: AgeFileID) throws -> Bool
    /// Objects of what was erased that are still to be destroyed.
    func objectsToDestroy() throws -> [AgeFileID]
}

/// Erases. What is erased is no longer read; `RecordStore.rewrite` takes its traces out of the pages.
public protocol ErasureWriter {
    /// Inserting what is there already throws `StorageError.conflict`.
    func insert(_ row: ErasureRow) throws
    /// Forgets an erasure that waits.
    func deleteErasure(_ hash: NoteHash) throws
    /// Replaces the sealed record of a leaf.
    func setRecord(_ sealed: [UInt8], at index: UInt64) throws
    /// Replaces the sealed item list of a grant or an extension.
    func setList(_ sealed: [UInt8], of id: GrantID) throws
    /// Empties an item: what is left is its id, its case and that it was erased; of the files that grants list its
    /// content's id. All its descriptions go. Its object is to be destroyed.
    func erase(item: AgeFileID) throws
    /// Erases a case: its card and keys, items, signers, grants with what they list, requests, erasures that wait, and
    /// the records of all its streams, whose leaves remain as leaves of no stream. Its objects are to be destroyed.
    func erase(_ matter: ErasedCaseRow) throws
    /// Forgets an object that was destroyed.
    func deleteObjectToDestroy(_ id: AgeFileID) throws
    /// Forgets all values whose names begin with `prefix`.
    func deleteSettings(startingWith prefix: String) throws
}
