import Dossier

/// A document as one HTML file: static, its style inside, nothing from outside, fit for paper.
public enum HTMLPage {
    /// The page's bytes.
    public static func bytes(of document: Document) -> [UInt8] {
        let language = document.language == .danish ? "da" : "en"
        var html = """
            <!DOCTYPE html>
            <html lang="\(language)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <meta name="referrer" content="no-referrer">
            <meta name="viewport" content="width=device-width">
            <title>\(escape(document.title))</title>
            <style>
            \(HTMLStyle.text)
            </style>
            </head>
            <body>

            """
        html += contents(of: document)
        for (number, section) in document.sections.enumerated() { html += text(section, number + 1) }
        return Array((html + "</body>\n</html>\n").utf8)
    }

    // Pictures of the folder and the style of the page; no script, no frame, no form, no address.
    private static let policy =
        "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; form-action 'none'"

    /// Leads to the sections; paper does not show it.
    private static func contents(of document: Document) -> String {
        var html = "<nav>\n"
        for (number, section) in document.sections.enumerated() {
            html += "<a href=\"#s\(number + 1)\">\(escape(section.heading))</a>\n"
        }
        return html + "</nav>\n"
    }

    private static func text(_ section: Section, _ number: Int) -> String {
        let style = section.startsSheet && number > 1 ? " class=\"sheet\"" : ""
        // The first section's heading is the document's.
        let level = number == 1 ? "h1" : "h2"
        var html = "<section id=\"s\(number)\"\(style)>\n<\(level)>\(escape(section.heading))</\(level)>\n"
        for block in section.blocks { html += text(block) }
        return html + "</section>\n"
    }

    private static func text(_ block: Block) -> String {
        switch block {
        case .heading(let heading): return "<h3>\(escape(heading))</h3>\n"
        case .paragraph(let words): return "<p>\(text(words))</p>\n"
        case .facts(let facts):
            let rows = facts.map { "<tr><th scope=\"row\">\(escape($0.label))</th><td>\(text($0.value))</td></tr>\n" }
            return "<table class=\"facts\">\n\(rows.joined())</table>\n"
        case .table(let headers, let rows):
            let head = headers.map { "<th scope=\"col\">\(escape($0))</th>" }.joined()
            let body = rows.map { "<tr>" + $0.map { "<td>\(text($0))</td>" }.joined() + "</tr>\n" }.joined()
            return "<table class=\"rows\">\n<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body)</tbody>\n</table>\n"
        case .picture(let path, let words):
            guard isSafe(path) else { return "" }
            return "<p class=\"picture\"><img src=\"\(path)\" alt=\"\(escape(words))\"></p>\n"
        case .commands(let lines):
            return "<pre>\(lines.map { escape($0) }.joined(separator: "\n"))</pre>\n"
        case .form(let labels):
            let rows = labels.map { "<tr><th scope=\"row\">\(escape($0))</th><td></td></tr>\n" }
            return "<table class=\"form\">\n\(rows.joined())</table>\n"
        }
    }

    private static func text(_ words: Inline) -> String {
        words.pieces.map { piece in
            guard let path = piece.path, isSafe(path) else { return escape(piece.text) }
            return "<a href=\"\(path)\">\(escape(piece.text))</a>"
        }.joined()
    }

    /// Whether a path needs no escape and leads nowhere but into the folder.
    static func isSafe(_ path: String) -> Bool {
        let allowed = path.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F: true
            default: false
            }
        }
        return allowed && !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
            && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
    }

    /// Text as HTML: nothing of it is markup, in an element or in a quoted attribute, and nothing hides.
    static func escape(_ text: String) -> String {
        var html = ""
        for scalar in Shown.text(text).unicodeScalars {
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.unicodeScalars.append(scalar)
            }
        }
        return html
    }
}

/// The style of the page.
enum HTMLStyle {
    static let text = """
        body { font: 11pt/1.4 "Segoe UI", "Liberation Sans", Arial, sans-serif; color: #000; background: #fff;
          max-width: 52rem; margin: 1.5rem auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; margin: 0 0 .6rem; }
        h2 { font-size: 1.35rem; margin: 0 0 .6rem; }
        h3 { font-size: 1.05rem; margin: 1.2rem 0 .3rem; break-after: avoid; }
        section { margin: 0 0 2.5rem; }
        p { margin: .4rem 0; white-space: pre-line; }
        nav { font-size: .9rem; margin: 0 0 1.5rem; padding: .5rem .8rem; background: #eee; }
        nav a { margin-right: 1rem; white-space: nowrap; }
        table { border-collapse: collapse; width: 100%; margin: .4rem 0 .9rem; }
        th, td { text-align: left; vertical-align: top; padding: .22rem .5rem; border: 1px solid #767676;
          white-space: pre-line; overflow-wrap: anywhere; }
        thead th { background: #e6e6e6; }
        .rows th, .rows td { overflow-wrap: break-word; }
        .facts th { width: 13rem; background: #f4f4f4; font-weight: 600; }
        .form th { width: 15rem; height: 2.6rem; background: #f4f4f4; font-weight: 600; }
        tr, .picture { break-inside: avoid; }
        thead { display: table-header-group; }
        pre { background: #f4f4f4; border: 1px solid #767676; padding: .5rem; white-space: pre-wrap;
          overflow-wrap: anywhere; font: .9rem Consolas, "Liberation Mono", monospace; }
        img { max-width: 100%; max-height: 22rem; border: 1px solid #767676; }
        a { color: #00457c; }
        @page { size: A4; margin: 15mm; }
        @media print {
          body { font-size: 9.5pt; margin: 0; padding: 0; max-width: none; }
          nav { display: none; }
          section { margin: 0 0 1rem; }
          .sheet { break-before: page; }
          a { color: #000; text-decoration: none; }
          img { max-height: 13rem; }
        }
        """
}
