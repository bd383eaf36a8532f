import Camera
public import CustodianClient
import Sharing
public import SignedNote
import Sodium
import TransparencyLog
import Vault

/// Takes a camera's files in, one after the other, each once: what `bevis watch` does again and again.
///
/// Nothing is kept that a power cut could lose: what was done stands in the journal, what is to be done in the folder.
public final class Watcher {
    /// What the watch needs of the world around it.
    public struct World {
        let connect: () throws -> VaultSession
        let remember: (VaultSession) throws -> Void
        let report: (WatchNews) -> Void
        let clock: () -> Timestamp
        let uptime: () -> Duration
        let isStopping: @Sendable () -> Bool

        /// - Parameters:
        ///   - connect: a new session with the custodian, its keys checked.
        ///   - remember: keeps a session's newest checkpoint.
        ///   - report: tells what happened.
        ///   - clock: the device's clock.
        ///   - uptime: a clock that only runs forward.
        ///   - isStopping: whether the watch was told to stop.
        public init(
            connect: @escaping () throws -> VaultSession, remember: @escaping (VaultSession) throws -> Void,
            report: @escaping (WatchNews) -> Void, clock: @escaping () -> Timestamp,
            uptime: @escaping () -> Duration, isStopping: @escaping @Sendable () -> Bool
        ) {
            self.connect = connect
            self.remember = remember
            self.report = report
            self.clock = clock
            self.uptime = uptime
            self.isStopping = isStopping
        }
    }

    private let options: WatchOptions
    private let own: DeviceCase
    private let journal: Journal
    private let world: World
    private let began: Timestamp
    private var stability: Stability
    private var known: [[UInt8]: FileFacts]
    private var told = Told()
    private var session: VaultSession?
    /// When the next sign of life is due; the first one once a whole look could take what lies there.
    private var nextBeat: Duration
    private var hasLooked = false

    /// What was told and need not be told again.
    private struct Told {
        var refusals: Set<[UInt8]> = []
        var isMissing = false
        var unreachable: String?
        var quiet: Duration?
        var lagging: Duration?
    }

    private static let beatEvery = Duration.seconds(3_600)
    private static let beatAgain = Duration.seconds(600)
    private static let warnEvery = Duration.seconds(86_400)

    /// A watch for a device, going on where its journal stopped.
    /// - Throws: `WatchError.journal`.
    public init(_ options: WatchOptions, for own: DeviceCase, journal: Journal, in world: World) throws(WatchError) {
        self.options = options
        self.own = own
        self.journal = journal
        self.world = world
        stability = Stability(patience: options.settle)
        nextBeat = world.uptime() + options.settle
        known = try journal.seen()
        began = try journal.moment("began", first: world.clock())
    }

    /// Looks at the folder once, and takes what is ready.
    ///
    /// - Throws: what makes it pointless to go on: the custodian refuses, shows false proofs or another history, or the
    ///   journal cannot be written. A custodian that cannot be reached and a folder that is not there are waited for.
    public func pass() throws -> WatchState {
        let scan = look()
        let settled = stability.settled(scan?.files ?? [:], at: world.uptime())
        var waiting = scan.map { unknown(in: $0) } ?? [:]
        var isWorking = scan != nil
        do {
            let session = try connected()
            try finishPending(session)
            if let scan {
                waiting = unknown(in: scan)
                try takeAll(in: scan, settled, &waiting, session)
            }
            if hasLooked { try beat(scan, waiting, session) }
            hasLooked = true
            told.unreachable = nil
        } catch let error as ClientError where Watcher.isPassing(error) {
            session = nil
            isWorking = false
            if told.unreachable != error.reason { world.report(.unreachable(reason: error.reason)) }
            told.unreachable = error.reason
        }
        warn(waiting)
        return WatchState(
            waiting: waiting.count, hasRefusals: !(scan?.refusals.isEmpty ?? true), isWorking: isWorking)
    }

    /// Whether a failure may pass by itself.
    private static func isPassing(_ error: ClientError) -> Bool {
        switch error.code {
        case .unreachable, .cutOff, .unavailable, .tooMany, .malformed, .unknown: true
        case .refused, .notProven, .altered: false
        }
    }

    // MARK: The folder

    private func look() -> FolderScan? {
        guard let scan = try? FolderScan(options.folder) else {
            if !told.isMissing { world.report(.folderMissing) }
            told.isMissing = true
            return nil
        }
        if told.isMissing { world.report(.folderBack) }
        told.isMissing = false
        for refusal in scan.refusals where told.refusals.insert(refusal.path).inserted {
            world.report(.refused(path: refusal.path, reason: "\(refusal.reason.reason)"))
        }
        return scan
    }

    /// The files that were not taken as they are; an empty one is not begun yet.
    private func unknown(in scan: FolderScan) -> [[UInt8]: FileFacts] {
        scan.files.filter { path, facts in facts.size > 0 && known[path] != facts }
    }

    private func takeAll(
        in scan: FolderScan, _ settled: Set<[UInt8]>, _ waiting: inout [[UInt8]: FileFacts], _ session: VaultSession
    ) throws {
        // By name, which is the order of time in every layout: numbers then run in the order of the clips.
        for path in waiting.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) where settled.contains(path) {
            guard !world.isStopping() else { return }
            guard let facts = waiting[path] else { continue }
            if try take(path, facts, session) {
                known[path] = facts
                waiting[path] = nil
            }
            // Where much waits, a look may take hours.
            if world.uptime() > nextBeat + Watcher.beatAgain { try beat(scan, waiting, session) }
        }
        try tidy(scan, settled)
    }

    /// Removes originals where that was asked for, and forgets files that are gone.
    private func tidy(_ scan: FolderScan, _ settled: Set<[UInt8]>) throws {
        // An empty folder may be one whose disk was not mounted.
        let gone = scan.files.isEmpty ? [] : known.keys.filter { scan.files[$0] == nil }
        if !gone.isEmpty {
            try journal.forget(gone)
            for path in gone { known[path] = nil }
        }
        guard options.deletes else { return }
        for (path, facts) in scan.files where known[path] == facts && settled.contains(path) {
            guard !world.isStopping() else { return }
            try remove(path, facts)
        }
    }

    private func remove(_ path: [UInt8], _ facts: FileFacts) throws {
        let file = FolderFile(path, in: options.folder)
        // Whoever still writes would write into a file without a name. Where the system does not tell, only time can.
        let patience = options.settle * 10
        guard file.isBeingWritten().map({ !$0 }) ?? (stability.age(of: path, at: world.uptime()) ?? .zero >= patience)
        else { return }
        do throws(VaultError) {
            guard try file.remove(ifStill: facts) else { return }
        } catch {
            if told.refusals.insert(path).inserted {
                world.report(.notRemoved(path: path, reason: "\(error.reason)"))
            }
            return
        }
        known[path] = nil
        try journal.forget([path])
        world.report(.removed(path: path))
    }

    // MARK: Taking

    /// Takes a file, or finds that its bytes were taken before; false where it has to wait.
    private func take(_ path: [UInt8], _ facts: FileFacts, _ session: VaultSession) throws -> Bool {
        let file = FolderFile(path, in: options.folder)
        guard file.isBeingWritten() != true else { return false }
        do {
            if try journal.hasTaken(size: facts.size), try journal.hasTaken(try file.open().digest()) {
                return try duplicate(path, facts)
            }
            let source = try file.open()
            guard file.facts == facts else { return false }
            let uploaded = try session.upload(source, sealedTo: own.recipient, isCancelled: world.isStopping)
            guard try !journal.hasTaken(uploaded.content.originalDigest) else { return try duplicate(path, facts) }
            try sign(uploaded, path, facts, session)
        } catch let error as VaultError where error.code != .unavailable {
            world.report(.notNow(path: path, reason: "\(error.reason)"))
            return false
        }
        try finishPending(session)
        return known[path] == facts
    }

    private func duplicate(_ path: [UInt8], _ facts: FileFacts) throws -> Bool {
        try journal.setSeen(path, facts)
        world.report(.duplicate(path: path))
        return true
    }

    private func sign(
        _ uploaded: UploadedContent, _ path: [UInt8], _ facts: FileFacts, _ session: VaultSession
    ) throws {
        let head = try journal.head()
        let item = try session.prepare(
            uploaded, described: describe(uploaded.content, path, facts), for: own, after: head)
        let next = ChainHead(
            sequence: head.map { $0.sequence + 1 } ?? 0, hash: try UnverifiedNote(parsing: item.ingest).hash)
        try journal.setPending(
            PendingItem(item: item, digest: uploaded.content.originalDigest, path: path, facts: facts, head: next))
    }

    private func describe(_ content: SealedContent, _ path: [UInt8], _ facts: FileFacts) -> Description {
        let media = MediaType(guessedFrom: path)
        var description = Description(
            of: content, kind: ItemKind(guessedFrom: media, fileName: path), recorded: world.clock(), fileName: path,
            mediaType: media)
        description.modified = facts.modifiedTime
        switch captured(path) {
        case .stated(let moment):
            description.captured = moment
            let zone = options.layout == .frigate ? "UTC" : options.zone?.name ?? ""
            description.note = Array(
                "Time captured: from the file's name, layout \(options.layout.rawValue), zone \(zone).".utf8)
        case .unknown(let reason):
            description.note = Array("Time captured: not known, for \(reason).".utf8)
        }
        return description
    }

    private func captured(_ path: [UInt8]) -> CaptureTime {
        CaptureTime(of: path, layout: options.layout, zone: options.zone)
    }

    /// Hands in the record that is signed and not yet answered, if there is one.
    private func finishPending(_ session: VaultSession) throws {
        guard let pending = try journal.pending() else { return }
        let proof: LogProof
        do {
            proof = try session.submit(pending.item)
        } catch let error as ClientError where error.code == .unknown {
            // The custodian was started anew between upload and record, and has thrown the content away. Only where it
            // knows no such record may the number go to another.
            guard try session.chainHead(of: own) == journal.head() else { throw Watcher.chainDiffers }
            return try journal.dropPending()
        }
        try journal.commit(pending, entry: proof.index, at: world.clock())
        known[pending.path] = pending.facts
        try world.remember(session)
        world.report(
            .taken(
                path: pending.path, sequence: pending.head.sequence, entry: proof.index,
                captured: captured(pending.path)))
    }

    // MARK: The custodian

    private static let chainDiffers = WatchError(
        .chainDiffers,
        """
        the custodian knows other records of this device than the device itself: one of them was put back to an older \
        state, or the device's key is used elsewhere too
        """)

    private func connected() throws -> VaultSession {
        if let session { return session }
        let new = try world.connect()
        let theirs = try new.chainHead(of: own)
        guard try theirs == journal.head() || theirs != nil && theirs == journal.pending()?.head else {
            throw Watcher.chainDiffers
        }
        session = new
        return new
    }

    // MARK: Signs of life

    private func beat(
        _ scan: FolderScan?, _ waiting: [[UInt8]: FileFacts], _ session: VaultSession
    ) throws {
        let now = world.uptime()
        guard now >= nextBeat, try journal.pending() == nil, !world.isStopping() else { return }
        let head = try journal.head()
        let heartbeat = Heartbeat(
            caseID: own.caseID, device: own.signer.verifierKey, time: world.clock(),
            taken: head.map { $0.sequence + 1 } ?? 0, newest: head?.hash, newestTime: try journal.newestTime(),
            waiting: UInt64(waiting.count), oldestWaiting: Watcher.oldest(waiting),
            warnings: try warnings(scan, waiting))
        do {
            let proof = try session.submit(try Verified(heartbeat, signedBy: own.signer))
            try world.remember(session)
            nextBeat = now + Watcher.beatEvery
            world.report(.heartbeat(entry: proof.index))
        } catch let error as ClientError where error.code == .tooMany {
            nextBeat = now + Watcher.beatAgain
        }
    }

    private static func oldest(_ waiting: [[UInt8]: FileFacts]) -> Timestamp? {
        waiting.values.map(\.modifiedTime).min()
    }

    private func warnings(_ scan: FolderScan?, _ waiting: [[UInt8]: FileFacts]) throws -> [DeviceWarning] {
        var warnings: [DeviceWarning] = []
        if try quiet() != nil { warnings.append(.quiet) }
        if lag(waiting) != nil { warnings.append(.lagging) }
        if scan == nil { warnings.append(.folderMissing) }
        if scan?.refusals.isEmpty == false { warnings.append(.refused) }
        return warnings
    }

    /// Seconds without a new clip, where they are too many.
    private func quiet() throws -> UInt64? {
        guard let limit = options.quietAfter else { return nil }
        let since = max(try journal.newestTime() ?? began, began)
        let now = world.clock()
        let passed = now.seconds - min(since.seconds, now.seconds)
        return passed >= limit ? passed : nil
    }

    /// The age of the oldest file that waits, where half of the time is over after which the camera overwrites it.
    private func lag(_ waiting: [[UInt8]: FileFacts]) -> UInt64? {
        guard let limit = options.overwritesAfter, let oldest = Watcher.oldest(waiting) else { return nil }
        let now = world.clock()
        let age = now.seconds - min(oldest.seconds, now.seconds)
        return age >= limit / 2 ? age : nil
    }

    private func warn(_ waiting: [[UInt8]: FileFacts]) {
        let now = world.uptime()
        if let seconds = try? quiet(), told.quiet.map({ now - $0 >= Watcher.warnEvery }) ?? true {
            world.report(.quiet(seconds: seconds))
            told.quiet = now
        }
        if let limit = options.overwritesAfter, let age = lag(waiting),
            told.lagging.map({ now - $0 >= Watcher.warnEvery }) ?? true
        {
            world.report(.lagging(seconds: age, of: limit))
            told.lagging = now
        }
    }
}

extension FileFacts {
    /// The time of the last change in whole seconds; 1970 for what lies before.
    fileprivate var modifiedTime: Timestamp { Timestamp(seconds: UInt64(max(0, modified / 1_000_000_000))) }
}
