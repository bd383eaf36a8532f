/// Cuts what is answered at once by its bytes as well as by its count: nobody's large records may keep others from
/// reading theirs.
struct PageBudget {
    /// Bytes of one page; what alone is larger is a page of its own.
    static let limit = 8 << 20
    /// How much is read ahead of what may not fit any more.
    private static let step = 32

    private var used = 0

    /// Whether one more fits.
    mutating func takes(_ size: Int) -> Bool {
        guard used == 0 || used + size <= PageBudget.limit else { return false }
        used += max(size, 1)
        return true
    }

    /// Reads rows step by step until there are no more, or no more fit.
    /// - Parameter read: gives at most so many rows behind so many that it gave already.
    static func collect<Row>(
        upTo count: Int, size: (Row) -> Int, _ read: (_ taken: Int, _ step: Int) throws -> [Row]
    ) throws -> [Row] {
        var (rows, budget) = ([Row](), PageBudget())
        while rows.count < count {
            let more = try read(rows.count, min(step, count - rows.count))
            for row in more {
                guard budget.takes(size(row)) else { return rows }
                rows.append(row)
            }
            if more.isEmpty { break }
        }
        return rows
    }
}
