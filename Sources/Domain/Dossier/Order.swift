public import Sharing
public import SignedNote

/// A restraining order, as the owner states it. Only its kind is required; what is `nil` or empty is not stated.
public struct OrderFacts: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/order-facts/v1"

    /// Its kind.
    public var kind: OrderKind
    /// The decision's number or name.
    public var decision: FreeText?
    /// The police's journal number.
    public var journal: FreeText?
    /// The day on which it was served.
    public var served: Day?
    /// Its last day.
    public var expires: Day?
    /// What it forbids, and where.
    public var scope: FreeText?
    /// Whom it protects.
    public var protected: [FreeText] = []
    /// Who issued it.
    public var authority: FreeText?

    /// An order of which nothing else is known.
    public init(_ kind: OrderKind) { self.kind = kind }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        kind = try reader.word("kind")
        decision = try reader.stated("decision")
        journal = try reader.stated("journal")
        served = try reader.statedDay("served")
        expires = try reader.statedDay("expires")
        scope = try reader.stated("scope")
        protected = try reader.texts("protects")
        authority = try reader.stated("authority")
        try check()
    }

    public func write(to writer: inout LineTextWriter) {
        writer.stated("kind", kind)
        writer.stated("decision", decision)
        writer.stated("journal", journal)
        writer.stated("served", served)
        writer.stated("expires", expires)
        writer.stated("scope", scope)
        for person in protected { writer.stated("protects", person) }
        writer.stated("authority", authority)
    }

    /// Refuses values that could not be read again, or that contradict each other.
    /// - Throws: `NoteError.malformedValue`.
    public func check() throws(NoteError) {
        guard protected.count <= IncidentFacts.maximumCount else {
            throw NoteError(.malformedValue, "an order protects more than 1000 persons")
        }
        if let served, let expires, expires < served {
            throw NoteError(.malformedValue, "an order ends before it was served")
        }
    }
}

/// A restraining order, in one version of its account: the content of an item of kind `order`.
public struct Order: DossierBody, Equatable {
    public static let type: StaticString = "bevis.example/order/v1"

    public let entry: Entry
    public let facts: OrderFacts

    public init(_ entry: Entry, _ facts: OrderFacts) {
        self.entry = entry
        self.facts = facts
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        entry = try Entry(reading: &reader)
        facts = try OrderFacts(reading: &reader)
    }

    public func write(to writer: inout LineTextWriter) {
        entry.write(to: &writer)
        facts.write(to: &writer)
    }
}
