import CustodianServer
import Foundation
import Glibc
import HTTPTransport
import HTTPTypes
import Hummingbird
import Synchronization
import Testing

/// Large bodies, one test at a time: they measure the memory of the whole process.
@Suite(.serialized, .timeLimit(.minutes(10))) struct StreamingTests {
    static let byteCount: UInt64 = 200 << 20
    /// A third of the body, and above what both ends and the tests that run meanwhile need.
    static let allowedGrowth = 64 << 20

    /// Bytes of memory at the peak since the last call, and now.
    static func memory() throws -> (peak: Int, now: Int) {
        let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func kibibytes(_ name: String) -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
            return Int(line.filter(\.isNumber)) ?? 0
        }
        return (kibibytes("VmHWM") * 1024, kibibytes("VmRSS") * 1024)
    }

    /// How far memory grew above where it was, at its worst moment during `work`.
    static func growth(_ work: () async throws -> Void) async throws -> Int {
        let reset = open("/proc/self/clear_refs", O_WRONLY)
        // 5 forgets the peak (proc(5)).
        #expect(reset >= 0 && write(reset, "5", 1) == 1)
        close(reset)
        let before = try memory().now
        try await work()
        return try memory().peak - before
    }

    @Test func uploadRunsInBoundedMemory() async throws {
        // In a process of its own: beside it other tests run in this one.
        await #expect(processExitsWith: .success) {
            let routes = Routes()
            routes.put("up") { request, _ in
                var sum: UInt64 = 0
                let count = try await request.consumeBody(upTo: StreamingTests.byteCount) { piece in
                    sum &+= piece.withUnsafeReadableBytes { $0.reduce(0) { $0 &+ UInt64($1) } }
                }
                return "\(count) \(sum)"
            }
            try await withServer(routes) { server in
                for length in [StreamingTests.byteCount, nil] {
                    let left = Mutex(StreamingTests.byteCount)
                    let body = ClientRequest.Body.stream(length: length) { buffer in
                        left.withLock { left in
                            let count = Int(min(left, UInt64(buffer.count)))
                            UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).initializeMemory(
                                as: UInt8.self, repeating: 3)
                            left -= UInt64(count)
                            return count
                        }
                    }
                    let growth = try await StreamingTests.growth {
                        let response = try await server.client {
                            try $0.send(ClientRequest("PUT", "/up", body: body), maximumBodySize: 100)
                        }
                        #expect(String(decoding: response.body, as: UTF8.self) == "209715200 629145600")
                    }
                    print("upload, length \(length.map(String.init) ?? "unstated"): memory grew by \(growth >> 20) MiB")
                    #expect(growth < StreamingTests.allowedGrowth)
                }
            }
        }
    }

    @Test func downloadRunsInBoundedMemory() async throws {
        // In a process of its own: beside it other tests run in this one.
        await #expect(processExitsWith: .success) {
            try await withFolder { folder in
                let path = "\(folder)/sparse"
                let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
                #expect(ftruncate(descriptor, off_t(StreamingTests.byteCount)) == 0)
                #expect(pwrite(descriptor, "end", 3, off_t(StreamingTests.byteCount - 3)) == 3)
                let file = ServedFile(takingOver: descriptor, byteCount: StreamingTests.byteCount)
                let routes = Routes()
                routes.get("down") { request, _ in file.response(to: request) }
                try await withServer(routes) { server in
                    let growth = try await StreamingTests.growth {
                        let (count, tail) = try await server.client { client in
                            var count = 0
                            var tail: [UInt8] = []
                            _ = try client.send(ClientRequest("GET", "/down")) { piece in
                                count += piece.count
                                tail = (tail + piece.suffix(3)).suffix(3)
                            }
                            return (count, tail)
                        }
                        #expect(count == Int(StreamingTests.byteCount))
                        #expect(tail == Array("end".utf8))
                    }
                    print("download: memory grew by \(growth >> 20) MiB")
                    #expect(growth < StreamingTests.allowedGrowth)
                }
            }
        }
    }
}
