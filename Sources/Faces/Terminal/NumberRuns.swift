/// Ascending numbers as people read them: `5 to 9, 12`.
struct NumberRuns {
    private static let most = 8

    private let count: Int
    private var runs: [ClosedRange<UInt64>] = []

    init(_ numbers: [UInt64]) {
        count = numbers.count
        for number in numbers {
            if let last = runs.last, last.upperBound + 1 == number {
                runs[runs.count - 1] = last.lowerBound...number
            } else {
                runs.append(number...number)
            }
        }
    }

    /// The runs, or only the ends and how many numbers there are between where the runs are more than a line takes.
    var text: String {
        guard let first = runs.first, let last = runs.last else { return "none" }
        guard runs.count > NumberRuns.most else {
            return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
                .joined(separator: ", ")
        }
        return "\(count) from \(first.lowerBound) to \(last.upperBound) (--json names each)"
    }
}
