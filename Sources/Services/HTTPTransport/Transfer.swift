import CCurl

/// One exchange in flight: what libcurl's callbacks read from and write to.
///
/// It lives for one `curl_easy_perform`, on the thread that called it; libcurl holds an unretained pointer.
final class Transfer {
    private let body: HTTPRequest.Body
    private let onHead: (HTTPResponse) throws -> Void
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private var reader = HeadReader()
    private var sentCount: UInt64 = 0

    /// The final head, once it has come.
    private(set) var head: HTTPResponse?
    /// What our own side threw; libcurl only learns that it has to stop.
    private(set) var failure: (any Error)?

    init(
        body: HTTPRequest.Body, onHead: @escaping (HTTPResponse) throws -> Void,
        sink: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) {
        self.body = body
        self.onHead = onHead
        self.sink = sink
    }

    static func from(_ pointer: UnsafeMutableRawPointer?) -> Transfer? {
        pointer.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs our side's code; false when it threw, which stops the exchange.
    private func attempt(_ work: () throws -> Void) -> Bool {
        guard failure == nil else { return false }
        do {
            try work()
            return true
        } catch {
            failure = error
            return false
        }
    }

    func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        attempt {
            guard let head = try reader.take(line) else { return }
            self.head = head
            try onHead(head)
        }
    }

    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        attempt { try sink(bytes) }
    }

    /// Fills `buffer` with the next bytes of the body; nil stops the exchange.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        var count = 0
        let isFine = attempt {
            switch body {
            case .none: break
            case .bytes(let bytes):
                count = min(buffer.count, bytes.count - Int(sentCount))
                bytes.withUnsafeBytes { source in
                    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[Int(sentCount)...].prefix(count)))
                }
            case .stream(let length, let read):
                count = try Transfer.next(of: read, into: buffer, left: length.map { $0 - sentCount })
            }
        }
        guard isFine else { return nil }
        sentCount += UInt64(count)
        return count
    }

    private static func next(
        of read: (UnsafeMutableRawBufferPointer) throws -> Int, into buffer: UnsafeMutableRawBufferPointer,
        left: UInt64?
    ) throws(HTTPError) -> Int {
        let room = left.map { Int(min($0, UInt64(buffer.count))) } ?? buffer.count
        guard room > 0 else { return 0 }
        let count: Int
        do {
            count = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
        } catch {
            throw HTTPError(.cancelledByBody, "the request's body could not be read", cause: error)
        }
        guard count >= 0, count <= room else {
            throw HTTPError(.invalidRequest, "the request's body reader reported an impossible count")
        }
        // libcurl would wait for an answer that the server cannot give before it has the whole body.
        guard count > 0 || left == nil else {
            throw HTTPError(.invalidRequest, "the request's body ended before its stated length")
        }
        return count
    }

    /// Goes back to the start where the body can be sent again; false where it cannot.
    func rewind(to offset: curl_off_t) -> Bool {
        guard offset == 0 else { return false }
        if case .stream = body, sentCount > 0 { return false }
        sentCount = 0
        return true
    }
}
