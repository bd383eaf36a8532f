import AgeFile
import SignedNote
import Sodium
import Testing

@testable import Sharing

/// One example of a kind of text: what it says, how it is read, and for signed notes who signs.
struct Sample: Sendable, CustomTestStringConvertible {
    /// Also the name of the stored file.
    let name: String
    let text: [UInt8]
    /// The whole note, or the bare text of what is never signed.
    let bytes: [UInt8]
    /// The signer of a note; `nil` for the plaintext of an envelope.
    let signer: NoteSigner?
    /// Parses a text and writes it again.
    let rewrite: @Sendable ([UInt8]) throws -> [UInt8]
    /// Parses a note and verifies its signature.
    let verify: @Sendable ([UInt8], VerifierKey) throws -> NoteHash

    var testDescription: String { name }

    init<Body: NoteBody>(_ name: String, _ body: Body, by signer: NoteSigner?) throws {
        self.name = name
        self.signer = signer
        text = body.text
        bytes = try signer.map { try Verified(body, signedBy: $0).bytes } ?? body.text
        rewrite = { try Body(parsing: $0).text }
        verify = { try Unverified<Body>(parsing: $0).verified(by: $1).hash }
    }

    /// The lines without their line feeds.
    var lines: [[UInt8]] {
        text.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false).map { [UInt8]($0) }
    }
}

/// The key of a `key value` line.
func key(_ line: [UInt8]) -> String { SharingTests.text([UInt8](line.prefix { $0 != 0x20 })) }

/// Lines joined to a text.
func joined(_ lines: [[UInt8]]) -> [UInt8] { lines.flatMap { $0 + [0x0A] } }

/// Keys that may stand on no line, one, or several.
let listKeys: Set<String> = [
    "signer", "lend-issuer", "item", "file", "part", "issuer", "auditor", "entry", "capsule", "ingest",
    "new-description", "case-card", "above", "above-list", "membership", "warning",
]

/// Which sample has a list under which key; `signer` is a list in a case card and a single field elsewhere.
func isList(_ key: String, in sample: Sample) -> Bool {
    switch key {
    case "signer": sample.name == "case-card"
    case "case-card": sample.name == "recipient-envelope"
    default: listKeys.contains(key)
    }
}

enum Samples {
    static let all: [Sample] = {
        do {
            let world = try World()
            return try cards(world) + sharing(world) + opening(world) + devices(world) + erasing(world)
        } catch {
            Issue.record("the samples cannot be made: \(error)")
            return []
        }
    }()

    private static func devices(_ world: World) throws -> [Sample] {
        [
            try Sample(
                "device", DeviceCard(name: try plain("Gangen"), key: world.phone.verifierKey, issued: world.made),
                by: world.phone),
            try Sample(
                "pairing",
                Pairing(
                    device: world.phone.verifierKey, caseCard: world.caseCard.bytes,
                    custodian: world.custodian.verifierKey, log: world.log.verifierKey,
                    address: try plain("unix:/srv/mappen/socket"), time: world.made), by: world.owner),
            try Sample(
                "heartbeat",
                Heartbeat(
                    caseID: world.caseID, device: world.phone.verifierKey, time: world.made, taken: 12,
                    newest: fixed("newest record"), newestTime: world.made, waiting: 3, oldestWaiting: world.made,
                    warnings: [.quiet, .folderMissing]), by: world.phone),
            try Sample(
                "taken",
                Taken(
                    custodian: world.custodian.verifierKey, note: fixed("newest record"), index: 33,
                    leaf: fixed("leaf")), by: world.custodian),
        ]
    }

    private static func erasing(_ world: World) throws -> [Sample] {
        let erasure = Erasure(
            caseID: world.caseID, by: world.ownerCard.hash, time: world.made,
            due: Timestamp(seconds: world.made.seconds + Erasure.standardWait),
            items: [fixed("first item"), fixed("second item")], size: 40, leaves: LeafSet([12, 9, 10, 31]))
        return [
            try Sample("erasure", erasure, by: world.owner),
            try Sample(
                "erasure-cancellation",
                ErasureCancellation(
                    erasure: try Verified(erasure, signedBy: world.owner).hash, caseID: world.caseID,
                    by: world.ownerCard.hash, time: world.made), by: world.owner),
        ]
    }

    static let signed: [Sample] = all.filter { $0.signer != nil }

    private static func cards(_ world: World) throws -> [Sample] {
        [
            try Sample("card", world.caseworkerCard.body, by: world.caseworker),
            try Sample(
                "withdrawal",
                Withdrawal(
                    card: world.officerCard.hash, time: world.made, reason: try plain("Fratrådt"),
                    by: world.police.verifierKey), by: world.police),
            try Sample("case-card", world.caseCard.body, by: world.owner),
            try Sample(
                "trust",
                Trust(
                    operatorKey: world.operatorKey.verifierKey, number: 0, time: world.made,
                    custodian: world.custodian.verifierKey, log: world.log.verifierKey,
                    issuers: [
                        try TrustedIssuer(
                            key: world.municipality.verifierKey, role: try plain("caseworker"),
                            name: try plain("Nordby Kommune")),
                        try TrustedIssuer(
                            key: world.police.verifierKey, role: try plain("police"),
                            name: try plain("Østjyllands Politi")),
                    ], auditors: [fixed("auditor's card")]), by: world.operatorKey),
        ]
    }

    private static func sharing(_ world: World) throws -> [Sample] {
        [
            try Sample("ingest", try world.ingest().body, by: world.phone),
            try Sample("new-description", try world.newDescription().body, by: world.owner),
            try Sample(
                "verification",
                Verification(
                    custodian: world.custodian.verifierKey, card: world.ownerCard.hash, time: world.made,
                    checkpoint: bytes("log.example/2026\n0\n"), itemCount: 12, damagedCount: 1), by: world.owner),
            try Sample("grant", try world.grant().body, by: world.owner),
            try Sample(
                "revocation",
                Revocation(
                    grantID: world.gid, grant: try world.grant().hash, by: world.ownerCard.hash, time: world.made,
                    reason: nil), by: world.owner),
            try Sample(
                "approval",
                Approval(
                    grantID: fixed("grant below"), grant: fixed("grant below's text"), caseID: world.caseID,
                    by: world.ownerCard.hash, time: world.made), by: world.owner),
            try Sample(
                "decline",
                Decline(
                    grantID: fixed("grant below"), grant: fixed("grant below's text"), caseID: world.caseID,
                    by: world.ownerCard.hash, time: world.made, reason: try plain("Ikke hele filmen")),
                by: world.owner),
            try Sample(
                "extension",
                Extension(
                    grantID: world.gid, grant: try world.grant().hash, id: fixed("extension"), time: world.made,
                    listRoot: fixed("list root"), listSize: 2, recipientEnvelope: fixed("recipient envelope"),
                    custodianEnvelope: fixed("custodian envelope")), by: world.owner),
            try Sample(
                "membership",
                Membership(
                    unit: fixed("unit's card"), member: world.officerCard.hash, issuer: world.police.verifierKey,
                    issued: world.made, expires: nil), by: world.police),
            try Sample(
                "unit-key",
                UnitKey(
                    card: world.officerCard.bytes, membership: nil,
                    identity: AgeIdentity(try AgreementKey(fixedSecret("unit")))), by: nil),
            try Sample(
                "recovery", RecoveryUpdate(caseID: world.caseID, sealed: fixed("sealed keys"), time: world.made),
                by: world.owner),
            try Sample("item-list", try world.list(), by: nil),
            try Sample("recipient-envelope", try world.recipientEnvelope(), by: nil),
            try Sample("custodian-envelope", try world.custodianEnvelope(), by: nil),
            try Sample(
                "one-time-recipient",
                OneTimeRecipient(
                    custodian: world.custodian.verifierKey, recipient: try recipient("one-time"), time: world.made),
                by: world.custodian),
        ]
    }

    private static func opening(_ world: World) throws -> [Sample] {
        [
            try Sample("request", try world.request().body, by: world.caseworker),
            try Sample("response", try world.response().body, by: world.custodian),
            try Sample(
                "query",
                Query(
                    subject: .grantStream, custodian: world.custodian.verifierKey, card: world.caseworkerCard.hash,
                    scope: Nonce(world.gid.bytes), time: world.made, nonce: fixed("query nonce")),
                by: world.caseworker),
        ]
    }
}
