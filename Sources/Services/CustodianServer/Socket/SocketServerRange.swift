/// What a `Range` header asks of a representation (RFC 9110 section 14).
enum RangeVerdict: Equatable {
    /// No header, or one that is malformed, of another unit, or asks for several ranges: the whole, with 200.
    case whole
    /// These bytes, never none, with 206.
    case part(Range<UInt64>)
    /// Nothing of what is asked for exists: 416.
    case unsatisfiable

    /// Judges a header's value against a size in bytes.
    ///
    /// Several ranges are legal to ask for and legal to ignore; answering one range at a time keeps the responses free
    /// of multipart bodies, and of requests for thousands of overlapping pieces.
    init(header: String?, size: UInt64) {
        self = .whole
        guard let header, let set = RangeVerdict.byteRangeSet(header) else { return }
        let specs = set.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map(RangeVerdict.trimmed).filter { !$0.isEmpty }
        guard specs.count == 1, let spec = specs.first else { return }
        guard let dash = spec.firstIndex(of: UInt8(ascii: "-")) else { return }
        let first = spec[..<dash]
        let last = spec[(dash + 1)...]
        guard first.allSatisfy(RangeVerdict.isDigit), last.allSatisfy(RangeVerdict.isDigit) else { return }
        switch (first.isEmpty, last.isEmpty) {
        case (true, true): return
        case (true, false): self = RangeVerdict.suffix(RangeVerdict.number(last), size)
        case (false, true): self = RangeVerdict.bounded(RangeVerdict.number(first), UInt64.max, size)
        case (false, false):
            guard RangeVerdict.isOrdered(first, last) else { return }
            self = RangeVerdict.bounded(RangeVerdict.number(first), RangeVerdict.number(last), size)
        }
    }

    private static func suffix(_ count: UInt64, _ size: UInt64) -> RangeVerdict {
        guard count > 0 else { return .unsatisfiable }
        // The last bytes of nothing exist, but no Content-Range can name them.
        return size == 0 ? .whole : .part(size - min(count, size)..<size)
    }

    private static func bounded(_ first: UInt64, _ last: UInt64, _ size: UInt64) -> RangeVerdict {
        first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
    }

    /// The bytes after `bytes=`; the unit's case does not matter.
    private static func byteRangeSet(_ header: String) -> ArraySlice<UInt8>? {
        let bytes = Array(header.utf8)
        let unit = Array("bytes=".utf8)
        guard bytes.count > unit.count, bytes.prefix(unit.count).map(lowered) == unit else { return nil }
        return bytes[unit.count...]
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }

    /// Compares as numbers of any length, before either is capped.
    private static func isOrdered(_ first: ArraySlice<UInt8>, _ last: ArraySlice<UInt8>) -> Bool {
        let (left, right) = (first.drop { $0 == 0x30 }, last.drop { $0 == 0x30 })
        guard left.count == right.count else { return left.count < right.count }
        return !right.lexicographicallyPrecedes(left)
    }

    /// The number, capped at the largest there is: no file reaches it.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64 {
        var value: UInt64 = 0
        for digit in digits {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeToo) = product.addingReportingOverflow(UInt64(digit - 0x30))
            guard !tooLarge, !tooLargeToo else { return .max }
            value = sum
        }
        return value
    }
}
