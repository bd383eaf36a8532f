public import AgeFile
public import AuditTrail
public import MerkleTree
public import Sharing
public import SignedNote
import Sodium
public import TransparencyLog

/// Appends leaves as a custodian does, and whatever a test wants that no custodian should.
public final class LogFixture {
    public let operatorSigner = signer("example.org/operator")
    public let custodian = signer("example.org/custodian")
    public let log = signer("example.org/log")
    public let issuer = signer("example.org/issuer")
    public let vaultKey = StreamKey.random()

    /// The custodian's clock.
    public var now: UInt64 = 1_790_000_000
    /// The custodian's clock where it stands behind `now`, which is then the log's time.
    public var clock: UInt64?
    public var entries: [[UInt8]] = []
    public var records: [[UInt8]?] = []
    public var lists: [GrantID: [UInt8]] = [:]
    /// Checkpoints kept at openings, by the index of the last leaf that they cover.
    public var heads: [UInt64: [UInt8]] = [:]
    public var matters: [Matter] = []
    public private(set) var tree = MemoryTree()
    private var keys: [StreamID: StreamKey] = [:]
    private var numbers: [StreamID: UInt64] = [:]
    private var disclosed: [StreamID: Set<NoteHash>] = [:]
    private var chains: [VerifierKey: (UInt64, NoteHash)] = [:]
    private var trustNumber: UInt64 = 0

    public init() { keys[.vault] = vaultKey }

    public var time: Timestamp { Timestamp(seconds: now) }
    public var size: UInt64 { UInt64(entries.count) }
    public var policy: LogPolicy { LogPolicy(log: log.verifierKey) }
    public var anchor: TrustAnchor {
        TrustAnchor(policy: policy, custodian: custodian.verifierKey, operatorKey: operatorSigner.verifierKey)
    }
    public var auditKeys: AuditKeys {
        AuditKeys(vault: vaultKey, matters: matters.map { AuditKeys.Matter(id: $0.id, key: $0.key) })
    }

    /// The signed checkpoint over the leaves so far.
    public func checkpoint() throws -> [UInt8] { try checkpoint(size: size, root: try tree.root(size: size)) }

    public func checkpoint(size: UInt64, root: TreeHash) throws -> [UInt8] {
        try log.sign(Checkpoint(origin: log.verifierKey.name, size: size, root: root).text).bytes
    }

    // MARK: Leaves

    /// A note that a record names.
    public struct Named {
        public let hash: NoteHash
        public let bytes: [UInt8]

        public init(hash: NoteHash, bytes: [UInt8]) {
            self.hash = hash
            self.bytes = bytes
        }

        public init<Body: NoteBody>(_ note: Verified<Body>) {
            hash = note.hash
            bytes = note.bytes
        }
    }

    public func key(_ stream: StreamID) -> StreamKey { keys[stream] ?? vaultKey }
    public func adopt(_ stream: StreamID, _ key: StreamKey) { keys[stream] = key }
    public func number(_ stream: StreamID) -> UInt64 { numbers[stream] ?? 0 }
    public func setNumber(_ stream: StreamID, _ number: UInt64) { numbers[stream] = number }

    @discardableResult
    public func append(
        _ event: Event, in stream: StreamID, by actor: NoteHash?, notes: [Named], items: [AgeFileID] = [],
        failures: [Failure] = []
    ) throws -> UInt64 {
        let number = number(stream) + 1
        numbers[stream] = number
        let record = Record(
            stream: stream, number: number, time: time, clock: clock.map { Timestamp(seconds: $0) }, event: event,
            actor: actor, notes: notes.map(\.hash), items: items, failures: failures)
        var fresh: [[UInt8]] = []
        for note in notes where disclosed[stream, default: []].insert(note.hash).inserted { fresh.append(note.bytes) }
        return try append(record, notes: fresh)
    }

    @discardableResult
    public func append(_ record: Record, notes: [[UInt8]]) throws -> UInt64 {
        let key = key(record.stream)
        let disclosed = DisclosedRecord(record: record, salt: Random.value(), notes: notes)
        append(leaf: disclosed.leaf(in: key), sealed: try disclosed.sealed(to: key))
        if record.event.isOpening { heads[size - 1] = try checkpoint() }
        return size - 1
    }

    public func append(leaf: Leaf, sealed: [UInt8]?) {
        entries.append(leaf.entry)
        records.append(sealed)
        tree.append(leaf.hash)
    }

    /// Rebuilds the tree after a test changed entries.
    public func rebuild() { tree = MemoryTree(entries.map { TreeHash.leaf($0) }) }

    // MARK: Vault

    public func setTrustNumber(_ number: UInt64) { trustNumber = number }

    @discardableResult
    public func trust(issuers: Bool = true, auditors: [NoteHash] = []) throws -> Verified<Trust> {
        let body = Trust(
            operatorKey: operatorSigner.verifierKey, number: trustNumber, time: time,
            custodian: custodian.verifierKey, log: log.verifierKey,
            issuers: issuers
                ? [try TrustedIssuer(key: issuer.verifierKey, role: .of("police"), name: .of("Police"))] : [],
            auditors: auditors)
        trustNumber += 1
        let note = try Verified(body, signedBy: operatorSigner)
        try append(.trustChanged, in: .vault, by: nil, notes: [Named(note)])
        return note
    }

    /// A card, vouched for by the issuer where it names an organisation.
    public func person(
        _ name: String, role: String = "owner", organisation: String? = nil, expires: UInt64? = nil,
        isVouched: Bool = true, registers: Bool = true
    ) throws -> Person {
        try person(
            name, role: role, organisation: organisation, expires: expires, isVouched: isVouched, registers: registers,
            signer("bevis.example/person"), AgeIdentity.random())
    }

    /// Another card of the same keys, issued now.
    public func renewed(_ person: Person) throws -> Person {
        let text = { (text: PlainText) in String(decoding: text.bytes, as: UTF8.self) }
        return try self.person(
            text(person.card.body.name) + " anew", role: text(person.card.body.role),
            organisation: person.card.body.organisation.map(text), expires: nil, isVouched: true, registers: true,
            person.signer, person.age)
    }

    private func person(
        _ name: String, role: String, organisation: String?, expires: UInt64?, isVouched: Bool, registers: Bool,
        _ keys: NoteSigner, _ age: AgeIdentity
    ) throws -> Person {
        let body = Card(
            kind: .person, name: .of(name), role: .of(role), organisation: organisation.map { .of($0) },
            key: keys.verifierKey, recipient: age.recipient, issued: time,
            expires: expires.map { Timestamp(seconds: $0) })
        var card = try Verified(body, signedBy: keys)
        if organisation != nil, isVouched {
            let note = card.note.adding(try issuer.signature(over: card.note.text))
            card = try Unverified<Card>(parsing: note.bytes).verified(by: keys.verifierKey)
        }
        if registers { try append(.cardAdded, in: .vault, by: card.hash, notes: [Named(card)]) }
        return Person(signer: keys, age: age, card: card)
    }

    public func withdraw(_ person: Person, by signer: NoteSigner? = nil) throws {
        let signer = signer ?? person.signer
        let body = Withdrawal(card: person.hash, time: time, reason: .of("lost"), by: signer.verifierKey)
        try append(.cardWithdrawn, in: .vault, by: nil, notes: [Named(try Verified(body, signedBy: signer))])
    }

    // MARK: Cases

    public func matter(of owner: Person, by actor: Person? = nil) throws -> Matter {
        let (id, identity, key) = (Random.value(CaseID.self), AgeIdentity.random(), StreamKey.random())
        let body = CaseCard(
            caseID: id, number: 0, previous: nil, recipient: identity.recipient, ownerKey: owner.signer.verifierKey,
            logKey: key.commitment(to: id), signers: [])
        let card = try Verified(body, signedBy: owner.signer)
        keys[.matter(id)] = key
        try append(.caseOpened, in: .vault, by: (actor ?? owner).hash, notes: [Named(card)])
        let matter = Matter(id: id, owner: owner, identity: identity, key: key, card: card)
        matters.append(matter)
        return matter
    }

    /// The owner's next case card, as a test changes it.
    @discardableResult
    public func changeCard(
        of matter: inout Matter, signers: [VerifierKey], by actor: Person? = nil, number: UInt64? = nil,
        previous: NoteHash? = nil, recipient: AgeRecipient? = nil, signedBy: NoteSigner? = nil
    ) throws -> Verified<CaseCard> {
        let old = matter.card.body
        let body = CaseCard(
            caseID: matter.id, number: number ?? old.number + 1, previous: previous ?? matter.card.hash,
            recipient: recipient ?? old.recipient, ownerKey: old.ownerKey, logKey: old.logKey, signers: signers)
        let card = try Verified(body, signedBy: signedBy ?? matter.owner.signer)
        try append(.caseCardChanged, in: .matter(matter.id), by: (actor ?? matter.owner).hash, notes: [Named(card)])
        matter.card = card
        return card
    }

    public func ingestRecord(
        _ matter: Matter, by person: Person, sequence: UInt64? = nil, content: AgeFileID? = nil,
        recipient: AgeRecipient? = nil
    ) throws -> Verified<IngestRecord> {
        let before = chains[person.signer.verifierKey]
        func facts(_ id: AgeFileID) -> SealedFileFacts {
            SealedFileFacts(
                id: id, payloadSize: 132, chunkCount: 1, header: Random.value(), keyCommitment: Random.value())
        }
        let number = sequence ?? before.map { $0.0 + 1 } ?? 0
        let body = IngestRecord(
            caseID: matter.id, recipient: recipient ?? matter.identity.recipient, time: time,
            content: facts(content ?? Random.value()), description: facts(Random.value()), original: Random.value(),
            signer: person.signer.verifierKey, sequence: number,
            previous: number == 0 ? nil : before?.1 ?? Random.value())
        let note = try Verified(body, signedBy: person.signer)
        chains[person.signer.verifierKey] = (number, note.hash)
        return note
    }

    @discardableResult
    public func item(
        _ matter: Matter, by person: Person? = nil, asDevice: Bool = false, sequence: UInt64? = nil,
        content: AgeFileID? = nil, recipient: AgeRecipient? = nil
    ) throws -> Item {
        let person = person ?? matter.owner
        let note = try ingestRecord(matter, by: person, sequence: sequence, content: content, recipient: recipient)
        try append(
            .itemAdded, in: .matter(matter.id), by: asDevice ? nil : person.hash, notes: [Named(note)],
            items: [note.body.content.id])
        return Item(id: note.body.content.id, description: note.body.description.id)
    }
}
