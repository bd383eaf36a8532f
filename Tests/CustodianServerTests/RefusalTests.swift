import CustodianServer
import Foundation
import HTTPTransport
import HTTPTypes
import Hummingbird
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct RefusalTests {
    static func uploadRoutes(limit: UInt64, seen: Seen<Int> = Seen()) -> Routes {
        let routes = Routes()
        routes.put("up") { request, _ in
            try await request.consumeBody(upTo: limit) { seen.add($0.readableBytes) }
            return "done"
        }
        return routes
    }

    @Test(arguments: [50 << 20, nil] as [UInt64?])
    func bodyBeyondTheLimitIsToldSoAndNotTakenIn(length: UInt64?) async throws {
        let seen = Seen<Int>()
        let sent = Seen<Int>()
        try await withServer(Self.uploadRoutes(limit: 1 << 20, seen: seen)) { server in
            let body = ClientRequest.Body.stream(length: length) { buffer in
                let left = (50 << 20) - sent.all.reduce(0, +)
                let count = min(buffer.count, left)
                UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).initializeMemory(as: UInt8.self, repeating: 1)
                sent.add(count)
                return count
            }
            let response = try await server.client {
                try $0.send(ClientRequest("PUT", "/up", body: body), maximumBodySize: 100)
            }
            #expect(response.status == 413)
            #expect(response.headers["connection"] == "close")
            #expect(seen.all.reduce(0, +) <= 1 << 20)
            #expect(sent.all.reduce(0, +) < 50 << 20)
            let after = try await server.client {
                try $0.send(ClientRequest("PUT", "/up", body: .bytes([1])), maximumBodySize: 100)
            }
            #expect(after.status == 200)
        }
    }

    @Test func bodyOfExactlyTheLimitIsTaken() async throws {
        try await withServer(Self.uploadRoutes(limit: 1000)) { server in
            let statuses = try await server.client { client in
                try [1000, 1001].map { count in
                    let body = ClientRequest.Body.bytes([UInt8](repeating: 1, count: count))
                    return try client.send(ClientRequest("PUT", "/up", body: body), maximumBodySize: 100).status
                }
            }
            #expect(statuses == [200, 413])
        }
    }

    @Test func requestBeyondTheConcurrencyLimitIsToldToRetry() async throws {
        let entered = Seen<Bool>()
        let gate = Gate()
        let routes = Routes()
        routes.get("slow") { _, _ in
            entered.add(true)
            await gate.wait()
            return "done"
        }
        try await withServer(routes) {
            $0.limits.requests = 1
        } _: { server in
            async let first = server.client { try $0.send(ClientRequest("GET", "/slow"), maximumBodySize: 10).status }
            #expect(await entered.next() == true)
            let second = try await server.client { try $0.send(ClientRequest("GET", "/slow"), maximumBodySize: 10) }
            #expect(second.status == 503)
            #expect(second.headers["retry-after"] == "1")
            gate.open()
            let answered = try await first
            #expect(answered == 200)
            #expect(entered.all.count == 1)
        }
    }

    @Test(arguments: [
        ("Host: localhost:PORT", 200), ("Host: LOCALHOST", 200), ("Host: 127.0.0.1:PORT", 200),
        ("Host: [::1]:PORT", 200), ("Host: localhost:1", 200), ("Host: evil.example", 403),
        ("Host: localhost.evil.example", 403), ("Host: localhost:evil", 403), ("Host: evil.example:PORT", 403),
        ("Host: ", 403), ("X: y", 403), ("Host: localhost\r\nHost: evil.example", 400),
    ])
    func onlyKnownHostsAreAnsweredOverTCP(header: String, status: Int) async throws {
        let routes = Routes()
        routes.get("/") { _, _ in "hello" }
        try await withServer(routes) {
            $0.address = .tcp(host: "127.0.0.1", port: 0)
        } _: { server in
            guard case .tcp(_, let port) = server.address else { return }
            #expect(port != 0)
            let line = header.replacing("PORT", with: String(port))
            let got = try await onThread {
                try RawClient(server.address).status(of: "GET / HTTP/1.1\r\n\(line)\r\nConnection: close\r\n\r\n")
            }
            #expect(got == status)
        }
    }

    @Test func configuredHostsReplaceTheOwnNames() async throws {
        let routes = Routes()
        routes.get("/") { _, _ in "hello" }
        try await withServer(routes) {
            $0.address = .tcp(host: "127.0.0.1", port: 0)
            $0.hosts = ["Vault.example:8443"]
        } _: { server in
            let statuses = try await onThread {
                try ["vault.example:8443", "vault.example", "vault.example:1", "localhost"].map { host in
                    try RawClient(server.address).status(
                        of: "GET / HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
                }
            }
            #expect(statuses == [200, 403, 403, 403])
        }
    }

    @Test func serverForOtherMachinesHasToNameItsHosts() async throws {
        var options = SocketServerOptions(.tcp(host: "0.0.0.0", port: 0))
        options.hosts = []
        let server = SocketServer(Routes().buildResponder(), options: options)
        await #expect(throws: SocketServerError(.invalidAddress, "")) { try await server.run() }
    }

    @Test func targetThatIsNoPathIsRefused() async throws {
        let routes = Routes()
        routes.get("/") { _, _ in "hello" }
        try await withServer(routes) { server in
            let got = try await onThread {
                try RawClient(server.address).status(
                    of: "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            }
            #expect(got == 400)
        }
    }

    @Test func gateRefusesBeforeAnyRoute() async throws {
        let entered = Seen<Bool>()
        let routes = Routes()
        routes.get("/") { _, _ in
            entered.add(true)
            return "hello"
        }
        try await withServer(routes) {
            $0.gate = { $0.headers[.origin] == nil ? nil : .forbidden }
        } _: { server in
            let statuses = try await server.client { client in
                try [[("Origin", "http://evil.example")], []].map {
                    try client.send(ClientRequest("GET", "/", headers: $0), maximumBodySize: 10).status
                }
            }
            #expect(statuses == [403, 200])
            #expect(entered.all.count == 1)
        }
    }

    @Test(arguments: [
        "X: " + String(repeating: "x", count: 20_000) + "\r\n", String(repeating: "X: y\r\n", count: 200),
    ])
    func hugeHeadIsRefused(lines: String) async throws {
        let entered = Seen<Bool>()
        let routes = Routes()
        routes.get("/") { _, _ in
            entered.add(true)
            return "hello"
        }
        try await withServer(routes) { server in
            let got = try await onThread {
                try RawClient(server.address).status(of: "GET / HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n")
            }
            #expect(got == 400 || got == nil)
            #expect(entered.all.isEmpty)
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct BrokenBodyTests {
    static let head = "PUT /up HTTP/1.1\r\nHost: localhost\r\n"

    enum Ending: CaseIterable { case close, reset, halfClose }

    @Test(
        arguments: [
            "Content-Length: 1000\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "Transfer-Encoding: chunked\r\n\r\n50\r\nhello",
        ], Ending.allCases)
    func bodyThatBreaksOffNeverLooksWhole(body: String, ending: Ending) async throws {
        let started = Seen<Bool>()
        let outcome = Seen<SocketServerError?>()
        let routes = Routes()
        routes.put("up") { request, _ in
            do {
                try await request.consumeBody(upTo: 1 << 20) { _ in started.add(true) }
                outcome.add(nil)
            } catch {
                outcome.add(error as? SocketServerError)
                throw error
            }
            return "done"
        }
        try await withServer(routes) { server in
            let client = try await onThread {
                let client = try RawClient(server.address)
                client.send(Self.head + body)
                return Unchecked(client)
            }
            #expect(await started.next() == true)
            switch ending {
            case .close: client.value = nil
            case .reset: client.value?.reset()
            case .halfClose: client.value?.finishSending()
            }
            #expect(await outcome.next() == SocketServerError(.bodyCutShort, ""))
        }
    }

    /// The test hands the client from one thread to the next, never to two.
    final class Unchecked: @unchecked Sendable {
        var value: RawClient?
        init(_ value: RawClient) { self.value = value }
    }
}
