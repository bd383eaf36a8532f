public import AgeFile
public import Sharing
public import SignedNote

/// Somebody who saw what happened.
public struct Witness: Hashable, Sendable {
    /// Who.
    public var name: FreeText
    /// How to reach her.
    public var contact: FreeText?
    /// What she saw.
    public var saw: FreeText?

    /// A witness of her parts.
    public init(name: FreeText, contact: FreeText? = nil, saw: FreeText? = nil) {
        self.name = name
        self.contact = contact
        self.saw = saw
    }
}

/// A piece of evidence (*bilag*), numbered within the case.
public struct Exhibit: Hashable, Sendable {
    /// The number, from 1: the same wherever the item is linked.
    public var number: UInt64
    /// The item.
    public var item: AgeFileID
    /// How it was saved: downloaded, photographed, …
    public var saved: FreeText?
    /// Where the original is.
    public var original: FreeText?

    /// An exhibit of its parts.
    public init(number: UInt64, item: AgeFileID, saved: FreeText? = nil, original: FreeText? = nil) {
        self.number = number
        self.item = item
        self.saved = saved
        self.original = original
    }
}

/// One contact with the police about an incident.
public struct PoliceContact: Hashable, Sendable {
    /// On which day.
    public var date: Day?
    /// With whom.
    public var officer: FreeText?
    /// Of which unit.
    public var unit: FreeText?
    /// Under which journal number.
    public var journal: FreeText?
    /// What receipt was given.
    public var receipt: FreeText?

    /// A contact of its parts.
    public init(
        date: Day? = nil, officer: FreeText? = nil, unit: FreeText? = nil, journal: FreeText? = nil,
        receipt: FreeText? = nil
    ) {
        self.date = date
        self.officer = officer
        self.unit = unit
        self.journal = journal
        self.receipt = receipt
    }

    /// Whether nothing is stated.
    public var isEmpty: Bool { self == PoliceContact() }
}

/// What happened, as the owner states it. Only when and what are required; what is `nil` or empty is not stated.
public struct IncidentFacts: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/incident-facts/v1"
    /// The most values of a field that may have several.
    public static let maximumCount = 1000

    /// When.
    public var occurred: Occurrence
    /// What kind of thing.
    public var kind: IncidentKind?
    /// The owner's own label of the place.
    public var place: FreeText?
    /// The place's address.
    public var address: FreeText?
    /// What happened: facts, words used.
    public var what: FreeText
    /// Whether the person was seen.
    public var personSeen: Certainty?
    /// How the person was recognised.
    public var howRecognised: FreeText?
    /// Numbers, accounts, vehicles, technology used.
    public var identifiers: [FreeText] = []
    /// Who saw it.
    public var witnesses: [Witness] = []
    /// Who else was present.
    public var othersPresent: FreeText?
    /// Which children were present.
    public var childrenPresent: FreeText?
    /// Injury and damage.
    public var injuryDamage: FreeText?
    /// What it did to the owner.
    public var effect: FreeText?
    /// What the owner did.
    public var response: FreeText?
    /// The evidence.
    public var exhibits: [Exhibit] = []
    /// Whether it broke an order.
    public var breach: Breach?
    /// The number of the order that it may have broken.
    public var order: UInt64?
    /// Contacts with the police about it.
    public var police: [PoliceContact] = []
    /// Whether it is one of the few that stand for the rest.
    public var isHighlight = false

    /// The least that makes an incident.
    public init(_ occurred: Occurrence, what: FreeText) {
        self.occurred = occurred
        self.what = what
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        occurred = try Occurrence(reading: &reader)
        kind = try reader.statedWord("kind")
        place = try reader.stated("place")
        address = try reader.stated("address")
        what = try reader.text("what")
        personSeen = try reader.statedWord("person-seen")
        howRecognised = try reader.stated("how-recognised")
        identifiers = try reader.texts("identifier")
        while reader.isNext("witness") { witnesses.append(try Witness(reading: &reader)) }
        othersPresent = try reader.stated("others-present")
        childrenPresent = try reader.stated("children-present")
        injuryDamage = try reader.stated("injury-damage")
        effect = try reader.stated("effect")
        response = try reader.stated("response")
        while reader.isNext("exhibit") { exhibits.append(try Exhibit(reading: &reader)) }
        breach = try reader.statedWord("order-breach")
        order = try reader.statedNumber("order")
        while reader.isNext("police") { police.append(try PoliceContact(reading: &reader)) }
        isHighlight = reader.isNext("highlight")
        if isHighlight {
            guard try reader.value("highlight") == Array("yes".utf8) else {
                throw NoteError(.malformedValue, "a highlight is yes or not stated")
            }
        }
        try check()
    }

    public func write(to writer: inout LineTextWriter) {
        occurred.write(to: &writer)
        writer.stated("kind", kind)
        writer.stated("place", place)
        writer.stated("address", address)
        writer.stated("what", what)
        writer.stated("person-seen", personSeen)
        writer.stated("how-recognised", howRecognised)
        for identifier in identifiers { writer.stated("identifier", identifier) }
        for witness in witnesses { witness.write(to: &writer) }
        writer.stated("others-present", othersPresent)
        writer.stated("children-present", childrenPresent)
        writer.stated("injury-damage", injuryDamage)
        writer.stated("effect", effect)
        writer.stated("response", response)
        for exhibit in exhibits { exhibit.write(to: &writer) }
        writer.stated("order-breach", breach)
        writer.stated("order", order)
        for contact in police { contact.write(to: &writer) }
        if isHighlight { writer.add("highlight", word: "yes") }
    }

    /// Refuses values that could not be read again, or that contradict each other.
    /// - Throws: `NoteError.malformedValue`.
    public func check() throws(NoteError) {
        guard max(identifiers.count, witnesses.count, exhibits.count, police.count) <= IncidentFacts.maximumCount else {
            throw NoteError(.malformedValue, "a field of an incident has more than 1000 values")
        }
        guard Set(exhibits.map(\.number)).count == exhibits.count, Set(exhibits.map(\.item)).count == exhibits.count,
            exhibits.allSatisfy({ $0.number >= 1 })
        else { throw NoteError(.malformedValue, "an incident links an exhibit twice, or under number 0") }
        guard order == nil || order != 0 && breach != nil && breach != Breach.none else {
            throw NoteError(.malformedValue, "an incident names an order but no breach of it")
        }
        guard police.allSatisfy({ !$0.isEmpty }) else {
            throw NoteError(.malformedValue, "a contact with the police states nothing")
        }
    }
}

/// What happened, in one version of its account: the content of an item of kind `incident`.
public struct Incident: DossierBody, Equatable {
    public static let type: StaticString = "bevis.example/incident/v1"

    public let entry: Entry
    public let facts: IncidentFacts

    public init(_ entry: Entry, _ facts: IncidentFacts) {
        self.entry = entry
        self.facts = facts
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        entry = try Entry(reading: &reader)
        facts = try IncidentFacts(reading: &reader)
    }

    public func write(to writer: inout LineTextWriter) {
        entry.write(to: &writer)
        facts.write(to: &writer)
    }
}

extension Incident {
    /// Whether it happened before 1 January 2022, by the clock on the wall: before the section on stalking was in
    /// force, so that reports show it as background only.
    public var isBackground: Bool { facts.occurred.from.map { $0.day.year < 2022 } ?? false }

    /// Seconds from what happened, or its end, to its being written down; `nil` when it is not known when.
    ///
    /// A whole day ends with its last second.
    public var lateness: UInt64? {
        guard let end = facts.occurred.to ?? facts.occurred.from else { return nil }
        let last = end.timestamp.seconds + (facts.occurred.precision == .day ? 86_399 : 0)
        return entry.recordedAt.seconds > last ? entry.recordedAt.seconds - last : 0
    }
}
