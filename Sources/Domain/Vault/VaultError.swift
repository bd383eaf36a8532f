public import AgeFile

/// What was wrong with a file to take in, a sealed item, or the keys of a case. Two errors are equal when their codes
/// are.
///
/// Messages are constant text: they never carry keys, contents or names of files.
public struct VaultError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// What was given is not a regular file: a link, a folder, a pipe, a socket or a device.
        case notARegularFile
        /// The system refused to open or read something; `systemError` says why.
        case unreadable
        /// A file changed while it was being read.
        case changedWhileReading
        /// Folders are nested deeper than any honest tree.
        case tooDeep
        /// Sealed bytes are not those that the item's id names.
        case wrongID
        /// Sealed bytes are the item's, but the key given does not open them.
        case notAuthentic
        /// Sealed bytes end too early.
        case truncated
        /// A size, a range or a number of hashes does not fit the item.
        case malformed
        /// Lines typed from a sheet hold errors; `place` says which lines.
        case wrongLines
        /// A stream was asked for its result before its end, or given up.
        case incomplete
        /// The machine could not do the work, usually for want of threads or memory.
        case unavailable
    }

    /// Where it was found.
    public enum Place: Equatable, Sendable {
        /// Nowhere in particular.
        case nowhere
        /// A whole item, named by its content's id.
        case item(AgeFileID)
        /// Sealed chunk of an item, counted from 0.
        case chunk(UInt64, of: AgeFileID)
        /// Lines of a sheet, counted from 1, as printed.
        case lines([Int])
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence.
    public let reason: StaticString
    /// Where it was found.
    public let place: Place
    /// The system's error number, or 0.
    public let systemError: Int32

    /// Creates an error.
    public init(_ code: Code, _ reason: StaticString, at place: Place = .nowhere, systemError: Int32 = 0) {
        self.code = code
        self.reason = reason
        self.place = place
        self.systemError = systemError
    }

    public static func == (left: VaultError, right: VaultError) -> Bool { left.code == right.code }
}
