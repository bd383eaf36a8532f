import CustodianServer
import Foundation
import HTTPTransport
import HTTPTypes
import Hummingbird
import Testing

@Suite(.timeLimit(.minutes(10))) struct ExchangeTests {
    static var routes: Routes {
        let routes = Routes()
        routes.post("echo") { request, _ in
            let bytes = try await request.smallBody(upTo: 1 << 20)
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
        routes.get("cached") { _, _ in
            Response(status: .ok, headers: [.cacheControl: "max-age=5"])
        }
        routes.get("fails") { _, _ -> Response in throw OwnError(number: 7) }
        return routes
    }

    @Test(arguments: [0, 1, 65_536, 1 << 20])
    func bodyComesBackAsItWasSent(count: Int) async throws {
        let sent = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withServer(Self.routes) { server in
            let response = try await server.client {
                try $0.send(ClientRequest("POST", "/echo", body: .bytes(sent)), maximumBodySize: 1 << 20)
            }
            #expect(response.status == 200)
            #expect(response.body == sent)
        }
    }

    @Test(arguments: [("/cached", 200, "max-age=5"), ("/nowhere", 404, "no-store"), ("/fails", 500, "no-store")])
    func everyResponseCarriesTheSecurityHeaders(path: String, status: Int, cache: String) async throws {
        try await withServer(Self.routes) { server in
            let responses = try await server.client { client in
                try (0..<2).map { _ in try client.send(ClientRequest("GET", path), maximumBodySize: 100) }
            }
            for response in responses {
                #expect(response.status == status)
                #expect(response.headers["cache-control"] == cache)
                #expect(response.headers["x-content-type-options"] == "nosniff")
                #expect(response.headers["server"] == nil)
                #expect(response.body.isEmpty)
            }
            let identifiers = responses.compactMap { $0.headers["request-id"] }
            #expect(Set(identifiers).count == 2)
        }
    }

    @Test func requestsShareOneConnection() async throws {
        try await withServer(Self.routes) { server in
            try await server.client { client in
                for _ in 0..<20 {
                    _ = try client.send(ClientRequest("POST", "/echo", body: .bytes([1])), maximumBodySize: 1)
                }
            }
            #expect(server.activity.counts.acceptedConnections == 1)
            #expect(server.activity.counts.requests == 20)
            #expect(server.activity.counts.inFlight == 0)
        }
    }

    @Test func sixtyFourClientsAreServedAtOnce() async throws {
        try await withServer(Self.routes) { server in
            let sums = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        try await server.client { client in
                            try (0..<10).reduce(0) { sum, round in
                                let sent = [UInt8(number), UInt8(round)]
                                let request = ClientRequest("POST", "/echo", body: .bytes(sent))
                                let response = try client.send(request, maximumBodySize: 2)
                                return sum + (response.body == sent ? 1 : 0)
                            }
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sums == 640)
            #expect(server.activity.counts.acceptedConnections == 64)
        }
    }

    @Test func sinkErrorEndsTheDownloadAndTheServerGoesOn() async throws {
        let routes = Self.routes
        let ended = Seen<Bool>()
        routes.get("endless") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    do {
                        while true { try await writer.write(ByteBuffer(repeating: 1, count: 65_536)) }
                    } catch {
                        ended.add(true)
                        throw error
                    }
                })
        }
        try await withServer(routes) { server in
            await #expect(throws: OwnError(number: 3)) {
                try await server.client { client in
                    var taken = 0
                    _ = try client.send(ClientRequest("GET", "/endless")) { piece in
                        taken += piece.count
                        if taken > 1 << 20 { throw OwnError(number: 3) }
                    }
                }
            }
            #expect(await ended.next() == true)
            let after = try await server.client {
                try $0.send(ClientRequest("POST", "/echo"), maximumBodySize: 0)
            }
            #expect(after.status == 200)
        }
    }

    @Test func serverThatIsGoneIsUnreachable() async throws {
        let paths = Seen<HTTPEndpoint>()
        try await withServer(Self.routes) { paths.add($0.endpoint) }
        let endpoint = try #require(paths.all.first)
        await #expect(throws: ClientError(.unreachable, "")) {
            try await onThread {
                try HTTPConnection(endpoint).send(ClientRequest("GET", "/"), maximumBodySize: 0)
            }
        }
    }
}
