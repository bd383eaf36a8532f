public import AgeFile
public import AuditTrail
public import Sharing
public import SignedNote
public import Sodium

/// Records: transactions and queries. What a transaction wrote is durable when it returns, all of it or nothing.
public protocol RecordStore: Sendable {
    /// Runs `body` alone and makes its writes durable with one flush.
    ///
    /// `body` runs once; it reads its own writes. An error of `body` undoes all its writes and is thrown as it is.
    /// - Throws: `StorageError.full` when there is no room: nothing is stored, and the store goes on working.
    ///   `.notDurable` when a write or flush failed: whether anything is stored is known only when the store is opened
    ///   anew, and until then every further transaction throws the same. A retry is the caller's, and has to look first.
    func transaction<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordTransaction) throws -> Result
    ) async throws -> Result

    /// Runs `body` on a state that is whole: all of a transaction's writes or none.
    func read<Result: Sendable>(
        _ body: @Sendable @escaping (any RecordReader) throws -> Result
    ) async throws -> Result

    /// Removes what deleted and replaced rows left behind in pages and journals; changes nothing that is read.
    func scrub() async throws

    /// Writes all records anew, so that no page holds traces of what was deleted, moved entries included: takes as much
    /// room again as the records. Where they are too many for that, does no more than `scrub`.
    func rewrite() async throws
}

/// Reads records. Every method throws `StorageError.damaged` where what is stored cannot be read.
public protocol RecordReader: ErasureReader {
    /// The newest state of the log; `nil` for a vault without one.
    func head() throws -> LogHead?
    /// The leaves with these indices, in order.
    func leaves(_ range: Range<UInt64>) throws -> [LeafRow]
    /// The leaves of a stream from a number on, in order, at most `limit`.
    func leaves(of stream: StreamID, from number: UInt64, limit: Int) throws -> [LeafRow]
    /// The number of the stream's newest leaf; 0 if it has none.
    func newestNumber(of stream: StreamID) throws -> UInt64
    /// A registered card.
    func card(_ hash: NoteHash) throws -> CardRow?
    /// A case.
    func matter(_ id: CaseID) throws -> CaseRow?
    /// All cases.
    func matters() throws -> [CaseRow]
    /// The case whose keys are sealed to this paper identity.
    func matter(recovery id: Digest) throws -> CaseRow?
    /// An item.
    func item(_ id: AgeFileID) throws -> ItemRow?
    /// The items of a case in the order of their adding, after an item, at most `limit`.
    func items(of matter: CaseID, after: AgeFileID?, limit: Int) throws -> [ItemRow]
    /// A description of an item, the one that counts or an earlier one.
    func description(_ id: AgeFileID, of item: AgeFileID) throws -> DescriptionRow?
    /// Where a signer's ingest records stand.
    func signer(_ key: VerifierKey, in matter: CaseID) throws -> SignerRow?
    /// A grant by its id.
    func grant(_ id: GrantID) throws -> GrantRow?
    /// A grant by its text hash.
    func grant(text hash: NoteHash) throws -> GrantRow?
    /// What is passed on with a grant or an extension.
    func lentTexts(_ id: GrantID) throws -> LentTexts?
    /// The item lists of grants and extensions whose leaves have this index or a later one, oldest first, at most `limit`.
    func itemLists(from index: UInt64, limit: Int) throws -> [ListRow]
    /// Grants to a card, oldest first.
    func grants(to card: NoteHash) throws -> [GrantRow]
    /// Grants of a case, oldest first.
    func grants(of matter: CaseID) throws -> [GrantRow]
    /// All grants that have not ended and whose window is over at `time`.
    func grantsToExpire(at time: Timestamp) throws -> [GrantRow]
    /// Grants directly below a grant, by its text hash, oldest first.
    func grants(under parent: NoteHash) throws -> [GrantRow]
    /// Grants of a case that wait for the owner's yes, oldest first.
    func grantsWaiting(of matter: CaseID) throws -> [GrantRow]
    /// Standing grants of a case that have not ended, oldest first.
    func standingGrants(of matter: CaseID) throws -> [GrantRow]
    /// An extension by its id.
    func grantExtension(_ id: GrantID) throws -> ExtensionRow?
    /// Extensions of a standing grant, oldest first.
    func grantExtensions(of grant: GrantID) throws -> [ExtensionRow]
    /// The extension of a standing grant that lists a file of an item; `nil` where the grant's own list does, or none.
    func grantExtension(of grant: GrantID, listing file: AgeFileID, item: AgeFileID) throws -> GrantID?
    /// How many items of a case a grant does not list; those erased or sealed for the owner alone are not counted.
    func unlistedCount(in grant: GrantID, of matter: CaseID) throws -> UInt64
    /// A membership by its text hash.
    func membership(_ hash: NoteHash) throws -> MembershipRow?
    /// Memberships of a card's holder, oldest first.
    func memberships(of member: NoteHash) throws -> [MembershipRow]
    /// The ids of the files of these kinds that a grant lends of an item; empty when it lends none.
    func listedFiles(_ grant: GrantID, item: AgeFileID) throws -> [ListedKind: AgeFileID]
    /// A decided request by its text hash.
    func request(_ hash: NoteHash) throws -> RequestRow?
    /// Text hashes of the requests under a grant whose responses are still stored, in the order of their leaves.
    func waitingRequests(under grant: GrantID) throws -> [NoteHash]
    /// Index of the leaf whose record brought a note to a stream's holders; `nil` when none did. A note that was taken
    /// before is known by it.
    func disclosure(of note: NoteHash, in stream: StreamID) throws -> UInt64?
    /// The checkpoints that were kept, by the number of leaves that they cover.
    func checkpoints(sizes: ClosedRange<UInt64>) throws -> [UInt64: [UInt8]]
    /// A value under a name.
    func setting(_ name: String) throws -> [UInt8]?
}

/// Reads and writes records, all or nothing.
public protocol RecordTransaction: RecordReader, ErasureWriter {
    /// Runs `body`; where it throws, what it wrote is undone, the error is thrown as it is, and the transaction may go
    /// on without it. Attempts nest. After an error of the whole store (`StorageError.isOfTheWholeStore`) it may not: the
    /// transaction is void, and whoever goes on gets an error from it.
    ///
    /// Inserting what is there already throws `StorageError.conflict`.
    func attempt<Result>(_ body: () throws -> Result) throws -> Result
    func setHead(_ head: LogHead) throws
    /// Keeps a signed checkpoint for replay, beyond the time when it is the newest; one of the same size stays.
    func keep(checkpoint note: [UInt8], size: UInt64) throws
    /// Appends leaves.
    func append(_ leaf: LeafRow) throws
    /// Says which leaf's record brought a note to a stream; the first one stays.
    func setDisclosed(_ note: NoteHash, in stream: StreamID, by index: UInt64) throws
    func insert(_ card: CardRow, hash: NoteHash) throws
    func withdrawCard(_ hash: NoteHash, index: UInt64) throws
    func insert(_ matter: CaseRow) throws
    func setCaseCard(_ note: [UInt8], of matter: CaseID) throws
    func setRecovery(_ sealed: [UInt8], of matter: CaseID) throws
    func insert(_ item: ItemRow) throws
    /// Gives an item another description; those before it are kept, for grants that list them.
    func replaceDescription(of item: AgeFileID, by row: DescriptionRow) throws
    func setSigner(_ key: VerifierKey, in matter: CaseID, _ row: SignerRow) throws
    func insert(
        _ grant: GrantRow, _ texts: LentTexts, of matter: CaseID, to card: NoteHash, notAfter: Timestamp,
        files: [ListedFile]
    ) throws
    /// Writes what can change of a grant: secret, approval or decline, ending, openings.
    func update(_ grant: GrantRow) throws
    func insert(_ row: ExtensionRow, _ texts: LentTexts, files: [ListedFile]) throws
    /// Forgets the sealed secrets of a standing grant's extensions.
    func deleteExtensionSecrets(of grant: GrantID) throws
    func insert(_ membership: MembershipRow) throws
    func withdrawMembership(_ hash: NoteHash, index: UInt64) throws
    func insert(_ request: RequestRow, hash: NoteHash, grant: GrantID?) throws
    /// Replaces a decided request by what a later look at it came to.
    func update(_ request: RequestRow, hash: NoteHash) throws
    /// Deletes a stored response.
    func deleteResponse(_ hash: NoteHash) throws
    func setSetting(_ name: String, _ value: [UInt8]?) throws
}
