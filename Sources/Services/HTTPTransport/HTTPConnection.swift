import CCurl

/// How long to wait, and whom to trust.
public struct HTTPOptions: Sendable {
    /// The longest time for a connection to come about, TLS included.
    public var connectTimeout: Duration = .seconds(10)
    /// The longest time without a byte moving either way, waiting for the answer included; whole seconds, 0 for ever.
    /// There is no limit on the whole, since evidence may be large and lines slow.
    public var stallTimeout: Duration = .seconds(60)
    /// A PEM file of certificate authorities instead of the system's.
    public var authorityFile: String?

    /// Creates the defaults.
    public init() {}
}

/// A client's connection to one server, kept open between requests.
///
/// Calls block the thread until the exchange is over: run them off the cooperative pool, and from one thread at a time
/// (the type is not `Sendable`). Redirections are not followed, cookies not kept, `.netrc` not read, no proxy of the
/// environment used for a Unix socket or this machine's own addresses. HTTP/1.1 only.
public final class HTTPConnection {
    private let endpoint: HTTPEndpoint
    private let options: HTTPOptions
    private let base: String
    private let handle: CurlHandle
    private var isBusy = false

    /// For what is streamed: libcurl's largest buffer that pays, with fewer calls per byte.
    private static let streamBufferByteCount = 512 * 1024
    /// For what is held in memory. libcurl makes its buffers anew for each exchange; a small one needs no large ones.
    private static let messageBufferByteCount = 32 * 1024

    /// Prepares a connection; nothing is sent before the first request.
    ///
    /// - Throws: `.invalidEndpoint` for a socket path beyond 107 bytes or an address that is not a plain URL.
    public init(_ endpoint: HTTPEndpoint, options: HTTPOptions = HTTPOptions()) throws(HTTPError) {
        self.endpoint = endpoint
        self.options = options
        self.base = try endpoint.base()
        self.handle = try CurlHandle()
    }

    /// Sends a request and collects the response.
    ///
    /// - Parameter maximumBodySize: the most bytes of body to take, checked before they are stored.
    /// - Throws: any code of `HTTPError`; `.tooLarge` for a larger body. A status of 400 or above is no error.
    public func send(_ request: HTTPRequest, maximumBodySize: Int) throws(HTTPError) -> HTTPResponse {
        var body: [UInt8] = []
        do {
            let head = try send(
                request, receiving: HTTPConnection.messageBufferByteCount,
                onHead: { head in
                    let length = head.headers["Content-Length"].flatMap(UInt64.init) ?? 0
                    guard request.method == "HEAD" || length <= UInt64(max(maximumBodySize, 0)) else {
                        throw HTTPConnection.bodyTooLarge
                    }
                },
                sink: { bytes in
                    guard bytes.count <= maximumBodySize - body.count else { throw HTTPConnection.bodyTooLarge }
                    body.append(contentsOf: bytes)
                })
            return HTTPResponse(status: head.status, headers: head.headers, body: body)
        } catch let error as HTTPError {
            throw error
        } catch {
            throw HTTPError(.unavailable, "the exchange failed")
        }
    }

    private static let bodyTooLarge = HTTPError(.tooLarge, "the response's body is larger than allowed")

    /// Sends a request and hands the response over as it comes, in bounded memory.
    ///
    /// - Parameters:
    ///   - onHead: called once with status and headers, before any body; what it throws ends the exchange.
    ///   - sink: called with each piece of the body, valid only during the call; what it throws ends the exchange.
    /// - Returns: the head; its body is empty.
    /// - Throws: `HTTPError`, or unchanged what `onHead` or `sink` threw. Bytes that were handed over before an error
    ///   are not to be trusted to be the whole.
    public func send(
        _ request: HTTPRequest, onHead: (HTTPResponse) throws -> Void = { _ in },
        sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPResponse {
        try send(request, receiving: HTTPConnection.streamBufferByteCount, onHead: onHead, sink: sink)
    }

    private func send(
        _ request: HTTPRequest, receiving bufferByteCount: Int, onHead: (HTTPResponse) throws -> Void,
        sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> HTTPResponse {
        try request.check()
        guard !isBusy else { throw HTTPError(.invalidRequest, "an exchange is under way on this connection") }
        isBusy = true
        defer { isBusy = false }
        return try withoutActuallyEscaping(onHead) { onHead in
            try withoutActuallyEscaping(sink) { sink in
                let transfer = Transfer(body: request.body, onHead: onHead, sink: sink)
                return try exchange(request, transfer, receiving: bufferByteCount)
            }
        }
    }

    private func exchange(
        _ request: HTTPRequest, _ transfer: Transfer, receiving bufferByteCount: Int
    ) throws -> HTTPResponse {
        handle.reset()
        defer { handle.reset() }
        try setAddress(request.path)
        try setLimits()
        try setBuffers(for: request.body, receiving: bufferByteCount)
        try setMethod(of: request)
        try setHeaders(request.headers)
        let code = try handle.perform(transfer)
        if let failure = transfer.failure { throw failure }
        if let error = HTTPError(code) { throw error }
        guard let head = transfer.head else { throw HTTPError(.malformed, "the response has no head") }
        return head
    }

    private func setAddress(_ path: String) throws(HTTPError) {
        try handle.set(CURLOPT_URL, base + path)
        try handle.set(CURLOPT_PATH_AS_IS, 1)
        if case .unixSocket(let socket) = endpoint { try handle.set(CURLOPT_UNIX_SOCKET_PATH, socket) }
        if endpoint.avoidsProxies {
            try handle.set(CURLOPT_PROXY, "")
            try handle.set(CURLOPT_NOPROXY, "*")
        }
        try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try handle.set(CURLOPT_FOLLOWLOCATION, 0)
        try handle.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = options.authorityFile { try handle.set(CURLOPT_CAINFO, file) }
    }

    private func setLimits() throws(HTTPError) {
        // Signals belong to the program, not to a library on one of its threads.
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, options.connectTimeout.wholeMilliseconds))
        try handle.set(CURLOPT_LOW_SPEED_LIMIT, 1)
        try handle.set(CURLOPT_LOW_SPEED_TIME, (options.stallTimeout.wholeMilliseconds + 999) / 1000)
    }

    private func setBuffers(for body: HTTPRequest.Body, receiving bufferByteCount: Int) throws(HTTPError) {
        var sending = HTTPConnection.messageBufferByteCount
        if case .stream = body { sending = HTTPConnection.streamBufferByteCount }
        try handle.set(CURLOPT_UPLOAD_BUFFERSIZE, sending)
        try handle.set(CURLOPT_BUFFERSIZE, bufferByteCount)
    }

    private func setMethod(of request: HTTPRequest) throws(HTTPError) {
        let length: UInt64?
        switch request.body {
        case .none:
            guard ["POST", "PUT", "PATCH"].contains(request.method) else {
                try handle.set(request.method == "HEAD" ? CURLOPT_NOBODY : CURLOPT_HTTPGET, 1)
                return try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
            }
            length = 0
        case .bytes(let bytes): length = UInt64(bytes.count)
        case .stream(let stated, _): length = stated
        }
        guard length ?? 0 <= UInt64(Int64.max), request.method != "HEAD" else {
            throw HTTPError(.invalidRequest, "a body of this length, or with this method, cannot be sent")
        }
        try handle.set(CURLOPT_UPLOAD, 1)
        try handle.set(CURLOPT_INFILESIZE_LARGE, offset: length.map(Int64.init) ?? -1)
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method)
    }

    private func setHeaders(_ headers: [(String, String)]) throws(HTTPError) {
        // A name with a bare colon takes out what libcurl would send; an empty value is written with a semicolon.
        let lines = headers.map { name, value in value.isEmpty ? "\(name);" : "\(name): \(value)" }
        try handle.set(headers: ["Expect:"] + lines)
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
