import Foundation
import Glibc
import Synchronization

/// A server on a Unix socket that does to each connection exactly what its script says, however wrong.
final class ScriptedPeer: Sendable {
    let path: String
    private let listener: Int32
    private let accepted = Seen<Int32>()

    /// The script gets the connection and its number, from 0; the connection is closed when it returns.
    init(_ script: @escaping @Sendable (PeerConnection, Int) -> Void) {
        let path = "/tmp/peer-\(UUID().uuidString.prefix(13)).sock"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(bound == 0 && listen(listener, 16) == 0)
        self.path = path
        self.listener = listener
        Thread.detachNewThread { [accepted] in
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    // Closed here, not in deinit: a number given away early could be another peer's listener by now.
                    close(listener)
                    return
                }
                let number = accepted.all.count
                accepted.add(descriptor)
                Thread.detachNewThread {
                    script(PeerConnection(descriptor: descriptor), number)
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink(path)
    }

    var acceptedCount: Int { accepted.all.count }

    /// A peer that reads each request's head and gives `answer`, then waits for the next.
    static func answering(_ answer: String) -> ScriptedPeer {
        ScriptedPeer { connection, _ in
            while connection.readHead() != nil { connection.write(answer) }
        }
    }
}

struct PeerConnection: Sendable {
    let descriptor: Int32

    /// Reads up to and including the empty line; nil at the connection's end.
    func readHead() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1 {
            bytes.append(byte)
            if bytes.suffix(4) == [13, 10, 13, 10] { return String(decoding: bytes, as: UTF8.self) }
        }
        return nil
    }

    func readBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var position = 0
        while position < count {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: position), count - position)
            }
            guard got > 0 else { break }
            position += got
        }
        return Array(bytes.prefix(position))
    }

    /// Reads until the other side is gone.
    func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let sent = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: position), bytes.count - position, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            position += sent
        }
    }
}

/// A value that a peer's thread writes and the test reads.
final class Seen<Value: Sendable>: Sendable {
    private let state: Mutex<[Value]> = Mutex([])
    func add(_ value: Value) { state.withLock { $0.append(value) } }
    var all: [Value] { state.withLock { $0 } }
}

struct OwnError: Error, Equatable {
    let number: Int
}
