import Testing

@testable import Terminal

@Suite struct EscapedTests {
    @Test(arguments: [
        ("plain name.jpg", "plain name.jpg"), ("Sørens æble 語", "Sørens æble 語"), ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u{1B}[2Jgone", "\\x1b[2Jgone"), ("invoice\u{202E}gpj.exe", "invoice\\u{202e}gpj.exe"),
        ("a\u{200B}b\u{FEFF}\u{2066}", "a\\u{200b}b\\u{feff}\\u{2066}"), ("back\\slash", "back\\\\slash"),
        ("\u{9B}31m", "\\u{9b}31m"), ("x\u{2028}y", "x\\u{2028}y"), ("nbsp\u{A0}", "nbsp\\u{a0}"), ("\u{7F}", "\\x7f"),
        ("\u{3164}", "\\u{3164}"), ("\u{E000}", "\\u{e000}"), ("\u{E0041}", "\\u{e0041}"), ("", ""),
    ])
    func hostileCharactersAreShownAsCodes(text: String, shown: String) {
        #expect(Escaped.text(text) == shown)
    }

    @Test func bytesThatAreNotUTF8AreShownInHexadecimal() {
        #expect(Escaped.text([0x61, 0xFF, 0xC3, 0x62, 0xED, 0xA0, 0x80]) == "a\\xff\\xc3b\\xed\\xa0\\x80")
        #expect(Escaped.text([0xC0, 0x80]) == "\\xc0\\x80")
    }

    @Test func longTextIsCutAndCounted() {
        #expect(Escaped.text(String(repeating: "x", count: 200)).count == 200)
        #expect(Escaped.text(String(repeating: "x", count: 203)).hasSuffix("x… (3 more bytes)"))
    }

    @Test func heapsOfAccentsAreBroken() {
        let shown = Escaped.text("a" + String(repeating: "\u{0301}", count: 9))
        #expect(shown.unicodeScalars.filter { $0.value == 0x301 }.count == 3)
        #expect(Escaped.text("e\u{0301}") == "e\u{0301}")
    }

    @Test func everyByteStringGivesTextWithoutControls() {
        var random = Seeded(7)
        for _ in 0..<500 {
            let bytes = (0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Escaped.text(bytes).unicodeScalars.allSatisfy { $0 == "\\" || !Escaped.isHostile($0) })
        }
    }

    @Test func differentNamesNeverLookAlike() {
        var random = Seeded(8)
        var seen: [String: [UInt8]] = [:]
        let alphabet: [UInt8] = [0x5C, 0x6E, 0x0A, 0x78, 0x31, 0x62, 0x1B, 0xFF, 0x66]
        for _ in 0..<3_000 {
            let bytes = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let shown = Escaped.text(bytes)
            #expect(seen[shown] == nil || seen[shown] == bytes)
            seen[shown] = bytes
        }
    }
}

/// A small generator with a seed, so that a failure comes again.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
