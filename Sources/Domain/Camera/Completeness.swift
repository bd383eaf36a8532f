public import SignedNote

/// Something by which a device showed that it was there: a leaf of the case's stream.
public struct SignOfLife: Sendable, Equatable {
    /// What it was.
    public enum Kind: Sendable, Equatable {
        /// An ingest record.
        case clip(sequence: UInt64, hash: NoteHash, previous: NoteHash?)
        /// A heartbeat.
        case heartbeat(taken: UInt64, newest: NoteHash?, waiting: UInt64, oldestWaiting: Timestamp?)
    }

    /// Index of the leaf in the log.
    public let index: UInt64
    /// The record's time, by the custodian's clock.
    public let time: Timestamp
    /// What it was.
    public let kind: Kind

    /// A sign of its parts.
    public init(index: UInt64, time: Timestamp, kind: Kind) {
        self.index = index
        self.time = time
        self.kind = kind
    }
}

/// Whether what a device sent in a period is all here, and by what that is known.
///
/// It cannot show what the camera recorded: a camera that recorded nothing, or whose files never reached the device,
/// leaves no trace here.
public struct Completeness: Sendable, Equatable {
    /// Something that is missing.
    public enum Gap: Sendable, Equatable {
        /// Numbers between two records that are not here.
        case numbers(ClosedRange<UInt64>)
        /// A record that does not name the one before it.
        case broken(sequence: UInt64)
        /// Nothing was heard from one moment to the next.
        case silence(from: Timestamp, to: Timestamp)
        /// So many files more waited at the last heartbeat than clips have come since; the oldest since this time.
        case waiting(count: UInt64, since: Timestamp)
        /// A heartbeat that speaks of records which are not here.
        case lost(index: UInt64)
    }

    /// From when.
    public let from: Timestamp
    /// Until when.
    public let to: Timestamp
    /// The clips taken in the period: first and last number; `nil` for none.
    public let numbers: ClosedRange<UInt64>?
    /// Text hashes of the first and last record.
    public let hashes: (first: NoteHash, last: NoteHash)?
    /// Leaves of clips in the period.
    public let clips: [UInt64]
    /// Leaves of heartbeats in the period.
    public let heartbeats: [UInt64]
    /// The last sign of life before the period's end, and the first after it.
    public let ends: (before: SignOfLife?, after: SignOfLife?)
    /// What is missing, in the order of time.
    public let gaps: [Gap]

    /// Whether nothing is missing.
    public var isComplete: Bool { gaps.isEmpty }

    /// Looks at a device's signs of life.
    ///
    /// - Parameters:
    ///   - signs: all of the device's, also before and after the period, each proven to be in the log.
    ///   - patience: seconds without a sign of life that are none too many.
    public init(
        _ signs: [SignOfLife], from: Timestamp, to: Timestamp, patience: UInt64 = DeviceHealth.patience
    ) {
        let signs = signs.sorted { $0.index < $1.index }
        let inside = signs.filter { (from...to).contains($0.time) }
        self.from = from
        self.to = to
        var clips: [UInt64] = []
        var heartbeats: [UInt64] = []
        var records: [(sequence: UInt64, hash: NoteHash)] = []
        for sign in inside {
            switch sign.kind {
            case .clip(let sequence, let hash, _):
                clips.append(sign.index)
                records.append((sequence, hash))
            case .heartbeat: heartbeats.append(sign.index)
            }
        }
        self.clips = clips
        self.heartbeats = heartbeats
        if let first = records.first, let last = records.last, first.sequence <= last.sequence {
            numbers = first.sequence...last.sequence
            hashes = (first.hash, last.hash)
        } else {
            numbers = nil
            hashes = nil
        }
        ends = (signs.last { $0.time <= to }, signs.first { $0.time > to })
        gaps =
            Completeness.chain(signs, from, to) + Completeness.silences(signs, from, to, patience)
            + Completeness.waits(signs, to)
    }

    /// Breaks of the chain that touch the period. The record before the period and the one after it count too, so that
    /// nothing can be missing at its ends.
    private static func chain(_ signs: [SignOfLife], _ from: Timestamp, _ to: Timestamp) -> [Gap] {
        var gaps: [Gap] = []
        var newest: (sequence: UInt64, hash: NoteHash)?
        for sign in signs {
            switch sign.kind {
            case .clip(let sequence, let hash, let previous):
                let expected = newest.map { $0.sequence + 1 } ?? 0
                if sign.time >= from {
                    if sequence > expected {
                        gaps.append(.numbers(expected...sequence - 1))
                    } else if sequence < expected || previous != newest?.hash {
                        gaps.append(.broken(sequence: sequence))
                    }
                    if sign.time > to { return gaps }
                }
                newest = (sequence, hash)
            case .heartbeat(let taken, let hash, _, _):
                let fits = taken == (newest.map { $0.sequence + 1 } ?? 0) && hash == newest?.hash
                if !fits, sign.time >= from { gaps.append(.lost(index: sign.index)) }
            }
        }
        return gaps
    }

    private static func silences(
        _ signs: [SignOfLife], _ from: Timestamp, _ to: Timestamp, _ patience: UInt64
    ) -> [Gap] {
        var gaps: [Gap] = []
        // What was heard shortly before and after the period covers its ends.
        var heard = signs.last { $0.time < from }?.time
        for sign in signs where sign.time >= from {
            gaps += silence(heard ?? from, sign.time, from, to, patience)
            heard = sign.time
            if sign.time > to { return gaps }
        }
        return gaps + silence(heard ?? from, to, from, to, patience)
    }

    private static func silence(
        _ last: Timestamp, _ next: Timestamp, _ from: Timestamp, _ to: Timestamp, _ patience: UInt64
    ) -> [Gap] {
        guard next.seconds > last.seconds, next.seconds - last.seconds > patience else { return [] }
        let (start, end) = (max(last, from), min(next, to))
        return start < end ? [.silence(from: start, to: end)] : []
    }

    /// Files from before the period's end that waited at the last heartbeat, less the clips that came after it.
    private static func waits(_ signs: [SignOfLife], _ to: Timestamp) -> [Gap] {
        var clips: UInt64 = 0
        for sign in signs.reversed() {
            guard case .heartbeat(_, _, let waiting, let oldest) = sign.kind else {
                clips += 1
                continue
            }
            guard let oldest, oldest <= to, waiting > clips else { return [] }
            return [.waiting(count: waiting - clips, since: oldest)]
        }
        return []
    }

    public static func == (left: Completeness, right: Completeness) -> Bool {
        left.from == right.from && left.to == right.to && left.clips == right.clips && left.gaps == right.gaps
            && left.heartbeats == right.heartbeats
    }
}
