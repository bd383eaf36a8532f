public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// An HTTP/1.1 server on a Unix socket or a TCP port, from the start of its socket to its removal.
///
/// The caller holds the vault folder's lock while it runs; see `SocketFile`.
public struct SocketServer<Responder: HTTPResponder>: Sendable
where Responder.Context: RequestContext, Responder.Context.Source == ApplicationRequestContextSource {
    /// What is under way.
    public let activity: SocketServerActivity

    private let responder: Responder
    private let options: SocketServerOptions
    private let logger: Logger
    private let onReady: @Sendable (SocketServerAddress) async -> Void
    private let stops = AsyncStream.makeStream(of: Void.self)
    private let time: SocketServerTime

    /// Prepares a server; nothing is opened before `run`.
    ///
    /// - Parameters:
    ///   - routes: what answers, such as `router.buildResponder()`.
    ///   - onReady: called once when connections are taken, with the address (the real port where 0 was asked for).
    public init(
        _ routes: Responder, options: SocketServerOptions, logger: Logger = .socketServer(),
        time: SocketServerTime = .continuous,
        onReady: @escaping @Sendable (SocketServerAddress) async -> Void = { _ in }
    ) {
        self.responder = routes
        self.options = options
        self.logger = logger
        self.time = time
        self.onReady = onReady
        self.activity = SocketServerActivity(time: time)
    }

    /// Asks the server to stop: no new connections, requests in flight finish within the drain time. Any thread.
    public func stop() {
        stops.continuation.yield()
    }

    /// Listens until stopped, idle, or told by a signal; then removes its socket file. Run it once.
    ///
    /// - Parameter stopsOnSignals: whether SIGTERM and SIGINT ask it to stop.
    /// - Throws: `SocketServerError` where the socket cannot be had.
    public func run(stopsOnSignals: Bool = false) async throws {
        let hosts = try hostList()
        if case .unixSocket(let path, _) = options.address { try SocketFile(path: path).clear() }
        let socket = ListeningSocket(address: options.address)
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: application(hosts, socket)),
                .init(service: lifetime, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: stopsOnSignals ? [.sigterm, .sigint] : [], logger: logger)
        configuration.maximumGracefulShutdownDuration = options.limits.drain
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch {
            try socket.close()
            guard let error = error as? IOError else { throw error }
            throw SocketServerError(.cannotListen, "listening failed with system error \(error.errnoCode)")
        }
        try socket.close()
    }

    private var lifetime: ServerLifetime {
        ServerLifetime(stops: stops.stream, activity: activity, idleStop: options.idleStop)
    }

    private func application(_ hosts: HostList?, _ socket: ListeningSocket) -> some Service {
        let (options, activity, onReady, stop) = (options, activity, onReady, stops.continuation)
        let guarded = GuardedResponder(
            inner: responder, hosts: hosts, gate: options.gate, maximumRequests: options.limits.requests,
            activity: activity)
        var application = Application(
            responder: guarded, server: .http1(configuration: channelConfiguration),
            configuration: ApplicationConfiguration(
                address: options.address.bindAddress,
                availableConnectionsDelegate: .maximum(options.limits.connections, logger: logger)),
            onServerRunning: { channel in
                do {
                    try socket.opened()
                    await onReady(options.address.bound(to: channel.localAddress?.port))
                } catch {
                    stop.yield()
                }
            },
            logger: logger)
        application.beforeServerStarts { socket.willOpen() }
        return application
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let (limits, activity) = (options.limits, activity)
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionFollower(activity: activity), PeerPaceHandler(limits: limits)],
            idleTimeout: TimeAmount(limits.connectionIdle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headByteCount, maxHeaderListSize: limits.headByteCount,
                maxHeaderFieldCount: limits.headFieldCount))
    }

    private func hostList() throws(SocketServerError) -> HostList? {
        guard case .tcp(let host, _) = options.address else { return nil }
        if !options.hosts.isEmpty { return HostList(options.hosts) }
        guard ["127.0.0.1", "localhost", "::1"].contains(host) else {
            throw SocketServerError(.invalidAddress, "a server on a TCP port has to name the hosts it answers for")
        }
        return HostList(["127.0.0.1", "localhost", "[::1]"])
    }
}

/// Ends when the server has to: asked, or idle.
private struct ServerLifetime: Service {
    let stops: AsyncStream<Void>
    let activity: SocketServerActivity
    let idleStop: Duration?

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for await _ in stops { return } }
                if let idleStop { group.addTask { try? await activity.waitUntilIdle(for: idleStop) } }
                await group.next()
                group.cancelAll()
            }
        }
    }
}

extension SocketServerAddress {
    fileprivate var bindAddress: BindAddress {
        switch self {
        case .unixSocket(let path, _): .unixDomainSocket(path: path)
        case .tcp(let host, let port): .hostname(host, port: port)
        }
    }

    fileprivate func bound(to port: Int?) -> SocketServerAddress {
        guard case .tcp(let host, _) = self, let port else { return self }
        return .tcp(host: host, port: port)
    }
}

extension Logger {
    /// The server's log: warnings and worse, to standard error.
    public static func socketServer() -> Logger {
        var logger = Logger(label: "server") { label in StreamLogHandler.standardError(label: label) }
        logger.logLevel = .warning
        return logger
    }
}
