import Foundation
import Testing

/// Parts of an item that is large enough for leaves to be fetched with their paths.
@Suite struct RangeTests {
    @Test func partsOfALargeItemAreTheOriginalsAndAnAlteredChunkIsRefused() async throws {
        let world = try await World.copy()
        // Its period is no chunk's, so that no two chunks are equal.
        let period = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let original = Array(repeatElement(period, count: 320).joined())
        try world.write("large.bin", original)
        #expect(try await world.bevis("signe", "add", "large.bin").status == 0)
        for range in [0..<1, 65_535..<65_537, 9_000_000..<9_300_000, original.count - 1..<original.count] {
            let part = try await world.bevis(
                "signe", "open", "4", "--range", "\(range.lowerBound)-\(range.upperBound - 1)", "-o", "part", "--force")
            #expect(part.status == 0, "\(part.err)")
            #expect(try world.read("part") == Array(original[range]))
        }
        let whole = try await world.bevis("signe", "open", "4", "-o", "whole")
        #expect(whole.status == 0, "\(whole.err)")
        #expect(try world.read("whole") == original)

        let objects = URL(fileURLWithPath: world.vault + "/objects")
        let names = FileManager.default.enumerator(at: objects, includingPropertiesForKeys: nil)
        let largest = try #require(
            names?.compactMap { $0 as? URL }.first { (try? Data(contentsOf: $0).count) ?? 0 > 20 << 20 })
        let file = try FileHandle(forUpdating: largest)
        try file.seek(toOffset: 9_100_000)
        try file.write(contentsOf: [0xFF, 0xFE, 0xFD, 0xFC])
        try file.close()
        let altered = try await world.bevis("signe", "open", "4", "--range", "9100000-9100010", "-o", "altered")
        #expect(altered.status == 1, "\(altered.err)")
        #expect(!world.exists("altered"))
        #expect(try await world.bevis("signe", "open", "4", "--range", "0-10", "-o", "elsewhere").status == 0)
    }
}
