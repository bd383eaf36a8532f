/// What went wrong in a cryptographic primitive. Two errors are equal when their codes are.
///
/// Messages are constant text: they never carry keys, plaintext or lengths of secrets.
public struct SodiumError: Error, Equatable, Sendable {
    /// The kinds of failure a primitive can report.
    public enum Code: UInt8, Sendable {
        /// A value had the wrong number of bytes for its type.
        case wrongLength
        /// Text was not canonical base64 or hexadecimal.
        case malformedEncoding
        /// A public key is not a point that may be used.
        case unusableKey
        /// A signature or an authentication tag does not match.
        case notAuthentic
        /// The library could not do its work, usually for want of memory.
        case unavailable
    }

    /// The kind of failure.
    public let code: Code
    /// A plain sentence without secrets.
    public let reason: StaticString

    /// Creates an error; `reason` says what failed and on which kind of object.
    public init(_ code: Code, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: SodiumError, right: SodiumError) -> Bool { left.code == right.code }
}
