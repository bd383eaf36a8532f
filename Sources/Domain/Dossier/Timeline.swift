import SignedNote

/// The incidents of a case in the order of their time, and how many there were in each week. Counts alone: whether they
/// amount to anything is for others to say.
public struct Timeline: Sendable {
    /// How many incidents of one kind began in one week.
    public struct Count: Hashable, Sendable {
        /// The week, by the clock on the wall.
        public let week: Week
        /// The kind; `nil` where it is not stated.
        public let kind: IncidentKind?
        /// How many.
        public let number: Int
    }

    /// The newest version of each incident, newest first; those of which no time is known come last.
    public let incidents: [History<Incident>]
    /// As `incidents`, the first one first; those of which no time is known come last all the same.
    public var chronological: [History<Incident>] {
        let known = incidents.prefix { $0.newest.body.facts.occurred.from != nil }
        return known.reversed() + incidents.dropFirst(known.count).reversed()
    }

    /// Counts of the incidents from 2022 on, by week, newest first, then by kind.
    public let counts: [Count]
    /// How many incidents lie before 2022: background.
    public let backgroundCount: Int

    /// Puts incidents in order.
    public init(_ file: CaseFile) {
        incidents = file.incidents.sorted { left, right in
            let (first, second) = (Timeline.time(left), Timeline.time(right))
            return first != second ? first > second : left.number > right.number
        }
        backgroundCount = incidents.filter { $0.newest.body.isBackground }.count
        var numbers: [Week: [UInt8: Int]] = [:]
        for history in incidents where !history.newest.body.isBackground {
            guard let week = history.newest.body.facts.occurred.from?.day.week else { continue }
            numbers[week, default: [:]][history.newest.body.facts.kind?.rawValue ?? .max, default: 0] += 1
        }
        var counts: [Count] = []
        for week in numbers.keys.sorted(by: >) {
            for (kind, number) in (numbers[week] ?? [:]).sorted(by: { $0.key < $1.key }) {
                counts.append(Count(week: week, kind: IncidentKind(rawValue: kind), number: number))
            }
        }
        self.counts = counts
    }

    private static func time(_ history: History<Incident>) -> UInt64 {
        history.newest.body.facts.occurred.from?.timestamp.seconds ?? 0
    }
}
