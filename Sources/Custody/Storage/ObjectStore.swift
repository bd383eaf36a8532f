public import AgeFile
public import MerkleTree

/// Sealed payloads: written once, under their id, never changed.
public protocol ObjectStore: Sendable {
    /// Starts writing an object whose id is not known yet.
    func stage() throws -> any StagedObject
    /// Gives a staged object its name. When this returns, the object is durable. The caller has checked that the id is
    /// the root over `leaves` and these are the object's; so committing again what is there already is no error, and
    /// may mend an object that was damaged meanwhile. After an error the object may be there or not.
    func commit(_ staged: any StagedObject, id: AgeFileID, leaves: [TreeHash]) throws
    /// Opens an object for reading.
    /// - Throws: `StorageError.missing`.
    func open(_ id: AgeFileID) throws -> any StoredObject
    /// Whether an object is stored.
    func contains(_ id: AgeFileID) throws -> Bool
    /// The leaf hashes of an object's tree, the nonce's first; made anew from the object where they were lost.
    /// - Throws: `StorageError.missing`, or `.damaged` when the object is not what its id says.
    func leaves(of id: AgeFileID) throws -> [TreeHash]
    /// Single leaves of an object's tree with their paths, by index: 0 for the nonce, one above the number of a chunk.
    /// - Throws: `StorageError.missing` for an index beyond the tree.
    func provenLeaves(of id: AgeFileID, at indices: [UInt64]) throws -> [ProvenLeaf]
    /// Destroys an object, durably; none there is no error.
    func remove(_ id: AgeFileID) throws
    /// All ids.
    func ids() throws -> [AgeFileID]
    /// Removes what was staged and never committed before this store was opened; what it stages itself stays.
    func removeAbandoned() throws
}

/// A leaf of an object's tree and its path to the object's id.
public struct ProvenLeaf: Sendable {
    /// The leaf.
    public let leaf: TreeHash
    /// The path.
    public let path: InclusionProof

    /// Takes a leaf and its path out of a tree of `size` leaves.
    /// - Throws: `StorageError.missing`.
    public init(at index: UInt64, size: UInt64, of tree: some TreeReader) throws {
        guard index < size, let leaf = try? tree.hash(level: 0, index: index),
            let path = try? InclusionProof(index: index, size: size, from: tree)
        else { throw StorageError(.missing, "a part beyond the end of an object was asked for") }
        self.leaf = leaf
        self.path = path
    }
}

/// An object being written. Dropped without a commit, it leaves nothing.
public protocol StagedObject: AnyObject, Sendable {
    /// Appends bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// An object being read.
public protocol StoredObject: AnyObject, Sendable {
    /// Bytes of payload, nonce included.
    var size: UInt64 { get }
    /// Reads up to the buffer's length at `offset`; fewer only at the end, none beyond it.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}
