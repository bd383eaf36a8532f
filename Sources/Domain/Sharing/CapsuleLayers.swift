public import AgeFile
public import SignedNote
public import Sodium

/// One layer of a file's capsule: the grant, or the extension of one, whose lender sealed it, and what that grant's
/// item list says of the file.
public struct CapsuleLayer: Sendable, Equatable {
    /// Id of the grant, or of the extension that lists the file.
    public let grant: GrantID
    /// Text hash of the card of who sealed the layer.
    public let grantor: NoteHash
    /// The file's entry in the list that the grantor signed.
    public let entry: ListedFile

    /// A layer of its fields.
    public init(grant: GrantID, grantor: NoteHash, entry: ListedFile) {
        self.grant = grant
        self.grantor = grantor
        self.entry = entry
    }
}

/// Whose layer is wrong, found while a capsule is opened. Parts are checked first, so a grantor is named only where
/// every part down to that layer is the one that the list names.
public struct LayerFault: Error, Equatable, Sendable {
    /// Who gave what does not fit.
    public enum Party: Equatable, Sendable {
        /// The custodian released a part that the list does not name.
        case custodian
        /// The grantor, by card, sealed something else than the capsule or key below.
        case grantor(NoteHash)
    }

    /// Which layer, counted from the requester's own grant, from 0.
    public let layer: Int
    /// Id of that layer's grant or extension.
    public let grant: GrantID
    /// The file.
    public let file: AgeFileID
    /// Whose fault it is.
    public let party: Party

    init(_ place: Int, _ layer: CapsuleLayer, _ party: Party) {
        self.layer = place
        grant = layer.grant
        file = layer.entry.id
        self.party = party
    }

    /// The first part that is not the one which its layer's list names; `nil` where all are.
    /// - Parameters:
    ///   - parts: what the custodian released, one for each layer.
    ///   - layers: from the requester's own grant up to the owner's; at least one.
    public init?(parts: [Part], of layers: [CapsuleLayer]) {
        guard parts.count == layers.count else {
            self.init(0, layers[0], .custodian)
            return
        }
        for (place, layer) in layers.enumerated()
        where parts[place].hash(for: layer.entry.id, in: layer.grant) != layer.entry.part {
            self.init(place, layer, .custodian)
            return
        }
        return nil
    }
}

extension Capsule {
    /// Opens every layer, from the requester's own grant up to the owner's, and gives the file key.
    ///
    /// - Parameters:
    ///   - own: what the list of the requester's own grant says.
    ///   - above: the same of the grants above, the nearest first.
    ///   - parts: one for each layer, in the same order.
    ///   - commitment: what the file's ingest record says of its key.
    /// - Throws: `LayerFault` for the first layer that is not what its grantor's list, and the one above, say.
    public func fileKey(
        through own: CapsuleLayer, _ above: [CapsuleLayer], parts: [Part], commitment: Digest
    ) throws(LayerFault) -> FileKey {
        if let fault = LayerFault(parts: parts, of: [own] + above) { throw fault }
        guard hash == own.entry.capsule else { throw LayerFault(0, own, .grantor(own.grantor)) }
        var (capsule, layer) = (self, own)
        for (place, next) in above.enumerated() {
            guard let inner = try? capsule.peel(of: layer.entry.id, in: layer.grant, with: parts[place]),
                inner.hash == next.entry.capsule
            else { throw LayerFault(place, layer, .grantor(layer.grantor)) }
            (capsule, layer) = (inner, next)
        }
        guard let secret = try? capsule.open(of: layer.entry.id, in: layer.grant, with: parts[above.count]),
            let key = try? FileKey(secret), key.commitment(to: layer.entry.id) == commitment
        else { throw LayerFault(above.count, layer, .grantor(layer.grantor)) }
        return key
    }
}
