/// The chunks of an item whose leaves are asked for with their paths: `first-last` in a query string, both counted.
public struct ChunkRange: Hashable, Sendable {
    /// The most chunks in one answer; whoever wants more takes all leaves.
    public static let limit: UInt64 = 256
    private static let end: UInt64 = 1 << 48

    /// The chunks, counted from 0.
    public let chunks: ClosedRange<UInt64>

    /// Chunks from 0 up to 2^48 - 1, at most `limit` of them; `nil` for others.
    public init?(_ chunks: ClosedRange<UInt64>) {
        guard chunks.upperBound < ChunkRange.end, chunks.upperBound - chunks.lowerBound < ChunkRange.limit else {
            return nil
        }
        self.chunks = chunks
    }

    /// Reads what `text` writes, and nothing else: no sign, no leading zero.
    public init?(_ text: String) {
        let ends = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            .map { UInt64(String(decoding: $0, as: UTF8.self)) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
        self.init(first...last)
        guard self.text == text else { return nil }
    }

    /// `first-last` in decimal digits.
    public var text: String { "\(chunks.lowerBound)-\(chunks.upperBound)" }
}
