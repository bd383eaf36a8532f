import ArgumentParser
import AuditTrail
import SignedNote
import Terminal
import TransparencyLog

/// `bevis-audit show`: everything behind one leaf.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one leaf: its record, the notes that it names, and what is wrong with it.")

    @OptionGroup var options: BundleOptions

    @Argument(help: ArgumentHelp("Index of the leaf, from 0.", valueName: "n"))
    var index: UInt64

    func run() throws { try show() }

    private func show() throws {
        let bundle = try options.reliable()
        guard index < bundle.head.size else {
            throw CommandFailure(.usage, "the log has \(Words.count(bundle.head.size, "leaf", "leaves"))")
        }
        var run = ReplayRun(bundle, try options.requiredKeys(of: bundle.folder), keepsLines: true)
        var found: AuditLine?
        try run.run { lines throws(CommandFailure) in
            if let line = lines.first(where: { $0.index == index }) { found = line }
        }
        let verdict = BundleVerdict(bundle, run.replay, of: run.findings)
        let findings = verdict.findings.filter { $0.index == index }
        let disclosed = found.flatMap { run.disclosed($0) }
        let output = Output(json: options.json)
        try output.show(
            json(found, disclosed, findings), or: text(found, disclosed, findings).joined(separator: "\n"))
        try verdict.tell(on: output)
    }

    private func text(_ line: AuditLine?, _ disclosed: DisclosedRecord?, _ findings: [Finding]) -> [String] {
        // What is missing and not held against the vault went with its case, or is of a stream whose key is not here.
        let missing =
            findings.isEmpty ? "no record; its case was erased, or its key is not here" : "no record that can be opened"
        var lines = [line.map { LineText.text($0) } ?? "leaf \(Words.number(index)): \(missing)"]
        for finding in findings { lines.append("finding: \(FindingText.text(finding))") }
        guard let disclosed else { return lines }
        lines += ["", "record:"] + indented(disclosed.recordText)
        for note in disclosed.notes { lines += ["", "note:"] + indented(note) }
        return lines
    }

    private func indented(_ text: [UInt8]) -> [String] {
        text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast().map {
            "  " + Escaped.text([UInt8]($0), limit: 4_000)
        }
    }

    private func json(_ line: AuditLine?, _ disclosed: DisclosedRecord?, _ findings: [Finding]) -> JSONValue {
        .object([
            "line": line.map { LineText.json($0) } ?? .absent,
            "record": disclosed.map { .bytes($0.recordText) } ?? .absent,
            "notes_text": .array((disclosed?.notes ?? []).map { .bytes($0) }),
            "findings": .array(findings.map { FindingText.json($0) }),
        ])
    }
}
