import Synchronization

/// Time as the server's idle watch sees it, so that tests can move it.
public struct SocketServerTime: Sendable {
    /// Time since some fixed moment; never runs backwards.
    public let now: @Sendable () -> Duration
    /// Waits; throws when the task is cancelled.
    public let sleep: @Sendable (Duration) async throws -> Void

    /// Creates a time source.
    public init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's continuous clock.
    public static var continuous: SocketServerTime {
        let clock = ContinuousClock()
        let start = clock.now
        return SocketServerTime(
            now: { start.duration(to: clock.now) },
            sleep: { try await clock.sleep(for: $0) })
    }
}

/// What a server has been doing: counts for the limits, the idle stop and tests.
public final class SocketServerActivity: Sendable {
    /// A view of the counts at one moment.
    public struct Counts: Sendable, Equatable {
        /// Connections accepted since the start.
        public var acceptedConnections = 0
        /// Requests whose head arrived since the start.
        public var requests = 0
        /// Requests whose response is not yet written to its end.
        public var inFlight = 0
    }

    private struct State {
        var counts = Counts()
        var lastChange: Duration
    }

    private let time: SocketServerTime
    private let state: Mutex<State>

    init(time: SocketServerTime) {
        self.time = time
        self.state = Mutex(State(lastChange: time.now()))
    }

    /// The counts now.
    public var counts: Counts { state.withLock(\.counts) }

    func accepted() { state.withLock { $0.counts.acceptedConnections += 1 } }

    func began() {
        state.withLock {
            $0.counts.requests += 1
            $0.counts.inFlight += 1
            $0.lastChange = time.now()
        }
    }

    func ended(_ count: Int) {
        guard count > 0 else { return }
        state.withLock {
            $0.counts.inFlight -= count
            $0.lastChange = time.now()
        }
    }

    /// How long no request has come, begun or ended; zero while one is in flight.
    var quiet: Duration {
        state.withLock { $0.counts.inFlight > 0 ? .zero : time.now() - $0.lastChange }
    }

    /// Returns when nothing has happened for `limit`.
    func waitUntilIdle(for limit: Duration) async throws {
        while true {
            let quiet = self.quiet
            if quiet >= limit { return }
            try await time.sleep(limit - quiet)
        }
    }
}
