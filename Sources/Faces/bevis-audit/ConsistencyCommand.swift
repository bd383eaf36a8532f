import ArgumentParser
import AuditTrail
import MerkleTree
import SignedNote
import Terminal
import TransparencyLog

/// `bevis-audit consistency`: whether this log goes on from a head that somebody kept.
struct ConsistencyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consistency",
        abstract: "Check that the log contains the one that a kept checkpoint or proof speaks of.",
        discussion: """
            Any checkpoint, receipt or .tlog-proof that somebody kept will do: a log cannot take back what it has signed.
            """)

    @OptionGroup var options: BundleOptions

    @Argument(help: ArgumentHelp("The kept checkpoint or .tlog-proof.", valueName: "old"))
    var old: String

    func run() throws {
        let bundle = try options.opened()
        let kept = try kept(bundle.trusted.anchor.policy)
        let findings = bundle.findings + compare(kept, bundle)
        let isFine = findings.isEmpty
        let text =
            isFine
            ? "consistent: the kept log of \(Words.count(kept.size, "leaf", "leaves")) is the beginning of this one of "
                + Words.count(bundle.head.size, "leaf", "leaves")
            : (["not consistent:"] + findings.flatMap { ["  " + FindingText.text($0), "    \($0.kind.advice)"] })
                .joined(separator: "\n")
        try Output(json: options.json).show(
            .object([
                "consistent": .flag(isFine), "kept": .number(Int64(clamping: kept.size)),
                "leaves": .number(Int64(clamping: bundle.head.size)),
                "findings": .array(findings.map { FindingText.json($0) }),
            ]), or: text)
        if !isFine { throw ExitCode(ExitStatus.refused.rawValue) }
    }

    private func kept(_ policy: LogPolicy) throws(CommandFailure) -> Checkpoint {
        let file = try Descriptor.reading(old)
        let bytes = try file.readAll(limit: 1 << 20)
        let note = (try? LogProof(parsing: bytes))?.note ?? (try? UnverifiedNote(parsing: bytes))
        guard let note, let head = try? Checkpoint(parsing: note.text) else {
            throw CommandFailure(.unreachable, "\(file.name) is neither a checkpoint nor a proof")
        }
        // The log's own signature is enough: what it has signed binds it, cosigned or not.
        let keys = policy.logs.map(\.key).filter { $0.name == head.origin }
        guard (try? note.verified(by: keys)) != nil else {
            throw CommandFailure(
                .refused, "\(file.name) is not signed by the trusted log", hint: "it proves nothing about this log")
        }
        return head
    }

    private func compare(_ kept: Checkpoint, _ bundle: CheckedBundle) -> [Finding] {
        guard kept.size <= bundle.head.size else { return [Finding(.truncated)] }
        guard let root = try? bundle.log.root(size: kept.size) else { return [Finding(.entriesDiffer)] }
        return root == kept.root ? [] : [Finding(.forked)]
    }
}
