public import AgeFile
import Sharing

/// A version as it lies in the vault.
public struct Filed<Body: DossierBody>: Sendable {
    /// The item that holds it.
    public let id: AgeFileID
    /// Its place among all items of the case, from 0.
    public let place: Int
    /// Whether the owner, or one of her devices, signed its ingest record.
    public let isAttested: Bool
    /// What it says.
    public let body: Body

    /// A version of its parts.
    public init(id: AgeFileID, place: Int, isAttested: Bool, body: Body) {
        self.id = id
        self.place = place
        self.isAttested = isAttested
        self.body = body
    }
}

/// All versions of one incident or order, the first one first.
public struct History<Body: DossierBody>: Sendable {
    /// The number that they share.
    public let number: UInt64
    /// The versions in the order in which the vault took them.
    public let versions: [Filed<Body>]
    /// Whether each version corrects the one before it in this list.
    public let isUnbroken: Bool

    /// The version that counts: the one that the vault took last.
    public let newest: Filed<Body>

    fileprivate init?(_ versions: [Filed<Body>]) {
        guard let newest = versions.last else { return nil }
        self.newest = newest
        self.versions = versions
        number = newest.body.entry.number
        var unbroken = versions.first?.body.entry.version == 1
        for (before, after) in zip(versions, versions.dropFirst()) {
            let entry = after.body.entry
            unbroken = unbroken && entry.previous == before.id && entry.version - 1 == before.body.entry.version
        }
        isUnbroken = unbroken
    }
}

/// The incidents and orders of a case, put together from its items.
public struct CaseFile: Sendable {
    /// Incidents by their numbers, least first.
    public let incidents: [History<Incident>]
    /// Orders by their numbers, least first.
    public let orders: [History<Order>]
    private let erased: [Int]

    /// Puts together what the items say.
    /// - Parameter erased: the places of erased items, which may have had numbers.
    public init(incidents: [Filed<Incident>], orders: [Filed<Order>], erased: [Int]) {
        self.incidents = CaseFile.histories(incidents)
        self.orders = CaseFile.histories(orders)
        self.erased = erased
    }

    private static func histories<Body>(_ filed: [Filed<Body>]) -> [History<Body>] {
        var groups: [UInt64: [Filed<Body>]] = [:]
        for version in filed.sorted(by: { $0.place < $1.place }) {
            groups[version.body.entry.number, default: []].append(version)
        }
        return groups.values.compactMap { History($0) }.sorted { $0.number < $1.number }
    }

    /// The number for the next incident.
    public var nextIncident: UInt64 { next(incidents) }

    /// The number for the next order.
    public var nextOrder: UInt64 { next(orders) }

    // Numbers grow with places, so what was erased after the highest number known may have had a higher one: left out.
    // A stranger's numbers are passed over and not counted on from: she could have used up all that there are.
    private func next<Body>(_ histories: [History<Body>]) -> UInt64 {
        guard let highest = histories.last(where: { $0.versions.contains(where: \.isAttested) }) else {
            return CaseFile.free(from: UInt64(erased.count), Set(histories.map(\.number)))
        }
        let place = highest.versions.first?.place ?? 0
        let (last, overflow) = highest.number.addingReportingOverflow(UInt64(erased.filter { $0 > place }.count))
        return CaseFile.free(from: overflow ? .max : last, Set(histories.map(\.number)))
    }

    /// The first number after `last` that is not taken; the highest there is where all others are.
    private static func free(from last: UInt64, _ taken: Set<UInt64>) -> UInt64 {
        var next = last
        repeat {
            guard next < .max else { return .max }
            next += 1
        } while taken.contains(next)
        return next
    }

    /// Exhibit numbers by item, from every version of every incident: a number stays with its item.
    public var exhibits: [AgeFileID: UInt64] {
        var numbers: [AgeFileID: UInt64] = [:]
        let versions = incidents.flatMap(\.versions).sorted { $0.place < $1.place }
        for exhibit in versions.flatMap(\.body.facts.exhibits) where numbers[exhibit.item] == nil {
            numbers[exhibit.item] = exhibit.number
        }
        return numbers
    }

    /// The number of an item as an exhibit: its own where it has one, else the next, of which erased items may have
    /// had some.
    public func exhibitNumber(of item: AgeFileID, after more: [Exhibit] = []) -> UInt64 {
        let numbers = exhibits
        if let known = numbers[item] ?? more.first(where: { $0.item == item })?.number { return known }
        let hers = incidents.flatMap(\.versions).filter(\.isAttested).flatMap(\.body.facts.exhibits)
        let highest = max(hers.map(\.number).max() ?? UInt64(erased.count), more.map(\.number).max() ?? 0)
        return CaseFile.free(from: highest, Set(numbers.values))
    }
}
