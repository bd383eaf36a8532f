import ArgumentParser
import AuditTrail
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// `bevis-audit evidence`: whom an evidence file convicts.
struct EvidenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence",
        abstract: "Say whom an evidence file convicts: custodian, grantor, log, or nobody.",
        discussion: """
            Such a file is kept by 'bevis' when what it gets does not fit what was signed. Ends with 0 when everything \
            in it fits, 1 when it convicts somebody or does not hold together.
            """)

    @Argument(help: ArgumentHelp("The evidence.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "The folder with the keys that are trusted: policy, operator, trust.",
            discussion: "Have it from the vault's operator, not from whoever brings the evidence.",
            valueName: "keysdir"))
    var keys: String

    @Flag(help: "Answer in JSON.")
    var json = false

    func run() throws {
        let trusted = try TrustedKeys(keys)
        let evidence = try evidence()
        let verdict = try verdict(on: evidence, trusted.anchor)
        try Output(json: json).show(
            .object([
                "convicted": verdict.convicted.map { .text($0.word) } ?? .absent,
                "name": verdict.grantor.map { .bytes($0.name.bytes) } ?? .absent,
                "role": verdict.grantor.map { .bytes($0.role.bytes) } ?? .absent,
                "organisation": verdict.grantor?.organisation.map { .bytes($0.bytes) } ?? .absent,
                "sound": .flag(verdict.isSound), "reason": .text(verdict.reason.description),
            ]), or: text(verdict))
        guard verdict.convicted == nil, verdict.isSound else { throw ExitCode(ExitStatus.refused.rawValue) }
    }

    private func evidence() throws(CommandFailure) -> Evidence {
        let file = try Descriptor.reading(file)
        let bytes = try file.readAll(limit: 1 << 24)
        do throws(NoteError) {
            return try Evidence(parsing: bytes)
        } catch {
            throw CommandFailure(.refused, "\(file.name) is no evidence file, or was altered: \(error.reason)")
        }
    }

    private func verdict(on evidence: Evidence, _ anchor: TrustAnchor) throws(CommandFailure) -> EvidenceVerdict {
        switch evidence {
        case .histories(let evidence): return evidence.verdict(logs: anchor.policy.logs.map { $0.key })
        case .opening(let evidence):
            guard let custodian = anchor.custodian else {
                throw CommandFailure(
                    .unreachable, "there is no trust note among the trusted keys in \(Escaped.quoted(keys))",
                    hint: "have it from the vault's operator: it names the custodian's key")
            }
            return evidence.verdict(custodian: custodian)
        }
    }

    private func text(_ verdict: EvidenceVerdict) -> String {
        guard let party = verdict.convicted else {
            let why = verdict.isSound ? "" : "the evidence does not hold together: "
            return "convicted: nobody\n\(why)\(verdict.reason)"
        }
        let name = verdict.name.map { ", by her card " + $0 } ?? ""
        return "convicted: the \(party.word)\(name)\n\(verdict.reason)"
    }
}

extension EvidenceVerdict {
    /// Whom the convicted grantor's card speaks of.
    fileprivate var name: String? {
        grantor.map { PersonText.text(name: $0.name.bytes, role: $0.role.bytes, organisation: $0.organisation?.bytes) }
    }
}

extension EvidenceVerdict.Party {
    fileprivate var word: String {
        switch self {
        case .custodian: "custodian"
        case .grantor: "grantor"
        case .log: "log"
        }
    }
}
