import AuditTrail
import MerkleTree
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// What a replay of a bundle asks for.
struct BundleEnvironment: ReplayEnvironment {
    let folder: BundleFolder
    let log: CheckedLog
    let workers = Workers()

    func sealedList(_ grant: GrantID) -> [UInt8]? {
        (try? folder.read(BundleLayout.list(grant), limit: 1 << 27)) ?? nil
    }

    func root(size: UInt64) -> TreeHash? { try? log.root(size: size) }

    func map<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], _ body: @Sendable (Input) -> Output
    ) -> [Output] { workers.map(inputs, body) }
}

/// Replays a bundle page after page.
struct ReplayRun {
    /// Pages of 256 leaves that are in memory at a time.
    private static let pagesAtOnce: UInt64 = 16
    /// Bytes of the longest page of records.
    private static let largestPage = 1 << 30

    let bundle: CheckedBundle
    private(set) var replay: Replay
    /// What is wrong with files of the bundle.
    private(set) var findings: [Finding] = []

    init(_ bundle: CheckedBundle, _ keys: AuditKeys, keepsLines: Bool) {
        self.bundle = bundle
        replay = Replay(ReplayKeys(keys), anchor: bundle.trusted.anchor, keepsLines: keepsLines)
    }

    /// Replays everything, telling `each` of every batch's lines.
    mutating func run(_ each: ([AuditLine]) throws(CommandFailure) -> Void = { _ in }) throws(CommandFailure) {
        let environment = BundleEnvironment(folder: bundle.folder, log: bundle.log)
        let pages = (bundle.head.size + 255) / 256
        // A length that somebody made up ends no sum.
        let total = (0..<pages).reduce(UInt64(0)) {
            $0 &+ min(bundle.folder.size(of: BundleLayout.records($1)), UInt64(ReplayRun.largestPage))
        }
        var progress = Progress("checking records", total: total, quiet: bundle.isQuiet)
        defer { progress.finish() }
        var done: UInt64 = 0
        var start: UInt64 = 0
        while start < pages {
            let numbers = [UInt64](start..<min(start + ReplayRun.pagesAtOnce, pages))
            let (folder, log) = (bundle.folder, bundle.log)
            let read = environment.map(numbers) { ReplayRun.page($0, folder, log) }
            let expected = min(bundle.head.size, (start + UInt64(numbers.count)) * 256) - start * 256
            guard read.reduce(0, { $0 + UInt64($1.entries.count) }) == expected else {
                throw CommandFailure(
                    .refused, "the entries of the log changed while they were being checked",
                    hint: "copy the bundle where nobody else writes, then check the copy")
            }
            findings += read.flatMap { $0.findings }
            replay.advance(read.flatMap { $0.entries }, in: environment)
            try each(replay.takeLines())
            done += read.reduce(0) { $0 + $1.byteCount }
            progress.update(done)
            start += ReplayRun.pagesAtOnce
        }
        replay.finish()
    }

    private struct Page: Sendable {
        let entries: [ReplayEntry]
        let byteCount: UInt64
        let findings: [Finding]
    }

    private static func page(_ page: UInt64, _ folder: BundleFolder, _ log: CheckedLog) -> Page {
        let entries = log.entries(page: page) ?? []
        var byteCount = 0
        var findings: [Finding] = []
        func read(_ path: [UInt8]) -> [[UInt8]?]? {
            guard let bytes = try? folder.read(path, limit: largestPage) else { return nil }
            byteCount += bytes.count
            if let page = try? RecordPage(parsing: bytes, count: entries.count) { return page.records }
            // A page that is there and cannot be read is more than one that is missing.
            findings.append(Finding(.pageMalformed, index: page * 256, object: path))
            return nil
        }
        let records = read(BundleLayout.records(page))
        let heads = read(BundleLayout.checkpoints(page))
        return Page(
            entries: entries.enumerated().map { place, entry in
                ReplayEntry(entry: entry, sealed: records?[place], head: heads?[place])
            }, byteCount: UInt64(byteCount), findings: findings)
    }

    /// The record of one leaf, opened; `nil` when there is none or its key is not here.
    func disclosed(_ line: AuditLine) -> DisclosedRecord? {
        let (page, place) = (line.index / 256, Int(line.index % 256))
        let entries = ReplayRun.page(page, bundle.folder, bundle.log).entries
        guard place < entries.count, let sealed = entries[place].sealed,
            let key = replay.key(of: line.record.stream)
        else { return nil }
        return try? DisclosedRecord(opening: sealed, with: key)
    }
}
