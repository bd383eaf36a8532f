import AgeFile
public import Camera
public import Dossier
public import SignedNote

/// Everything that a handover tells people, with what the owner holds back taken out already.
public struct Content: Sendable {
    /// The language of all words.
    public var language: Language
    /// The owner's name, by her card.
    public var owner: String
    /// Whom it is for; `nil` where nobody is named.
    public var to: String?
    /// What for.
    public var purpose: String?
    /// The police's journal number for it.
    public var journal: String?
    /// When it was made.
    public var made: Moment
    /// This folder's number and how many there are.
    public var volume: (number: UInt64, count: UInt64)
    /// The order's number.
    public var orderNumber: UInt64
    /// The order.
    public var order: OrderFacts
    /// The incidents, the first one first.
    public var incidents: [IncidentPage]
    /// Counts of the incidents by week and kind.
    public var counts: [Timeline.Count]
    /// How many lie before 2022.
    public var backgroundCount: Int
    /// The exhibits by their numbers.
    public var exhibits: [ExhibitPage]
    /// Numbers of exhibits that were erased from the vault.
    public var erased: [UInt64]
    /// Who did what with the exhibits.
    public var access: [AccessLine]
    /// The owner's key, as text.
    public var ownerKey: String
    /// The log's key, as text.
    public var logKey: String
    /// Number of entries of the log.
    public var logSize: UInt64
    /// Whether the PDF lies in the folder.
    public var hasPDF: Bool
    /// What a tool that is not there kept from being made.
    public var missing: [String]
    /// The name of the one time zone of the folder, such as `Europe/Copenhagen`; `nil` where it has none.
    public var zone: String?
    /// The local clock of that zone for a moment.
    public var local: @Sendable (Timestamp) -> Moment

    /// The content of a handover before anything is known.
    public init(
        language: Language, owner: String, made: Moment, order: (number: UInt64, facts: OrderFacts),
        local: @escaping @Sendable (Timestamp) -> Moment
    ) {
        self.language = language
        self.owner = owner
        self.made = made
        orderNumber = order.number
        self.order = order.facts
        self.local = local
        volume = (1, 1)
        (incidents, counts, backgroundCount, exhibits, erased, access) = ([], [], 0, [], [], [])
        (ownerKey, logKey, logSize, hasPDF, missing) = ("", "", 0, false, [])
    }

    /// The incidents that the owner marked as breaches of this order.
    public var breaches: [IncidentPage] {
        incidents.filter { incident in
            let facts = incident.facts
            guard facts.breach == .possible || facts.breach == .reported else { return false }
            return facts.order == nil || facts.order == orderNumber
        }
    }
}

/// An incident as it is shown.
public struct IncidentPage: Sendable {
    /// What the program says of it.
    public let entry: Entry
    /// What the owner states.
    public let facts: IncidentFacts
    /// Number of versions in the vault.
    public let versionCount: Int
    /// Whether each version names the one before.
    public let isUnbroken: Bool
    /// Whether the owner or a device of hers took it in.
    public let isAttested: Bool
    /// The path of its text; `nil` where something of it is held back.
    public let path: String?

    /// An incident of its parts.
    public init(
        entry: Entry, facts: IncidentFacts, versionCount: Int, isUnbroken: Bool, isAttested: Bool, path: String?
    ) {
        self.entry = entry
        self.facts = facts
        self.versionCount = versionCount
        self.isUnbroken = isUnbroken
        self.isAttested = isAttested
        self.path = path
    }

    var incident: Incident { Incident(entry, facts) }
}

/// An exhibit as it is shown.
public struct ExhibitPage: Sendable {
    /// A file made from the original.
    public struct Copy: Sendable {
        /// What it is.
        public enum Kind: Sendable { case still, playable, withoutPlace }
        /// Its path from the folder.
        public let path: String
        /// What it is.
        public let kind: Kind
        /// The program that made it, and how.
        public let tool: String

        /// A copy of its parts.
        public init(path: String, kind: Kind, tool: String) {
            self.path = path
            self.kind = kind
            self.tool = tool
        }
    }

    /// What the original lies as.
    public enum Original: Sendable {
        /// At this path.
        case here(String)
        /// In the folder of this number.
        case volume(UInt64)
        /// Not in the handover; a copy without its place may be.
        case heldBack
    }

    /// Its number.
    public var number: UInt64
    /// What its keeper calls it.
    public var title: String?
    /// The name of the file as found.
    public var fileName: String?
    /// Its kind and media type in words.
    public var kind: String
    /// Where the original is.
    public var original: Original
    /// Bytes of the original.
    public var size: UInt64
    /// SHA-256 of the original, 64 digits.
    public var digest: String
    /// Made, by the owner's statement or the camera's clock.
    public var captured: Timestamp?
    /// The same with the error of the camera's clock taken out.
    public var corrected: CorrectedTime?
    /// The device that took it in; `nil` for the owner.
    public var device: String?
    /// Taken in.
    public var recorded: Timestamp
    /// The file's own time as found.
    public var modified: Timestamp?
    /// The place, as stated.
    public var place: String?
    /// What the file says of itself: made, device, place, program.
    public var found: [(label: FoundLabel, text: String)]
    /// The owner's words about it.
    public var note: String?
    /// How it was saved, and where the original is kept, as the incidents say.
    public var stated: [String]
    /// Numbers of the incidents that name it.
    public var incidents: [UInt64]
    /// What was made from it.
    public var copies: [Copy]
    /// A picture of it that the pages show: the original itself or a still.
    public var picture: String?
    /// Whether the owner or a device of hers took it in.
    public var isAttested: Bool
    /// The entry of the log.
    public var entry: UInt64?

    /// What a file says of itself.
    public enum FoundLabel: Sendable { case captured, device, place, software }

    /// An exhibit of which nothing is known but what every exhibit has.
    public init(number: UInt64, kind: String, original: Original, size: UInt64, digest: String, recorded: Timestamp) {
        self.number = number
        self.kind = kind
        self.original = original
        self.size = size
        self.digest = digest
        self.recorded = recorded
        (found, stated, incidents, copies, isAttested) = ([], [], [], [], false)
    }
}

/// A line of the log as it is shown.
public struct AccessLine: Sendable {
    /// What happened.
    public enum Event: Sendable {
        case added, granted, lentOn, extended, approved, declined, listed, opened, exported, refused, revoked, expired
    }

    /// Its place in the log.
    public let entry: UInt64
    /// When, by the log.
    public let time: Timestamp
    /// What happened.
    public let event: Event
    /// Who; `nil` for the vault itself.
    public let who: String?
    /// To whom something was lent.
    public let to: String?
    /// What for.
    public let purpose: String?
    /// The journal number given.
    public let journal: String?
    /// The exhibits concerned.
    public let numbers: [UInt64]
    /// Everything concerned, in words.
    public let exhibits: String
    /// Whether its record and proof lie in the folder.
    public let isProven: Bool

    /// A line of its parts.
    public init(
        entry: UInt64, time: Timestamp, event: Event, who: String?, to: String?, purpose: String?, journal: String?,
        numbers: [UInt64], exhibits: String, isProven: Bool
    ) {
        self.entry = entry
        self.time = time
        self.event = event
        self.who = who
        self.to = to
        self.purpose = purpose
        self.journal = journal
        self.numbers = numbers
        self.exhibits = exhibits
        self.isProven = isProven
    }
}
