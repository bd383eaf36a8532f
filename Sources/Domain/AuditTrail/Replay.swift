import AgeFile
public import Sharing
import SignedNote
import Sodium
import TransparencyLog

/// Decides again everything that a log tells of, from its records alone, with the functions that the custodian used.
///
/// Entries are handed over in the log's order, in batches of some thousand. What can be done leaf by leaf (opening
/// records, verifying signatures) goes through `ReplayEnvironment.map`; the rules are applied one leaf after the other.
/// Memory grows with the numbers of cards, items and grants, and by some 50 bytes a request.
public struct Replay {
    /// Findings beyond this number are only counted.
    public static let maximumFindings = 10_000

    /// What was found, in the order of the leaves.
    public private(set) var findings: [Finding] = []
    /// How many findings there are of each severity, those that were not kept included.
    public private(set) var counts: (altered: UInt64, ruleBroken: UInt64, incomplete: UInt64) = (0, 0, 0)
    /// Numbers about what was replayed.
    public internal(set) var statistics = AuditStatistics()

    let anchor: TrustAnchor
    let logs: [VerifierKey]
    let holdsVault: Bool
    var state = ReplayState()
    var tracker = StreamTracker()
    /// What is missing, until a later leaf shows that its owner had it erased.
    var erased = ErasedParts()
    private var cardKeys: [NoteHash: VerifierKey] = [:]
    /// Openings since the newest checkpoint that was kept.
    var uncovered: [UInt64] = []
    private let keepsLines: Bool
    private var lines: [AuditLine] = []

    /// Begins before the log's first leaf.
    /// - Parameter keepsLines: whether `takeLines` is going to be called.
    public init(_ keys: ReplayKeys, anchor: TrustAnchor, keepsLines: Bool = false) {
        self.anchor = anchor
        self.keepsLines = keepsLines
        logs = anchor.policy.logs.map { $0.key }
        holdsVault = keys.vault != nil
        state.custodian = anchor.custodian
        state.operatorKey = anchor.operatorKey
        // An auditor reads the trust notes in the log; an owner does not see that stream.
        if keys.vault == nil { state.trust = anchor.trust }
        if let vault = keys.vault { tracker.add(.vault, vault) }
        for matter in keys.matters { tracker.add(.matter(matter.id), matter.key) }
    }

    /// The grants that are known so far.
    public var grantIDs: [GrantID] { state.grants.keys.sorted() }

    /// The key of a stream that is known so far.
    public func key(of stream: StreamID) -> StreamKey? { tracker.key(of: stream) }

    /// Takes the lines of the batches since the last call.
    public mutating func takeLines() -> [AuditLine] {
        let taken = lines
        lines = []
        return taken
    }

    /// Replays the next entries of the log.
    public mutating func advance(_ entries: [ReplayEntry], in environment: some ReplayEnvironment) {
        let opened = open(entries, environment)
        let context = CheckingContext(cardKeys: cardKeys, logs: logs, policy: anchor.policy, rack: tracker.rack)
        let inputs = zip(opened, entries).map { gathered($0, $1, environment) }
        for leaf in environment.map(inputs, { context.check($0, environment) }) { apply(leaf) }
    }

    /// Ends the replay: reports openings over which no checkpoint was kept. Nothing may be advanced after it.
    public mutating func finish() {
        let missing = erased.findings(&statistics)
        if !missing.isEmpty {
            for finding in missing { report(finding) }
            // Each where its leaf stands, as if it had been told there.
            findings.sort { ($0.index ?? 0) < ($1.index ?? 0) }
        }
        for index in uncovered { report(Finding(.headWithheld, index: index)) }
        uncovered = []
    }

    // MARK: Opening

    private mutating func open(_ entries: [ReplayEntry], _ environment: some ReplayEnvironment) -> [OpenedLeaf] {
        let start = statistics.leaves
        var opened: [OpenedLeaf?] = entries.map { _ in nil }
        var pending: [(place: Int, leaf: Leaf)] = []
        for (place, entry) in entries.enumerated() {
            if let leaf = try? Leaf(entry: entry.entry) {
                pending.append((place, leaf))
            } else {
                opened[place] = failed(start + UInt64(place), .entryMalformed)
            }
        }
        // A grant's key becomes known by opening the record that gives it: then its leaves are looked for once more.
        var isDone = false
        while !isDone {
            let tasks = recognise(&pending, entries, &opened, start)
            var found: [OpenedLeaf] = []
            for leaves in environment.map(tasks, { $0.run() }) { found += leaves }
            for leaf in found { opened[Int(leaf.index - start)] = leaf }
            isDone = !learn(found) || pending.isEmpty
        }
        for (place, leaf) in pending {
            opened[place] = unrecognised(start + UInt64(place), leaf, entries[place].attached)
        }
        let attached = pending.compactMap { opened[$0.place] }
        _ = learn(attached)
        return opened.enumerated().map { $1 ?? failed(start + UInt64($0), .entryMalformed) }
    }

    private func failed(_ index: UInt64, _ kind: Finding.Kind) -> OpenedLeaf {
        OpenedLeaf(index: index, stream: nil, outcome: .failed(kind), sighting: nil)
    }

    private func unrecognised(_ index: UInt64, _ leaf: Leaf, _ attached: DisclosedRecord?) -> OpenedLeaf {
        guard let attached else { return OpenedLeaf(index: index, stream: nil, outcome: .foreign, sighting: nil) }
        guard attached.salt.commitment(to: attached.recordText) == leaf.commitment else {
            return failed(index, .recordDiffers)
        }
        guard attached.record.stream == .vault else { return failed(index, .recordMisplaced) }
        return OpenedLeaf(index: index, stream: .vault, outcome: attached.outcome, sighting: nil)
    }

    /// Leaves of one stream share its identity; a stream with many is shared out among the processors.
    private static let leavesPerTask = 64

    private mutating func recognise(
        _ pending: inout [(place: Int, leaf: Leaf)], _ entries: [ReplayEntry], _ opened: inout [OpenedLeaf?],
        _ start: UInt64
    ) -> [OpeningTask] {
        var items: [Int: [OpeningTask.Item]] = [:]
        var order: [Int] = []
        var rest: [(place: Int, leaf: Leaf)] = []
        for (place, leaf) in pending {
            let index = start + UInt64(place)
            let (stream, number, sighting): (Int, UInt64, Finding.Kind?)
            switch tracker.take(leaf.tag) {
            case .expected(let place, let count): (stream, number, sighting) = (place, count, nil)
            case .skipping(let place, let count): (stream, number, sighting) = (place, count, .numberSkipped)
            case .late(let place, let count): (stream, number, sighting) = (place, count, .numberLate)
            case .repeated:
                opened[place] = failed(index, .numberRepeated)
                continue
            case .unknown:
                rest.append((place, leaf))
                continue
            }
            if items[stream] == nil { order.append(stream) }
            items[stream, default: []].append(
                OpeningTask.Item(
                    index: index, leaf: leaf, number: number, sealed: entries[place].sealed, sighting: sighting))
        }
        pending = rest
        var tasks: [OpeningTask] = []
        for stream in order {
            var left = (items[stream] ?? [])[...]
            while !left.isEmpty {
                tasks.append(
                    OpeningTask(
                        stream: tracker.stream(stream), place: stream, rack: tracker.rack,
                        items: [OpeningTask.Item](left.prefix(Replay.leavesPerTask))))
                left = left.dropFirst(Replay.leavesPerTask)
            }
        }
        return tasks
    }

    /// Takes over the keys of cards and of grants' streams.
    /// - Returns: whether there are new streams.
    private mutating func learn(_ leaves: [OpenedLeaf]) -> Bool {
        let before = tracker.count
        for leaf in leaves {
            guard case .opened(let opened) = leaf.outcome, let stream = leaf.stream else { continue }
            switch opened.note {
            case .card(let note)?: cardKeys[note.hash] = note.body.key
            case .grant(let note)?:
                if let key = tracker.key(of: stream) {
                    tracker.add(.grant(note.body.id), key.child(note.body.id))
                }
            default: break
            }
        }
        return tracker.count > before
    }

    private func gathered(
        _ leaf: OpenedLeaf, _ entry: ReplayEntry, _ environment: some ReplayEnvironment
    ) -> GatheredLeaf {
        var (grant, list): (GrantID?, GrantID?) = (nil, nil)
        if case .opened(let opened) = leaf.outcome {
            switch opened.note {
            case .grant(let note)?: (grant, list) = (note.body.id, note.body.id)
            case .more(let note)?: (grant, list) = (note.body.grantID, note.body.id)
            default: break
            }
        }
        guard let list, let place = grant.flatMap({ tracker.place(of: .grant($0)) }) else {
            return GatheredLeaf(leaf: leaf, grantPlace: nil, sealedList: nil, head: entry.head)
        }
        return GatheredLeaf(
            leaf: leaf, grantPlace: place, sealedList: environment.sealedList(list), head: entry.head)
    }

    // MARK: Results

    /// - Parameter doubted: streams whose withheld records may explain what was found.
    mutating func report(
        _ kind: Finding.Kind, _ leaf: OpenedLeaf, failures: [Failure] = [], unless doubted: [StreamID] = []
    ) {
        let isDoubted = kind.severity == .ruleBroken && doubted.contains { state.doubts.contains($0) }
        report(
            Finding(
                kind, severity: isDoubted ? .incomplete : nil, index: leaf.index, stream: leaf.stream,
                failures: failures))
    }

    mutating func report(_ finding: Finding) {
        switch finding.severity {
        case .altered: counts.altered += 1
        case .ruleBroken: counts.ruleBroken += 1
        case .incomplete: counts.incomplete += 1
        }
        if findings.count < Replay.maximumFindings { findings.append(finding) }
    }

    mutating func tell(_ line: AuditLine) {
        if keepsLines { lines.append(line) }
    }
}
