import CustodianClient
import Glibc
import HTTPTransport
import Testing

/// An answer that was lost is not taken for one that never came: what was asked for may have been done.
@Suite struct LostAnswerTests {
    @Test func whoeverNeverAnsweredHasDoneNothing() throws {
        let connection = try CustodianConnection(.unixSocket(path: "/tmp/nobody-\(getpid()).sock"))
        #expect(throws: ClientError(.unreachable, "")) { try connection.get("/v1/about") }
    }

    /// The custodian takes a second request and dies: libcurl tries once more by itself, and then nobody is there.
    @Test func whoeverAnsweredBeforeMayHaveDoneIt() throws {
        let path = "/tmp/lost-\(getpid()).sock"
        let listener = try #require(LostAnswerTests.listen(path))
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Peer(listener: listener, path: path))
        pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Peer>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        defer { pthread_join(thread, nil) }
        let connection = try CustodianConnection(.unixSocket(path: path))
        #expect(try connection.get("/v1/about") == Array("yes".utf8))
        #expect(throws: ClientError(.cutOff, "")) { try connection.get("/v1/about") }
    }

    private static func listen(_ path: String) -> Int32? {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return bound == 0 && Glibc.listen(listener, 4) == 0 ? listener : nil
    }

    private final class Peer: Sendable {
        let listener: Int32
        let path: String

        init(listener: Int32, path: String) { (self.listener, self.path) = (listener, path) }

        func run() {
            let connection = accept(listener, nil, nil)
            var buffer = [UInt8](repeating: 0, count: 4096)
            _ = read(connection, &buffer, buffer.count)
            let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes".utf8)
            _ = write(connection, answer, answer.count)
            _ = read(connection, &buffer, buffer.count)
            unlink(path)
            close(listener)
            close(connection)
        }
    }
}
