/// Why an exchange with a server failed. Two errors are equal when their codes are.
///
/// Reasons are plain sentences; they never carry bodies, header values or query strings.
public struct HTTPError: Error, Equatable, Sendable {
    /// The kinds of failure of an exchange.
    public enum Code: UInt8, Sendable {
        /// The endpoint's address cannot be used: a socket path that is too long, a URL that is not `http` or `https`.
        case invalidEndpoint
        /// The request could not be put on the wire: its path, a header or its body's length is malformed.
        case invalidRequest
        /// Nobody answers there, or the name does not resolve.
        case unreachable
        /// No connection within the connect timeout, or no byte moved within the stall timeout.
        case timedOut
        /// The connection broke before the response was complete. The server may have acted on the request.
        case interrupted
        /// The response's body or head is larger than the caller allows.
        case tooLarge
        /// What came back is not HTTP.
        case malformed
        /// TLS did not come about: certificate, name or version.
        case untrusted
        /// The request's own body reader failed; see `cause`.
        case cancelledByBody
        /// libcurl could not do its work, usually for want of memory.
        case unavailable
    }

    /// The kind of failure.
    public let code: Code
    /// What failed, in a plain sentence.
    public let reason: String
    /// The error that the request's body reader threw; only with `.cancelledByBody`.
    public let cause: (any Error)?

    /// Creates an error; `reason` says what failed and, where there is something to do, what.
    public init(_ code: Code, _ reason: String, cause: (any Error)? = nil) {
        self.code = code
        self.reason = reason
        self.cause = cause
    }

    public static func == (left: HTTPError, right: HTTPError) -> Bool { left.code == right.code }
}
