public import Sharing
public import SignedNote

/// How a device stands by its newest sign of life, as its owner has to be told.
public struct DeviceHealth: Sendable, Equatable {
    /// Seconds without a sign of life after which a device counts as silent: heartbeats come every hour.
    public static let patience: UInt64 = 3 * 3_600
    /// Seconds by which a device's clock may differ from the custodian's unremarked.
    public static let clockTolerance: UInt64 = 120

    /// For how many seconds nothing was heard; `nil` for a device that was never heard of.
    public let silence: UInt64?
    /// Seconds by which its clock was ahead of the custodian's at its last sign of life, where that is worth telling.
    public let clockError: Int64?
    /// Files that waited then.
    public let waiting: UInt64
    /// What it found amiss then.
    public let warnings: [DeviceWarning]

    /// Whether it has been silent for too long.
    public var isSilent: Bool { silence.map { $0 > DeviceHealth.patience } ?? true }

    /// Health by the newest heartbeat and the time at which it came.
    ///
    /// Of the device's time and the custodian's the earlier one counts, so that the custodian alone cannot make a device
    /// look alive.
    public init(_ heartbeat: Heartbeat?, received: Timestamp?, at now: Timestamp) {
        guard let heartbeat, let received else {
            silence = nil
            clockError = nil
            waiting = 0
            warnings = []
            return
        }
        let heard = min(heartbeat.time, received)
        silence = now.seconds - min(heard.seconds, now.seconds)
        let error = Int64(heartbeat.time.seconds) - Int64(received.seconds)
        clockError = error.magnitude > DeviceHealth.clockTolerance ? error : nil
        waiting = heartbeat.waiting
        warnings = heartbeat.warnings
    }
}
