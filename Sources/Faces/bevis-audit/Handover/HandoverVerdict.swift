import AuditTrail
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// What checking a handover folder came to.
struct HandoverVerdict {
    private static let shown = 200
    private let check: HandoverCheck

    init(_ check: HandoverCheck) { self.check = check }

    private var faults: [HandoverFault] { check.faults.all }

    var status: ExitStatus {
        if faults.contains(where: { !$0.isMissing }) { return .refused }
        return faults.isEmpty ? .done : .incomplete
    }

    private var word: String {
        switch status {
        case .done: "holds"
        case .incomplete: "incomplete"
        default: "altered"
        }
    }

    // MARK: For people

    var text: String {
        var lines = [headline]
        if let handover = check.handover, status == .done {
            let to = handover.to.map { ", for \(Escaped.text($0.bytes))" } ?? ""
            let journal = handover.journal.map { ", journal \(Escaped.text($0.bytes))" } ?? ""
            lines += [
                "", "written: \(LocalTime.text(handover.time.seconds))\(to)\(journal)",
                "signed by the owner: \(Escaped.text(handover.owner.text))",
                "log: \(Escaped.text(handover.log.text)), \(Words.count(check.head?.size ?? 0, "entry", "entries"))",
            ]
            if handover.volumes > 1 { lines.append("folder \(handover.volume) of \(handover.volumes)") }
            lines += check.unattested.map {
                "not attested: \(name($0)) was added by a key that the case card did not name then"
            }
        }
        lines += faults.prefix(HandoverVerdict.shown).map { "  \(Escaped.text($0.place)): \($0.what)" }
        if faults.count > HandoverVerdict.shown { lines.append("  and \(faults.count - HandoverVerdict.shown) more") }
        return (status == .done ? lines + ["", limits] : lines).joined(separator: "\n")
    }

    private var headline: String {
        switch status {
        case .done:
            let originals = check.items.count { $0.file != nil }
            return "holds: \(Words.count(UInt64(originals), "original")) unchanged since they were taken in, "
                + "\(Words.count(UInt64(check.lineCount), "line")) of the log proven"
        case .incomplete: return "incomplete: nothing is altered, but something is missing"
        default: return "altered: do not rely on this folder"
        }
    }

    private func name(_ item: HandoverItem) -> String {
        item.exhibit.map { "exhibit \($0)" } ?? "item \(Words.short(item.item))"
    }

    private var limits: String {
        guard check.isAnchored else {
            return
                "The keys come from the folder itself: this tells only that it holds together. Somebody could have made "
                + "all of it anew.\nHave the log's key from the vault's operator and give it with --keys, or the owner's "
                + "from herself with --owner."
        }
        return "It proves that the originals are unchanged since they were taken in, not that what they show is true."
    }

    // MARK: For machines

    var json: JSONValue {
        var members: [String: JSONValue] = [
            "verdict": .text(word), "anchored": .flag(check.isAnchored),
            "faults": .array(
                faults.map {
                    .object(["file": .text($0.place), "what": .text($0.what), "missing": .flag($0.isMissing)])
                }),
            "items": .number(Int64(check.items.count)), "lines": .number(Int64(check.lineCount)),
            "originals": .number(Int64(check.items.count { $0.file != nil })),
            "unattested": .array(check.unattested.map { .text(Words.whole($0.item)) }),
        ]
        if let handover = check.handover {
            members["case"] = .text(Words.whole(handover.caseID))
            members["owner"] = .bytes(handover.owner.text)
            members["log"] = .bytes(handover.log.text)
            members["time"] = .time(handover.time.seconds)
            members["volume"] = .number(Int64(clamping: handover.volume))
            members["volumes"] = .number(Int64(clamping: handover.volumes))
        }
        if let head = check.head { members["log_size"] = .number(Int64(clamping: head.size)) }
        return .object(members)
    }
}
