import Foundation
import Testing

/// The vault's log is one that others read: a program that knows tlog-tiles and nothing of Bevis checks all of it.
@Suite struct TileLogTests {
    private static let reader = URL(filePath: #filePath).deletingLastPathComponent().path + "/tiles.py"

    private func read(_ folder: String, in world: Sandbox) async throws -> Outcome {
        let policy = String(decoding: try world.read("Keys/policy"), as: UTF8.self).split(separator: "\n")
        let key = try #require(policy.first { $0.hasPrefix("log ") }?.dropFirst(4))
        return try await world.tool("python3", TileLogTests.reader, folder, String(key))
    }

    @Test func anotherProgramReadsTheWholeLog() async throws {
        let world = try await World.copy()
        try FileManager.default.createDirectory(atPath: world.path("notes"), withIntermediateDirectories: false)
        // So many that entries and hashes fill a tile, and a second level begins.
        for number in 1...300 { try world.write("notes/\(number)", Array("\(number)".utf8)) }
        try await world.prepare("signe", "add", "notes")
        let entries = try await world.bevis("signe", "vault", "info", "--json")
        let size = try #require((entries.json() as? [String: Any])?["entries"] as? Int)
        #expect(size > 300)
        let whole = try await read(world.vault + "/log", in: world)
        #expect(whole.outLines == ["\(size)"], "\(whole.err)")
        let exported = try await world.bevis("revisor", "audit", "export", "--out", "bundle")
        #expect(exported.status == 0, "\(exported.err)")
        let inBundle = try await read("bundle/log", in: world)
        #expect(inBundle.outLines == ["\(size)"], "\(inBundle.err)")
        for name in ["tile/entries/000", "tile/0/000", "tile/1/000.p/1", "checkpoint"] {
            let path = "bundle/log/" + name
            let bytes = try world.read(path)
            var flipped = bytes
            flipped[flipped.count / 2] ^= 1
            try world.write(path, flipped)
            let broken = try await read("bundle/log", in: world)
            #expect(broken.status == 1, "\(name)")
            try world.write(path, bytes)
        }
    }
}
