import AgeFile
import AuditTrail
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// Everything that there is to check in a handover folder, in the order of its specification.
struct HandoverCheck {
    private static let note = String(decoding: HandoverLayout.note, as: UTF8.self)
    /// Places that need no line of the log behind them, besides those with rules of their own.
    private static let others: Set<String> = Set(
        [HandoverLayout.pdf, HandoverLayout.table, HandoverLayout.linkedData, HandoverLayout.checker].map {
            String(decoding: $0, as: UTF8.self)
        })

    private static let shown = ["data/exhibits/", "data/copies/", "data/texts/"]
    private static let proofs = ["data/custody/items/", "data/custody/log/", "data/custody/notes/"]

    let faults = HandoverFaults()
    /// What the owner signed; `nil` where it cannot be read.
    private(set) var handover: HandoverNote?
    /// The head of the log under which all lines are proven.
    private(set) var head: Checkpoint?
    private(set) var items: [HandoverItem] = []
    private(set) var unattested: [HandoverItem] = []
    private(set) var lineCount = 0
    /// Whether the log's key, or the owner's, was known from elsewhere and has signed what is here.
    private(set) var isAnchored = false
    private let policy: LogPolicy?
    private let owner: VerifierKey?

    /// - Parameters:
    ///   - policy: of the log that is trusted, where the checker has it from elsewhere.
    ///   - owner: the owner's key, where the checker has it from elsewhere.
    init(_ path: String, policy: LogPolicy?, owner: VerifierKey?) throws(CommandFailure) {
        self.policy = policy
        self.owner = owner
        var files = try HandoverFiles(path, faults)
        try readNote(files)
        let bag = try HandoverBag(&files, boundTo: handover?.tagManifest, faults)
        guard let handover, let checkpoint = checkpoint(handover) else { return }
        head = checkpoint
        let trail = try HandoverTrail(files, (handover.checkpoint, checkpoint), faults)
        let notes = try HandoverNotes(files, faults)
        var items = try HandoverItems(files, faults)
        trail.check(notes, items: Set(items.all.map(\.item)), of: handover.caseID)
        notes.check(trail.lines, owner: handover.owner)
        try items.check(trail.lines, notes, bag.digests, handover)
        (self.items, unattested, lineCount) = (items.all, items.unattested, trail.lines.count)
        tellUnchecked(files, bag.bound.union(items.proven))
    }

    /// Where a manifest is missing, nothing says of some files what they were.
    private func tellUnchecked(_ files: HandoverFiles, _ checked: Set<String>) {
        for place in files.sizes.keys.sorted() where place != HandoverCheck.note && !checked.contains(place) {
            // What lies there carries its own signatures and proofs.
            if !HandoverCheck.proofs.contains(where: { place.hasPrefix($0) }) { faults.unchecked(place) }
        }
    }

    private mutating func readNote(_ files: HandoverFiles) throws(CommandFailure) {
        guard let bytes = try files.read(HandoverCheck.note) else { return }
        do throws(NoteError) {
            let note = try Unverified<HandoverNote>(parsing: bytes)
            handover = note.body
            guard (try? note.verified(by: owner ?? note.body.owner)) != nil, owner ?? note.body.owner == note.body.owner
            else {
                faults.altered(
                    HandoverCheck.note,
                    owner == nil ? "is not signed by the owner that it names" : "is not signed by the owner's key given"
                )
                return
            }
            if owner != nil { isAnchored = true }
        } catch {
            faults.altered(HandoverCheck.note, "cannot be read: \(error.reason)")
        }
    }

    /// What the checkpoint says, once its signature is checked; read on where only the signature fails.
    private mutating func checkpoint(_ note: HandoverNote) -> Checkpoint? {
        guard let signed = try? UnverifiedNote(parsing: note.checkpoint, maximumSize: LogPolicy.maximumNoteSize),
            let head = try? Checkpoint(parsing: signed.text)
        else {
            faults.altered(HandoverCheck.note, "holds no checkpoint that can be read")
            return nil
        }
        if head.origin != note.log.name || (try? LogPolicy(log: note.log).verify(signed)) == nil {
            faults.altered(HandoverCheck.note, "holds a checkpoint that its log has not signed")
        } else if let policy {
            do throws(LogError) {
                _ = try policy.verify(signed)
                isAnchored = true
            } catch {
                faults.altered(HandoverCheck.note, "is of a log that is not the trusted one: \(error.reason)")
            }
        }
        return head
    }

    /// Whether a handover may hold something at a place below `data/`.
    static func isKnown(_ place: String) -> Bool {
        others.contains(place)
            || (shown + proofs).contains { place.hasPrefix($0) && !place.dropFirst($0.utf8.count).contains("/") }
    }
}
