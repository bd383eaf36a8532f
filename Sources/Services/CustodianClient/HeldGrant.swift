public import AgeFile
public import AuditTrail
import CustodianProtocol
import Foundation
public import Sharing
public import SignedNote
import Sodium

/// A unit that the caller is a member of: what she needs to use what is lent to it.
public struct HeldUnit: Sendable {
    /// Text hash of the unit's card.
    public let card: NoteHash
    /// Text hash of her membership.
    public let membership: NoteHash
    /// The unit's age identity.
    public let identity: AgeIdentity

    /// A unit of its fields.
    public init(card: NoteHash, membership: NoteHash, identity: AgeIdentity) {
        self.card = card
        self.membership = membership
        self.identity = identity
    }
}

/// One file of a grant that is held: its capsule, and the outermost layer of it.
public struct HeldFile: Sendable {
    /// What the recipient's own grant, or an extension of it, says of the file.
    public let layer: CapsuleLayer
    /// The capsule.
    public let capsule: Capsule
}

/// A grant that its recipient holds: the note and every note above it, verified, and what the envelopes gave.
public struct HeldGrant: Sendable {
    /// The grant.
    public let grant: Grant
    /// Its text hash.
    public let hash: NoteHash
    /// Who gave it.
    public let from: Card
    /// The files lent, those of extensions included, in the lists' order.
    public let files: [HeldFile]
    /// The grants above, the nearest first.
    public let above: [HeldLink]
    /// The grant stream's key.
    public let streamKey: StreamKey
    /// What was signed of the items.
    public let signed: SignedItems
    /// The membership by which the caller uses it; `nil` where it is lent to her own card.
    public let membership: NoteHash?
    /// Whether it was revoked, by the custodian's word.
    public let isRevoked: Bool
    /// Whether it has expired, by the custodian's word.
    public let isExpired: Bool
    /// Whether the owner has approved it, or had in advance, by the custodian's word.
    public let isApproved: Bool
    /// Whether the owner has declined it, by the custodian's word.
    public let isDeclined: Bool
    /// Whether a grant above has ended, by the custodian's word.
    public let isAboveEnded: Bool
    /// Openings so far, by the custodian's word.
    public let openings: UInt64
    /// Items lent that were erased, by the custodian's word.
    public let erased: Set<AgeFileID>
    /// The own note and list, and those of extensions, as they go into envelopes below.
    let own: [GrantAbove]
    let aboveOfEnvelope: [GrantAbove]
    /// The grantor's card as a signed note.
    let grantor: [UInt8]
    /// For each file that an extension of the grant lists: the extension's text hash.
    private let extended: [AgeFileID: NoteHash]
    private let places: [AgeFileID: Int]
    private let descriptions: [AgeFileID: AgeFileID]

    init(_ wire: Wire.Grant, to own: AgeIdentity, _ units: [HeldUnit]) throws {
        let (note, from) = try HeldGrant.parse(wire)
        let unit = units.first { $0.card == note.body.to }
        let identity = unit?.identity ?? own
        let envelope = try HeldGrant.open([UInt8](wire.envelope), note.body.recipientEnvelope, identity)
        streamKey = try StreamKey(envelope.logKey)
        guard envelope.belongs(to: note.body), streamKey.commitment(to: note.body.id) == note.body.logKey else {
            throw ClientError(.notProven, "a grant's envelope says something else than its note")
        }
        var (envelopes, links) = ([envelope], [GrantAbove(note: note.bytes, list: envelope.list)])
        var extended: [AgeFileID: NoteHash] = [:]
        for more in wire.extensions {
            let (opened, note) = try HeldGrant.more(more, of: note, by: from, identity)
            envelopes.append(opened)
            links.append(GrantAbove(note: note.bytes, list: opened.list))
            for file in opened.list.files { extended[file.id] = note.hash }
        }
        self.extended = extended
        membership = unit?.membership
        grant = note.body
        hash = note.hash
        self.from = from
        grantor = Array(wire.from.utf8)
        self.own = links
        aboveOfEnvelope = envelope.above
        above = try HeldLink.chain(envelope.above, over: note.body, cards: wire.above)
        files = envelopes.flatMap { HeldGrant.files($0, from: note.body.from) }
        places = Dictionary(
            files.enumerated().map { ($1.layer.entry.id, $0) }, uniquingKeysWith: { first, _ in first })
        descriptions = Dictionary(
            files.map(\.layer.entry).filter { $0.kind == .description }.map { ($0.item, $0.id) },
            uniquingKeysWith: { first, _ in first })
        signed = try SignedItems(envelopes, of: grant.caseID, owner: (above.last?.from ?? from).key)
        (isRevoked, isExpired, isApproved) = (wire.revoked, wire.expired, wire.approved)
        (isDeclined, isAboveEnded, openings) = (wire.declined, wire.aboveEnded, wire.openings)
        erased = Set(try (wire.erased ?? []).map { try AgeFileID(hex: $0.utf8) })
        let layers = files.map { layersAbove($0.layer.entry.id) }
        guard !layers.contains(where: { $0 == nil }), places.count == files.count else {
            throw ClientError(.notProven, "a grant lends a file that one above it does not, or a file twice")
        }
    }

    private static func parse(_ wire: Wire.Grant) throws -> (note: Verified<Grant>, from: Card) {
        let note = try Unverified<Grant>(parsing: Array(wire.note.utf8))
        let from = try card(wire.from, note.body.from)
        guard let verified = try? note.verified(by: from.key) else {
            throw ClientError(.notProven, "a grant is not signed by the person that it names")
        }
        return (verified, from)
    }

    /// A card that a note names, its own signature verified.
    static func card(_ text: String, _ hash: NoteHash) throws -> Card {
        let card = try Unverified<Card>(parsing: Array(text.utf8))
        guard card.hash == hash, let verified = try? card.verified(by: card.body.key) else {
            throw ClientError(.notProven, "the custodian shows another card than a grant names")
        }
        return verified.body
    }

    private static func open(
        _ sealed: [UInt8], _ digest: Digest, _ identity: AgeIdentity
    ) throws -> RecipientEnvelope {
        guard SHA256.hash(sealed) == digest, let plain = try? AgeFile.open(sealed, with: [identity]) else {
            throw ClientError(.notProven, "a grant's envelope is not the one that its note names")
        }
        var text = plain.withUnsafeBytes { [UInt8]($0) }
        defer { Wipe.array(&text) }
        return try RecipientEnvelope(parsing: text)
    }

    private static func more(
        _ wire: Wire.Extension, of grant: Verified<Grant>, by from: Card, _ identity: AgeIdentity
    ) throws -> (RecipientEnvelope, Verified<Extension>) {
        let note = try Unverified<Extension>(parsing: Array(wire.note.utf8))
        guard let more = try? note.verified(by: from.key), more.body.grant == grant.hash,
            more.body.grantID == grant.body.id
        else { throw ClientError(.notProven, "an extension is not signed by the grantor of its grant") }
        let envelope = try open([UInt8](wire.envelope), more.body.recipientEnvelope, identity)
        guard envelope.belongs(to: more.body, of: grant.body) else {
            throw ClientError(.notProven, "an extension's envelope says something else than its note")
        }
        return (envelope, more)
    }

    private static func files(_ envelope: RecipientEnvelope, from card: NoteHash) -> [HeldFile] {
        zip(envelope.list.files, envelope.capsules).map { entry, capsule in
            HeldFile(
                layer: CapsuleLayer(grant: envelope.grantID, grantor: card, entry: entry), capsule: capsule)
        }
    }

    /// The items lent.
    public var items: [AgeFileID] { files.filter { $0.layer.entry.kind == .content }.map(\.layer.entry.item) }

    /// The most items that one request under the grant may name.
    public var mostItems: Int { AccessRequest.maximumItems(layers: above.count + 1) }

    /// The id of an item's description; `nil` where it is not lent.
    public func description(of item: AgeFileID) -> AgeFileID? { descriptions[item] }

    /// The files that a request for these items gives, in the order of the response.
    func files(of items: [AgeFileID], for action: Action) -> [AgeFileID] {
        items.flatMap { item in
            (action == .list || places[item] == nil ? [] : [item]) + (descriptions[item].map { [$0] } ?? [])
        }
    }

    /// What is held of a file.
    public func file(_ id: AgeFileID) -> HeldFile? { places[id].map { files[$0] } }

    /// The layers of a file in the grants above, the nearest first; `nil` where one of them does not list it.
    func layersAbove(_ file: AgeFileID) -> [CapsuleLayer]? {
        let layers = above.compactMap { $0.layers[file] }
        return layers.count == above.count ? layers : nil
    }

    /// The layers of a file as evidence shows them, from the own grant up to the owner's.
    func evidence(of file: AgeFileID) -> [EvidenceLayer]? {
        let layers = ([(own, grantor)] + above.map { ($0.notes, $0.card) }).compactMap { notes, card in
            EvidenceLayer(of: file, in: notes, from: card)
        }
        return layers.count == above.count + 1 ? layers : nil
    }

    /// Text hashes of the extensions, of this grant or of one above, that list a file.
    func extensions(of file: AgeFileID) -> Set<NoteHash> {
        Set(([extended] + above.map(\.extended)).compactMap { $0[file] })
    }

    /// Whose layer was found wrong, in words.
    func sentence(_ fault: LayerFault) -> String {
        guard case .grantor = fault.party else {
            return above.isEmpty
                ? "the custodian released a wrong part"
                : "the custodian released a wrong part for layer \(fault.layer + 1)"
        }
        guard !above.isEmpty else { return "the grantor gave a key that does not fit the item" }
        let card = fault.layer == 0 ? from : above[fault.layer - 1].from
        let name = String(decoding: card.name.bytes, as: UTF8.self)
        return "\(name) sealed a layer of an item that does not fit (layer \(fault.layer + 1)); nothing was opened"
    }
}

/// A grant above one that is held, its signature verified.
public struct HeldLink: Sendable {
    /// The grant.
    public let grant: Grant
    /// Its text hash.
    public let hash: NoteHash
    /// Who gave it.
    public let from: Card
    /// What it says of the files that were lent on.
    let layers: [AgeFileID: CapsuleLayer]
    /// For each of them that an extension lists: the extension's text hash.
    let extended: [AgeFileID: NoteHash]
    /// The note and its list, and those of extensions.
    let notes: [GrantAbove]
    /// The grantor's card as a signed note.
    let card: [UInt8]

    /// Verifies the grants above `grant` up to the owner's: signatures, lists, and that nothing grew on the way down.
    static func chain(_ entries: [GrantAbove], over grant: Grant, cards: [String]) throws -> [HeldLink] {
        let broken = ClientError(.notProven, "the grants above one that you hold do not lead up to its owner")
        var (links, child, rest) = ([HeldLink](), grant, entries[...])
        while let parent = child.parent {
            guard let entry = rest.popFirst(), links.count < cards.count else { throw broken }
            let note = try Unverified<Grant>(parsing: entry.note)
            let from = try HeldGrant.card(cards[links.count], note.body.from)
            guard let verified = try? note.verified(by: from.key), verified.hash == parent,
                entry.list.belongs(to: verified.body), child.from == verified.body.to,
                child.caseID == verified.body.caseID, child.excess(over: verified.body).isEmpty
            else { throw broken }
            var (layers, notes) = (layers(entry.list, verified.body.from), [entry])
            var extended: [AgeFileID: NoteHash] = [:]
            while let next = rest.first, let note = try? Unverified<Extension>(parsing: next.note) {
                guard let more = try? note.verified(by: from.key), more.body.grant == parent,
                    next.list.belongs(to: more.body)
                else { throw broken }
                layers.merge(Self.layers(next.list, verified.body.from)) { first, _ in first }
                for file in next.list.files { extended[file.id] = note.hash }
                notes.append(next)
                rest.removeFirst()
            }
            links.append(
                HeldLink(
                    grant: verified.body, hash: parent, from: from, layers: layers, extended: extended, notes: notes,
                    card: Array(cards[links.count].utf8)))
            child = verified.body
        }
        guard rest.isEmpty else { throw broken }
        return links
    }

    private static func layers(_ list: ItemList, _ grantor: NoteHash) -> [AgeFileID: CapsuleLayer] {
        Dictionary(
            list.files.map { ($0.id, CapsuleLayer(grant: list.grantID, grantor: grantor, entry: $0)) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension EvidenceLayer {
    /// - Parameter notes: the grant with its list, and its extensions with theirs.
    fileprivate init?(of file: AgeFileID, in notes: [GrantAbove], from card: [UInt8]) {
        for (place, more) in notes.enumerated() {
            guard let entry = more.list.files.first(where: { $0.id == file }),
                let index = more.list.entries.firstIndex(of: .file(entry)), let proof = try? more.list.proof(at: index)
            else { continue }
            self.init(
                grant: notes[0].note, more: place == 0 ? nil : more.note, grantor: card, file: entry, proof: proof)
            return
        }
        return nil
    }
}

extension VaultSession {
    /// Grants to the caller or to a unit of hers, opened with her age identity or the unit's.
    ///
    /// - Parameter unusable: called for each that does not hold together, with what is wrong; what it throws is thrown.
    ///   Whoever may lend to her could otherwise keep all else from her by one grant that cannot be opened.
    public func heldGrants(
        by caller: Caller, identity: AgeIdentity, units: [HeldUnit] = [],
        unusable: (GrantID, any Error) throws -> Void = { throw $1 }
    ) throws -> [HeldGrant] {
        try listedGrants(.grants, nil, by: caller).compactMap { wire in
            do {
                return try HeldGrant(wire, to: identity, units)
            } catch {
                try unusable(try Unverified<Grant>(parsing: Array(wire.note.utf8)).body.id, error)
                return nil
            }
        }
    }
}
