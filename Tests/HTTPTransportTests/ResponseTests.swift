import HTTPTransport
import Testing

@Suite(.timeLimit(.minutes(10))) struct ResponseTests {
    func get(_ answer: String, method: String = "GET", maximumBodySize: Int = 1000) throws -> HTTPResponse {
        let peer = ScriptedPeer { connection, _ in
            _ = connection.readHead()
            connection.write(answer)
        }
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        return try connection.send(HTTPRequest(method, "/"), maximumBodySize: maximumBodySize)
    }

    func expectFailure(_ code: HTTPError.Code, _ answer: String, maximumBodySize: Int = 1000) {
        let error = #expect(throws: HTTPError.self) { try get(answer, maximumBodySize: maximumBodySize) }
        #expect(error?.code == code)
    }

    @Test func headersAreFoundInAnyCase() throws {
        let response = try get("HTTP/1.1 404 Gone away\r\nx-a:  one \r\nX-A: two\r\nContent-Length: 0\r\n\r\n")
        #expect(response.status == 404)
        #expect(response.headers["X-a"] == "one")
        #expect(response.headers.values(of: "x-A") == ["one", "two"])
        #expect(response.headers["x-b"] == nil)
    }

    @Test func interimHeadAndTrailersAreLeftOut() throws {
        let response = try get(
            "HTTP/1.1 103 Early\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n"
                + "\r\n3\r\nabc\r\n0\r\nX-Late: 1\r\n\r\n")
        #expect(response.status == 200)
        #expect(response.body == Array("abc".utf8))
        #expect(response.headers["X-Early"] == nil)
        #expect(response.headers["X-Late"] == nil)
    }

    @Test func redirectionIsHandedOverNotFollowed() throws {
        let response = try get("HTTP/1.1 302 Found\r\nLocation: http://localhost/other\r\nContent-Length: 0\r\n\r\n")
        #expect(response.status == 302)
        #expect(response.headers["location"] == "http://localhost/other")
    }

    @Test func headResponseHasNoBodyWhateverItsLength() throws {
        let response = try get("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", method: "HEAD", maximumBodySize: 0)
        #expect(response.headers["content-length"] == "5000")
        #expect(response.body.isEmpty)
    }

    @Test func bodyOfExactlyTheMaximumIsTaken() throws {
        #expect(try get("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", maximumBodySize: 3).body.count == 3)
    }

    @Test func statedBodyBeyondTheMaximumIsRefused() {
        expectFailure(.tooLarge, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", maximumBodySize: 3)
    }

    @Test func chunkedBodyBeyondTheMaximumIsRefused() {
        let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"
        expectFailure(.tooLarge, answer, maximumBodySize: 3)
    }

    @Test func hugeHeadIsRefused() {
        let line = "X-Filler: " + String(repeating: "x", count: 1000) + "\r\n"
        expectFailure(.tooLarge, "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 70) + "\r\n")
    }

    @Test func headOfManyLinesIsRefused() {
        expectFailure(.tooLarge, "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 300) + "\r\n")
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n: nameless\r\n\r\nabc",
    ])
    func answerThatIsNotHTTPIsRefused(answer: String) {
        expectFailure(.malformed, answer)
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ])
    func connectionThatBreaksOffIsInterrupted(answer: String) {
        expectFailure(.interrupted, answer)
    }

    @Test func silentServerTimesOut() throws {
        let peer = ScriptedPeer { connection, _ in connection.drain() }
        var options = HTTPOptions()
        options.stallTimeout = .seconds(1)
        let connection = try HTTPConnection(.unixSocket(path: peer.path), options: options)
        #expect(throws: HTTPError(.timedOut, "")) {
            try connection.send(HTTPRequest("GET", "/"), maximumBodySize: 1)
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct SinkTests {
    static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"

    @Test func sinkErrorIsRethrownAndTheNextRequestWorks() throws {
        let peer = ScriptedPeer.answering(Self.answer)
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        #expect(throws: OwnError(number: 1)) {
            try connection.send(HTTPRequest("GET", "/"), sink: { _ in throw OwnError(number: 1) })
        }
        #expect(try connection.send(HTTPRequest("GET", "/"), maximumBodySize: 3).body == Array("abc".utf8))
        // What was left of the first response must not be read as the second.
        #expect(peer.acceptedCount == 2)
    }

    @Test func headErrorIsRethrownBeforeAnyBody() throws {
        let peer = ScriptedPeer.answering(Self.answer)
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        let pieces = Seen<Int>()
        #expect(throws: OwnError(number: 2)) {
            try connection.send(
                HTTPRequest("GET", "/"), onHead: { _ in throw OwnError(number: 2) }, sink: { pieces.add($0.count) })
        }
        #expect(pieces.all.isEmpty)
    }

    @Test func sendingFromWithinASinkIsRefused() throws {
        let peer = ScriptedPeer.answering(Self.answer)
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        #expect(throws: HTTPError(.invalidRequest, "")) {
            try connection.send(
                HTTPRequest("GET", "/"),
                sink: { _ in _ = try connection.send(HTTPRequest("GET", "/"), maximumBodySize: 3) })
        }
    }
}
