import Foundation
import Glibc
import HTTPTransport
import HTTPTypes
import Hummingbird
import Testing

@testable import CustodianServer

@Suite(.timeLimit(.minutes(10))) struct RangeVerdictTests {
    @Test(
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=0-9", 0..<10), ("bytes=5-", 5..<100), ("bytes=99-", 99..<100),
            ("bytes=-1", 99..<100), ("bytes=-100", 0..<100), ("bytes=-500", 0..<100), ("bytes=90-1000", 90..<100),
            ("bytes=0-99999999999999999999999999", 0..<100), ("bytes=-99999999999999999999999999", 0..<100),
            ("BYTES=1-2", 1..<3), ("bytes= 1-2", 1..<3), ("bytes=1-2 ", 1..<3), ("bytes=,1-2,", 1..<3),
            ("bytes=0001-0002", 1..<3), ("bytes=99-99", 99..<100),
        ] as [(String, Range<UInt64>)])
    func oneRangeIsCutToTheSize(header: String, expected: Range<UInt64>) {
        #expect(RangeVerdict(header: header, size: 100) == .part(expected))
    }

    @Test(arguments: [
        "bytes=100-", "bytes=100-200", "bytes=-0", "bytes=18446744073709551616-", "bytes=99999999999999999999-",
    ])
    func rangePastTheEndIsUnsatisfiable(header: String) {
        #expect(RangeVerdict(header: header, size: 100) == .unsatisfiable)
    }

    @Test(arguments: [
        nil, "", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes=5", "bytes=a-b", "bytes=1-b", "bytes=1--2",
        "bytes=5-4", "bytes=99999999999999999999-99999999999999999998", "bytes=0-0,2-3", "bytes=-1,-2", "bytes=+1-2",
        "bytes=1 -2", "bytes=1- 2", "items=0-5", "bytes 0-5", "bytes=0x1-2", " bytes=0-1", "bytes =0-1", "bytes=١-٢",
    ])
    func malformedOrMultipleRangesAreIgnored(header: String?) {
        #expect(RangeVerdict(header: header, size: 100) == .whole)
    }

    @Test(arguments: [
        ("bytes=0-", RangeVerdict.unsatisfiable), ("bytes=0-0", .unsatisfiable), ("bytes=-5", .whole),
        ("bytes=-0", .unsatisfiable),
    ])
    func nothingCanBeCutFromAnEmptyFile(header: String, expected: RangeVerdict) {
        #expect(RangeVerdict(header: header, size: 0) == expected)
    }

    @Test func everyVerdictLiesWithinTheFile() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let size = UInt64.random(in: 1...50, using: &random)
            let (first, last) = (UInt64.random(in: 0...60, using: &random), UInt64.random(in: 0...60, using: &random))
            switch RangeVerdict(header: "bytes=\(first)-\(last)", size: size) {
            case .whole: #expect(first > last)
            case .unsatisfiable: #expect(first >= size && first <= last)
            case .part(let range): #expect(range == first..<min(last + 1, size) && !range.isEmpty)
            }
        }
    }
}

@Suite(.timeLimit(.minutes(10))) struct ServedFileTests {
    /// A file of 700,000 bytes of which all but the first and last 1,000 are served: three pieces.
    static let contents = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    static let served = Array(contents[1000..<699_000])

    func withFile(
        stated: UInt64 = 698_000, _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let path = "\(folder)/file"
            try Data(Self.contents).write(to: URL(fileURLWithPath: path))
            let file = ServedFile(takingOver: open(path, O_RDONLY), from: 1000, byteCount: stated)
            let routes = Routes()
            routes.get("file") { request, _ in
                file.response(to: request, contentType: "video/mp4", entityTag: "\"abc\"")
            }
            routes.head("file") { request, _ in
                file.response(to: request, contentType: "video/mp4", entityTag: "\"abc\"")
            }
            try await withServer(routes, body)
        }
    }

    static func get(
        _ client: HTTPConnection, _ headers: [(String, String)], method: String = "GET"
    ) throws -> ClientResponse {
        try client.send(ClientRequest(method, "/file", headers: headers), maximumBodySize: 1 << 20)
    }

    @Test func wholeFileIsServedWithoutARange() async throws {
        try await withFile { server in
            let response = try await server.client { try Self.get($0, []) }
            #expect(response.status == 200)
            #expect(response.body == Self.served)
            #expect(response.headers["accept-ranges"] == "bytes")
            #expect(response.headers["content-type"] == "video/mp4")
            #expect(response.headers["content-range"] == nil)
            #expect(response.headers["etag"] == "\"abc\"")
        }
    }

    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=5-", 5..<698_000), ("bytes=-500", 697_500..<698_000),
        ("bytes=262143-262144", 262_143..<262_145), ("bytes=100-600000", 100..<600_001),
        ("bytes=697999-", 697_999..<698_000),
    ])
    func partIsServedExactly(header: String, range: Range<Int>) async throws {
        try await withFile { server in
            let response = try await server.client { try Self.get($0, [("Range", header)]) }
            #expect(response.status == 206)
            #expect(response.body == Array(Self.served[range]))
            #expect(response.headers["content-length"] == "\(range.count)")
            #expect(
                response.headers["content-range"] == "bytes \(range.lowerBound)-\(range.upperBound - 1)/698000")
        }
    }

    @Test func rangePastTheEndIsToldTheSize() async throws {
        try await withFile { server in
            let response = try await server.client { try Self.get($0, [("Range", "bytes=698000-")]) }
            #expect(response.status == 416)
            #expect(response.headers["content-range"] == "bytes */698000")
            #expect(response.body.isEmpty)
        }
    }

    @Test(arguments: [
        [("Range", "bytes=x")], [("Range", "bytes=0-1,4-5")], [("Range", "bytes=0-1"), ("Range", "bytes=4-5")],
        [("Range", "bytes=0-1"), ("If-Range", "\"other\"")], [("Range", "bytes=0-1"), ("If-Range", "W/\"abc\"")],
        [("Range", "bytes=0-1"), ("If-Range", "Sat, 01 Aug 2026 00:00:00 GMT")],
    ])
    func rangeThatDoesNotCountGetsTheWhole(headers: [(String, String)]) async throws {
        try await withFile { server in
            let response = try await server.client { try Self.get($0, headers) }
            #expect(response.status == 200)
            #expect(response.body.count == Self.served.count)
        }
    }

    @Test func rangeOfTheSameFileIsServed() async throws {
        try await withFile { server in
            let headers = [("Range", "bytes=0-1"), ("If-Range", "\"abc\"")]
            let status = try await server.client { try Self.get($0, headers).status }
            #expect(status == 206)
        }
    }

    @Test func headIgnoresTheRange() async throws {
        try await withFile { server in
            let response = try await server.client { try Self.get($0, [("Range", "bytes=0-1")], method: "HEAD") }
            #expect(response.status == 200)
            #expect(response.headers["content-length"] == "698000")
            #expect(response.body.isEmpty)
        }
    }

    @Test func fileThatShrankIsCutOffNotPadded() async throws {
        try await withFile(stated: 700_000) { server in
            await #expect(throws: ClientError(.interrupted, "")) {
                try await server.client { try Self.get($0, []) }
            }
        }
    }
}
