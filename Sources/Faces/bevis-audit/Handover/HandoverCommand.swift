import ArgumentParser
import AuditTrail
import SignedNote
import Terminal
import TransparencyLog

/// `bevis-audit verify-handover`: whether a handover folder is the one that was written, and what stands behind it.
struct VerifyHandoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify-handover",
        abstract: "Check a folder that was handed over: every file, and its proof in the log.",
        discussion: """
            Checks the manifests and the SHA-256 of every file, the owner's signature over all of it, the log's \
            signature, and for each original that it is the one which was taken in. Of a divided handover give the \
            folder that holds the folders: each is checked, and whether they are all there. Ends with 0 when all of it \
            holds, 1 when something was altered, added or does not hold, or nothing can be checked, 3 when something \
            cannot be read, 4 when something is missing. Files that systems leave in folders, such as .DS_Store and \
            Thumbs.db, are named and do not count.
            Examples:
              bevis-audit verify-handover folder --keys Keys
              bevis-audit verify-handover folder --json
            """)

    @Argument(help: ArgumentHelp("The folder that was handed over.", valueName: "dir"))
    var folder: String

    @Option(
        help: ArgumentHelp(
            "The folder with the keys that are trusted: policy, operator, trust.",
            discussion: "Have it from the vault's operator. Without it, and without --owner, the keys come from the "
                + "folder itself, and only whether it holds together can be told.", valueName: "keysdir"))
    var keys: String?

    @Option(help: ArgumentHelp("The owner's key, where you have it from herself.", valueName: "key"))
    var owner: String?

    @Flag(help: "Answer in JSON, times in UTC.")
    var json = false

    func run() throws {
        let policy = try keys.map { try TrustedKeys($0).anchor.policy }
        let key = try owner.map { text throws(CommandFailure) in
            guard let key = try? VerifierKey(parsing: Array(text.utf8)) else {
                throw CommandFailure(
                    .usage, "--owner is not a verifier key", hint: "she sees it with: bevis identity show")
            }
            return key
        }
        let names = try HandoverParts.names(in: folder)
        let word: HandoverVerdict.Word
        if names.isEmpty {
            let verdict = HandoverVerdict(try HandoverCheck(folder, policy: policy, owner: key))
            try Output(json: json).show(verdict.json, or: verdict.text)
            word = verdict.word
        } else {
            let parts = try HandoverParts(names, in: folder, policy: policy, owner: key)
            try Output(json: json).show(parts.json, or: parts.text)
            word = parts.word
        }
        guard word == .holds else { throw ExitCode(word.status.rawValue) }
    }
}
