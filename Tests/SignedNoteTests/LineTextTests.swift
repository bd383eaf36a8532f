import SignedNote
import Sodium
import Testing

@Suite struct LineTextTests {
    private func written() throws -> [UInt8] {
        var writer = LineTextWriter(type: "bevis.example/test/v1")
        try writer.add("purpose", bytes("Sag 12: se på billeder"))
        writer.add("approval", word: "owner")
        writer.add("item", Digest(.zero))
        writer.add("count", UInt64.max)
        writer.add("from", Timestamp(seconds: 0))
        writer.add("custodian", try KeyName("custodian.example".utf8))
        writer.add("key", try signer("a.example", seed: 1).verifierKey)
        try writer.add("bytes", base64: [1, 2, 3, 4])
        try writer.addOptional("journal", nil as [UInt8]?)
        writer.addOptional("parent", nil as Digest?)
        writer.addOptional("openings", nil as UInt64?)
        writer.addOptional("until", nil as Timestamp?)
        writer.addOptional("witness", nil as VerifierKey?)
        try writer.addOptional("checkpoint", base64: nil)
        writer.addAll("leaf", [UInt64(1), 2, 3])
        writer.addAll("hash", [] as [Digest])
        try writer.addAll("note", [bytes("one"), bytes("two")])
        return writer.text
    }

    private let expected = """
        bevis.example/test/v1
        purpose Sag 12: se på billeder
        approval owner
        item 0000000000000000000000000000000000000000000000000000000000000000
        count 18446744073709551615
        from 1970-01-01T00:00:00Z
        custodian custodian.example
        key a.example+
        """

    @Test func textIsLinesInOrder() throws {
        let text = text(try written())
        #expect(text.hasPrefix(expected))
        #expect(
            text.hasSuffix(
                """
                bytes AQIDBA==
                journal none
                parent none
                openings none
                until none
                witness none
                checkpoint none
                leaf 1
                leaf 2
                leaf 3
                note one
                note two

                """))
    }

    @Test func everyValueIsReadBack() throws {
        let text = try written()
        #expect(LineTextReader.type(of: text) == bytes("bevis.example/test/v1"))
        var reader = try LineTextReader(text, type: "bevis.example/test/v1")
        #expect(try reader.value("purpose") == bytes("Sag 12: se på billeder"))
        #expect(try reader.value("approval") == bytes("owner"))
        #expect(try reader.hash("item") == Digest(.zero))
        #expect(try reader.number("count") == UInt64.max)
        #expect(try reader.timestamp("from").seconds == 0)
        #expect(try reader.keyName("custodian").bytes == bytes("custodian.example"))
        #expect(try reader.verifierKey("key") == signer("a.example", seed: 1).verifierKey)
        #expect(try reader.base64("bytes") == [1, 2, 3, 4])
        #expect(try reader.optionalValue("journal") == nil)
        #expect(try reader.optionalHash("parent", as: Digest.self) == nil)
        #expect(try reader.optionalNumber("openings") == nil)
        #expect(try reader.optionalTimestamp("until") == nil)
        #expect(try reader.optionalVerifierKey("witness") == nil)
        #expect(try reader.optionalBase64("checkpoint") == nil)
        #expect(try reader.numbers("leaf") == [1, 2, 3])
        #expect(try reader.hashes("hash", as: Digest.self).isEmpty)
        #expect(reader.isNext("note"))
        #expect(throws: NoteError(.unexpectedField, "")) { try reader.end() }
        #expect(try reader.list("note") == [bytes("one"), bytes("two")])
        try reader.end()
    }

    private func read(_ text: String) throws -> [UInt8] {
        var reader = try LineTextReader(bytes(text), type: "t")
        let first = try reader.value("a")
        _ = try reader.value("b")
        try reader.end()
        return first
    }

    @Test func linesInOrderAreRead() throws { #expect(try read("t\na 1\nb 2\n") == [0x31]) }

    @Test(arguments: [
        ("t\nb 2\na 1\n", NoteError.Code.unexpectedField), ("t\na 1\na 1\nb 2\n", .unexpectedField),
        ("t\nc 3\na 1\nb 2\n", .unexpectedField), ("t\na 1\nc 3\nb 2\n", .unexpectedField),
        ("t\na 1\nb 2\nc 3\n", .unexpectedField), ("t\na 1\nb 2\nb 2\n", .unexpectedField),
        ("t\na 1\nb 2\n\n", .unexpectedField), ("t\n\na 1\nb 2\n", .unexpectedField),
        ("t\na 1\n", .missingField), ("t\n", .missingField), ("t\nb 2\n", .missingField),
        ("t\na1\nb 2\n", .missingField),
        ("t\nA 1\nb 2\n", .missingField), ("t\na\nb 2\n", .missingField), ("t\na\t1\nb 2\n", .malformed),
        ("t\na \nb 2\n", .malformedValue), ("t\na  1\nb 2\n", .malformedValue), ("t\na 1 \nb 2\n", .malformedValue),
        ("t\na \u{7F}\nb 2\n", .malformedValue), ("t\na x\u{9B}x\nb 2\n", .malformedValue),
        ("t\na x\u{80}\nb 2\n", .malformedValue), ("u\na 1\nb 2\n", .unexpectedType), ("\na 1\nb 2\n", .unexpectedType),
        ("t \na 1\nb 2\n", .unexpectedType), ("tt\na 1\nb 2\n", .unexpectedType), ("t\na 1\nb 2", .malformed),
        ("", .malformed), ("t", .malformed), ("t\r\na 1\nb 2\n", .malformed),
    ])
    func otherLinesAreRefused(text: String, code: NoteError.Code) {
        #expect(throws: NoteError(code, "")) { try read(text) }
    }

    @Test(arguments: ["", " ", " a", "a ", "a\nb", "a\tb", "a\u{0}b", "\u{7F}", "a\u{85}b", "\u{9F}"])
    func valuesThatNoLineMayHoldAreNotWritten(value: String) {
        var writer = LineTextWriter(type: "t")
        #expect(throws: NoteError(.malformedValue, "")) { try writer.add("a", bytes(value)) }
        #expect(throws: NoteError(.malformedValue, "")) { try writer.addAll("a", [bytes(value)]) }
        #expect(writer.text == bytes("t\n"))
    }

    @Test func bytesThatAreNotUTF8AreNotWritten() {
        var writer = LineTextWriter(type: "t")
        #expect(throws: NoteError(.malformedValue, "")) { try writer.add("a", [0x61, 0xFF]) }
    }

    @Test func theWordNoneIsNotWrittenAsAValueThatMayBeAbsent() throws {
        var writer = LineTextWriter(type: "t")
        #expect(throws: NoteError(.malformedValue, "")) { try writer.addOptional("a", bytes("none")) }
        // base64 of these three bytes is the word itself
        #expect(throws: NoteError(.malformedValue, "")) {
            try writer.addOptional("a", base64: try Base64.decode(bytes("none"), .padded))
        }
        #expect(throws: NoteError(.malformedValue, "")) { try writer.add("a", base64: []) }
    }

    @Test(arguments: ["00", "01", "-1", "+1", "1 1", "1a", "", "18446744073709551616", "99999999999999999999", "0x1"])
    func numbersAreStrict(value: String) throws {
        var reader = try LineTextReader(bytes("t\na \(value)\n"), type: "t")
        #expect(throws: NoteError(.malformedValue, "")) { try reader.number("a") }
    }

    @Test func hashesAndBase64AreStrict() throws {
        for value in [
            String(repeating: "A", count: 64), String(repeating: "a", count: 63), String(repeating: "a", count: 66),
        ] {
            var reader = try LineTextReader(bytes("t\na \(value)\n"), type: "t")
            #expect(throws: NoteError(.malformedValue, "")) { try reader.hash("a", as: Digest.self) }
        }
        for value in ["AQ", "AR==", "A Q=", "none?"] {
            var reader = try LineTextReader(bytes("t\na \(value)\n"), type: "t")
            #expect(throws: NoteError(.malformedValue, "")) { try reader.base64("a") }
        }
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        (UInt64(0), "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_799, "2000-02-29T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"), (1_795_370_400, "2026-11-22T18:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func knownMomentsAreWrittenAndRead(seconds: UInt64, written: String) throws {
        #expect(text(Timestamp(seconds: seconds).text) == written)
        #expect(try Timestamp(parsing: bytes(written)).seconds == seconds)
    }

    @Test func everyDayIsReadBack() throws {
        var previous = ""
        for day in stride(from: UInt64(0), to: 2_932_897, by: 1) where day % 13 == 0 || day < 40_000 {
            let moment = Timestamp(seconds: day * 86_400 + day % 86_400)
            let written = moment.text
            #expect(try Timestamp(parsing: written) == moment)
            #expect(text(written) > previous)
            previous = text(written)
        }
    }

    @Test(arguments: [
        "", "2026-11-22T18:00:00", "2026-11-22T18:00:00z", "2026-11-22t18:00:00Z", "2026-11-22 18:00:00Z",
        "2026-11-22T18:00:00.0Z", "2026-11-22T18:00:00+00:00", "2026-11-22T18:00:60Z", "2026-11-22T18:60:00Z",
        "2026-11-22T24:00:00Z", "2026-11-31T18:00:00Z", "2026-02-29T18:00:00Z", "2100-02-29T18:00:00Z",
        "2026-13-01T18:00:00Z", "2026-00-01T18:00:00Z", "2026-01-00T18:00:00Z", "1969-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z", " 026-11-22T18:00:00Z", "-026-11-22T18:00:00Z", "2026-1a-22T18:00:00Z",
        "2026/11/22T18:00:00Z", "2026-11-22T18:00:00Z\n",
    ])
    func otherFormsAreRefused(written: String) {
        #expect(throws: NoteError(.malformedValue, "")) { try Timestamp(parsing: bytes(written)) }
    }

    @Test func momentsAfterTheYear9999AreHeldAtTheLast() {
        #expect(Timestamp(seconds: .max) == Timestamp.latest)
        #expect(text(Timestamp.latest.text) == "9999-12-31T23:59:59Z")
        #expect(Timestamp(seconds: 1) < Timestamp(seconds: 2))
    }
}
