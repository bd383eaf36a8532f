import AgeFile
import Sharing
import SignedNote

/// What a replay missed, until a later leaf shows that its owner had it erased. Whatever is left at the end is withheld.
struct ErasedParts: Sendable {
    private struct Place {
        let index: UInt64
        let stream: StreamID
    }

    private struct Hidden {
        let place: Place
        let items: [AgeFileID]
    }

    /// Items that were erased.
    private var gone: Set<AgeFileID> = []
    /// Cases that were erased.
    private(set) var cases: Set<CaseID> = []
    /// Leaves of no known stream, and whether a withheld record may explain them.
    private var foreign: [UInt64: Bool] = [:]
    /// Leaves of known streams whose records were not given.
    private var withheld: [UInt64: StreamID] = [:]
    /// Cases whose log keys are not here, by the leaf that opened them.
    private var keyless: [CaseID: Place] = [:]
    /// Items whose ingest records, or later descriptions' notes, were not given.
    private var stripped: [AgeFileID: [Place]] = [:]
    /// The text hashes of those ingest records.
    private var ingests: Set<Ingest> = []
    /// Lists of which entries were not given.
    private var hidden: [Hidden] = []

    private struct Ingest: Hashable {
        let caseID: CaseID
        let hash: NoteHash
    }

    // MARK: What is missing

    mutating func isForeign(_ leaf: OpenedLeaf, isDoubted: Bool) { foreign[leaf.index] = isDoubted }

    mutating func isWithheld(_ leaf: OpenedLeaf) { withheld[leaf.index] = leaf.stream }

    mutating func lacksKey(of matter: CaseID, _ leaf: OpenedLeaf) {
        keyless[matter] = Place(index: leaf.index, stream: .vault)
    }

    /// - Parameter ingest: the text hash of the ingest record, where that is what was not given.
    mutating func isStripped(
        _ item: AgeFileID, ingest: NoteHash? = nil, of matter: CaseID, _ leaf: OpenedLeaf
    ) {
        stripped[item, default: []].append(Place(index: leaf.index, stream: .matter(matter)))
        if let ingest { ingests.insert(Ingest(caseID: matter, hash: ingest)) }
    }

    mutating func isHidden(_ items: [AgeFileID], in stream: StreamID, _ leaf: OpenedLeaf) {
        hidden.append(Hidden(place: Place(index: leaf.index, stream: stream), items: items))
    }

    /// Whether an ingest record with this text hash was not given.
    func holds(_ ingest: NoteHash, of matter: CaseID) -> Bool {
        ingests.contains(Ingest(caseID: matter, hash: ingest))
    }

    // MARK: What was erased

    mutating func erase(_ item: AgeFileID) {
        gone.insert(item)
        stripped[item] = nil
    }

    /// Takes off what went with a case: the leaves that the owner's note lists, and, after those that she had seen, every
    /// leaf that nobody else's key recognises. A leaf of another known stream is never taken off, nor one from before the
    /// case was opened.
    /// - Returns: how many leaves: those that no key here recognises, and those of the case's known streams.
    mutating func erase(
        _ matter: CaseID, _ body: Erasure, openedAt: UInt64, isOfCase: (StreamID) -> Bool
    ) -> (foreign: UInt64, withheld: UInt64) {
        let covers = { (index: UInt64) in index > openedAt && (index >= body.size || body.leaves.contains(index)) }
        let leaves = foreign.keys.filter(covers)
        for index in leaves { foreign[index] = nil }
        let records = withheld.filter { covers($0.key) && isOfCase($0.value) }
        for index in records.keys { withheld[index] = nil }
        for (item, places) in stripped where places.contains(where: { isOfCase($0.stream) }) { stripped[item] = nil }
        hidden.removeAll { isOfCase($0.place.stream) }
        keyless[matter] = nil
        cases.insert(matter)
        return (UInt64(leaves.count), UInt64(records.count))
    }

    // MARK: What is left

    /// Everything that is missing and was not erased, in the order of the leaves.
    func findings(_ statistics: inout AuditStatistics) -> [Finding] {
        var findings = keyless.values.map { Finding(.keyMissing, index: $0.index, stream: $0.stream) }
        findings += withheld.map { Finding(.recordWithheld, index: $0.key, stream: $0.value) }
        findings += stripped.values.joined().map { Finding(.noteWithheld, index: $0.index, stream: $0.stream) }
        for list in hidden where !list.items.allSatisfy({ gone.contains($0) }) {
            findings.append(Finding(.entryWithheld, index: list.place.index, stream: list.place.stream))
        }
        let firstKeyless = keyless.values.map { $0.index }.min()
        for (index, isDoubted) in foreign {
            if let firstKeyless, index > firstKeyless {
                statistics.foreign += 1
            } else {
                findings.append(Finding(.foreignLeaf, severity: isDoubted ? .incomplete : nil, index: index))
            }
        }
        return findings.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
    }
}
