/// Why a watch cannot go on. Two errors are equal when their codes are.
public struct WatchError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// Another watch works with the same device.
        case inUse
        /// The journal cannot be read or written.
        case journal
        /// The custodian knows other records of this device than the device itself.
        case chainDiffers
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence.
    public let reason: StaticString

    init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: WatchError, right: WatchError) -> Bool { left.code == right.code }
}
