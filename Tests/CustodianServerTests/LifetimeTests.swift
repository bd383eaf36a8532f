import Foundation
import Glibc
import HTTPTransport
import HTTPTypes
import Hummingbird
import Synchronization
import Testing

@testable import CustodianServer

/// Time that moves when the test says so. Sleepers wake when their moment has come.
final class ManualTime: Sendable {
    private struct State {
        var now: Duration = .zero
        var sleepers: [(until: Duration, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private let state = Mutex(State())
    let slept = Seen<Duration>()

    var time: SocketServerTime {
        SocketServerTime(now: { self.state.withLock(\.now) }, sleep: { try await self.sleep($0) })
    }

    private func sleep(_ duration: Duration) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                state.withLock { $0.sleepers.append(($0.now + duration, continuation)) }
                slept.add(duration)
                if Task.isCancelled { cancelAll() }
            }
        } onCancel: {
            cancelAll()
        }
    }

    private func cancelAll() {
        let sleepers = state.withLock { state in
            defer { state.sleepers = [] }
            return state.sleepers
        }
        for sleeper in sleepers { sleeper.continuation.resume(throwing: CancellationError()) }
    }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}

@Suite(.timeLimit(.minutes(10))) struct IdleStopTests {
    static func routes(entered: Seen<Bool> = Seen(), gate: Gate? = nil) -> Routes {
        let routes = Routes()
        routes.get("/") { _, _ in
            entered.add(true)
            await gate?.wait()
            return "hello"
        }
        return routes
    }

    @Test func sleepEndsOnlyWhenItsMomentHasCome() async throws {
        let manual = ManualTime()
        async let sleeper: Void = manual.time.sleep(.seconds(5))
        #expect(await manual.slept.next() == .seconds(5))
        manual.advance(by: .seconds(5))
        try await sleeper
        #expect(manual.time.now() == .seconds(5))
    }

    @Test func serverWithoutRequestsStops() async throws {
        let manual = ManualTime()
        let stopped = Seen<Bool>()
        let options = SocketServerOptions(
            .unixSocket(path: "/tmp/idle-\(UUID().uuidString.prefix(8))"), idleStop: .seconds(60))
        let server = SocketServer(Self.routes().buildResponder(), options: options, time: manual.time)
        let running = Task {
            try await server.run()
            stopped.add(true)
        }
        #expect(await manual.slept.next() == .seconds(60))
        manual.advance(by: .seconds(60))
        try await running.value
        #expect(stopped.all == [true])
    }

    @Test func requestPutsTheStopOff() async throws {
        let manual = ManualTime()
        try await withServer(Self.routes(), time: manual.time) {
            $0.idleStop = .seconds(60)
        } _: { server in
            #expect(await manual.slept.next() == .seconds(60))
            manual.advance(by: .seconds(40))
            _ = try await server.client { try $0.send(ClientRequest("GET", "/"), maximumBodySize: 10) }
            manual.advance(by: .seconds(20))
            // Quiet for 20 of 60 seconds when the first sleep is over.
            #expect(await manual.slept.next() == .seconds(40))
            #expect(FileManager.default.fileExists(atPath: server.socketPath))
        }
    }

    @Test func requestInFlightHoldsTheServer() async throws {
        let manual = ManualTime()
        let (entered, gate) = (Seen<Bool>(), Gate())
        try await withServer(Self.routes(entered: entered, gate: gate), time: manual.time) {
            $0.idleStop = .seconds(60)
        } _: { server in
            #expect(await manual.slept.next() == .seconds(60))
            async let status = server.client { try $0.send(ClientRequest("GET", "/"), maximumBodySize: 10).status }
            #expect(await entered.next() == true)
            manual.advance(by: .seconds(1000))
            #expect(await manual.slept.next() == .seconds(60))
            gate.open()
            let answered = try await status
            #expect(answered == 200)
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct StopTests {
    @Test func requestInFlightFinishesAfterAStop() async throws {
        let (entered, gate) = (Seen<Bool>(), Gate())
        try await withServer(IdleStopTests.routes(entered: entered, gate: gate)) { server in
            async let response = server.client { try $0.send(ClientRequest("GET", "/"), maximumBodySize: 10) }
            #expect(await entered.next() == true)
            server.stop()
            gate.open()
            let answered = try await response.status
            #expect(answered == 200)
        }
    }

    @Test func requestThatNeverEndsIsCutOffAfterTheDrainTime() async throws {
        let entered = Seen<Bool>()
        let routes = Routes()
        routes.get("/") { _, _ in
            entered.add(true)
            try await Task.sleep(for: .seconds(600))
            return "never"
        }
        let started = ContinuousClock.now
        try await withServer(routes) {
            $0.limits.drain = .milliseconds(100)
        } _: { server in
            let endpoint = server.endpoint
            Thread.detachNewThread {
                _ = try? HTTPConnection(endpoint).send(ClientRequest("GET", "/"), maximumBodySize: 10)
            }
            #expect(await entered.next() == true)
        }
        #expect(ContinuousClock.now - started < .seconds(60))
    }

    @Test func openConnectionsWithoutRequestsDoNotHoldAStop() async throws {
        try await withServer(IdleStopTests.routes()) { server in
            let held = try await server.client { client in
                _ = try client.send(ClientRequest("GET", "/"), maximumBodySize: 10)
                return Held(client)
            }
            server.stop()
            _ = held
        }
    }

    /// Keeps a connection open; nobody uses it again.
    final class Held: @unchecked Sendable {
        private let connection: HTTPConnection
        init(_ connection: HTTPConnection) { self.connection = connection }
    }
}

@Suite(.timeLimit(.minutes(10))) struct SocketFileTests {
    static func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    static func mask(of process: String) throws -> Substring? {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return status.split(separator: "\n").first { $0.hasPrefix("Umask:") }
    }

    /// Leaves a socket file behind, as a killed process does.
    static func leaveStaleSocket(at path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(result == 0 && listen(descriptor, 1) == 0)
        close(descriptor)
    }

    @Test(arguments: [(SocketAccess.owner, 0o600), (.ownerAndGroup, 0o660)] as [(SocketAccess, mode_t)])
    func socketHasItsModeAndIsGoneAfterwards(access: SocketAccess, mode: mode_t) async throws {
        let paths = Seen<String>()
        try await withServer(IdleStopTests.routes()) { options in
            guard case .unixSocket(let path, _) = options.address else { return }
            options.address = .unixSocket(path: path, access: access)
        } _: { server in
            paths.add(server.socketPath)
            #expect(Self.mode(server.socketPath) == mode)
        }
        #expect(!FileManager.default.fileExists(atPath: try #require(paths.all.first)))
    }

    @Test func staleSocketIsReplaced() async throws {
        try await withFolder { folder in
            let path = "\(folder)/stale"
            Self.leaveStaleSocket(at: path)
            #expect(FileManager.default.fileExists(atPath: path))
            try await withServer(at: path, IdleStopTests.routes()) { server in
                let status = try await server.client {
                    try $0.send(ClientRequest("GET", "/"), maximumBodySize: 10).status
                }
                #expect(status == 200)
            }
        }
    }

    @Test func secondServerOnOneSocketIsRefusedAndTheFirstGoesOn() async throws {
        try await withServer(IdleStopTests.routes()) { server in
            let second = SocketServer(
                Routes().buildResponder(), options: SocketServerOptions(.unixSocket(path: server.socketPath)))
            await #expect(throws: SocketServerError(.socketInUse, "")) { try await second.run() }
            let status = try await server.client {
                try $0.send(ClientRequest("GET", "/"), maximumBodySize: 10).status
            }
            #expect(status == 200)
        }
    }

    @Test func otherFileAtTheSocketsPathIsLeftAlone() async throws {
        try await withFolder { folder in
            let path = "\(folder)/precious"
            try Data("evidence".utf8).write(to: URL(fileURLWithPath: path))
            let link = "\(folder)/link"
            #expect(symlink(path, link) == 0)
            for occupied in [path, link, folder] {
                let options = SocketServerOptions(.unixSocket(path: occupied))
                let server = SocketServer(Routes().buildResponder(), options: options)
                await #expect(throws: SocketServerError(.notASocket, "")) { try await server.run() }
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: link)) == Data("evidence".utf8))
        }
    }

    @Test(arguments: ["", String(repeating: "x", count: 108)])
    func unusableSocketPathIsRefused(path: String) async throws {
        let options = SocketServerOptions(.unixSocket(path: path))
        let server = SocketServer(Routes().buildResponder(), options: options)
        await #expect(throws: SocketServerError(.invalidAddress, "")) { try await server.run() }
    }

    @Test func folderThatDoesNotExistIsReportedAndTheMaskComesBack() async throws {
        let options = SocketServerOptions(.unixSocket(path: "/tmp/no-such-folder/s"))
        let server = SocketServer(Routes().buildResponder(), options: options)
        await #expect(throws: SocketServerError(.cannotListen, "")) { try await server.run() }
        // Other tests' servers narrow the mask too, each for a moment; one that was not given back stays for ever.
        let inherited = try Self.mask(of: "\(getppid())")
        let deadline = ContinuousClock.now + .seconds(30)
        while try Self.mask(of: "self") != inherited, ContinuousClock.now < deadline { await Task.yield() }
        #expect(try Self.mask(of: "self") == inherited)
    }

    @Test func claimRemovesOnlyItsOwnFile() async throws {
        try await withFolder { folder in
            let path = "\(folder)/s"
            Self.leaveStaleSocket(at: path)
            let claim = try #require(SocketFileClaim(path: path))
            // Kept under another name, so that its inode cannot be used again at once.
            #expect(rename(path, "\(folder)/old") == 0)
            Self.leaveStaleSocket(at: path)
            claim.remove()
            #expect(FileManager.default.fileExists(atPath: path))
            try #require(SocketFileClaim(path: path)).remove()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}
