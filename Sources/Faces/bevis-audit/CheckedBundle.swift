import AuditTrail
import MerkleTree
import SignedNote
import Terminal
import TransparencyLog

/// A bundle whose log was checked against the trusted keys.
struct CheckedBundle {
    let folder: BundleFolder
    let trusted: TrustedKeys
    /// What the log's head says.
    let head: Checkpoint
    /// The head with its signatures; `nil` when the trusted policy does not accept it.
    let verified: VerifiedCheckpoint?
    let note: UnverifiedNote
    let log: CheckedLog
    /// Whether the log is signed as it should be, and every entry of it there.
    let isReadable: Bool
    /// What is wrong with the log as a whole.
    let findings: [Finding]
    let isQuiet: Bool
    /// Leaves of the longest log that is looked at.
    private static let largestLog: UInt64 = 1 << 40

    init(_ folder: BundleFolder, _ trusted: TrustedKeys, isQuiet: Bool) throws(CommandFailure) {
        self.folder = folder
        self.trusted = trusted
        self.isQuiet = isQuiet
        guard let bytes = try folder.read(BundleLayout.checkpoint, limit: LogPolicy.maximumNoteSize) else {
            throw CommandFailure(
                .unreachable, "there is no log/checkpoint in \(Escaped.quoted(folder.path))",
                hint: "name the folder that 'bevis audit export' wrote")
        }
        guard let note = try? UnverifiedNote(parsing: bytes), let head = try? Checkpoint(parsing: note.text) else {
            throw CommandFailure(
                .refused, "log/checkpoint is not a signed checkpoint", hint: "fetch the bundle again")
        }
        // What nobody trusted has signed is not looked at: its size alone could keep us busy for years.
        let verified = try? trusted.anchor.policy.verify(note)
        guard verified == nil || head.size <= CheckedBundle.largestLog else {
            throw CommandFailure(
                .refused, "the log says that it has more than 2^40 leaves: no honest one is as long",
                hint: "keep the bundle as it is: whoever holds the log's key has signed this")
        }
        let log = CheckedLog(folder, size: verified == nil ? 0 : head.size, isQuiet: isQuiet)
        var findings: [Finding] = verified == nil ? [Finding(.checkpointInvalid)] : []
        findings += log.findings
        isReadable = verified != nil && log.isComplete
        if isReadable, (try? log.root(size: head.size)) != head.root { findings.append(Finding(.treeDiffers)) }
        self.note = note
        self.head = head
        self.verified = verified
        self.log = log
        self.findings = findings
    }
}
