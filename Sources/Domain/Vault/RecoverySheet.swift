public import AgeFile
public import Sharing
public import Sodium

/// The printed sheet with which an owner comes back to her folder when every device and passphrase is lost.
///
/// It holds an age identity of its own, the paper identity, to which the case's keys are sealed. What it says is
/// neutral: whoever finds it learns that it opens a folder, and nothing of what the folder is for.
public struct RecoverySheet: Sendable {
    /// The language of a page.
    public enum Language: Sendable, CaseIterable {
        case danish, english
    }

    /// The paper identity.
    public let identity: AgeIdentity

    /// A sheet of a fresh identity.
    public init() { identity = .random() }

    /// The sheet of an identity, to print it again.
    public init(_ identity: AgeIdentity) { self.identity = identity }

    /// By which the sealed keys of a case are fetched without a card: SHA-256 of the paper recipient's text.
    public static func locator(of recipient: AgeRecipient) -> Digest { SHA256.hash(recipient.text) }

    /// The six lines to type, as printed, each ending in LF.
    public var lines: SecretBytes { SheetLines.print(identity) }

    /// The page as plain text in UTF-8, lines of at most 72 characters.
    ///
    /// `title` is the folder's neutral name, *Mappen* or *Folder* where there is none; `address` says where to type
    /// the lines in.
    public func plainPage(_ language: Language, title: PlainText? = nil, address: PlainText? = nil) -> SecretBytes {
        let words = SheetWords(language)
        var page = SecretText(capacity: 8192)
        page.add(title?.bytes ?? words.title)
        page.add("\n\n")
        page.add(words.purpose)
        page.add("\n\n")
        lines.withUnsafeBytes { lines in
            for line in lines.split(separator: 0x0A) {
                page.add("    ")
                page.add(SecretBytes(copying: UnsafeRawBufferPointer(rebasing: line)))
                page.add("\n")
            }
        }
        page.add("\n")
        page.add(words.typing)
        if let address {
            page.add("\n\n    ")
            page.add(address.bytes)
        }
        for paragraph in [words.keeping, words.technical] {
            page.add("\n\n")
            page.add(paragraph)
        }
        page.add("\n")
        return page.finish()
    }

    /// The page as HTML that needs nothing from anywhere; arguments as for `plainPage`.
    public func htmlPage(_ language: Language, title: PlainText? = nil, address: PlainText? = nil) -> SecretBytes {
        let words = SheetWords(language)
        let name = SheetWords.escaped(title?.bytes ?? words.title)
        var page = SecretText(capacity: 8192)
        page.add("<!DOCTYPE html>\n<html lang=\"")
        page.add(words.code)
        page.add("\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
        page.add("<meta http-equiv=\"Content-Security-Policy\" ")
        page.add("content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
        page.add("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
        page.add(name)
        page.add("</title>\n<style>\n")
        page.add(SheetWords.style)
        page.add("</style>\n</head>\n<body>\n<h1>")
        page.add(name)
        page.add("</h1>\n<p>")
        page.add(SheetWords.escaped(words.purpose))
        page.add("</p>\n<pre>")
        page.add(lines)
        page.add("</pre>\n<p>")
        page.add(SheetWords.escaped(words.typing))
        if let address {
            page.add("</p>\n<p><strong>")
            page.add(SheetWords.escaped(address.bytes))
            page.add("</strong>")
        }
        page.add("</p>\n<p>")
        page.add(SheetWords.escaped(words.keeping))
        page.add("</p>\n<p class=\"small\">")
        page.add(SheetWords.escaped(words.technical))
        page.add("</p>\n</body>\n</html>\n")
        return page.finish()
    }
}
