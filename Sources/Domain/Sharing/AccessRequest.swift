public import AgeFile
public import SignedNote
import Sodium

/// Asks the custodian to list, read or export items: under a grant, or the owner under her case card. Signed by the
/// key on the requester's card.
public struct AccessRequest: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/request/v1"

    /// The most items that one request may name: the response, with two files to an item, still fits into a note.
    public static let maximumItems = 4_000
    /// The most bytes of the checkpoint that a request names.
    public static let maximumCheckpoint = 1 << 14

    /// The most items for a grant with this many layers of lending, its own included: there are never more parts in a
    /// response than for the most items of one layer.
    public static func maximumItems(layers: Int) -> Int { maximumItems / max(1, layers) }

    /// What is asked for.
    public let action: Action
    /// The custodian asked.
    public let custodian: VerifierKey
    /// The case.
    public let caseID: CaseID
    /// The grant; `nil` for the owner under her case card.
    public let grantID: GrantID?
    /// Text hash of the grant, or of the case card.
    public let authority: NoteHash
    /// Text hash of the requester's card.
    public let card: NoteHash
    /// Text hash of the membership by which she acts for a unit; `nil` where the grant is to her own card.
    public let membership: NoteHash?
    /// Items, by their contents' ids.
    public let items: [AgeFileID]
    /// When it was made, by the requester's clock.
    public let time: Timestamp
    /// 32 random bytes.
    public let nonce: Nonce
    /// A fresh recipient for this request alone.
    public let recipient: AgeRecipient
    /// What for.
    public let purpose: PlainText
    /// The journal number; `nil` if none.
    public let journal: PlainText?
    /// The newest checkpoint that the requester knows, as a signed note; `nil` if none.
    public let checkpoint: [UInt8]?

    /// A request of its fields.
    public init(
        action: Action, custodian: VerifierKey, caseID: CaseID, grantID: GrantID?, authority: NoteHash,
        card: NoteHash, membership: NoteHash? = nil, items: [AgeFileID], time: Timestamp, nonce: Nonce,
        recipient: AgeRecipient,
        purpose: PlainText, journal: PlainText?, checkpoint: [UInt8]?
    ) {
        self.action = action
        self.custodian = custodian
        self.caseID = caseID
        self.grantID = grantID
        self.authority = authority
        self.card = card
        self.membership = membership
        self.items = items
        self.time = time
        self.nonce = nonce
        self.recipient = recipient
        self.purpose = purpose
        self.journal = journal
        self.checkpoint = checkpoint
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        action = try reader.word("action")
        custodian = try reader.verifierKey("custodian")
        caseID = try reader.hash("case")
        grantID = try reader.optionalHash("grant")
        authority = try reader.hash("authority")
        card = try reader.hash("card")
        let memberships: [NoteHash] = try reader.hashes("membership")
        guard memberships.count <= 1 else {
            throw NoteError(.malformedValue, "a request names more than one membership")
        }
        membership = memberships.first
        items = try reader.hashes("item")
        time = try reader.timestamp("time")
        nonce = try reader.hash("nonce")
        recipient = try reader.recipient("recipient")
        purpose = try reader.plainText("purpose")
        journal = try reader.optionalPlainText("journal")
        checkpoint = try reader.optionalBase64("checkpoint")
        guard checkpoint.map({ $0.count <= AccessRequest.maximumCheckpoint }) ?? true else {
            throw NoteError(.malformedValue, "a request names a checkpoint of more than 16 KiB")
        }
        guard !items.isEmpty, items.count <= AccessRequest.maximumItems, Set(items).count == items.count else {
            throw NoteError(.malformedValue, "a request names between 1 and 4,000 items, each once")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("action", action)
        writer.add("custodian", custodian)
        writer.add("case", caseID)
        writer.addOptional("grant", grantID)
        writer.add("authority", authority)
        writer.add("card", card)
        if let membership { writer.add("membership", membership) }
        for item in items { writer.add("item", item) }
        writer.add("time", time)
        writer.add("nonce", nonce)
        writer.add("recipient", recipient)
        writer.add("purpose", purpose)
        writer.addOptional("journal", journal)
        writer.addOptional("checkpoint", bytes: checkpoint)
    }
}

/// What the custodian releases, sealed to the request's own recipient. Signed by the custodian.
public struct AccessResponse: NoteBody {
    public static let type: StaticString = "bevis.example/response/v1"

    /// A file and its parts.
    public struct Release: Sendable {
        /// The file.
        public let file: AgeFileID
        /// A part for each grant of the chain, from the one that the request names up to the owner's.
        public let parts: [Part]

        /// A release of its fields.
        public init(file: AgeFileID, parts: [Part]) {
            self.file = file
            self.parts = parts
        }
    }

    /// Text hash of the request.
    public let request: NoteHash
    /// The custodian.
    public let custodian: VerifierKey
    /// The parts, as many for each file; none for the owner's own openings, which need none.
    public let releases: [Release]
    /// Text hashes of the extensions whose lists name files of the response; a part of any other file is of the grant's
    /// own list. Signed, so that nobody can later lay another extension beside the parts.
    public let extensions: [NoteHash]

    /// A response of its fields.
    public init(request: NoteHash, custodian: VerifierKey, releases: [Release], extensions: [NoteHash] = []) {
        self.request = request
        self.custodian = custodian
        self.releases = releases
        self.extensions = extensions
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        request = try reader.hash("request")
        custodian = try reader.verifierKey("custodian")
        let files: [AgeFileID] = try reader.hashes("file")
        let secrets = try reader.secrets("part", count: 32)
        let layers = files.isEmpty ? 0 : secrets.count / files.count
        guard secrets.count == files.count * layers, layers > 0 || files.isEmpty, Set(files).count == files.count else {
            throw NoteError(
                .malformedValue, "a response does not hold as many parts for each file, or a file twice")
        }
        var parts: [Part] = []
        for secret in secrets {
            guard let part = try? Part(secret) else {
                throw NoteError(.malformedValue, "a response holds a malformed part")
            }
            parts.append(part)
        }
        releases = files.enumerated().map { place, file in
            Release(file: file, parts: [Part](parts[place * layers..<(place + 1) * layers]))
        }
        extensions = try reader.hashes("extension")
        guard Set(extensions).count == extensions.count else {
            throw NoteError(.malformedValue, "a response names an extension twice")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("request", request)
        writer.add("custodian", custodian)
        for release in releases { writer.add("file", release.file) }
        for release in releases {
            for part in release.parts { writer.add("part", secret: part.secret) }
        }
        for hash in extensions { writer.add("extension", hash) }
    }
}
