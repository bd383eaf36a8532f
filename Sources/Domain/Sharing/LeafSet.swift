import SignedNote

/// Leaves of a log by their indices, written as `4-9 12 15-20`: ascending, and no two parts touch.
public struct LeafSet: Sendable, Equatable {
    /// The leaves, in ascending order.
    public let ranges: [ClosedRange<UInt64>]

    /// The set of these indices, in any order.
    public init(_ indices: [UInt64]) {
        var ranges: [ClosedRange<UInt64>] = []
        for index in indices.sorted() {
            if let last = ranges.last, index <= last.upperBound || index - last.upperBound == 1 {
                ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, index)
            } else {
                ranges.append(index...index)
            }
        }
        self.ranges = ranges
    }

    /// Reads the one way that a set is written.
    /// - Throws: `NoteError.malformedValue`.
    init(parsing value: [UInt8]?) throws(NoteError) {
        var ranges: [ClosedRange<UInt64>] = []
        for word in value?.split(separator: 0x20, omittingEmptySubsequences: false) ?? [] {
            let ends = word.split(separator: 0x2D, omittingEmptySubsequences: false).map { LeafSet.number($0) }
            guard let first = ends[0], let last = ends[ends.count - 1],
                ends.count == 1 || ends.count == 2 && first < last
            else { throw LeafSet.malformed }
            if let before = ranges.last {
                guard before.upperBound < first, first - before.upperBound > 1 else { throw LeafSet.malformed }
            }
            ranges.append(first...last)
        }
        self.ranges = ranges
    }

    private static let malformed = NoteError(.malformedValue, "a list of leaves is malformed")

    // Decimal digits without leading zeros.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        guard let first = digits.first, first != 0x30 || digits.count == 1 else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            let (tens, isOver) = number.multipliedReportingOverflow(by: 10)
            let (next, isOverAgain) = tens.addingReportingOverflow(UInt64(digit - 0x30))
            guard !isOver, !isOverAgain else { return nil }
            number = next
        }
        return number
    }

    /// The written form; `nil` for an empty set.
    var bytes: [UInt8]? {
        guard !ranges.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for range in ranges {
            if !bytes.isEmpty { bytes.append(0x20) }
            bytes += NoteText.decimal(range.lowerBound)
            if range.lowerBound < range.upperBound { bytes += [0x2D] + NoteText.decimal(range.upperBound) }
        }
        return bytes
    }

    /// Whether a leaf is one of them.
    public func contains(_ index: UInt64) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(index)
    }

    /// The highest index.
    public var last: UInt64? { ranges.last?.upperBound }
}
