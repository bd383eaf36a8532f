internal import SignedNote
internal import Sodium

/// Collects the parts of a policy in order and refuses what breaks a rule of tlog-policy.
struct LogPolicyBuilder {
    static let none = NoteText.bytes("none")

    private(set) var logs: [LogPolicy.Log] = []
    private(set) var witnesses: [LogPolicy.Witness] = []
    private(set) var groups: [LogPolicy.Group] = []
    private(set) var quorum: [UInt8]?
    private var names: [[UInt8]] = [LogPolicyBuilder.none]
    private var members: [[UInt8]] = []
    private var keys: [VerificationKey] = []

    mutating func add(_ log: LogPolicy.Log) throws(LogError) {
        guard log.key.kind == .ed25519 else { throw LogError(.malformedPolicy, "a log's key is not of kind Ed25519") }
        try take(log.key.key)
        try LogPolicyBuilder.check(log.url)
        logs.append(log)
    }

    mutating func add(_ witness: LogPolicy.Witness) throws(LogError) {
        guard witness.key.kind == .cosignature else {
            throw LogError(.malformedPolicy, "a witness's key is not a cosignature key")
        }
        try take(witness.key.key)
        try LogPolicyBuilder.check(witness.url)
        try define(witness.name)
        witnesses.append(witness)
    }

    mutating func add(_ group: LogPolicy.Group) throws(LogError) {
        guard !group.members.isEmpty, (1...group.members.count).contains(group.needed) else {
            throw LogError(.malformedPolicy, "a group's threshold does not fit its number of members")
        }
        for member in group.members {
            guard member != LogPolicyBuilder.none, names.contains(member) else {
                throw LogError(.malformedPolicy, "a group's member is not defined before it")
            }
            guard !members.contains(member) else {
                throw LogError(.malformedPolicy, "a name is a member twice")
            }
            members.append(member)
        }
        try define(group.name)
        groups.append(group)
    }

    mutating func setQuorum(_ name: [UInt8]) throws(LogError) {
        guard quorum == nil else { throw LogError(.malformedPolicy, "a policy has two quorum lines") }
        guard names.contains(name) else { throw LogError(.malformedPolicy, "a quorum is not defined before it") }
        quorum = name
    }

    private mutating func define(_ name: [UInt8]) throws(LogError) {
        try LogPolicyBuilder.check(name)
        guard !names.contains(name) else { throw LogError(.malformedPolicy, "a name is defined twice") }
        names.append(name)
    }

    // The specification lets one key serve a log and a witness; here a key has one role.
    private mutating func take(_ key: VerificationKey) throws(LogError) {
        guard !keys.contains(key) else { throw LogError(.malformedPolicy, "a key stands twice in a policy") }
        keys.append(key)
    }

    private static func check(_ word: [UInt8]?) throws(LogError) {
        guard let word else { return }
        guard !word.isEmpty, word.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw LogError(.malformedPolicy, "a name or address is empty or holds whitespace or control characters")
        }
    }
}
