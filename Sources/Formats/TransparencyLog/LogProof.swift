public import MerkleTree
public import SignedNote
internal import Sodium

/// A receipt that can be checked offline: inclusion proof and signed checkpoint (tlog-proof, `.tlog-proof`).
public struct LogProof: Hashable, Sendable {
    /// More hashes than this no tree of 64-bit size needs.
    private static let maximumHashes = 64

    /// Opaque bytes beside the proof; authenticated by nothing.
    public let extra: [UInt8]?
    /// Index of the leaf, from 0.
    public let index: UInt64
    /// Sibling hashes from the leaf upwards.
    public let hashes: [TreeHash]
    /// The signed checkpoint.
    public let note: UnverifiedNote

    /// Puts a proof beside the checkpoint that it leads to; empty `extra` counts as none.
    public init(_ proof: InclusionProof, checkpoint note: UnverifiedNote, extra: [UInt8]? = nil) {
        self.init(index: proof.index, hashes: proof.hashes, note: note, extra: extra)
    }

    private init(index: UInt64, hashes: [TreeHash], note: UnverifiedNote, extra: [UInt8]?) {
        self.extra = extra?.isEmpty == true ? nil : extra
        self.index = index
        self.hashes = hashes
        self.note = note
    }

    /// Reads the format's line, an optional `extra` line, the `index` line, hashes, an empty line and the checkpoint.
    /// - Throws: `LogError.malformed` or `.tooLarge`.
    public init(parsing bytes: [UInt8]) throws(LogError) {
        var lines = ProofLines(bytes)
        guard lines.next() == LogProof.firstLine else { throw LogError(.malformed, "a proof is of another format") }
        var line = lines.next()
        var extra: [UInt8]?
        if line.starts(with: LogProof.extraKey) {
            extra = try? Base64.decode([UInt8](line.dropFirst(LogProof.extraKey.count)), .padded)
            guard extra?.isEmpty == false else {
                throw LogError(.malformed, "a proof's extra line is not canonical base64")
            }
            line = lines.next()
        }
        guard line.starts(with: LogProof.indexKey),
            let index = NoteText.number(line.dropFirst(LogProof.indexKey.count))
        else {
            throw LogError(.malformed, "a proof's index line is missing or not a decimal number")
        }
        var hashes: [TreeHash] = []
        line = lines.next()
        while !line.isEmpty {
            guard hashes.count < LogProof.maximumHashes else {
                throw LogError(.tooLarge, "a proof has too many hashes")
            }
            hashes.append(try TreeHash(base64: line))
            line = lines.next()
        }
        do throws(NoteError) {
            let note = try UnverifiedNote(parsing: lines.rest, maximumSize: LogPolicy.maximumNoteSize)
            self.init(index: index, hashes: hashes, note: note, extra: extra)
        } catch {
            throw LogError(error)
        }
        _ = try Checkpoint(parsing: note.text)
    }

    /// The proof as it is stored; what was parsed comes back byte for byte.
    public var bytes: [UInt8] {
        var bytes = LogProof.firstLine + [NoteText.lineFeed]
        if let extra { bytes += LogProof.extraKey + Base64.encode(extra, .padded) + [NoteText.lineFeed] }
        bytes += LogProof.indexKey + NoteText.decimal(index) + [NoteText.lineFeed]
        for hash in hashes { bytes += hash.base64 + [NoteText.lineFeed] }
        return bytes + [NoteText.lineFeed] + note.bytes
    }

    /// The signed checkpoint's bytes.
    public var checkpointNote: [UInt8] { note.bytes }

    /// Checks that `leaf`, computed from the verifier's own data, stands at `index` in a log that `policy` accepts.
    /// - Throws: as `LogPolicy.verify(_:)`, and `LogError.mismatch` or `.malformed` for the inclusion proof.
    public func verify(leaf: TreeHash, policy: LogPolicy) throws(LogError) -> VerifiedCheckpoint {
        let verified = try policy.verify(note)
        let head = verified.checkpoint
        do throws(TreeError) {
            try InclusionProof(index: index, size: head.size, hashes: hashes).verify(leaf: leaf, root: head.root)
        } catch {
            throw LogError(error)
        }
        return verified
    }

    private static let firstLine = NoteText.bytes("c2sp.org/tlog-proof@v1")
    private static let extraKey = NoteText.bytes("extra ")
    private static let indexKey = NoteText.bytes("index ")
}

/// Takes lines off the front of a proof. Past the end every line is empty.
private struct ProofLines {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var rest: [UInt8] { [UInt8](bytes[position...]) }

    mutating func next() -> [UInt8] {
        let line = [UInt8](bytes[position...].prefix { $0 != NoteText.lineFeed })
        position = min(position + line.count + 1, bytes.count)
        return line
    }
}
