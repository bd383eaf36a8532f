public import SignedNote

/// Which logs are trusted, which witnesses are known, and how many of them must have cosigned (tlog-policy).
public struct LogPolicy: Hashable, Sendable {
    /// The largest signed checkpoint that is looked at, in bytes.
    public static let maximumNoteSize = 1 << 16

    /// A trusted log.
    public struct Log: Hashable, Sendable {
        /// Its Ed25519 key; the name is the log's origin.
        public let key: VerifierKey
        /// Where it may be reached; the meaning is the application's.
        public let url: [UInt8]?

        /// States a log.
        public init(key: VerifierKey, url: [UInt8]? = nil) {
            self.key = key
            self.url = url
        }
    }

    /// A known witness.
    public struct Witness: Hashable, Sendable {
        /// The name by which groups and quorum mean it, without whitespace.
        public let name: [UInt8]
        /// Its cosignature key.
        public let key: VerifierKey
        /// Where it may be reached; the meaning is the application's.
        public let url: [UInt8]?

        /// States a witness.
        public init(name: [UInt8], key: VerifierKey, url: [UInt8]? = nil) {
            self.name = name
            self.key = key
            self.url = url
        }
    }

    /// Witnesses and groups of which enough have to have cosigned.
    public struct Group: Hashable, Sendable {
        /// How many members it takes.
        public enum Threshold: Hashable, Sendable {
            case all, any
            /// At least this many, from 1 to the number of members.
            case atLeast(Int)
        }

        /// The name by which other groups and the quorum mean it, without whitespace.
        public let name: [UInt8]
        /// How many members it takes.
        public let threshold: Threshold
        /// Names of witnesses and of groups defined before; at least one.
        public let members: [[UInt8]]

        /// States a group.
        public init(name: [UInt8], threshold: Threshold, members: [[UInt8]]) {
            self.name = name
            self.threshold = threshold
            self.members = members
        }

        var needed: Int {
            switch threshold {
            case .all: return members.count
            case .any: return 1
            case .atLeast(let count): return count
            }
        }
    }

    /// The trusted logs; a checkpoint by any of them will do.
    public let logs: [Log]
    /// The known witnesses.
    public let witnesses: [Witness]
    /// The groups, each after its members.
    public let groups: [Group]
    /// The witness or group that must have cosigned; `nil` for `quorum none`.
    public let quorum: [UInt8]?

    init(_ builder: LogPolicyBuilder) throws(LogError) {
        guard let quorum = builder.quorum else { throw LogError(.malformedPolicy, "a policy has no quorum line") }
        logs = builder.logs
        witnesses = builder.witnesses
        groups = builder.groups
        self.quorum = quorum == LogPolicyBuilder.none ? nil : quorum
    }

    /// States a policy; `quorum` `nil` asks for no cosignature.
    /// - Throws: `LogError.malformedPolicy` as `init(parsing:)`.
    public init(logs: [Log], witnesses: [Witness], groups: [Group] = [], quorum: [UInt8]?) throws(LogError) {
        var builder = LogPolicyBuilder()
        for log in logs { try builder.add(log) }
        for witness in witnesses { try builder.add(witness) }
        for group in groups { try builder.add(group) }
        try builder.setQuorum(quorum ?? LogPolicyBuilder.none)
        try self.init(builder)
    }

    /// One log whose own Ed25519 signature is enough: `quorum none`. With a key of another kind, nothing is accepted.
    public init(log: VerifierKey) {
        logs = [Log(key: log)]
        witnesses = []
        groups = []
        quorum = nil
    }

    /// Whether cosignatures by the witnesses of these names are enough.
    public func isSatisfied(byWitnesses names: [[UInt8]]) -> Bool {
        guard let quorum else { return true }
        var satisfied = names
        for group in groups where group.members.count(where: { satisfied.contains($0) }) >= group.needed {
            satisfied.append(group.name)
        }
        return satisfied.contains(quorum)
    }

    /// The witnesses that the quorum counts, directly or through groups.
    public var quorumWitnesses: [Witness] {
        guard let quorum else { return [] }
        var counted = [quorum]
        for group in groups.reversed() where counted.contains(group.name) { counted += group.members }
        return witnesses.filter { counted.contains($0.name) }
    }
}
