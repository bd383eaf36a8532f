import Testing

@testable import Terminal

@Suite struct SizesTests {
    @Test(
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1_000, "1.0 kB"), (1_234_567, "1.2 MB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"), (1_049, "1.0 kB"), (1_050, "1.1 kB"), (10_737_418_240, "10.7 GB"), (.max, "18.4 EB"),
        ] as [(UInt64, String)])
    func sizesReadLikeWords(count: UInt64, text: String) { #expect(ByteSize(count).text == text) }

    @Test(
        arguments: [
            ("500", 500), ("10k", 10_000), ("1M", 1_000_000), ("64KiB", 65_536), ("2GiB", 2 << 30), ("3 ", nil),
            ("", nil),
            ("k", nil), ("-5", nil), ("1.5M", nil), ("1X", nil), ("99999999999999999999", nil), ("20000000000G", nil),
            ("5\u{301}", nil), ("5\u{212A}", nil), ("5K", 5_000),
        ] as [(String, UInt64?)])
    func sizesAreRead(text: String, count: UInt64?) { #expect((try? ByteSize(parsing: text))?.count == count) }

    @Test(
        arguments: [
            ("100-199", .closed(100, 199)), ("1M-", .from(1_000_000)), ("-500", .suffix(500)), ("0-0", .closed(0, 0)),
            ("5-4", nil), ("-", nil), ("", nil), ("7", nil), ("1-2-3", nil), ("a-b", nil), ("--5", nil),
            ("1-5\u{301}", nil),
        ] as [(String, ByteRange?)])
    func rangesAreRead(text: String, range: ByteRange?) { #expect((try? ByteRange(parsing: text)) == range) }

    @Test func rangesAreCutAtTheEnd() {
        #expect(ByteRange.closed(100, 199).resolved(in: 1_000) == 100..<200)
        #expect(ByteRange.closed(100, 199).resolved(in: 150) == 100..<150)
        #expect(ByteRange.closed(100, 199).resolved(in: 100).isEmpty)
        #expect(ByteRange.closed(0, .max).resolved(in: 10) == 0..<10)
        #expect(ByteRange.from(7).resolved(in: 10) == 7..<10)
        #expect(ByteRange.from(11).resolved(in: 10).isEmpty)
        #expect(ByteRange.suffix(500).resolved(in: 1_000) == 500..<1_000)
        #expect(ByteRange.suffix(500).resolved(in: 20) == 0..<20)
        #expect(ByteRange.suffix(0).resolved(in: 20).isEmpty)
    }

    @Test func aWrongRangeNamesItselfAndTheForm() {
        #expect(
            throws: CommandFailure(
                .usage, "'x\\n' is not a range of bytes", hint: "write 100-199, 1M- or -500 (the last 500)")
        ) {
            try ByteRange(parsing: "x\n")
        }
    }
}
