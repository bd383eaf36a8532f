public import Sharing
public import SignedNote
public import TransparencyLog

/// What is trusted before a replay begins; never taken from what is replayed.
public struct TrustAnchor: Sendable {
    /// The log's key, and its witnesses.
    public let policy: LogPolicy
    /// The custodian's key; `nil` to take the one that the first trust note of the log names.
    public let custodian: VerifierKey?
    /// The operator's key; `nil` to take the first trust note's.
    public let operatorKey: VerifierKey?
    /// The operator's trust note, its signature verified; needed where the vault's stream is not read.
    public let trust: Trust?

    /// An anchor of its parts.
    public init(
        policy: LogPolicy, custodian: VerifierKey? = nil, operatorKey: VerifierKey? = nil, trust: Trust? = nil
    ) {
        self.policy = policy
        self.custodian = custodian ?? trust?.custodian
        self.operatorKey = operatorKey ?? trust?.operatorKey
        self.trust = trust
    }
}

/// The log keys that a replay starts with; grants' keys follow from them.
public struct ReplayKeys: Sendable {
    /// The vault's; `nil` for whoever is not an auditor.
    public let vault: StreamKey?
    /// Cases'.
    public let matters: [AuditKeys.Matter]

    /// An auditor's keys.
    public init(_ keys: AuditKeys) {
        vault = keys.vault
        matters = keys.matters
    }

    /// An owner's key of her case.
    public init(of matter: CaseID, _ key: StreamKey) {
        vault = nil
        matters = [AuditKeys.Matter(id: matter, key: key)]
    }
}

/// One entry of the log, with what lies beside it.
public struct ReplayEntry: Sendable {
    /// The 48 bytes.
    public let entry: [UInt8]
    /// The record, sealed to its stream; `nil` when it was not given.
    public let sealed: [UInt8]?
    /// For a leaf of the vault's stream, given to somebody without that stream's key: the record, opened already.
    public let attached: DisclosedRecord?
    /// The checkpoint over the log up to and with this leaf, where the custodian kept one: a signed note.
    public let head: [UInt8]?

    /// An entry of its parts.
    public init(entry: [UInt8], sealed: [UInt8]?, attached: DisclosedRecord? = nil, head: [UInt8]? = nil) {
        self.entry = entry
        self.sealed = sealed
        self.attached = attached
        self.head = head
    }
}
