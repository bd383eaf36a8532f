public import Camera
import Vault

/// How a folder is watched.
public struct WatchOptions: Sendable {
    /// The folder's path, any bytes.
    public let folder: [UInt8]
    /// How the camera names its files.
    public let layout: FolderLayout
    /// The zone of the times in names; `nil` where the layout needs none.
    public let zone: CameraZone?
    /// For how long a file has to stay the same before it is taken.
    public let settle: Duration
    /// Whether originals are removed once they were taken.
    public let deletes: Bool
    /// Seconds without a new clip that are worth a warning; `nil` for none.
    public let quietAfter: UInt64?
    /// Seconds after which the camera overwrites its oldest files; `nil` where that is not known.
    public let overwritesAfter: UInt64?

    /// Options of their fields.
    public init(
        folder: [UInt8], layout: FolderLayout, zone: CameraZone?, settle: Duration, deletes: Bool, quietAfter: UInt64?,
        overwritesAfter: UInt64?
    ) {
        self.folder = folder
        self.layout = layout
        self.zone = zone
        self.settle = settle
        self.deletes = deletes
        self.quietAfter = quietAfter
        self.overwritesAfter = overwritesAfter
    }
}

/// Something that a watch tells whoever looks at its log.
public enum WatchNews: Sendable, Equatable {
    /// A file was taken: its number in the device's chain, its leaf, and what its name tells of its time.
    case taken(path: [UInt8], sequence: UInt64, entry: UInt64, captured: CaptureTime)
    /// A file holds bytes that were taken before.
    case duplicate(path: [UInt8])
    /// A file cannot be taken now; it is tried again.
    case notNow(path: [UInt8], reason: String)
    /// Something in the folder is never taken.
    case refused(path: [UInt8], reason: String)
    /// An original was removed.
    case removed(path: [UInt8])
    /// An original could not be removed.
    case notRemoved(path: [UInt8], reason: String)
    /// The folder is not there, or back.
    case folderMissing, folderBack
    /// The custodian cannot be reached; files wait.
    case unreachable(reason: String)
    /// No clip has come for so many seconds.
    case quiet(seconds: UInt64)
    /// The oldest file that waits is so many seconds old, and the camera overwrites after so many.
    case lagging(seconds: UInt64, of: UInt64)
    /// A sign of life was sent.
    case heartbeat(entry: UInt64)
}

/// What one look at the folder came to.
public struct WatchState: Sendable, Equatable {
    /// Files that wait to be taken, those that have not kept still yet included.
    public let waiting: Int
    /// Whether something is there that is never taken.
    public let hasRefusals: Bool
    /// Whether the folder and the custodian were there.
    public let isWorking: Bool
}
