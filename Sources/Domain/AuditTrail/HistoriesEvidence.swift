public import MerkleTree
public import Sharing
public import SignedNote
import TransparencyLog

/// Two checkpoints that one log has signed and that do not fit: one was remembered, the other was shown later.
public struct HistoriesEvidence: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/histories-evidence/v1"

    /// The checkpoint that was remembered, a signed note.
    public let remembered: [UInt8]
    /// The checkpoint that was shown later, a signed note.
    public let shown: [UInt8]
    /// The root that the log shown has at the size of the one remembered; `nil` where it is not known.
    public let root: TreeHash?
    /// Proves `root` under the checkpoint shown.
    public let proof: ConsistencyProof

    /// Evidence of its parts.
    public init(remembered: [UInt8], shown: [UInt8], root: TreeHash?, proof: ConsistencyProof) {
        self.remembered = remembered
        self.shown = shown
        self.root = root
        self.proof = proof
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        remembered = try reader.base64("remembered")
        shown = try reader.base64("shown")
        root = try reader.optionalHash("root")
        proof = ConsistencyProof(hashes: try reader.hashes("proof"))
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("remembered", bytes: remembered)
        writer.add("shown", bytes: shown)
        writer.addOptional("root", root)
        for hash in proof.hashes { writer.add("proof", hash) }
    }

    /// Whom the evidence convicts. The log's own signature is enough: what it has signed binds it, cosigned or not.
    /// - Parameter logs: the keys of the log, known from elsewhere.
    public func verdict(logs: [VerifierKey]) -> EvidenceVerdict {
        guard let old = HistoriesEvidence.head(remembered, logs), let new = HistoriesEvidence.head(shown, logs),
            old.origin == new.origin
        else { return .unsound("the two checkpoints are not both signed by the trusted log") }
        if old.size == new.size {
            return old.root == new.root
                ? .nobody("the two checkpoints are the same")
                : .convicting(.log, "it signed two different logs of one size")
        }
        guard let root else {
            return .nobody("the two checkpoints alone prove nothing: ask the log to prove that they fit")
        }
        guard old.size < new.size,
            (try? proof.verify(older: old.size, olderRoot: root, newer: new.size, newerRoot: new.root)) != nil
        else { return .unsound("the proof does not belong to the two checkpoints") }
        guard root != old.root else { return .nobody("the log shown goes on from the one remembered") }
        return .convicting(.log, "it signed a log that does not go on from the one it had signed before")
    }

    private static func head(_ bytes: [UInt8], _ logs: [VerifierKey]) -> Checkpoint? {
        guard let note = try? UnverifiedNote(parsing: bytes, maximumSize: LogPolicy.maximumNoteSize),
            let head = try? Checkpoint(parsing: note.text),
            (try? note.verified(by: logs.filter { $0.name == head.origin })) != nil
        else { return nil }
        return head
    }
}
