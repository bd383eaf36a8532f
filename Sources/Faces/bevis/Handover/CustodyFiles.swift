import AgeFile
import AuditTrail
import CustodianClient
import Sharing
import SignedNote
import Sodium
import TransparencyLog

/// Writes what proves a handover: items, lines of the log with their proofs, and the notes behind them.
struct CustodyFiles {
    private let session: VaultSession
    private let bag: BagFolder

    init(_ session: VaultSession, into bag: BagFolder) {
        self.session = session
        self.bag = bag
    }

    /// Writes lines, all proven under the newest checkpoint that the session has verified.
    func write(_ lines: [CustodyExtract.Line], of extract: CustodyExtract) throws {
        var notes: [NoteHash: [UInt8]] = [:]
        for line in lines {
            let places = HandoverLayout.line(line.index)
            try bag.write(places.record, bytes: line.disclosed.recordText)
            try bag.write(places.salt, bytes: line.disclosed.salt.hex + [0x0A])
            try bag.write(places.tag, bytes: Hex.encode(line.leaf.tag.bytes) + [0x0A])
            try bag.write(places.proof, bytes: try session.proof(of: line.index).bytes)
            notes.merge(extract.notes(with: line)) { first, _ in first }
        }
        for (hash, bytes) in notes.sorted(by: { $0.key.hex.lexicographicallyPrecedes($1.key.hex) }) {
            try bag.write(HandoverLayout.note(hash), bytes: bytes)
        }
    }

    /// Writes what is said of an item.
    func write(_ item: HandoverItem) throws { try bag.write(HandoverLayout.item(item.item), bytes: item.text) }
}
