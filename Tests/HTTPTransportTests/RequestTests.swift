import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(10))) struct RequestTests {
    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    /// Sends one request to a peer that answers 200 and returns the head that came there.
    func head(of request: HTTPRequest) throws -> String {
        let seen = Seen<String>()
        let peer = ScriptedPeer { connection, _ in
            guard let head = connection.readHead() else { return }
            seen.add(head)
            connection.write(Self.ok)
            connection.drain()
        }
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        let response = try connection.send(request, maximumBodySize: 2)
        #expect(response.status == 200)
        #expect(response.body == Array("ok".utf8))
        return try #require(seen.all.first)
    }

    @Test func pathIsSentAsWritten() throws {
        let head = try head(of: HTTPRequest("GET", "/a/../b/%2e?x=1&y=%20"))
        #expect(head.hasPrefix("GET /a/../b/%2e?x=1&y=%20 HTTP/1.1\r\nHost: localhost\r\n"))
    }

    @Test func emptyPostStatesLengthZero() throws {
        let head = try head(of: HTTPRequest("POST", "/"))
        #expect(head.hasPrefix("POST / HTTP/1.1\r\n"))
        #expect(head.contains("Content-Length: 0\r\n"))
        #expect(!head.contains("Transfer-Encoding"))
    }

    @Test func bodyStatesItsLengthAndExpectsNothing() throws {
        let head = try head(of: HTTPRequest("PUT", "/", body: .bytes([UInt8](repeating: 7, count: 5000))))
        #expect(head.contains("Content-Length: 5000\r\n"))
        #expect(!head.lowercased().contains("expect"))
        #expect(!head.contains("Content-Type"))
    }

    @Test func headersAreSentInOrderAndEmptyOnesToo() throws {
        let head = try head(of: HTTPRequest("GET", "/", headers: [("X-One", "1"), ("X-Empty", ""), ("X-One", "2")]))
        #expect(head.contains("X-One: 1\r\nX-Empty:\r\nX-One: 2\r\n"))
    }

    @Test func deleteWithoutBodySendsNone() throws {
        let head = try head(of: HTTPRequest("DELETE", "/x"))
        #expect(head.hasPrefix("DELETE /x HTTP/1.1\r\n"))
        #expect(!head.contains("Content-Length"))
    }

    @Test func streamOfUnstatedLengthIsSentInChunks() throws {
        let seen = Seen<[UInt8]>()
        let heads = Seen<String>()
        let peer = ScriptedPeer { connection, _ in
            connection.readHead().map(heads.add)
            seen.add(connection.readBytes(15))
            connection.write(Self.ok)
        }
        let pieces = Seen<Int>()
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        let body = HTTPRequest.Body.stream(length: nil) { buffer in
            guard pieces.all.isEmpty else { return 0 }
            pieces.add(1)
            buffer.copyBytes(from: "hello".utf8)
            return 5
        }
        _ = try connection.send(HTTPRequest("POST", "/", body: body), maximumBodySize: 10)
        #expect(heads.all.first?.contains("Transfer-Encoding: chunked\r\n") == true)
        #expect(seen.all.first == Array("5\r\nhello\r\n0\r\n\r\n".utf8))
    }

    @Test(arguments: ["", "x", "/a b", "/a\r\nX: y", "/a\u{7F}", "/å", "/a#b", "http://other/"])
    func malformedPathIsRefused(path: String) throws {
        try expectRefused(HTTPRequest("GET", path))
    }

    @Test(arguments: ["", "get", "GET ", "GE\nT", "G3T"])
    func malformedMethodIsRefused(method: String) throws {
        try expectRefused(HTTPRequest(method, "/"))
    }

    @Test(arguments: [
        ("", "x"), ("A B", "x"), ("A:", "x"), ("A", "x\r\nB: y"), ("A", "x\0"), ("A", "x\u{7F}"), ("Å", "x"),
        ("Content-Length", "3"), ("transfer-encoding", "chunked"), ("HOST", "evil"), ("Connection", "close"),
        ("Expect", "100-continue"),
    ])
    func malformedOrReservedHeaderIsRefused(header: (String, String)) throws {
        try expectRefused(HTTPRequest("GET", "/", headers: [header]))
    }

    @Test func headWithABodyIsRefused() throws {
        try expectRefused(HTTPRequest("HEAD", "/", body: .bytes([1])))
    }

    func expectRefused(_ request: HTTPRequest) throws {
        let peer = ScriptedPeer.answering(Self.ok)
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        #expect(throws: HTTPError(.invalidRequest, "")) { try connection.send(request, maximumBodySize: 10) }
        #expect(peer.acceptedCount == 0)
    }
}

@Suite(.timeLimit(.minutes(10))) struct BodyReaderTests {
    func send(_ body: HTTPRequest.Body) throws -> HTTPResponse {
        let peer = ScriptedPeer { connection, _ in
            _ = connection.readHead()
            connection.drain()
        }
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        return try connection.send(HTTPRequest("POST", "/", body: body), maximumBodySize: 10)
    }

    @Test func readerErrorComesBackAsCause() throws {
        let error = #expect(throws: HTTPError.self) {
            try send(.stream(length: 10) { _ in throw OwnError(number: 4) })
        }
        #expect(error?.code == .cancelledByBody)
        #expect(error?.cause as? OwnError == OwnError(number: 4))
    }

    @Test func streamShorterThanStatedIsRefused() throws {
        let calls = Seen<Int>()
        let error = #expect(throws: HTTPError.self) {
            try send(
                .stream(length: 10) { buffer in
                    calls.add(buffer.count)
                    return calls.all.count == 1 ? 4 : 0
                })
        }
        #expect(error?.code == .invalidRequest)
        #expect(calls.all == [10, 6])
    }

    @Test(arguments: [-1, 11])
    func impossibleCountIsRefused(count: Int) throws {
        let error = #expect(throws: HTTPError.self) { try send(.stream(length: 10) { _ in count }) }
        #expect(error?.code == .invalidRequest)
    }
}
