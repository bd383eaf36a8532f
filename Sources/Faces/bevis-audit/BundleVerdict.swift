import ArgumentParser
import AuditTrail
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// What checking a bundle came to.
struct BundleVerdict {
    private static let shownFindings = 200

    let bundle: CheckedBundle
    /// `nil` when the records were not opened.
    let replay: Replay?
    /// What is wrong with files of the bundle, the log's included.
    let ofFiles: [Finding]

    init(_ bundle: CheckedBundle, _ replay: Replay?, of findings: [Finding] = []) {
        ofFiles = bundle.findings + findings
        self.bundle = bundle
        self.replay = replay
    }

    var findings: [Finding] { ofFiles + (replay?.findings ?? []) }

    private func count(_ severity: Finding.Severity) -> UInt64 {
        let inFiles = UInt64(ofFiles.count { $0.severity == severity })
        guard let counts = replay?.counts else { return inFiles }
        switch severity {
        case .altered: return inFiles + counts.altered
        case .ruleBroken: return inFiles + counts.ruleBroken
        case .incomplete: return inFiles + counts.incomplete
        }
    }

    var status: ExitStatus {
        if count(.altered) > 0 || count(.ruleBroken) > 0 { return .refused }
        return count(.incomplete) > 0 ? .incomplete : .done
    }

    private var word: String {
        if count(.altered) > 0 { return "altered" }
        if count(.ruleBroken) > 0 { return "rule broken" }
        if count(.incomplete) > 0 { return "incomplete" }
        return "intact"
    }

    /// Says beside an answer that the log is not intact, and ends as `verify` does.
    func tell(on output: Output) throws {
        guard status != .done else { return }
        output.note("bevis-audit: \(word): \(Words.count(total, "finding")); see 'bevis-audit verify'")
        throw ExitCode(status.rawValue)
    }

    private var total: UInt64 { count(.altered) + count(.ruleBroken) + count(.incomplete) }

    func show(on output: Output) throws(CommandFailure) {
        try output.show(json, or: lines.joined(separator: "\n"))
    }

    // MARK: For people

    private var lines: [String] {
        var lines = ["\(word): \(Words.count(bundle.head.size, "leaf", "leaves"))\(period)\(summary)"]
        lines += ["", "log: \(Escaped.text(bundle.head.origin.bytes)), \(signatures)"]
        if let replay {
            lines.append(
                "checked: the tree and all its tiles; \(Words.count(replay.statistics.records, "record")) opened; "
                    + "\(Words.count(replay.statistics.signatures, "signature")); every decision made again")
            let events = Event.allCases.filter { replay.statistics.count($0) > 0 }
            lines += ["", "what happened:"]
            lines += events.map {
                "  \(Words.padded(Words.number(replay.statistics.count($0)), 11))  \($0.literal)"
            }
            if let erased = erased(replay.statistics) { lines += ["", erased] }
            if replay.statistics.foreign > 0 {
                let foreign = Words.padded(Words.number(replay.statistics.foreign), 11)
                lines.append("  \(foreign)  leaves of streams whose keys are not here")
            }
        } else {
            lines.append("checked: the checkpoint and its signatures, the tree and all its tiles")
            lines.append(
                bundle.isReadable
                    ? "not checked: records and decisions; give the auditor's identity with -i to check them"
                    : "not checked: records and decisions, since the log itself cannot be relied on")
        }
        return lines + findingLines
    }

    /// What its owners had erased: nobody can look at it any more, and nothing is held against the vault for it.
    private func erased(_ statistics: AuditStatistics) -> String? {
        guard statistics.erasedItems > 0 || statistics.erasedCases > 0 else { return nil }
        let text =
            "erased by its owner's signed note: \(Words.count(statistics.erasedItems, "item")), "
            + "\(Words.count(statistics.erasedCases, "case")) with \(Words.count(statistics.erasedRecords, "record"))"
        guard statistics.erasedForeign > 0 else { return text }
        return text + "\n  \(Words.count(statistics.erasedForeign, "leaf", "leaves")) of these no key recognises: "
            + "that nothing else was hidden among them cannot be checked"
    }

    private var period: String {
        guard let statistics = replay?.statistics, let first = statistics.first, let last = statistics.last else {
            return ""
        }
        return ", \(LocalTime.text(first.seconds)) to \(LocalTime.text(last.seconds))"
    }

    private var summary: String {
        let parts = [
            (count(.altered), "altered"), (count(.ruleBroken), "against the rules"), (count(.incomplete), "missing"),
        ]
        let told = parts.filter { $0.0 > 0 }.map { "\(Words.number($0.0)) \($0.1)" }
        return told.isEmpty ? "" : "; " + told.joined(separator: ", ")
    }

    private var signatures: String {
        guard let verified = bundle.verified else { return "not signed as the trusted policy asks" }
        let count = verified.cosignatures.count
        guard count > 0 else { return "signed by the log; the policy names no witness that has signed" }
        return "signed by the log and \(Words.count(UInt64(count), "witness", "witnesses"))"
    }

    private var findingLines: [String] {
        guard !findings.isEmpty else { return [] }
        var lines = ["", "findings:"]
        for finding in findings.prefix(BundleVerdict.shownFindings) {
            lines.append("  \(FindingText.text(finding))")
            lines.append("    \(finding.kind.advice)")
        }
        let total = count(.altered) + count(.ruleBroken) + count(.incomplete)
        if total > BundleVerdict.shownFindings {
            lines.append("  and \(Words.number(total - UInt64(BundleVerdict.shownFindings))) more")
        }
        return lines
    }

    // MARK: For machines

    private var json: JSONValue {
        var members: [String: JSONValue] = [
            "verdict": .text(word), "leaves": .number(Int64(clamping: bundle.head.size)),
            "origin": .bytes(bundle.head.origin.bytes), "records_opened": .flag(replay != nil),
            "altered": .number(Int64(clamping: count(.altered))),
            "rules_broken": .number(Int64(clamping: count(.ruleBroken))),
            "missing": .number(Int64(clamping: count(.incomplete))),
            "findings": .array(findings.map { FindingText.json($0) }),
            "witnesses": .array((bundle.verified?.cosignatures ?? []).map { .bytes($0.key.name.bytes) }),
        ]
        if let statistics = replay?.statistics {
            members["records"] = .number(Int64(clamping: statistics.records))
            members["signatures"] = .number(Int64(clamping: statistics.signatures))
            members["foreign"] = .number(Int64(clamping: statistics.foreign))
            members["erased_items"] = .number(Int64(clamping: statistics.erasedItems))
            members["erased_cases"] = .number(Int64(clamping: statistics.erasedCases))
            members["erased_records"] = .number(Int64(clamping: statistics.erasedRecords))
            members["erased_unrecognised"] = .number(Int64(clamping: statistics.erasedForeign))
            members["first"] = statistics.first.map { .time($0.seconds) } ?? .absent
            members["last"] = statistics.last.map { .time($0.seconds) } ?? .absent
            let counted = Event.allCases.map { ($0.literal.description, statistics.count($0)) }
            members["events"] = .object(
                Dictionary(
                    counted.filter { $0.1 > 0 }.map { ($0.0, .number(Int64(clamping: $0.1))) },
                    uniquingKeysWith: { first, _ in first }))
        }
        return .object(members)
    }
}
