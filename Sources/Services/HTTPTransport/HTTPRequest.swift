/// A request: method, path, headers, body.
public struct HTTPRequest: Sendable {
    /// What is sent after the head.
    public enum Body: Sendable {
        /// Nothing. `POST`, `PUT` and `PATCH` say `Content-Length: 0`.
        case none
        /// These bytes. Where a kept connection turns out to be dead before anything came back, they are sent again.
        case bytes([UInt8])
        /// Bytes as `read` hands them over, in bounded memory.
        ///
        /// `read` fills some of the buffer (never empty) and returns how many bytes it wrote; 0 is the end. With a
        /// `length` the body is exactly that long: an earlier end is an error, and nothing beyond it is asked for.
        /// Without one it is sent in chunks. `read` runs on the thread that called `send` and cannot be rewound, so a
        /// connection that dies is `.interrupted`, never a second try.
        case stream(length: UInt64?, read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int)
    }

    /// The method: letters A to Z.
    public var method: String
    /// The path with its query, already percent-encoded, beginning with `/`. It is sent as it is.
    public var path: String
    /// Header names and values in order. Names are tokens, values hold no control bytes.
    public var headers: [(String, String)]
    /// The body.
    public var body: Body

    /// Creates a request. Nothing is checked before it is sent.
    public init(_ method: String, _ path: String, headers: [(String, String)] = [], body: Body = .none) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }

    /// Names that the transport sets itself: two of one kind would let two readers see two requests.
    private static let reserved = ["content-length", "transfer-encoding", "host", "connection", "expect"]

    /// Refuses what could put another request or header on the wire (RFC 9110 section 5, RFC 9112 section 3).
    func check() throws(HTTPError) {
        guard !method.isEmpty, method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw HTTPError(.invalidRequest, "the method is not made of the letters A to Z")
        }
        guard path.utf8.first == UInt8(ascii: "/"),
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else {
            throw HTTPError(.invalidRequest, "the path does not begin with / or holds bytes that need encoding")
        }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy(HTTPRequest.isTokenByte),
                value.utf8.allSatisfy({ ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }),
                !HTTPRequest.reserved.contains(name.lowercased())
            else {
                throw HTTPError(.invalidRequest, "a header's name or value is malformed, or is set by the transport")
            }
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
