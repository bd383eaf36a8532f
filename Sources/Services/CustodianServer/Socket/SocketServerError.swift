/// Why the server could not be started, or a request not be taken. Two errors are equal when their codes are.
public struct SocketServerError: Error, Equatable, Sendable {
    /// The kinds of failure.
    public enum Code: UInt8, Sendable {
        /// A socket's path is empty or longer than 107 bytes, or a TCP server names no host that it answers for.
        case invalidAddress
        /// Another process listens on the socket.
        case socketInUse
        /// Something that is no socket lies at the socket's path; it is left alone.
        case notASocket
        /// The system refuses the socket, or its removal, or its mode.
        case cannotListen
        /// The connection ended, or was too slow, before the request's body was whole.
        case bodyCutShort
        /// A file turned out shorter than it was when the response began, or could not be read.
        case fileUnreadable
    }

    /// The kind of failure.
    public let code: Code
    /// What failed, in a plain sentence.
    public let reason: String

    /// Creates an error; `reason` says what failed and, where there is something to do, what.
    public init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    public static func == (left: SocketServerError, right: SocketServerError) -> Bool { left.code == right.code }
}
