import SignedNote
import Testing

@testable import Sharing

@Suite struct NoteTextTests {
    @Test func everyKindOfTextHasASample() {
        #expect(Samples.all.count == 28)
        #expect(Set(Samples.all.map { $0.lines[0] }).count == 28)
    }

    @Test(arguments: Samples.all)
    func textIsWrittenAsStored(_ sample: Sample) throws {
        let file = try stored("Examples/\(sample.name).txt", expecting: sample.bytes)
        #expect(text(sample.bytes) == text(file))
    }

    @Test(arguments: Samples.all)
    func storedTextIsReadAndWrittenBackTheSame(_ sample: Sample) throws {
        let file = try stored("Examples/\(sample.name).txt", expecting: sample.bytes)
        let text = sample.signer == nil ? file : try UnverifiedNote(parsing: file).text
        #expect(try sample.rewrite(text) == text)
    }

    @Test(arguments: Samples.all)
    func missingLineIsRefused(_ sample: Sample) {
        for index in sample.lines.indices.dropFirst() where !isList(key(sample.lines[index]), in: sample) {
            var lines = sample.lines
            lines.remove(at: index)
            #expect(code { _ = try sample.rewrite(joined(lines)) } == .missingField, "\(key(sample.lines[index]))")
        }
    }

    @Test(arguments: Samples.all)
    func repeatedLineIsRefused(_ sample: Sample) {
        for index in sample.lines.indices.dropFirst() {
            var lines = sample.lines
            lines.insert(lines[index], at: index)
            #expect(throws: NoteError.self, "\(key(lines[index]))") { try sample.rewrite(joined(lines)) }
        }
    }

    @Test(arguments: Samples.all)
    func lineOutOfOrderIsRefused(_ sample: Sample) {
        for first in sample.lines.indices.dropFirst() {
            for second in sample.lines.indices[(first + 1)...]
            where key(sample.lines[first]) != key(sample.lines[second]) {
                var lines = sample.lines
                lines.swapAt(first, second)
                #expect(throws: NoteError.self, "\(key(lines[first])) and \(key(lines[second]))") {
                    try sample.rewrite(joined(lines))
                }
            }
        }
    }

    @Test(arguments: Samples.all)
    func unknownLineIsRefusedAnywhere(_ sample: Sample) {
        for index in 0...sample.lines.count {
            for line in ["unknown x", "unknown", "", "none", " "] {
                var lines = sample.lines
                lines.insert(bytes(line), at: index)
                #expect(throws: NoteError.self, "\(line) at \(index)") { try sample.rewrite(joined(lines)) }
            }
        }
    }

    @Test(arguments: Samples.all)
    func alteredLineIsRefused(_ sample: Sample) {
        for index in sample.lines.indices {
            let line = sample.lines[index]
            let name = bytes(key(line))
            let altered = [
                line + [0x0D], line + [0x20], [0x20] + line, line + [0x09], line + [0x00], line + [0xFF],
                name + [0x20] + line.dropFirst(name.count), name + [0x09] + line.dropFirst(name.count + 1), name,
                name + [0x20], bytes(text(name).uppercased()) + line.dropFirst(name.count),
            ]
            for replacement in altered where replacement != line {
                var lines = sample.lines
                lines[index] = replacement
                #expect(throws: NoteError.self, "line \(index), \(replacement)") {
                    try sample.rewrite(joined(lines))
                }
            }
        }
    }

    @Test(arguments: Samples.all)
    func cutTextIsRefused(_ sample: Sample) {
        // A list at a text's end may be shorter: whole lines of it can go.
        let ends = Set(
            sample.lines.indices.filter { isList(key(sample.lines[$0]), in: sample) }
                .map { joined([[UInt8]](sample.lines[..<$0])).count })
        for count in 0..<sample.text.count where !ends.contains(count) {
            #expect(throws: NoteError.self, "\(count)") { try sample.rewrite([UInt8](sample.text.prefix(count))) }
        }
    }

    @Test(arguments: Samples.all)
    func everyOtherTypeIsRefused(_ sample: Sample) {
        for other in Samples.all where other.name != sample.name {
            #expect(code { _ = try sample.rewrite(other.text) } == .unexpectedType)
        }
        for type in ["bevis.example/grant/v2", "", "bevis.example/grant", "cosignature/v1", "log.example/2026"] {
            let lines = [bytes(type)] + sample.lines.dropFirst()
            #expect(code { _ = try sample.rewrite(joined(lines)) } == .unexpectedType)
        }
    }

    @Test(arguments: Samples.all)
    func onlyOptionalLinesMaySayNone(_ sample: Sample) throws {
        let optional: [String: Set<String>] = [
            "card": ["organisation", "expires"], "withdrawal": ["reason"], "revocation": ["reason"],
            "decline": ["reason"], "membership": ["expires"], "unit-key": ["membership", "card"],
            "grant": ["parent", "rights", "lend", "approval", "openings"],
            "request": ["grant", "journal", "checkpoint"],
            // Here it is base64 of three bytes.
            "erasure": ["leaves"], "recipient-envelope": ["ingest", "new-description", "case-card"],
            "verification": ["checkpoint"],
        ]
        for index in sample.lines.indices.dropFirst() {
            let name = key(sample.lines[index])
            var lines = sample.lines
            lines[index] = bytes(name + " none")
            if optional[sample.name, default: []].contains(name) {
                #expect(try sample.rewrite(joined(lines)) == joined(lines))
            } else if lines != sample.lines {
                #expect(throws: NoteError.self, "\(name)") { try sample.rewrite(joined(lines)) }
            }
        }
    }

    /// Whatever is read is written back byte for byte: nothing has two spellings.
    @Test(arguments: Samples.all)
    func alteredByteIsRefusedOrKept(_ sample: Sample) {
        var random = SeededRandom(seed: 11)
        var refused = 0
        for _ in 0..<3_000 {
            var altered = sample.text
            let index = Int.random(in: 0..<altered.count, using: &random)
            switch random.next() % 4 {
            case 0: altered[index] ^= 0x20  // the other case
            case 1: altered[index] = UInt8.random(in: 0x20...0x7E, using: &random)
            case 2: altered.remove(at: index)
            default: altered.insert(random.element([0x20, 0x30, 0x3D, 0x41, 0x2D]), at: index)
            }
            guard let written = try? sample.rewrite(altered) else {
                refused += 1
                continue
            }
            #expect(written == altered)
        }
        #expect(refused > 100)
    }

    @Test func recipientInCapitalsIsRefused() throws {
        let sample = try #require(Samples.all.first { $0.name == "one-time-recipient" })
        var lines = sample.lines
        lines[2] = bytes("recipient ") + bytes(text([UInt8](lines[2].suffix(62))).uppercased())
        #expect(throws: NoteError.self) { try sample.rewrite(joined(lines)) }
    }
}
