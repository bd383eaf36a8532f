import AgeFile
import MerkleTree
import Sharing
import SignedNote
import Sodium
import TransparencyLog

/// How the checkpoint that a request names stands to the log.
enum SeenHead: Sendable {
    case none, fits, notSigned, forked
}

/// How the checkpoint that the custodian kept over a leaf stands to the log.
enum KeptHead: Sendable {
    case none, fits, differs, forked
}

/// How a grant's item list was found.
enum FoundList: Sendable {
    case none, missing, differs
    case fits(ItemList)
}

/// A leaf whose signatures were verified.
struct CheckedLeaf: Sendable {
    let opened: OpenedLeaf
    /// Whether the note is signed by the key that it has to be signed by; `nil` when there is no note or no such key.
    let isSigned: Bool?
    let seen: SeenHead
    let list: FoundList
    var kept = KeptHead.none
    /// Signatures verified.
    var signatureCount: UInt64
}

/// An opened leaf, with what its checking needs besides.
struct GatheredLeaf: Sendable {
    let leaf: OpenedLeaf
    /// For a leaf that gives or extends a grant whose key is known: where the key stands in the rack.
    let grantPlace: Int?
    let sealedList: [UInt8]?
    /// The checkpoint that the custodian kept over this leaf.
    let head: [UInt8]?
}

/// Verifies the signatures of opened records. Needs nothing but what it holds, so many checks can run at once.
struct CheckingContext: Sendable {
    /// Keys of the cards known so far, by the cards' text hashes.
    let cardKeys: [NoteHash: VerifierKey]
    let logs: [VerifierKey]
    let policy: LogPolicy
    let rack: KeyRack

    func check(_ gathered: GatheredLeaf, _ environment: some ReplayEnvironment) -> CheckedLeaf {
        var checked = checkNote(gathered, environment)
        guard let head = gathered.head else { return checked }
        checked.kept = kept(head, gathered.leaf.index, environment)
        checked.signatureCount += 1
        return checked
    }

    private func kept(_ head: [UInt8], _ index: UInt64, _ environment: some ReplayEnvironment) -> KeptHead {
        guard let checkpoint = try? policy.verify(head).checkpoint, checkpoint.size == index + 1 else {
            return .differs
        }
        guard let root = environment.root(size: checkpoint.size) else { return .fits }
        return root == checkpoint.root ? .fits : .forked
    }

    private func checkNote(_ gathered: GatheredLeaf, _ environment: some ReplayEnvironment) -> CheckedLeaf {
        let leaf = gathered.leaf
        guard case .opened(let opened) = leaf.outcome, let note = opened.note else { return result(leaf, nil) }
        switch note {
        case .card(let note): return result(leaf, isSigned(note, note.body.key))
        case .withdrawal(let note): return result(leaf, isSigned(note, note.body.by))
        case .trust(let note): return result(leaf, isSigned(note, note.body.operatorKey))
        case .caseCard(let note): return result(leaf, isSigned(note, note.body.ownerKey))
        case .ingest(let note): return result(leaf, isSigned(note, note.body.signer))
        case .newDescription(let note): return result(leaf, isSigned(note, note.body.signer))
        case .verification(let note):
            return CheckedLeaf(
                opened: leaf, isSigned: isSigned(note, cardKeys[note.body.card]),
                seen: seen(note.body.checkpoint, leaf.index, environment), list: .none, signatureCount: 2)
        case .heartbeat(let note): return result(leaf, isSigned(note, note.body.device))
        case .recovery: return result(leaf, nil)  // by the owner's key, which only the replay knows
        case .revocation(let note): return result(leaf, isSigned(note, cardKeys[note.body.by]))
        case .approval(let note): return result(leaf, isSigned(note, cardKeys[note.body.by]))
        case .decline(let note): return result(leaf, isSigned(note, cardKeys[note.body.by]))
        case .membership(let note): return result(leaf, isSigned(note, note.body.issuer))
        case .erasure(let note): return result(leaf, isSigned(note, cardKeys[note.body.by]))
        case .cancellation(let note): return result(leaf, isSigned(note, cardKeys[note.body.by]))
        case .more(let note):
            // Signed by the grantor of the grant that it extends, whom only the replay knows.
            return CheckedLeaf(
                opened: leaf, isSigned: nil, seen: .none, list: list(gathered) { $0.belongs(to: note.body) },
                signatureCount: 1)
        case .grant(let note):
            return CheckedLeaf(
                opened: leaf, isSigned: isSigned(note, cardKeys[note.body.from]), seen: .none,
                list: list(gathered) { $0.belongs(to: note.body) }, signatureCount: 1)
        case .request(let note):
            let isSigned = isSigned(note, cardKeys[note.body.card])
            guard let head = note.body.checkpoint else { return result(leaf, isSigned) }
            return CheckedLeaf(
                opened: leaf, isSigned: isSigned, seen: seen(head, leaf.index, environment), list: .none,
                signatureCount: 2)
        }
    }

    private func result(_ leaf: OpenedLeaf, _ isSigned: Bool?) -> CheckedLeaf {
        CheckedLeaf(
            opened: leaf, isSigned: isSigned, seen: .none, list: .none, signatureCount: isSigned == nil ? 0 : 1)
    }

    private func isSigned<Body: NoteBody>(_ note: Unverified<Body>, _ key: VerifierKey?) -> Bool? {
        guard let key else { return nil }
        return (try? note.verified(by: key)) != nil
    }

    private func seen(_ head: [UInt8], _ index: UInt64, _ environment: some ReplayEnvironment) -> SeenHead {
        guard let note = try? UnverifiedNote(parsing: head, maximumSize: LogPolicy.maximumNoteSize),
            let checkpoint = try? Checkpoint(parsing: note.text),
            (try? note.verified(by: logs.filter { $0.name == checkpoint.origin })) != nil
        else { return .notSigned }
        // What the log had signed by then cannot be longer than the log was.
        guard checkpoint.size <= index else { return .forked }
        guard let root = environment.root(size: checkpoint.size) else { return .fits }
        return root == checkpoint.root ? .fits : .forked
    }

    private func list(_ gathered: GatheredLeaf, belongs: (ItemList) -> Bool) -> FoundList {
        guard let place = gathered.grantPlace else { return .none }
        guard let sealed = gathered.sealedList else { return .missing }
        guard let text = try? AgeFile.open(sealed, with: [rack[place].recordIdentity]),
            let list = try? ItemList(parsing: text.withUnsafeBytes { [UInt8]($0) }), belongs(list)
        else { return .differs }
        return .fits(list)
    }
}
