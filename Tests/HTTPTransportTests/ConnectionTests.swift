import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(10))) struct EndpointTests {
    @Test func socketPathBeyondTheSystemsLimitIsRefused() {
        let error = #expect(throws: HTTPError.self) {
            try HTTPConnection(.unixSocket(path: "/" + String(repeating: "x", count: 107)))
        }
        #expect(error?.code == .invalidEndpoint)
        #expect(error?.reason.contains("108 bytes, the system allows 107") == true)
    }

    @Test func longestSocketPathIsTaken() throws {
        let connection = try HTTPConnection(.unixSocket(path: "/" + String(repeating: "x", count: 106)))
        #expect(throws: HTTPError(.unreachable, "")) {
            try connection.send(HTTPRequest("GET", "/"), maximumBodySize: 0)
        }
    }

    @Test(arguments: ["", "a\0b"])
    func emptyOrCutSocketPathIsRefused(path: String) {
        #expect(throws: HTTPError(.invalidEndpoint, "")) { try HTTPConnection(.unixSocket(path: path)) }
    }

    @Test(arguments: [
        "", "localhost", "ftp://x", "file:///etc/passwd", "http://", "https:///x", "http://user@host", "http://h?q",
        "http://h#f", "http://h h", "http://h\r\nX: y", "http:\\\\h", "http://å",
    ])
    func addressThatIsNoPlainURLIsRefused(url: String) {
        #expect(throws: HTTPError(.invalidEndpoint, "")) { try HTTPConnection(.tcp(url: url)) }
    }

    @Test func trailingSlashesOfTheBaseAreDropped() throws {
        #expect(try HTTPEndpoint.tcp(url: "HTTPS://h:8443/vault//").base() == "HTTPS://h:8443/vault")
    }

    @Test(arguments: [
        ("http://localhost:80/x", true), ("http://LOCALHOST", true), ("https://127.0.0.1:1", true),
        ("http://[::1]:9", true), ("http://localhost.evil.example", false), ("http://127.0.0.10", false),
        ("http://vault.example/localhost", false),
    ])
    func onlyOwnAddressesAvoidProxies(url: String, expected: Bool) {
        #expect(HTTPEndpoint.tcp(url: url).avoidsProxies == expected)
        #expect(HTTPEndpoint.unixSocket(path: "/x").avoidsProxies)
    }
}

@Suite(.timeLimit(.minutes(10))) struct ConnectionTests {
    static let answer = "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"

    @Test func absentServerIsUnreachable() throws {
        let connection = try HTTPConnection(.unixSocket(path: "/tmp/no-such-socket-here"))
        #expect(throws: HTTPError(.unreachable, "")) {
            try connection.send(HTTPRequest("GET", "/"), maximumBodySize: 0)
        }
        let overTCP = try HTTPConnection(.tcp(url: "http://127.0.0.1:1"))
        #expect(throws: HTTPError(.unreachable, "")) { try overTCP.send(HTTPRequest("GET", "/"), maximumBodySize: 0) }
    }

    @Test func requestsShareOneConnectionAndKeepNoCookies() throws {
        let heads = Seen<String>()
        let peer = ScriptedPeer { connection, _ in
            while let head = connection.readHead() {
                heads.add(head)
                connection.write(Self.answer)
            }
        }
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        for _ in 0..<5 { _ = try connection.send(HTTPRequest("GET", "/"), maximumBodySize: 0) }
        #expect(peer.acceptedCount == 1)
        #expect(heads.all.count == 5)
        #expect(heads.all.allSatisfy { !$0.lowercased().contains("cookie") })
    }

    @Test func connectionClosedBetweenRequestsIsMadeAnew() throws {
        let peer = ScriptedPeer { connection, _ in
            _ = connection.readHead()
            _ = connection.readBytes(3)
            connection.write(Self.answer)
        }
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        for _ in 0..<3 {
            let response = try connection.send(
                HTTPRequest("POST", "/", body: .bytes([1, 2, 3])), maximumBodySize: 0)
            #expect(response.status == 200)
        }
        #expect(peer.acceptedCount == 3)
    }

    @Test func streamOnAConnectionThatDiesIsNeverSentTwice() throws {
        let bodies = Seen<[UInt8]>()
        let peer = ScriptedPeer { connection, number in
            guard connection.readHead() != nil else { return }
            bodies.add(connection.readBytes(3))
            connection.write(Self.answer)
            guard number == 0 else { return }
            // The second request on this connection is read and answered with silence and an end.
            _ = connection.readHead()
            bodies.add(connection.readBytes(3))
        }
        let connection = try HTTPConnection(.unixSocket(path: peer.path))
        let request = HTTPRequest(
            "POST", "/",
            body: .stream(length: 3) { buffer in
                buffer.copyBytes(from: [1, 2, 3])
                return 3
            })
        #expect(try connection.send(request, maximumBodySize: 0).status == 200)
        #expect(throws: HTTPError(.interrupted, "")) { try connection.send(request, maximumBodySize: 0) }
        #expect(bodies.all == [[1, 2, 3], [1, 2, 3]])
    }
}
