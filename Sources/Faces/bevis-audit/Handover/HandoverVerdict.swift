import AuditTrail
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// What checking a handover folder came to.
struct HandoverVerdict {
    /// From the best to the worst.
    enum Word: String, Comparable {
        case holds, incomplete, added, uncheckable, altered

        private var rank: Int {
            switch self {
            case .holds: 0
            case .incomplete: 1
            case .added: 2
            case .uncheckable: 3
            case .altered: 4
            }
        }

        static func < (one: Word, other: Word) -> Bool { one.rank < other.rank }

        var status: ExitStatus {
            switch self {
            case .holds: .done
            case .incomplete: .incomplete
            case .added, .uncheckable, .altered: .refused
            }
        }
    }

    private static let shown = 200
    let check: HandoverCheck

    init(_ check: HandoverCheck) { self.check = check }

    private var faults: [HandoverFault] { check.faults.all }
    private var added: [String] { check.faults.added }

    var word: Word {
        if faults.contains(where: { $0.kind == .altered }) { return .altered }
        // Without the owner's note nothing that lies here is bound to anything: whoever took it away could change the rest.
        if check.handover == nil { return .uncheckable }
        if !added.isEmpty { return .added }
        return faults.isEmpty ? .holds : .incomplete
    }

    // MARK: For people

    var text: String {
        let end = word == .holds ? ["", limits] : []
        return ([headline] + (word == .holds ? [""] : []) + details + remarks + end).joined(separator: "\n")
    }

    /// What was written, for whom and by whom; nothing where it does not hold.
    var details: [String] {
        guard let handover = check.handover, word == .holds else { return [] }
        let to = handover.to.map { ", for \(Escaped.text($0.bytes))" } ?? ""
        let journal = handover.journal.map { ", journal \(Escaped.text($0.bytes))" } ?? ""
        var lines = [
            "written: \(LocalTime.text(handover.time.seconds))\(to)\(journal)",
            "signed by the owner: \(Escaped.text(handover.owner.text))",
            "log: \(Escaped.text(handover.log.text)), \(Words.count(check.head?.size ?? 0, "entry", "entries"))",
        ]
        if handover.volumes > 1 {
            lines.append(
                "folder \(handover.volume) of \(handover.volumes): whether the others are there, the folder that holds "
                    + "them all tells")
        }
        return lines
    }

    /// What is wrong, and what else there is to say, a line each.
    var remarks: [String] {
        // Where a case card is missing, that alone may be why an item is not attested.
        let unattested = word == .altered || word == .incomplete ? [] : check.unattested
        var lines = unattested.map {
            "not attested: \(name($0)) was added by a key that the case card did not name then"
        }
        lines += check.faults.strays.prefix(HandoverVerdict.shown).map {
            "not part of the handover, left by a computer's system: \(Escaped.text($0))"
        }
        lines += faults.prefix(HandoverVerdict.shown).map { "  \(Escaped.text($0.place)): \($0.what)" }
        if faults.count > HandoverVerdict.shown { lines.append("  and \(faults.count - HandoverVerdict.shown) more") }
        lines += added.prefix(HandoverVerdict.shown).map { "  \(Escaped.text($0)): does not belong to the handover" }
        if added.count > HandoverVerdict.shown { lines.append("  and \(added.count - HandoverVerdict.shown) more") }
        return lines
    }

    var headline: String {
        switch word {
        case .holds:
            return "holds: \(Words.count(originals, "original")) unchanged since they were taken in, "
                + "\(Words.count(UInt64(check.lineCount), "line")) of the log proven"
        case .incomplete:
            let open = faults.count { $0.kind == .unchecked }
            return open == 0
                ? "incomplete: nothing is altered, but something is missing"
                : "incomplete: something is missing, and \(Words.count(UInt64(open), "file")) cannot be checked without it"
        case .added:
            let rest = faults.isEmpty ? "all that belongs to the handover holds" : "something is missing"
            let files = Words.count(UInt64(added.count), "file does", "files do")
            return "added: \(rest), but \(files) not belong to it; somebody put something there"
        case .uncheckable: return "nothing here can be checked: what would say so is gone"
        case .altered: return "altered: do not rely on this folder"
        }
    }

    var originals: UInt64 { UInt64(check.items.count { $0.file != nil }) }

    private func name(_ item: HandoverItem) -> String {
        item.exhibit.map { "exhibit \($0)" } ?? "item \(Words.short(item.item))"
    }

    /// What the verdict rests on.
    var limits: String {
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
            "verdict": .text(word.rawValue), "anchored": .flag(check.isAnchored),
            "faults": .array(
                faults.map {
                    .object([
                        "file": .text($0.place), "what": .text($0.what), "missing": .flag($0.kind != .altered),
                    ])
                }),
            "added": .array(added.map { .text($0) }), "strays": .array(check.faults.strays.map { .text($0) }),
            "items": .number(Int64(check.items.count)), "lines": .number(Int64(check.lineCount)),
            "originals": .number(Int64(originals)),
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
