import Sharing

/// Knows which tags the known streams may show next, so that a leaf is recognised by one look-up.
struct StreamTracker {
    /// How a leaf's tag stands to the known streams. `place` counts streams in the order that they became known.
    enum Sighting {
        case expected(place: Int, number: UInt64)
        /// Numbers before this one have not been seen.
        case skipping(place: Int, number: UInt64)
        /// A number that was skipped before.
        case late(place: Int, number: UInt64)
        case repeated
        case unknown
    }

    private struct Entry {
        let stream: StreamID
        /// The next number.
        var next: UInt64 = 1
        /// The highest number whose tag is among `expected`.
        var filled: UInt64 = 0
    }

    private struct Place {
        let stream: Int
        let number: UInt64
    }

    /// Tags that are held ready in all, and for each stream at least and at most.
    private static let budget = 1 << 20
    private static let ahead: ClosedRange<UInt64> = 4...64

    private(set) var rack = KeyRack()
    private var entries: [Entry] = []
    private var places: [StreamID: Int] = [:]
    private var expected: [LeafTag: Place] = [:]
    private var seen: Set<UInt64> = []

    /// Number of known streams.
    var count: Int { entries.count }

    /// Starts to watch for a stream. One that is known already stays as it is.
    mutating func add(_ stream: StreamID, _ key: StreamKey) {
        guard places[stream] == nil else { return }
        places[stream] = entries.count
        entries.append(Entry(stream: stream))
        rack.append(key)
        fill(entries.count - 1, key)
    }

    func stream(_ place: Int) -> StreamID { entries[place].stream }

    func place(of stream: StreamID) -> Int? { places[stream] }

    func key(of stream: StreamID) -> StreamKey? { places[stream].map { rack[$0] } }

    /// Takes note of a leaf's tag.
    mutating func take(_ tag: LeafTag) -> Sighting {
        guard let place = expected.removeValue(forKey: tag) else {
            return seen.contains(tag.digest) ? .repeated : .unknown
        }
        seen.insert(tag.digest)
        let next = entries[place.stream].next
        if place.number < next { return .late(place: place.stream, number: place.number) }
        entries[place.stream].next = place.number + 1
        fill(place.stream, rack[place.stream])
        return place.number == next
            ? .expected(place: place.stream, number: next) : .skipping(place: place.stream, number: place.number)
    }

    private mutating func fill(_ place: Int, _ key: StreamKey) {
        let share = UInt64(StreamTracker.budget / max(1, entries.count))
        let width = min(max(share, StreamTracker.ahead.lowerBound), StreamTracker.ahead.upperBound)
        let end = entries[place].next + width - 1
        while entries[place].filled < end {
            entries[place].filled += 1
            let number = entries[place].filled
            expected[key.tag(number)] = Place(stream: place, number: number)
        }
    }
}
