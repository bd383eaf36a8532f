public import Foundation

/// The JSON bodies of the custodian's HTTP protocol. Notes are strings, other bytes are base64, ids are lower-case
/// hexadecimal digits.
public enum Wire {
    /// `GET /v1/about`: what a client needs to know before it trusts.
    public struct About: Codable, Sendable {
        public var custodian: String
        public var log: String
        public var policy: String
        public var trust: String?
        /// How long an erasure waits at least, in seconds.
        public var erasureWait: UInt64?

        public init(custodian: String, log: String, policy: String, trust: String?, erasureWait: UInt64? = nil) {
            self.custodian = custodian
            self.log = log
            self.policy = policy
            self.trust = trust
            self.erasureWait = erasureWait
        }
    }

    /// One signed note.
    public struct Note: Codable, Sendable {
        public var note: String

        public init(note: String) { self.note = note }
    }

    /// Something was taken in: where its leaf stands.
    public struct Acceptance: Codable, Sendable {
        public var index: UInt64
        public var receipt: String
        public var record: Data?
        /// For a device, which cannot read the record: the custodian's signed word.
        public var taken: String?

        public init(index: UInt64, receipt: String, record: Data?, taken: String? = nil) {
            self.index = index
            self.receipt = receipt
            self.record = record
            self.taken = taken
        }
    }

    /// `POST /v1/cases`.
    public struct OpenCase: Codable, Sendable {
        public var card: String
        public var owner: String
        public var logKey: Data
        public var recipient: String
        public var recoveryID: String
        public var recovery: Data

        public init(
            card: String, owner: String, logKey: Data, recipient: String, recoveryID: String, recovery: Data
        ) {
            self.card = card
            self.owner = owner
            self.logKey = logKey
            self.recipient = recipient
            self.recoveryID = recoveryID
            self.recovery = recovery
        }
    }

    /// `POST /v1/case-cards`.
    public struct ChangeCaseCard: Codable, Sendable {
        public var card: String
        public var actor: String

        public init(card: String, actor: String) {
            self.card = card
            self.actor = actor
        }
    }

    /// `POST /v1/recovery`.
    public struct ReplaceRecovery: Codable, Sendable {
        public var note: String
        public var sealed: Data

        public init(note: String, sealed: Data) {
            self.note = note
            self.sealed = sealed
        }
    }

    /// The answer to `POST /v1/objects`.
    public struct Uploaded: Codable, Sendable {
        public var id: String
        public var size: UInt64

        public init(id: String, size: UInt64) {
            self.id = id
            self.size = size
        }
    }

    /// `POST /v1/items`.
    public struct AddItem: Codable, Sendable {
        public var ingest: String
        public var actor: String?
        public var contentHeader: Data
        public var description: Data

        public init(ingest: String, actor: String?, contentHeader: Data, description: Data) {
            self.ingest = ingest
            self.actor = actor
            self.contentHeader = contentHeader
            self.description = description
        }
    }

    /// `POST /v1/grants`, and `POST /v1/extensions` with the extension in place of the grant.
    public struct AddGrant: Codable, Sendable {
        public var grant: String
        public var envelope: Data
        public var recipient: String
        public var recipientEnvelope: Data

        public init(grant: String, envelope: Data, recipient: String, recipientEnvelope: Data) {
            self.grant = grant
            self.envelope = envelope
            self.recipient = recipient
            self.recipientEnvelope = recipientEnvelope
        }
    }

    /// The answer to `POST /v1/requests`.
    public struct Answer: Codable, Sendable {
        public var granted: Bool
        public var index: UInt64
        public var receipt: String
        public var record: Data?
        public var consistency: [String]?
        public var response: Data?

        public init(
            granted: Bool, index: UInt64, receipt: String, record: Data?, consistency: [String]?, response: Data?
        ) {
            self.granted = granted
            self.index = index
            self.receipt = receipt
            self.record = record
            self.consistency = consistency
            self.response = response
        }
    }

    /// A query and where its page begins.
    public struct Ask: Codable, Sendable {
        public var query: String
        public var from: UInt64?
        public var after: String?

        public init(query: String, from: UInt64? = nil, after: String? = nil) {
            self.query = query
            self.from = from
            self.after = after
        }
    }

    /// A leaf and its sealed record; for auditors also the checkpoint that was kept over the log up to and with it.
    public struct Leaf: Codable, Sendable {
        public var index: UInt64
        public var number: UInt64
        public var record: Data?
        public var checkpoint: String?

        public init(index: UInt64, number: UInt64, record: Data?, checkpoint: String? = nil) {
            self.index = index
            self.number = number
            self.record = record
            self.checkpoint = checkpoint
        }
    }

    /// A record of another stream, sealed anew.
    public struct Attached: Codable, Sendable {
        public var index: UInt64
        public var record: Data

        public init(index: UInt64, record: Data) {
            self.index = index
            self.record = record
        }
    }

    /// The answer to `POST /v1/streams`.
    public struct Stream: Codable, Sendable {
        public var leaves: [Leaf]
        public var attached: [Attached]

        public init(leaves: [Leaf], attached: [Attached]) {
            self.leaves = leaves
            self.attached = attached
        }
    }

    /// `POST /v1/descriptions`.
    public struct DescribeItem: Codable, Sendable {
        public var note: String
        public var actor: String
        public var description: Data

        public init(note: String, actor: String, description: Data) {
            self.note = note
            self.actor = actor
            self.description = description
        }
    }

    /// An item, sealed.
    public struct Item: Codable, Sendable {
        public var id: String
        public var ingest: String
        public var newDescription: String?
        public var contentHeader: Data
        public var description: Data
        /// Whether it was erased: then the other three are empty.
        public var erased: Bool
        /// Whether it was sealed for the owner alone; only where it was erased.
        public var ownersAlone: Bool?

        public init(
            id: String, ingest: String, newDescription: String?, contentHeader: Data, description: Data, erased: Bool,
            ownersAlone: Bool? = nil
        ) {
            self.id = id
            self.ingest = ingest
            self.newDescription = newDescription
            self.contentHeader = contentHeader
            self.description = description
            self.erased = erased
            self.ownersAlone = ownersAlone
        }
    }

    /// A leaf of an item's tree and its path, sibling hashes from the leaf upwards, 32 bytes each.
    public struct ProvenLeaf: Codable, Sendable {
        public var leaf: Data
        public var path: Data

        public init(leaf: Data, path: Data) {
            self.leaf = leaf
            self.path = path
        }
    }

    /// Where a signer's ingest records of a case stand.
    public struct Signer: Codable, Sendable {
        public var sequence: UInt64
        public var hash: String

        public init(sequence: UInt64, hash: String) {
            self.sequence = sequence
            self.hash = hash
        }
    }

    /// A grant as its recipient or the owner sees it.
    public struct Grant: Codable, Sendable {
        public var note: String
        public var envelope: Data
        public var from: String
        public var to: String
        public var index: UInt64
        public var revoked: Bool
        public var expired: Bool
        public var approved: Bool
        public var declined: Bool
        /// Whether a grant above has ended.
        public var aboveEnded: Bool
        public var openings: UInt64
        /// Cards of the grantors above, the nearest first.
        public var above: [String]
        public var extensions: [Extension]
        /// The item list, sealed to the grant's stream; only in what waits for an owner.
        public var list: Data?
        /// Ids of the items lent that were erased.
        public var erased: [String]?

        public init(
            note: String, envelope: Data, from: String, to: String, index: UInt64, revoked: Bool, expired: Bool,
            approved: Bool, declined: Bool, aboveEnded: Bool, openings: UInt64, above: [String],
            extensions: [Extension], list: Data?, erased: [String]? = nil
        ) {
            self.note = note
            self.envelope = envelope
            self.from = from
            self.to = to
            self.index = index
            self.revoked = revoked
            self.expired = expired
            self.approved = approved
            self.declined = declined
            self.aboveEnded = aboveEnded
            self.openings = openings
            self.above = above
            self.extensions = extensions
            self.list = list
            self.erased = erased
        }
    }

    /// An extension of a standing grant as its recipient sees it.
    public struct Extension: Codable, Sendable {
        public var note: String
        public var envelope: Data
        /// The item list, sealed to the grant's stream; only in what waits for an owner.
        public var list: Data?

        public init(note: String, envelope: Data, list: Data?) {
            self.note = note
            self.envelope = envelope
            self.list = list
        }
    }

    /// What waits for an owner: the answer to `POST /v1/pending`.
    public struct Pending: Codable, Sendable {
        public var waiting: [Grant]
        public var behind: [Grant]

        public init(waiting: [Grant], behind: [Grant]) {
            self.waiting = waiting
            self.behind = behind
        }
    }

    /// What is to be erased of an owner's cases, and which were: the answer to `POST /v1/erasure-listings`.
    public struct Erasures: Codable, Sendable {
        /// The notes of those that wait.
        public var waiting: [String]
        /// For each case that was erased, the records of its opening and its end, sealed to the asking card.
        public var erased: [[Attached]]

        public init(waiting: [String], erased: [[Attached]]) {
            self.waiting = waiting
            self.erased = erased
        }
    }

    /// A case of the asking owner.
    public struct Matter: Codable, Sendable {
        public var card: String
        public var recovery: Data

        public init(card: String, recovery: Data) {
            self.card = card
            self.recovery = recovery
        }
    }

    /// A grant's item list, sealed to its stream.
    public struct List: Codable, Sendable {
        public var grant: String
        public var list: Data
        public var index: UInt64

        public init(grant: String, list: Data, index: UInt64) {
            self.grant = grant
            self.list = list
            self.index = index
        }
    }

    /// Every answer with a status of 400 or more.
    public struct Problem: Codable, Sendable {
        public var error: String
        public var reason: String

        public init(error: String, reason: String) {
            self.error = error
            self.reason = reason
        }
    }
}

extension Wire {
    /// The bytes of a message.
    public static func encode(_ message: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(message))
    }

    /// The message that bytes hold.
    public static func decode<Message: Decodable>(_ bytes: [UInt8], as type: Message.Type = Message.self) throws
        -> Message
    {
        try JSONDecoder().decode(Message.self, from: Data(bytes))
    }
}
