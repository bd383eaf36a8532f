/// What went wrong with a person's own folder. Two errors are equal when their codes are.
public struct HomeError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// There is no such thing in the folder yet.
        case missing
        /// There is one already, and nothing of it is overwritten.
        case exists
        /// Another command works on the same thing.
        case inUse
        /// The passphrase does not open the file.
        case wrongPassphrase
        /// A file is not what this program wrote.
        case altered
        /// A name cannot be that of an issuer or device.
        case badName
        /// A vault shows another key than the one that was trusted.
        case keyChanged
        /// A vault shows less than it did before: an older log, or lower numbers.
        case older
        /// Other people of the machine can enter the folder.
        case notPrivate
        /// The disk is full.
        case diskFull
        /// The file system refuses, or a device fails.
        case unreachable
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence without secrets.
    public let reason: StaticString
    /// The path or name of the thing; it may hold anything, so escape it before it is shown.
    public let object: String

    init(_ code: Code, _ reason: StaticString, _ object: String) {
        self.code = code
        self.reason = reason
        self.object = object
    }

    public static func == (left: HomeError, right: HomeError) -> Bool { left.code == right.code }
}
