public import HTTPTypes
public import Hummingbird

/// Where a server listens.
public enum SocketServerAddress: Sendable, Hashable {
    /// A Unix socket, at most 107 bytes of path. Whoever may write to it may speak to the server.
    case unixSocket(path: String, access: SocketAccess = .owner)
    /// A TCP port, 0 for any free one; use `127.0.0.1` unless a TLS front end on another machine needs more.
    case tcp(host: String, port: Int)
}

/// Who may connect to a Unix socket.
public enum SocketAccess: UInt16, Sendable {
    /// Mode 0600.
    case owner = 0o600
    /// Mode 0660.
    case ownerAndGroup = 0o660
}

/// What a server allows before it refuses.
public struct SocketServerLimits: Sendable {
    /// Requests answered at one time; more are told 503.
    public var requests = 256
    /// Connections open at one time; more wait in the kernel's queue.
    public var connections = 512
    /// Bytes of a request's head, each field and all together.
    public var headByteCount = 16 * 1024
    /// Header fields of a request.
    public var headFieldCount = 100
    /// How long a connection may stay without a request, or a request's head take.
    public var connectionIdle: Duration = .seconds(75)
    /// How much of a body has to come in how much time of waiting for it. Time in which the server itself does not read
    /// (a slow disk) does not count.
    public var bodyPace = Pace(byteCount: 16 * 1024, every: .seconds(30))
    /// How long a client may take nothing of a response that is ready for it.
    public var responseStall: Duration = .seconds(60)
    /// How long requests in flight may go on after a stop was asked for.
    public var drain: Duration = .seconds(20)

    /// A rate below which a peer counts as stuck.
    public struct Pace: Sendable {
        /// Bytes in each interval.
        public var byteCount: Int
        /// The interval.
        public var interval: Duration

        /// Creates a rate.
        public init(byteCount: Int, every interval: Duration) {
            self.byteCount = byteCount
            self.interval = interval
        }
    }

    /// Creates the defaults.
    public init() {}
}

/// How a server listens, what it allows and when it goes.
public struct SocketServerOptions: Sendable {
    /// Where to listen.
    public var address: SocketServerAddress
    /// Over TCP: the `Host` values that are answered, with port or, to allow any port, without. Others get 403, so that
    /// a page whose name was made to point here (DNS rebinding) reaches nothing.
    public var hosts: [String]
    /// A further look at a request's head before any route sees it; a status refuses it.
    public var gate: @Sendable (Request) -> HTTPResponse.Status?
    /// What is allowed.
    public var limits = SocketServerLimits()
    /// Stop by itself after this long without a request; nil for never.
    public var idleStop: Duration?

    /// Creates options. `hosts` is for TCP only; a TCP server on `127.0.0.1` or `localhost` may leave it empty and
    /// answers to those names and `[::1]`.
    public init(_ address: SocketServerAddress, hosts: [String] = [], idleStop: Duration? = nil) {
        self.address = address
        self.hosts = hosts
        self.idleStop = idleStop
        self.gate = { _ in nil }
    }
}
