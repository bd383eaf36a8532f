import Foundation
import Testing

@testable import FileFacts

/// What is made beside originals, by programs that are shut in.
@Suite struct CopyToolsTests {
    private static let media =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Media/"

    /// A folder of a test, gone when the test ends.
    private final class Folder {
        let path = "/tmp/copies-\(UInt64.random(in: 0 ... .max))"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ bytes: [UInt8]) throws -> String {
            try Data(bytes).write(to: URL(filePath: path + "/" + name))
            return path + "/" + name
        }
    }

    private func facts(_ bytes: [UInt8]) throws -> FoundFacts {
        try FileFacts.find { take in _ = try bytes.withUnsafeBytes { try take($0) } }
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: CopyToolsTests.media + name)))
    }

    @Test(arguments: ["hallway.jpg", "hallway.mp4"]) func stillIsAPictureThatSaysNothingOfItself(_ name: String) throws
    {
        let still = try CopyTools.still(of: CopyToolsTests.media + name)
        #expect(still.starts(with: [0xFF, 0xD8, 0xFF]))
        #expect(try facts(still).position == nil)
        #expect(try facts(still).device == nil)
    }

    @Test func filmThatDoesNotPlayEverywhereGetsACopyThatDoes() throws {
        let folder = try Folder()
        #expect(try CopyTools.playsEverywhere(CopyToolsTests.media + "hallway.mp4"))
        let old = folder.path + "/old.avi"
        let process = Process()
        process.executableURL = URL(filePath: CopyTools.film)
        process.arguments = [
            "-v", "error", "-nostdin", "-i", CopyToolsTests.media + "hallway.mp4", "-c:v", "mpeg4", "-an", old,
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try !CopyTools.playsEverywhere(old))
        var copy: [UInt8] = []
        try CopyTools.playable(of: old) { copy.append(contentsOf: $0) }
        #expect(try CopyTools.playsEverywhere(try folder.write("copy.mp4", copy)))
    }

    @Test func copyWithoutPlaceIsLookedIntoAgain() throws {
        let original = try bytes("hallway.jpg")
        #expect(try facts(original).position != nil)
        let copy = try CopyTools.withoutPlace { take in _ = try original.withUnsafeBytes { try take($0) } }
        #expect(try facts(copy).position == nil)
        #expect(copy.count > original.count / 2)
    }

    @Test(
        arguments: [
            [], Array("garbage".utf8), [UInt8](repeating: 0xFF, count: 10_000),
            Array("ffconcat version 1.0\nfile /etc/passwd\n".utf8),
            Array("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".utf8),
        ] as [[UInt8]]) func hostileFileMakesNoCopyAndNoHarm(_ hostile: [UInt8]) throws
    {
        let folder = try Folder()
        let path = try folder.write("hostile.mp4", hostile)
        #expect(throws: FactsError.self) { try CopyTools.still(of: path) }
        #expect(throws: FactsError.self) { try CopyTools.playable(of: path) { _ in } }
        #expect(throws: FactsError.self) {
            try CopyTools.withoutPlace { take in _ = try hostile.withUnsafeBytes { try take($0) } }
        }
        #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == hostile)
    }

    @Test func whoeverTakesTheCopyCanStopIt() throws {
        struct Full: Error {}
        #expect(throws: Full.self) {
            try CopyTools.playable(of: CopyToolsTests.media + "hallway.mp4") { bytes in
                if !bytes.isEmpty { throw Full() }
            }
        }
    }

    @Test func programReadsWhatItWasShownAndNothingElse() throws {
        let folder = try Folder()
        let shown = try folder.write("shown", Array("shown".utf8))
        let other = try folder.write("other", Array("other".utf8))
        var confinement = Confinement()
        confinement.readable = [(shown, "input")]
        let seen = try ConfinedProcess(["/usr/bin/cat", "/input"], confinement).finish()
        #expect(seen == Array("shown".utf8))
        for command in [["/usr/bin/cat", other], ["/usr/bin/touch", "/input"], ["/usr/bin/cat", "/etc/passwd"]] {
            let process = try ConfinedProcess(command, confinement)
            #expect(throws: FactsError.self, "\(command)") { try process.finish() }
        }
    }
}
