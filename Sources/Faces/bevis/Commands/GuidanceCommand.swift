import ArgumentParser
import Glibc
import Terminal

/// `bevis guidance`: what professionals should do and leave.
struct GuidanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guidance", abstract: "Show the guidance for professionals, in Danish or English.",
        discussion: """
            Its beginning is shown each time before something is lent on. BEVIS_GUIDANCE may name a file with another \
            text, as your organisation wants it: the part before the first line that begins with '## ' is its beginning.
            Example:
              bevis guidance --language en
            """)

    @Option(help: "da or en; as the environment's LANG says without it.") var language: String?

    func validate() throws {
        guard language.map({ ["da", "en"].contains($0) }) ?? true else { throw ValidationError("languages are da, en") }
    }

    func run() throws { try Output(json: false).line(try GuidanceCommand.text(language)) }

    /// The whole text, without its last line feed.
    private static func text(_ language: String?) throws -> String {
        if let path = getenv("BEVIS_GUIDANCE"), path.pointee != 0 {
            let bytes = try Descriptor.reading(String(cString: path)).readAll(limit: 1 << 16)
            // A file from elsewhere: what a terminal would act on is shown, not sent to it.
            return bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Escaped.text([UInt8]($0)) }
                .joined(separator: "\n")
        }
        let text = isDanish(language) ? GuidanceText.danish : GuidanceText.english
        return String(text.dropLast())
    }

    private static func isDanish(_ language: String?) -> Bool {
        if let language { return language == "da" }
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            if let value = getenv(name), value.pointee != 0 { return String(cString: value).hasPrefix("da") }
        }
        return false
    }

    /// Shows the guidance's beginning, with its version, and asks whether to go on.
    static func show(before deed: String, yes: Bool) throws {
        guard !yes else { return }
        let beginning = try text(nil).split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.hasPrefix("## ") }
        Output(json: false).note(beginning.joined(separator: "\n") + "All of it: bevis guidance\n")
        try Confirm.ask("\(deed) as this guidance says", yes: false)
    }
}
