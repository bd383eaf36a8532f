import CustodianServer
import Foundation
import HTTPTransport
import Hummingbird
import Logging
import Synchronization

typealias Routes = Router<BasicRequestContext>
/// The client's types; the server's framework has others under the same names.
typealias ClientRequest = HTTPTransport.HTTPRequest
typealias ClientResponse = HTTPTransport.HTTPResponse
typealias ClientError = HTTPTransport.HTTPError

/// A folder that is gone after the test.
func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = "/tmp/server-\(UUID().uuidString.prefix(13))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// What a test has of the server that runs for it.
struct RunningServer: Sendable {
    let endpoint: HTTPEndpoint
    let address: SocketServerAddress
    let activity: SocketServerActivity
    let stop: @Sendable () -> Void

    var socketPath: String {
        guard case .unixSocket(let path, _) = address else { return "" }
        return path
    }

    /// Runs a client on a thread of its own, with a connection of its own.
    func client<Value: Sendable>(
        _ work: @escaping @Sendable (HTTPConnection) throws -> Value
    ) async throws -> Value {
        let endpoint = endpoint
        return try await onThread { try work(try HTTPConnection(endpoint)) }
    }
}

/// Runs blocking work on a thread of its own: neither the cooperative pool nor a dispatch queue has enough of them.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: work)) }
    }
}

/// Runs a server on a Unix socket in a folder of its own, or where `options` say, until `body` returns.
func withServer(
    at path: String? = nil, _ routes: Routes, time: SocketServerTime = .continuous,
    configure: (inout SocketServerOptions) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningServer) async throws -> Void
) async throws {
    try await withFolder { folder in
        var options = SocketServerOptions(.unixSocket(path: path ?? "\(folder)/s"))
        configure(&options)
        let ready = AsyncStream.makeStream(of: SocketServerAddress.self)
        let server = SocketServer(routes.buildResponder(), options: options, time: time) { address in
            ready.continuation.yield(address)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { ready.continuation.finish() }
                try await server.run()
            }
            group.addTask {
                // No address: the server could not start, and its task says why.
                for await address in ready.stream {
                    defer { server.stop() }
                    try await body(
                        RunningServer(
                            endpoint: address.endpoint, address: address, activity: server.activity,
                            stop: { server.stop() }))
                    return
                }
            }
            try await group.waitForAll()
        }
    }
}

extension SocketServerAddress {
    var endpoint: HTTPEndpoint {
        switch self {
        case .unixSocket(let path, _): .unixSocket(path: path)
        case .tcp(let host, let port): .tcp(url: "http://\(host):\(port)")
        }
    }
}

/// A gate that handlers wait at until the test opens it.
final class Gate: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)
    func open() { stream.continuation.finish() }
    func wait() async { for await _ in stream.stream {} }
}

/// Values that handlers and clients leave for the test.
final class Seen<Value: Sendable>: Sendable {
    private let state: Mutex<[Value]> = Mutex([])
    private let arrivals = AsyncStream.makeStream(of: Value.self)
    func add(_ value: Value) {
        state.withLock { $0.append(value) }
        arrivals.continuation.yield(value)
    }
    var all: [Value] { state.withLock { $0 } }
    /// The next value; waits for it.
    func next() async -> Value? {
        for await value in arrivals.stream { return value }
        return nil
    }
}

struct OwnError: Error, Equatable {
    let number: Int
}
