import SignedNote
import Testing

@testable import Sharing

@Suite struct PlainTextTests {
    private func card(_ name: PlainText) throws -> Card {
        let world = try World()
        let card = world.caseworkerCard.body
        return Card(
            kind: card.kind, name: name, role: card.role, organisation: name, key: card.key,
            recipient: card.recipient, issued: card.issued, expires: card.expires)
    }

    @Test(arguments: [
        "a", "Sag 12: se på billeder", "two  spaces inside", "None", "none at all", "nonesuch", "æøåÆØÅ", "👩‍👧 🇩🇰",
        "\u{202E}txt.exe\u{202C}", "\u{2066}a\u{2069}", "\u{200F}\u{200E}", "e\u{301}", "\u{E9}", "\u{FEFF}a",
        "\u{A0}a\u{A0}", "\u{2028}", "\u{FFFF}", "\u{10FFFF}", "key value\u{2014} x", "<b>&amp;</b>", "\u{A0}", "=+/\\",
    ])
    func textSurvivesByteForByte(_ value: String) throws {
        let plain = try PlainText(bytes(value))
        #expect(plain.bytes == bytes(value))
        let card = try card(plain)
        #expect(try Card(parsing: card.text) == card)
        #expect(try Card(parsing: card.text).name.bytes == bytes(value))
        #expect(try Card(parsing: card.text).organisation?.bytes == bytes(value))
    }

    @Test(arguments: [
        "", " ", " a", "a ", "none", "a\nb", "a\r", "\ta", "a\u{0}b", "\u{1B}[2J", "a\u{7F}", "\u{80}", "a\u{85}b",
        "\u{9B}2J", "a\u{9F}",
    ])
    func textThatNoLineMayHoldIsRefused(_ value: String) {
        #expect(code { _ = try PlainText(bytes(value)) } == .malformedValue)
    }

    @Test func everyControlCharacterIsRefused() {
        for scalar in Array(UInt8(0)..<0x20) + [0x7F] {
            #expect(code { _ = try PlainText([0x61, scalar, 0x61]) } == .malformedValue)
        }
        for second in UInt8(0x80)..<0xA0 {
            #expect(code { _ = try PlainText([0x61, 0xC2, second, 0x61]) } == .malformedValue)
        }
        #expect(throws: Never.self) { try PlainText([0x61, 0xC2, 0xA0, 0x61]) }
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0xAF], [0xC3], [0x61, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xE0, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xC3, 0x28],
        ] as [[UInt8]])
    func invalidUTF8IsRefused(_ value: [UInt8]) {
        #expect(code { _ = try PlainText(value) } == .malformedValue)
        #expect(code { _ = try PlainText([0x61] + value + [0x61]) } == .malformedValue)
    }

    @Test func literalIsItsBytes() throws {
        #expect(PlainText(literal: "owner") == (try plain("owner")))
    }

    @Test func textLongerThanALineMayBeIsRefused() throws {
        let longest = [UInt8](repeating: 0x61, count: PlainText.maximumSize)
        #expect(try PlainText(longest).bytes == longest)
        #expect(code { _ = try PlainText(longest + [0x61]) } == .malformedValue)
    }
}
