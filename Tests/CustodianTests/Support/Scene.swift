import AgeFile
import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Sodium
import Storage
import StorageSQLite
import TransparencyLog

@testable import Custodian

/// A vault in a temporary folder with an operator, an issuer, an owner with a case, and an officer.
final class Scene {
    let folder: TemporaryFolder
    let clock = TestClock()
    var pinnedOperator: VerifierKey?
    var limits = RequestLimits(perSecond: 1_000_000)
    let faults = Faults()
    var reserve: (any SpaceReserve)?
    let operatorSigner: NoteSigner
    let issuer: NoteSigner
    let otherIssuer: NoteSigner
    let owner: Person
    let officer: Person
    let caseIdentity = AgeIdentity.random()
    let caseID: CaseID = Random.value()
    let caseKey = StreamKey.random()
    let paper = AgeIdentity.random()
    private(set) var caseCard: Verified<CaseCard>
    private var vault: Custodian?
    private var sequence: (count: UInt64, last: NoteHash?) = (0, nil)

    /// The custodian at work.
    var custodian: Custodian {
        get throws {
            guard let vault else { throw TestFailure("the vault is not open") }
            return vault
        }
    }

    /// An empty vault.
    private init(ownerExpires: Timestamp?) throws {
        folder = try TemporaryFolder()
        operatorSigner = try makeSigner("operator")
        issuer = try makeSigner("issuer/police")
        otherIssuer = try makeSigner("issuer/municipality")
        owner = try Person("owner", role: "owner", expires: ownerExpires)
        officer = try Person("officer", role: "officer", organisation: "Police", issuer: issuer)
        let card = CaseCard(
            caseID: caseID, number: 0, previous: nil, recipient: caseIdentity.recipient,
            ownerKey: owner.signer.verifierKey, logKey: caseKey.commitment(to: caseID), signers: [])
        caseCard = try Verified(card, signedBy: owner.signer)
    }

    /// A vault that knows nobody.
    static func empty(ownerExpires: Timestamp? = nil) async throws -> Scene {
        let scene = try Scene(ownerExpires: ownerExpires)
        try await scene.open()
        return scene
    }

    /// A vault with trust note, cards and a case.
    static func make(ownerExpires: Timestamp? = nil) async throws -> Scene {
        let scene = try await empty(ownerExpires: ownerExpires)
        try await scene.furnish()
        return scene
    }

    func furnish() async throws {
        let custodian = try custodian
        _ = try await custodian.setTrust(try trust().bytes)
        _ = try await custodian.addCard(owner.note)
        _ = try await custodian.addCard(officer.note)
        _ = try await openCase()
    }

    func trust(number: UInt64 = 0, signer: NoteSigner? = nil) throws -> Verified<Trust> {
        let signer = signer ?? operatorSigner
        let trust = Trust(
            operatorKey: signer.verifierKey, number: number, time: clock.time, custodian: try custodian.verifierKey,
            log: try custodian.policy.logs[0].key,
            issuers: [
                try TrustedIssuer(key: issuer.verifierKey, role: try plain("officer"), name: try plain("Police")),
                try TrustedIssuer(
                    key: otherIssuer.verifierKey, role: try plain("caseworker"), name: try plain("Municipality")),
            ], auditors: [])
        return try Verified(trust, signedBy: signer)
    }

    func withdrawal(of person: Person, by signer: NoteSigner) throws -> Verified<Withdrawal> {
        try Verified(
            Withdrawal(card: person.hash, time: clock.time, reason: nil, by: signer.verifierKey), signedBy: signer)
    }

    // MARK: Starting and stopping

    /// Opens the vault's folder, its stores behind ones that fail when `faults` says so.
    func open() async throws {
        let path = folder.path + "/vault"
        let (clock, faults, limits, pinned, reserve) = (clock, faults, limits, pinnedOperator, reserve)
        vault = try await patiently {
            let folder = try VaultFolder(path: path, creating: true)
            let stores = CustodianStores(
                records: FaultyRecords(try folder.records(), faults), objects: FaultyObjects(folder.objects(), faults),
                checkpoints: FaultyCheckpoints(folder.checkpoints(), faults),
                tiles: FaultyTiles(folder.tiles(), faults), secrets: FaultySecrets(folder.secrets(), faults),
                keys: folder.keys(), reserve: reserve)
            return try await Custodian(stores: stores, limits: limits, operatorKey: pinned, clock: { clock.time })
        }
    }

    func close() { vault = nil }

    func restart() async throws {
        close()
        try await open()
    }

    // MARK: Case and items

    @discardableResult
    func openCase() async throws -> Acceptance {
        let recipient = try oneTimeRecipient()
        return try await custodian.openCase(
            caseCard.bytes, owner: owner.hash, logKey: try AgeFile.seal(caseKey.secret, to: [recipient]).bytes,
            to: recipient, recoveryID: SHA256.hash(paper.recipient.text), recovery: Array("sealed keys".utf8))
    }

    func oneTimeRecipient() throws -> AgeRecipient {
        try Unverified<OneTimeRecipient>(parsing: try custodian.oneTimeRecipient()).body.recipient
    }

    func upload(_ file: SealedAgeFile) throws {
        let staged = try custodian.stageObject()
        try file.payload.withUnsafeBytes { try staged.write($0) }
        try custodian.commitObject(staged, id: file.id, leaves: leaves(of: file))
    }

    func leaves(of file: SealedAgeFile) -> [TreeHash] {
        let chunks = (0..<file.layout.chunkCount).map { file.layout.payloadRange(ofChunk: $0) }
        return [TreeHash.leaf(Array(file.payload[..<16]))]
            + chunks.map { TreeHash.leaf(Array(file.payload[Int($0.lowerBound)..<Int($0.upperBound)])) }
    }

    /// The owner's next item, sealed and signed.
    func nextItem(_ text: String = "statement", describedBy file: SealedAgeFile? = nil) throws -> TestItem {
        try TestItem(
            text, caseID: caseID, recipient: caseIdentity.recipient, signer: owner.signer, sequence: sequence.count,
            previous: sequence.last, describedBy: file)
    }

    @discardableResult
    func submit(_ item: TestItem) async throws -> Acceptance {
        let acceptance = try await custodian.addItem(
            item.record.bytes, by: owner.hash, contentHeader: item.content.header.bytes,
            description: item.description.bytes)
        sequence = (item.record.body.sequence + 1, item.record.hash)
        return acceptance
    }

    func addItem(_ text: String = "statement") async throws -> TestItem {
        let item = try nextItem(text)
        try upload(item.content)
        try await submit(item)
        return item
    }
}

/// Runs `body` again while the vault that was just dropped has not let go of its lock.
func patiently<Result>(_ body: () async throws -> Result) async throws -> Result {
    for _ in 0..<100_000 {
        do { return try await body() } catch let error as StorageError where error.code == .inUse {
            await Task.yield()
        }
    }
    return try await body()
}
