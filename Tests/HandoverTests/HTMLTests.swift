import Dossier
import Handover
import Testing

@Suite struct HTMLTests {
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</style><b>",
        "&lt;b&gt;",
        "]]>", "<!-- ", "javascript:alert(1)", "\u{202E}gpj.exe", "#let x = 1", "</td></tr></table>",
    ]

    private func html(_ sections: [Section]) -> String {
        let document = Document(language: .danish, title: HTMLTests.hostile[1], sections: sections)
        return String(decoding: HTMLPage.bytes(of: document), as: UTF8.self)
    }

    @Test(arguments: hostile) func hostileTextIsNeverMarkup(_ text: String) {
        let clean = html([Section("x", [.facts([Fact("x", "x")])])])
        let page = html([
            Section(
                text,
                [
                    .heading(text), .paragraph(Inline(text)), .facts([Fact(text, Inline(text))]),
                    .table(headers: [text], rows: [[Inline(text)], [Inline(text, path: text)]]), .commands([text]),
                    .form([text]), .picture(path: "data/copies/001-still.jpg", words: text),
                ])
        ])
        #expect(clean.contains("<h1>"))
        for name in ["script", "b>", "img src=x", "iframe"] { #expect(!page.contains("<" + name), "\(text)") }
        // Quotes that came in end no attribute: the only ones are the page's own.
        for match in page.matches(of: /<img ([^>]*)>/) {
            #expect(match.output.1.wholeMatch(of: /src="[a-z0-9.\/-]+" alt="[^"<>]*"/) != nil, "\(match.output.1)")
        }
        for match in page.matches(of: /<a ([^>]*)>/) {
            #expect(match.output.1.wholeMatch(of: /href="(#s[0-9]+|[A-Za-z0-9._\/-]+)"/) != nil, "\(match.output.1)")
        }
        #expect(!page.contains("\u{202E}"))
    }

    @Test(arguments: [
        "../x", "/etc/passwd", "a/../b", "javascript:alert(1)", "http://x/y", "a b", "a\"b", "data//x", "", "a/",
        "\u{E6}.jpg",
    ]) func pathThatLeavesTheFolderIsNoLink(_ path: String) {
        let page = html([
            Section("x", [.paragraph(Inline("word", path: path)), .picture(path: path, words: "picture")])
        ])
        #expect(page.contains("<p>word</p>"))
        #expect(!page.contains("<img"))
        let good = html([Section("x", [.paragraph(Inline("word", path: "data/exhibits/001-a.mp4"))])])
        #expect(good.contains("<p><a href=\"data/exhibits/001-a.mp4\">word</a></p>"))
    }

    @Test func pageNeedsNothingFromOutside() {
        let page = html([Section("x", [.paragraph("y")])])
        #expect(page.contains("default-src 'none'"))
        for word in ["http://", "https://", "//", "<script", "@import", "url("] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("<html lang=\"da\">"))
    }
}
