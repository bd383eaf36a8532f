import AgeFile
import MerkleTree
import SignedNote
import Sodium

@testable import Sharing

/// Moments of the scenes, in seconds from their start.
func moment(_ seconds: UInt64) -> Timestamp { Timestamp(seconds: 1_795_000_000 + seconds) }

/// A card's state with the fields that decisions look at.
func cardState(_ name: String, issuer: VerifierKey? = nil, expires: Timestamp? = nil) throws -> CardState {
    let holder = try signer(name)
    let card = Card(
        kind: .person, name: try plain(name), role: try plain("caseworker"), organisation: nil,
        key: holder.verifierKey, recipient: try recipient(name), issued: moment(0), expires: expires)
    return CardState(card: card, hash: NoteHash(of: card.text), issuer: issuer, isWithdrawn: false)
}

extension CardState {
    /// The same card with another end.
    func expiring(_ time: Timestamp) -> CardState {
        let card = Card(
            kind: card.kind, name: card.name, role: card.role, organisation: card.organisation, key: card.key,
            recipient: card.recipient, issued: card.issued, expires: time)
        return CardState(card: card, hash: hash, issuer: issuer, isWithdrawn: isWithdrawn)
    }

    func asUnit() -> CardState {
        let card = Card(
            kind: .unit, name: card.name, role: card.role, organisation: card.organisation, key: card.key,
            recipient: card.recipient, issued: card.issued, expires: card.expires)
        return CardState(card: card, hash: hash, issuer: issuer, isWithdrawn: isWithdrawn)
    }

    func withdrawn() -> CardState {
        CardState(card: card, hash: hash, issuer: issuer, isWithdrawn: true)
    }
}

/// A grant whose fields can be set one by one.
struct Draft {
    var id: GrantID
    var caseID: CaseID
    var parent: NoteHash?
    var from: NoteHash
    var to: NoteHash
    var rights = Right.read
    var lend = Right.none
    var depth: UInt64 = 0
    var issuers: [VerifierKey] = []
    var approval = ApprovalRule.owner
    var scope = GrantScope.items
    var listSize: UInt64 = 2
    var notBefore = moment(1_000)
    var notAfter = moment(9_000)
    var openings: UInt64?
    var journal = JournalRule.optional
    var custodian: VerifierKey
    let purpose = PlainText(literal: "Sag 12")

    init(_ name: String, caseID: CaseID, parent: NoteHash?, from: NoteHash, to: NoteHash, custodian: VerifierKey) {
        id = fixed(name)
        self.caseID = caseID
        self.parent = parent
        self.from = from
        self.to = to
        self.custodian = custodian
    }

    var grant: Grant {
        Grant(
            id: id, caseID: caseID, parent: parent, from: from, to: to, rights: rights,
            lend: LendingOn(rights: lend, depth: depth, issuers: issuers, approval: approval), scope: scope,
            listRoot: fixed("root"), listSize: listSize, notBefore: notBefore, notAfter: notAfter,
            openings: openings, purpose: purpose, journal: journal, logKey: fixed("log key"),
            recipientEnvelope: fixed("to recipient"), custodianEnvelope: fixed("to custodian"), custodian: custodian)
    }

    var hash: NoteHash { NoteHash(of: grant.text) }
}

/// One grant of a chain, with what has happened to it.
struct Link {
    var draft: Draft
    var isApproved = true
    var isRevoked = false
    var isExpired = false
    var isDeclined = false
    var openingsUsed: UInt64 = 0
    var recipient: CardState
    /// The hash that the chain knows the grant by; its own when `nil`.
    var hash: NoteHash?

    var state: GrantState {
        GrantState(
            grant: draft.grant, hash: hash ?? draft.hash, isApproved: isApproved, isRevoked: isRevoked,
            isExpired: isExpired, isDeclined: isDeclined, openingsUsed: openingsUsed, recipient: recipient)
    }
}

/// A request that is granted, and every part of it open to change. Grants point to each other by fixed hashes, so that
/// changing a field of one breaks nothing else.
struct Scene {
    var action = Action.read
    var requestCustodian: VerifierKey
    var requestCase: CaseID = fixed("case")
    var grantID: GrantID?
    var authority: NoteHash
    var items: [AgeFileID] = [fixed("photo"), fixed("film")]
    var requestTime = moment(5_000)
    var journal: PlainText?

    var requester: CardState
    var named: NoteHash?
    var membership: MembershipState?
    var links: [Link]
    var caseCard: CaseCard?
    var caseCardHash: NoteHash?
    var standings: [ItemStanding] = [.present, .present]
    var custodian: VerifierKey
    var time = moment(5_000)
    var witnessTime: Timestamp? = moment(5_001)

    /// A chain of `length` grants, the requester's first; 0 for the owner's own request.
    init(length: Int) throws {
        let owner = try cardState("owner.example")
        let holders = try (0..<length).map { try cardState("holder-\($0).example") }
        let custodianKey = try signer("custodian.example").verifierKey
        custodian = custodianKey
        requestCustodian = custodianKey
        requester = holders.first ?? owner
        caseCard = CaseCard(
            caseID: fixed("case"), number: 0, previous: nil, recipient: try recipient("case"),
            ownerKey: owner.card.key, logKey: fixed("case log key"), signers: [])
        caseCardHash = fixed("case card")
        grantID = length == 0 ? nil : fixed("grant 0")
        authority = length == 0 ? fixed("case card") : fixed("text 0")
        links = (0..<length).map { level in
            let isLast = level == length - 1
            return Link(
                draft: Draft(
                    "grant \(level)", caseID: fixed("case"), parent: isLast ? nil : fixed("text \(level + 1)"),
                    from: isLast ? owner.hash : holders[level + 1].hash, to: holders[level].hash,
                    custodian: custodianKey), recipient: holders[level], hash: fixed("text \(level)"))
        }
    }

    var context: AccessContext {
        get throws {
            AccessContext(
                request: AccessRequest(
                    action: action, custodian: requestCustodian, caseID: requestCase, grantID: grantID,
                    authority: authority, card: requester.hash, membership: named, items: items, time: requestTime,
                    nonce: fixed("nonce"), recipient: try recipient("fresh"), purpose: PlainText(literal: "Sag 12"),
                    journal: journal,
                    checkpoint: nil),
                requester: requester, membership: membership, chain: links.map(\.state), caseCard: caseCard,
                caseCardHash: caseCardHash,
                standings: standings, custodian: custodian, time: time, witnessTime: witnessTime)
        }
    }

    var failures: [Failure] {
        get throws { Decision.decide(try context).failures }
    }
}

/// A grant that is offered to the custodian and taken, and every part of it open to change.
struct Offer {
    var draft: Draft
    var signer: VerifierKey
    var from: CardState
    var to: CardState
    var caseCard: CaseCard?
    var above: [Link]
    var filesAreHeld = true
    var custodian: VerifierKey
    var time = moment(5_000)

    /// An offer with `count` grants above it; 0 when the owner lends.
    init(above count: Int) throws {
        let police = try SharingTests.signer("police.example").verifierKey
        let scene = try Scene(length: max(count, 1))
        custodian = scene.custodian
        caseCard = scene.caseCard
        to = try cardState("borrower.example", issuer: police)
        above = count == 0 ? [] : scene.links
        for index in above.indices {
            above[index].draft.lend = .read
            above[index].draft.depth = UInt64(index + 1)
            above[index].draft.issuers = [police]
        }
        from = try above.first?.recipient ?? cardState("owner.example")
        signer = from.card.key
        draft = Draft(
            "offered", caseID: fixed("case"), parent: count == 0 ? nil : fixed("text 0"), from: from.hash, to: to.hash,
            custodian: scene.custodian)
    }

    var context: AcceptanceContext {
        AcceptanceContext(
            grant: draft.grant, signer: signer, from: from, to: to, caseCard: caseCard, above: above.map(\.state),
            filesAreHeld: filesAreHeld, custodian: custodian, time: time)
    }

    var failures: [Failure] { Decision.accept(context).failures }
}
