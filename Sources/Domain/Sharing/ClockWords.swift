public import SignedNote

/// What is wrong with a clock, in words that blame nobody without reason.
public enum ClockWords {
    /// Why a note's time is not accepted.
    /// - Parameters:
    ///   - theirs: when the note was made, by its maker's clock.
    ///   - ours: the custodian's clock.
    ///   - log: the newest leaf's time, where it lies after `ours`.
    public static func sentence(theirs: Timestamp, ours: Timestamp, log: Timestamp) -> String {
        let way = theirs < ours ? "ahead of" : "behind"
        let facts =
            Decision.isNear(ours, log)
            ? "the custodian's clock stands \(span(theirs, ours)) \(way) this machine's" : behind(ours: ours, log: log)
        return facts + "; it says \(text(ours)), this machine's \(text(theirs)): set the one that is wrong"
    }

    /// That the custodian's clock stands behind its log.
    public static func behind(ours: Timestamp, log: Timestamp) -> String {
        "the custodian's clock has moved back: it stands \(span(ours, log)) behind its log, which has come to \(text(log))"
    }

    private static func text(_ time: Timestamp) -> String { String(decoding: time.text, as: UTF8.self) }

    /// `2 minutes`, `30 days`: in the largest unit that fits twice.
    static func span(_ left: Timestamp, _ right: Timestamp) -> String {
        let seconds = left.distance(to: right)
        for (size, name) in [(86_400, "days"), (3_600, "hours"), (60, "minutes")] as [(UInt64, String)]
        where seconds >= 2 * size {
            return "\(seconds / size) \(name)"
        }
        return "\(seconds) seconds"
    }
}
