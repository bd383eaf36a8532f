import AgeFile
import MerkleTree
import SignedNote
import Sodium

@testable import Sharing

/// The people, keys and files of the worked examples; everything follows from fixed labels.
struct World {
    let operatorKey, custodian, log, municipality, police: NoteSigner
    let owner, phone, caseworker, officer: NoteSigner
    let ownerCard, caseworkerCard, officerCard: Verified<Card>
    let caseCard: Verified<CaseCard>
    let caseID: CaseID = fixed("case")
    let made: Timestamp

    init() throws {
        operatorKey = try signer("operator.example")
        custodian = try signer("custodian.example")
        log = try signer("log.example/2026")
        municipality = try signer("municipality.example")
        police = try signer("police.example")
        owner = try signer("anna.example")
        phone = try signer("anna.example/phone")
        caseworker = try signer("birgit.municipality.example")
        officer = try signer("carl.police.example")
        made = try time("2026-11-22T18:00:00Z")
        ownerCard = try World.card(owner, "Anna Sørensen", "owner", nil, made, nil)
        let expires = try time("2027-11-22T18:00:00Z")
        caseworkerCard = try World.card(
            caseworker, "Birgit Holm", "caseworker", "Nordby Kommune, Familieafdelingen", made, expires)
        officerCard = try World.card(officer, "Carl Dam", "police", "Østjyllands Politi", made, expires)
        caseCard = try Verified(
            CaseCard(
                caseID: caseID, number: 0, previous: nil, recipient: try recipient("case"),
                ownerKey: owner.verifierKey, logKey: fixed("case log key"), signers: [phone.verifierKey]),
            signedBy: owner)
    }

    private static func card(
        _ holder: NoteSigner, _ name: String, _ role: String, _ organisation: String?, _ issued: Timestamp,
        _ expires: Timestamp?
    ) throws -> Verified<Card> {
        try Verified(
            Card(
                kind: .person, name: try plain(name), role: try plain(role), organisation: try organisation.map(plain),
                key: holder.verifierKey, recipient: try recipient(name), issued: issued, expires: expires),
            signedBy: holder)
    }

    // MARK: Files, parts and capsules

    let gid: GrantID = fixed("grant")
    let files: [(kind: ListedKind, id: AgeFileID, key: FileKey)] = {
        let names: [(ListedKind, String)] = [
            (.content, "photo"), (.description, "photo's description"), (.content, "film"),
            (.description, "film's description"),
        ]
        return names.compactMap { kind, name in
            (try? FileKey(fixedSecret("file key of " + name, count: 16))).map { (kind, fixed(name), $0) }
        }
    }()

    func secret() throws -> GrantSecret { try GrantSecret(fixedSecret("grant secret")) }

    func capsules() throws -> [Capsule] {
        let secret = try secret()
        return files.map {
            Capsule(sealing: $0.key, of: $0.id, in: gid, with: secret.part(for: $0.id, in: gid))
        }
    }

    func list() throws -> ItemList {
        let secret = try secret()
        let capsules = try capsules()
        return ItemList(
            grantID: gid,
            entries: files.indices.map { index in
                let file = files[index]
                return .file(
                    ListedFile(
                        kind: file.kind, item: files[index / 2 * 2].id, id: file.id,
                        part: secret.part(for: file.id, in: gid).hash(for: file.id, in: gid),
                        capsule: capsules[index].hash))
            })
    }

    func facts(_ index: Int, size: UInt64) -> SealedFileFacts {
        let layout = PayloadLayout(plaintextSize: size)
        return SealedFileFacts(
            id: files[index].id, payloadSize: layout.payloadSize, chunkCount: layout.chunkCount,
            header: fixed("header \(index)"), keyCommitment: files[index].key.commitment(to: files[index].id))
    }

    // MARK: Notes

    func ingest() throws -> Verified<IngestRecord> {
        try Verified(
            IngestRecord(
                caseID: caseID, recipient: try recipient("case"), time: made, content: facts(0, size: 200_000),
                description: facts(1, size: 512),
                original: IngestRecord.commitment(toOriginal: fixed("original"), salt: fixed("salt")),
                signer: phone.verifierKey, sequence: 7, previous: fixed("ingest record 6")),
            signedBy: phone)
    }

    func newDescription() throws -> Verified<NewDescription> {
        try Verified(
            NewDescription(
                caseID: caseID, item: files[0].id, previous: try ingest().hash, time: made,
                description: facts(1, size: 640), signer: owner.verifierKey), signedBy: owner)
    }

    func grant() throws -> Verified<Grant> {
        let list = try list()
        return try Verified(
            Grant(
                id: gid, caseID: caseID, parent: nil, from: ownerCard.hash, to: caseworkerCard.hash, rights: .read,
                lend: LendingOn(
                    rights: .read, depth: 1, issuers: [police.verifierKey, municipality.verifierKey], approval: .owner),
                scope: .items, listRoot: list.root, listSize: UInt64(list.entries.count), notBefore: made,
                notAfter: try time("2026-12-06T18:00:00Z"), openings: 20, purpose: try plain("Statusmøde, sag 12"),
                journal: .required, logKey: fixed("grant log key"), recipientEnvelope: fixed("recipient envelope"),
                custodianEnvelope: fixed("custodian envelope"), custodian: custodian.verifierKey),
            signedBy: owner)
    }

    func request() throws -> Verified<AccessRequest> {
        try Verified(
            AccessRequest(
                action: .read, custodian: custodian.verifierKey, caseID: caseID, grantID: gid,
                authority: try grant().hash, card: caseworkerCard.hash, items: [files[0].id, files[2].id],
                time: try time("2026-11-23T09:15:00Z"), nonce: fixed("nonce"), recipient: try recipient("request"),
                purpose: try plain("Statusmøde, sag 12"), journal: try plain("2026-4711"),
                checkpoint: try log.sign(bytes("log.example/2026\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"))
                    .bytes), signedBy: caseworker)
    }

    func response() throws -> Verified<AccessResponse> {
        let secret = try secret()
        return try Verified(
            AccessResponse(
                request: try request().hash, custodian: custodian.verifierKey,
                releases: files.map { .init(file: $0.id, parts: [secret.part(for: $0.id, in: gid)]) }),
            signedBy: custodian)
    }

    func recipientEnvelope() throws -> RecipientEnvelope {
        RecipientEnvelope(
            grantID: gid, from: ownerCard.hash, to: caseworkerCard.hash, purpose: try plain("Statusmøde, sag 12"),
            logKey: fixedSecret("log key"), list: try list(), capsules: try capsules(),
            ingestRecords: [try ingest().bytes], newDescriptions: [try newDescription().bytes],
            caseCards: [caseCard.bytes])
    }

    func custodianEnvelope() throws -> CustodianEnvelope {
        CustodianEnvelope(
            grantID: gid, from: ownerCard.hash, custodian: custodian.verifierKey,
            purpose: try plain("Statusmøde, sag 12"), secret: try secret(), list: try list())
    }
}
