import AgeFile
import AuditTrail
import Glibc
import SignedNote
import Terminal
import TransparencyLog

/// The folders of a handover that was divided, and whether they are all there.
struct HandoverParts {
    private static let ofAFolder: Set<String> = Set(
        [
            HandoverLayout.index, HandoverLayout.note, HandoverLayout.bag, HandoverLayout.bagInfo,
            HandoverLayout.manifest, HandoverLayout.tagManifest,
        ].map { String(decoding: $0, as: UTF8.self) } + ["data"])

    /// A folder by its name, and what came of it.
    typealias Part = (name: String, verdict: HandoverVerdict)

    let parts: [Part]
    /// What is wrong with the folders as a whole.
    private(set) var faults: [(word: HandoverVerdict.Word, what: String)] = []
    /// Names beside the folders that are nothing to check.
    private(set) var remarks: [String] = []

    /// The names of the folders; empty where `path` is a handover itself, or holds none.
    static func names(in path: String) throws(CommandFailure) -> [String] {
        let all = try FolderNames.list(path)
        guard ofAFolder.isDisjoint(with: all) else { return [] }
        let parts = all.filter { name in
            isFolder(path + "/" + name) && ofAFolder.contains { access(path + "/\(name)/\($0)", F_OK) == 0 }
        }
        return parts.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }

    init(_ names: [String], in path: String, policy: LogPolicy?, owner: VerifierKey?) throws(CommandFailure) {
        var parts: [Part] = []
        for name in names {
            let check = try HandoverCheck(path + "/" + name, policy: policy, owner: owner)
            parts.append((name, HandoverVerdict(check)))
        }
        self.parts = parts
        compare()
        for name in try FolderNames.list(path) where !names.contains(name) { look(at: name) }
    }

    var word: HandoverVerdict.Word {
        (parts.map(\.verdict.word) + faults.map(\.word)).max() ?? .uncheckable
    }

    /// How many folders the handover has, by what its owner signed.
    var count: UInt64 { notes.map(\.volumes).max() ?? 0 }

    /// The numbers of those that are not here.
    var missing: [UInt64] {
        let here = Set(notes.map(\.volume))
        // What is signed may be a lie of any size.
        return count == 0 ? [] : (1...min(count, 1_000)).filter { !here.contains($0) }
    }

    private var notes: [HandoverNote] { parts.compactMap(\.verdict.check.handover) }

    private mutating func compare() {
        guard let first = notes.first else { return }
        // One head of the log, under which the owner's opening for this handover is: no two handovers share it.
        for (name, verdict) in parts {
            guard let note = verdict.check.handover else { continue }
            if note.caseID != first.caseID || note.owner != first.owner || note.log != first.log
                || note.checkpoint != first.checkpoint || note.volumes != first.volumes
            {
                faults.append((.altered, "\(Escaped.quoted(name)) is of another handover than the first"))
            }
        }
        for volume in Set(notes.map(\.volume)).sorted() where notes.count(where: { $0.volume == volume }) > 1 {
            faults.append((.altered, "folder \(volume) is there more than once"))
        }
        for number in missing { faults.append((.incomplete, "folder \(number) of \(count) is missing")) }
    }

    private mutating func look(at name: String) {
        let stem = name.hasSuffix(".zip.age") ? name.dropLast(8) : name.hasSuffix(".zip") ? name.dropLast(4) : ""
        if HandoverFiles.isStray(name) {
            remarks.append("not part of the handover, left by a computer's system: \(Escaped.text(name))")
        } else if parts.contains(where: { $0.name == stem }) {
            remarks.append("not looked into: \(Escaped.text(name))")
        } else {
            faults.append((.added, "\(Escaped.text(name)): does not belong to the handover"))
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// What checking the folders of a divided handover came to.
extension HandoverParts {
    var text: String {
        var lines = [headline]
        for (name, verdict) in parts { lines += ["\(Escaped.text(name)): \(verdict.headline)"] + verdict.remarks }
        lines += faults.map { "  \($0.what)" } + remarks
        guard word == .holds, let first = parts.first?.verdict else { return lines.joined(separator: "\n") }
        return (lines + [""] + first.details.prefix(3) + ["", first.limits]).joined(separator: "\n")
    }

    private var headline: String {
        // The texts of incidents and order lie in every folder.
        let all = Set(parts.flatMap(\.verdict.check.items).filter { $0.file != nil }.map(\.item))
        let originals = Words.count(UInt64(all.count), "original")
        switch word {
        case .holds:
            return "holds: all \(count) folders of the handover are here, "
                + "\(originals) unchanged since they were taken in"
        case .incomplete:
            return missing.isEmpty
                ? "incomplete: all \(count) folders of the handover are here, but something in them is missing"
                : "incomplete: \(parts.count) of \(count) folders of the handover are here"
        case .added: return "added: something lies here that does not belong to the handover"
        case .uncheckable: return "of some of these folders nothing can be checked: what would say so is gone"
        case .altered: return "altered: do not rely on these folders"
        }
    }

    var json: JSONValue {
        .object([
            "verdict": .text(word.rawValue), "anchored": .flag(parts.allSatisfy { $0.verdict.check.isAnchored }),
            "volumes": .number(Int64(clamping: count)),
            "missing_volumes": .array(missing.map { .number(Int64(clamping: $0)) }),
            "faults": .array(faults.map { .text($0.what) }), "remarks": .array(remarks.map { .text($0) }),
            "folders": .array(parts.map { .object(["name": .text($0.name), "result": $0.verdict.json]) }),
        ])
    }
}
