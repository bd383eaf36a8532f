public import AgeFile
public import SignedNote

/// The owner asks that items of her case, or all of it, be erased once a wait is over. Signed by the owner's key.
public struct Erasure: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/erasure/v1"

    /// The wait that a vault demands where its operator has not said otherwise, in seconds: seven days.
    public static let standardWait: UInt64 = 7 * 86_400
    /// The most items that one note names.
    public static let maximumItems = 1000

    /// The case.
    public let caseID: CaseID
    /// Text hash of the owner's card.
    public let by: NoteHash
    /// When it was signed.
    public let time: Timestamp
    /// From when on the custodian carries it out, unless it was cancelled before.
    public let due: Timestamp
    /// The items, each once; none for the whole case.
    public let items: [AgeFileID]
    /// Number of leaves of the log that the owner had seen when she signed.
    public let size: UInt64
    /// The leaves below `size` whose records go, whole or in part: those that added or described the items; for a case, every leaf of
    /// its stream and of its grants' streams.
    public let leaves: LeafSet

    /// An erasure of its fields.
    public init(
        caseID: CaseID, by: NoteHash, time: Timestamp, due: Timestamp, items: [AgeFileID], size: UInt64,
        leaves: LeafSet
    ) {
        self.caseID = caseID
        self.by = by
        self.time = time
        self.due = due
        self.items = items
        self.size = size
        self.leaves = leaves
    }

    /// Whether the whole case is meant.
    public var isOfCase: Bool { items.isEmpty }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        by = try reader.hash("by")
        time = try reader.timestamp("time")
        due = try reader.timestamp("due")
        let scope: ErasureScope = try reader.word("scope")
        items = try reader.hashes("item")
        size = try reader.number("size")
        leaves = try LeafSet(parsing: try reader.optionalValue("leaves"))
        guard (scope == .items) == !items.isEmpty, items.count <= Erasure.maximumItems,
            Set(items).count == items.count
        else { throw NoteError(.malformedValue, "an erasure's items do not fit its scope, or one is named twice") }
        guard due >= time, leaves.last.map({ $0 < size }) ?? true else {
            throw NoteError(.malformedValue, "an erasure's wait or its leaves do not fit the rest of it")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("by", by)
        writer.add("time", time)
        writer.add("due", due)
        writer.add("scope", isOfCase ? ErasureScope.matter : ErasureScope.items)
        for item in items { writer.add("item", item) }
        writer.add("size", size)
        writer.write("leaves", leaves.bytes ?? NoteText.bytes("none"))
    }
}

private enum ErasureScope: NoteWord {
    case items, matter

    var literal: StaticString {
        switch self {
        case .items: "items"
        case .matter: "case"
        }
    }
}

/// The owner takes an erasure back before it is carried out. Signed by the owner's key.
public struct ErasureCancellation: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/erasure-cancellation/v1"

    /// Text hash of the erasure.
    public let erasure: NoteHash
    /// The case.
    public let caseID: CaseID
    /// Text hash of the owner's card.
    public let by: NoteHash
    /// When it was signed.
    public let time: Timestamp

    /// A cancellation of its fields.
    public init(erasure: NoteHash, caseID: CaseID, by: NoteHash, time: Timestamp) {
        self.erasure = erasure
        self.caseID = caseID
        self.by = by
        self.time = time
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        erasure = try reader.hash("erasure")
        caseID = try reader.hash("case")
        by = try reader.hash("by")
        time = try reader.timestamp("time")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("erasure", erasure)
        writer.add("case", caseID)
        writer.add("by", by)
        writer.add("time", time)
    }
}

/// All that taking an erasure, or its cancellation, depends on.
public struct ErasureContext: Sendable {
    /// The case that the note names.
    public let caseID: CaseID
    /// The signer's card, its signature under the note verified.
    public let by: CardState
    /// When the note was signed.
    public let signed: Timestamp
    /// The case's card; `nil` when the case is not known.
    public let caseCard: CaseCard?
    /// How each item stands in the case, in the note's order.
    public let standings: [ItemStanding]
    /// The time that counts.
    public let time: Timestamp
    /// The custodian's clock: `time`, or before it.
    public let clock: Timestamp

    /// A context of its fields.
    public init(
        caseID: CaseID, by: CardState, signed: Timestamp, caseCard: CaseCard?, standings: [ItemStanding] = [],
        time: Timestamp, clock: Timestamp? = nil
    ) {
        self.caseID = caseID
        self.by = by
        self.signed = signed
        self.caseCard = caseCard
        self.standings = standings
        self.time = time
        self.clock = clock ?? time
    }
}

extension Decision {
    /// Decides whether an erasure, or its cancellation, comes from who may ask for it: nobody but the owner that the
    /// case's first card pinned.
    public static func erase(_ context: ErasureContext) -> Verdict {
        var failures = context.by.failures(at: context.time)
        if let caseCard = context.caseCard, caseCard.caseID == context.caseID {
            if context.by.card.key != caseCard.ownerKey { failures.insert(.notOwner) }
        } else {
            failures.insert(.unknownCase)
        }
        if !isNear(context.signed, context.clock) { failures.insert(.requestTimeOff) }
        if context.standings.contains(.absent) { failures.insert(.notListed) }
        if context.standings.contains(.erased) { failures.insert(.erased) }
        return Verdict(failures)
    }
}

extension ItemList {
    /// The list with the entries of an item as their hashes alone; its root stays what it was.
    public func hiding(_ items: Set<AgeFileID>) -> ItemList {
        var hidden: [Entry] = []
        for entry in entries {
            if case .file(let file) = entry, items.contains(file.item) {
                hidden.append(.hidden(entry.hash))
            } else {
                hidden.append(entry)
            }
        }
        return ItemList(grantID: grantID, entries: hidden)
    }
}
