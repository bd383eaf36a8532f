import Foundation
import Testing

/// What files say of themselves, beside what their keeper says.
@Suite struct FactsTests {
    @Test func factsOfAnItemStandBesideWhatIsStated() async throws {
        let world = try await World.copy()
        let facts = try await world.bevis("signe", "facts", "2")
        #expect(
            facts.out == """
                captured, as found:  2026:03:14 22:41:07.320+01:00
                captured, as stated: -
                place, as found:     55.6761 12.5683
                place, as stated:    -
                device, as found:    Example Hallway 1
                software, as found:  -
                holds a place:       yes

                """, "\(facts.err)")
        let none = try await world.bevis("signe", "facts", "1", "--json")
        #expect((try none.json() as? [String: Any])?["holds_place"] as? Bool == false, "\(none.err)")
        let log = try await world.bevis("signe", "log")
        #expect(log.outLines.contains { $0.contains("'hallway.jpg'") && $0.hasSuffix("for: facts of a file") })
        #expect(try await world.bevis("signe", "open", "2", "-o", "-").outBytes == World.original(2))
    }

    @Test func factsAreKeptWhenAskedForAndThePlaceIsTold() async throws {
        let world = try await World.copy()
        let picture = World.media + "/hallway.jpg"
        try world.write("copy.jpg", try Command.bytes(picture) + [0])
        let added = try await world.bevis(
            "signe", "add", "copy.jpg", "--facts", "--place", "Hjemme", "--captured", "2026-03-14 21:40")
        #expect(added.status == 0, "\(added.err)")
        #expect(added.err == "copy.jpg holds a place: 55.6761 12.5683; whoever is lent it gets that too\n")
        let shown = try await world.bevis("signe", "show", "4", "--json")
        let known = try #require(try shown.json() as? [String: Any])
        #expect(known["found_place"] as? String == "55.6761 12.5683")
        #expect(known["place"] as? String == "Hjemme")
        #expect(known["found_captured"] as? String == "2026:03:14 22:41:07.320+01:00")
        #expect(known["holds_place"] as? Bool == true)
        let before = try await world.bevis("signe", "show", "2", "--json")
        #expect((try before.json() as? [String: Any])?["holds_place"] as? Bool == false)
        #expect(try world.read("copy.jpg") == Command.bytes(picture) + [0])
    }

    @Test func hostileFileIsAddedAndShownHarmless() async throws {
        let world = try await World.copy()
        let made = try await world.tool(
            "python3", "-c",
            """
            import struct, zlib
            def chunk(kind, data):
                return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
            with open('bomb.png', 'wb') as file:
                file.write(b'\\x89PNG\\r\\n\\x1a\\n')
                file.write(chunk(b'IHDR', struct.pack('>IIBBBBB', 65535, 65535, 8, 6, 0, 0, 0)))
                file.write(chunk(b'tEXt', b'Software\\0a\\x1b[2Jb\\x9b1m'))
                file.write(chunk(b'IDAT', zlib.compress(bytes(1 << 20))) + chunk(b'IEND', b''))
            """)
        #expect(made.status == 0, "\(made.err)")
        let added = try await world.bevis("signe", "add", "bomb.png", "--facts")
        #expect(added.status == 0, "\(added.err)")
        for words in [["show", "4"], ["facts", "4"]] {
            let out = try await world.bevis("signe", words)
            #expect(out.out.contains("software, as found:"), "\(out.out) \(out.err)")
            #expect(out.out.contains("[2Jb"), "\(out.out)")
            #expect(!out.outBytes.contains(0x1B))
            #expect(!out.out.unicodeScalars.contains("\u{9B}"))
        }
    }
}
