import Custodian
import CustodianProtocol
import Foundation
import HTTPTransport
import SignedNote
import Storage
import StorageSQLite
import Testing

@testable import CustodianServer

/// A real custodian on its own folder, asked by clients that do not keep to HTTP, or to our messages.
@Suite(.timeLimit(.minutes(10))) struct MalformedRequestTests {
    private static let host = "Host: localhost\r\nConnection: close\r\n"

    private func withCustodian(_ body: @escaping @Sendable (RunningServer) async throws -> Void) async throws {
        try await withFolder { path in
            let folder = try VaultFolder(path: path + "/vault", creating: true)
            let stores = CustodianStores(
                records: try folder.records(), objects: folder.objects(), checkpoints: folder.checkpoints(),
                tiles: folder.tiles(), secrets: folder.secrets(), keys: folder.keys())
            let custodian = try await Custodian(stores: stores, clock: { Timestamp(seconds: 1_800_000_000) })
            try await withServer(CustodianRoutes(custodian).router(), body)
            withExtendedLifetime(folder) {}
        }
    }

    /// Everything that comes back when these bytes are all that is sent; nothing in it may say more than it should.
    private func answer(_ server: RunningServer, _ bytes: [UInt8]) async throws -> String {
        let text = try await onThread {
            let client = try RawClient(server.address)
            client.send(bytes)
            client.finishSending()
            return client.readToEnd()
        }
        #expect(!text.contains("/vault") && !text.contains("Error("))
        return text
    }

    private func status(_ answer: String) -> Int? { Int(answer.dropFirst(9).prefix(3)) }

    private func expectService(_ server: RunningServer) async throws {
        let request = Array("GET /checkpoint HTTP/1.1\r\n\(Self.host)\r\n".utf8)
        #expect(status(try await answer(server, request)) == 200)
    }

    @Test func brokenHeadsAreRefusedAndTheCustodianServesOn() async throws {
        let long = String(repeating: "a", count: 40_000)
        let heads = [
            "GARBAGE\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET /checkpoint\r\n\r\n",
            "GET /checkpoint HTTP/9.9\r\n\(Self.host)\r\n", "GET /checkpoint HTTQ/1.1\r\n\(Self.host)\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "G\u{1}T /checkpoint HTTP/1.1\r\n\(Self.host)\r\n",
            "GET checkpoint HTTP/1.1\r\n\(Self.host)\r\n", "CONNECT evil.example:443 HTTP/1.1\r\n\(Self.host)\r\n",
            "GET /check point HTTP/1.1\r\n\(Self.host)\r\n", "GET /\(long) HTTP/1.1\r\n\(Self.host)\r\n",
            "GET /checkpoint HTTP/1.1\r\n\(Self.host)X: \(long)\r\n\r\n",
            "GET /checkpoint HTTP/1.1\r\n\(Self.host)\(long): x\r\n\r\n",
            "GET /checkpoint HTTP/1.1\r\n\(Self.host)X : y\r\n\r\n",
            "GET /checkpoint HTTP/1.1\r\n\(Self.host)X: a\0b\r\n\r\n",
            "GET /checkpoint HTTP/1.1\r\n\(Self.host): y\r\n\r\n",
            "GET /checkpoint HTTP/1.1\r\n\(Self.host)no colon\r\n\r\n",
            "GET /checkpoint HTTP/1.1\r\nHost: a\r\n\(Self.host)\r\n",
        ]
        try await withCustodian { server in
            for head in heads {
                let got = status(try await answer(server, Array(head.utf8)))
                // Where there is no telling what was asked, a closed connection is an answer too.
                #expect(got == nil || [400, 404, 414, 431, 505].contains(got), "\(head.prefix(60)): \(got ?? 0)")
                try await expectService(server)
            }
        }
    }

    @Test(arguments: [
        "BREW /checkpoint", "DELETE /checkpoint", "POST /checkpoint", "GET /v1/cards", "GET /%00", "GET /%2e%2e/keys",
        "GET /../records.sqlite", "GET /tile/../checkpoint", "GET /tile/0/..%2f..%2frecords.sqlite",
        "GET /tile/0/%00", "GET /tile/0/001", "GET /tile/9/000", "GET /tile/63/x018/x446/x744/x073/x709/x551/615",
        "GET /tile/64/000", "GET /tile/0/x018/x446/x744/x073/x709/x551/616", "GET /tile/-1/000", "GET /tile/0/0",
        "GET /tile/0/000.p/0", "GET /tile/0/000.p/256", "GET /tile/entries/x018/x446/x744/x073/x709/x551/615",
        "GET /tile/entries/000.p/1", "GET /tile/entries/../../checkpoint", "GET /tile/", "GET //checkpoint/%ff",
        "GET /v1/recovery/..", "GET /v1/recovery/%00", "GET /v1/recovery/zz", "GET /v1/objects/%2e%2e%2fkeys",
        "GET /v1/objects/00/leaves?chunks=0-18446744073709551615", "GET /v1/objects/\u{e6}", "GET /v1/objects/00/item",
        "POST /v1/signers/00/00", "POST /v1/signers/%00/..", "POST /v1/acknowledgements/..", "GET /?a=%zz&&==",
    ])
    func placesThatAreNotThereAreRefused(line: String) async throws {
        try await withCustodian { server in
            let got = status(try await answer(server, Array("\(line) HTTP/1.1\r\n\(Self.host)\r\n".utf8)))
            #expect([400, 403, 404, 405].contains(got), "\(got ?? 0)")
            try await expectService(server)
        }
    }

    @Test func brokenBodiesAreRefusedAndTheCustodianServesOn() async throws {
        let frames = [
            "Content-Length: -1\r\n\r\n{}", "Content-Length: abc\r\n\r\n{}", "Content-Length: +2\r\n\r\n{}",
            "Content-Length: 2, 3\r\n\r\n{}", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "Content-Length: 99999999999999999999\r\n\r\n{}", "Content-Length: 18446744073709551615\r\n\r\n{}",
            "Content-Length: 1000000000000\r\n\r\n{}", "Content-Length: 5\r\n\r\n{}",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: gzip\r\n\r\n{}", "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n2",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ]
        try await withCustodian { server in
            for path in ["/v1/cards", "/v1/objects"] {
                for frame in frames {
                    let request = "POST \(path) HTTP/1.1\r\n\(Self.host)\(frame)"
                    let got = status(try await answer(server, Array(request.utf8)))
                    #expect(got == nil || [400, 411, 413, 501].contains(got), "\(path) \(frame): \(got ?? 0)")
                }
                try await expectService(server)
            }
        }
    }

    @Test func messagesThatAreNoneAreRefusedByName() async throws {
        let deep = [String(repeating: "[", count: 100_000), String(repeating: "{\"note\":", count: 20_000)]
        let bodies = [
            "", "{", "{}", "[]", "null", "0", "\"", "\u{FEFF}{}",
            "{\"note\":null}", "{\"note\":1}", "{\"note\":\"\"}", "{\"note\":\"\\u0000\"}", "{\"note\":\"\\ud800\"}",
            "{\"query\":\"x\",\"from\":-1}", "{\"query\":\"x\",\"from\":1e400}", "{\"query\":\"x\",\"from\":1.5}",
            "{\"query\":\"x\",\"from\":18446744073709551615}", "{\"query\":\"x\",\"from\":18446744073709551616}",
            "{\"card\":\"\",\"owner\":\"\",\"logKey\":\"*\",\"recipient\":\"\",\"recoveryID\":\"\",\"recovery\":\"\"}",
            "{\"grant\":\"\",\"envelope\":\"\",\"recipient\":\"age1\",\"recipientEnvelope\":\"\"}",
        ]
        let paths = [
            "trust", "cards", "withdrawals", "cases", "items", "recovery", "grants", "revocations", "requests",
            "streams", "listings", "grant-listings", "case-listings", "audit/keys", "audit/records", "audit/lists",
        ]
        try await withCustodian { server in
            for (place, path) in paths.enumerated() {
                for body in place == 0 ? bodies + deep : bodies {
                    let head = "POST /v1/\(path) HTTP/1.1\r\n\(Self.host)Content-Length: \(body.utf8.count)\r\n\r\n"
                    let got = try await answer(server, Array((head + body).utf8))
                    #expect(status(got) == 400, "\(path) \(body.prefix(40)): \(got.prefix(12))")
                    #expect(got.contains("{\"error\":\"malformed\""), "\(path) \(body.prefix(40))")
                }
                try await expectService(server)
            }
        }
    }

    /// Seeded changes to requests that are well-formed: whatever comes of them, no failure of the custodian's own.
    @Test func changedRequestsNeverMakeTheCustodianFail() async throws {
        let note = "{\"note\":\"bevis.example/card/v1\\nkind person\\n\\n\u{2014} a AAAA\\n\"}"
        let seeds = [
            "POST /v1/cards HTTP/1.1\r\n\(Self.host)Content-Length: \(note.utf8.count)\r\n\r\n\(note)",
            "POST /v1/objects HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
            "GET /tile/0/000.p/1 HTTP/1.1\r\n\(Self.host)Range: bytes=0-1\r\n\r\n",
            "GET /v1/objects/\(String(repeating: "0", count: 64))/leaves?chunks=0-1 HTTP/1.1\r\n\(Self.host)"
                + "Bevis-Query: AAAA\r\n\r\n",
        ].map { Array($0.utf8) }
        var random = Seeded(state: 20_261_122)
        let requests = (0..<400).map { round in random.changed(seeds[round % seeds.count]) }
        try await withCustodian { server in
            for request in requests {
                let got = status(try await answer(server, request))
                #expect(got.map { $0 < 500 || $0 == 501 || $0 == 505 } != false, "\(got ?? 0): \(request)")
            }
            try await expectService(server)
            #expect(server.activity.counts.inFlight == 0)
        }
    }

    @Test func requestThatComesByteByByteIsAnswered() async throws {
        try await withCustodian { server in
            let got = try await onThread {
                let client = try RawClient(server.address)
                for byte in Array("GET /checkpoint HTTP/1.1\r\n\(Self.host)\r\n".utf8) { client.send([byte]) }
                return client.readToEnd()
            }
            #expect(status(got) == 200)
        }
    }

    @Test(
        arguments: [
            ("0-0", 0...0), ("0-255", 0...255),
            ("281474976710400-281474976710655", 281_474_976_710_400...281_474_976_710_655),
            ("0-256", nil), ("1-0", nil), ("", nil), ("-", nil), ("1", nil), ("1-", nil), ("-1", nil), ("1-2-3", nil),
            ("+1-+2", nil), ("01-2", nil), ("1-02", nil), (" 1-2", nil), ("1-2 ", nil), ("0x1-2", nil),
            ("\u{661}-2", nil),
            ("281474976710655-281474976710656", nil), ("18446744073709551615-18446744073709551616", nil),
        ] as [(String, ClosedRange<UInt64>?)])
    func rangesOfChunksAreReadAsTheyAreWritten(text: String, chunks: ClosedRange<UInt64>?) {
        #expect(ChunkRange(text)?.chunks == chunks)
        if let chunks { #expect(ChunkRange(chunks)?.text == text) }
    }
}

/// A generator that gives the same numbers in every run (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// The bytes with one to four of them changed, removed, doubled, or cut off behind.
    mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(bytes[place], at: place)
            case 2: bytes.removeSubrange(place...)
            case 3: bytes[place] = [0, 0x0A, 0x0D, 0x20, 0x25, 0x2E, 0x2F, 0x3A, 0xFF].randomElement(using: &self) ?? 0
            default: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            }
        }
        return bytes
    }
}
