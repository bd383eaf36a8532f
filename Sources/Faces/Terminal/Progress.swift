import Glibc

/// Decides when a progress line is due and what it says; a clock is handed in.
struct ProgressMeter {
    private static let firstAfter = Duration.seconds(1)
    private static let interval = Duration.milliseconds(100)

    let label: String
    let total: UInt64?
    let start: ContinuousClock.Instant
    private var last: ContinuousClock.Instant?

    init(label: String, total: UInt64?, start: ContinuousClock.Instant) {
        self.label = label
        self.total = total
        self.start = start
    }

    /// The line to show, or `nil` while none is due.
    mutating func line(done: UInt64, at now: ContinuousClock.Instant) -> String? {
        guard now - start >= ProgressMeter.firstAfter else { return nil }
        if let last, now - last < ProgressMeter.interval { return nil }
        last = now
        let elapsed = (now - start) / Duration.seconds(1)
        let rate = Double(done) / elapsed
        var line = "\(label): \(ByteSize(done).text)"
        if let total, total > 0 { line += " of \(ByteSize(total).text), \(min(100, done * 100 / total))%" }
        line += ", \(ByteSize(UInt64(rate)).text)/s"
        if let total, total > done, rate >= 1 {
            line += ", \(ProgressMeter.timeLeft(seconds: UInt64(Double(total - done) / rate))) left"
        }
        return line
    }

    /// Whether a line has been shown.
    var hasShown: Bool { last != nil }

    static func timeLeft(seconds: UInt64) -> String {
        func padded(_ number: UInt64) -> String { (number < 10 ? "0" : "") + String(number) }
        guard seconds >= 3_600 else { return "\(seconds / 60):\(padded(seconds % 60))" }
        return "\(seconds / 3_600):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
    }
}

/// A progress line on a terminal's standard error: after one second, at most ten times a second, nothing elsewhere.
///
/// It belongs to one task; several workers report through whoever gathers their results.
public struct Progress: ~Copyable {
    private var meter: ProgressMeter
    private let terminal: Descriptor?

    /// Starts the clock. `total` is the number of bytes if known; `label` is shown as it stands.
    public init(_ label: String, total: UInt64?, quiet: Bool = false) {
        let standardError = Descriptor.standardError()
        terminal = standardError.isTerminal && !quiet ? standardError : nil
        meter = ProgressMeter(label: label, total: total, start: .now)
    }

    /// Reports how many bytes are done in all.
    public mutating func update(_ done: UInt64) {
        guard let terminal, let line = meter.line(done: done, at: .now) else { return }
        try? terminal.write("\r\u{1B}[K" + line)
    }

    /// Clears the line.
    public mutating func finish() {
        guard let terminal, meter.hasShown else { return }
        try? terminal.write("\r\u{1B}[K")
    }
}
