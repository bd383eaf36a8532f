import ArgumentParser
import Camera
import CustodianClient
import Dispatch
import Glibc
import Home
import Sharing
import Sodium
import Synchronization
import Terminal
import Watching

/// `bevis watch`: a camera's files go in by themselves.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "On a camera's box: take in what appears in a folder, until it is stopped.",
        discussion: """
            The folder is filled by the camera: by FTP, SMB, or the recorder's own storage. A file is taken once it has \
            kept still and nobody has it open for writing, each once, also after a power cut. Nothing that was taken \
            can be read here.
            Examples:
              bevis watch /srv/frigate/recordings --layout frigate
              bevis watch /srv/ftp/hall --layout reolink --zone Europe/Copenhagen --quiet-after 3d --overwrites-after 7d
            """)

    @Argument(help: ArgumentHelp("The folder.", valueName: "folder")) var folder: String
    @Option(help: "How the camera names its files: frigate, reolink, dahua, hikvision, motion or none.")
    var layout: String
    @Option(help: "The zone of the times in names: Europe/Copenhagen, UTC, or +01:00 for a clock without summer time.")
    var zone: String?
    @Option(help: "How long a file has to keep still: 10s, 1m.") var settle = "10s"
    @Option(help: "How often to look: 5s.") var every = "5s"
    @Flag(help: "Remove each original once the custodian's receipt was checked.") var deleteAfterReceipt = false
    @Option(help: "Warn when no clip has come for so long, such as 3d.") var quietAfter: String?
    @Option(help: "After how long the camera overwrites its oldest files, such as 7d: warn at half of it.")
    var overwritesAfter: String?
    @Option(help: "The device, where this machine has several.") var device: String?
    @Option(name: .customLong("case"), help: "The first digits of the case's id, to be sure.") var matter: String?
    @Flag(help: "Take what is there and end; exit code 4 if something is left.") var once = false

    func run() async throws {
        let options = try options()
        let pause = try WatchCommand.seconds(every)
        let box = try Box(device)
        if let matter, !string(box.card.body.caseID.hex).hasPrefix(matter) {
            throw CommandFailure(.refused, "the device records for another case than \(Escaped.quoted(matter))")
        }
        let stop = StopSignal()
        let journal = try Journal(folder: box.folder.folder.path)
        let start = ContinuousClock.now
        let watcher = try Watcher(
            options, for: box.own, journal: journal,
            in: Watcher.World(
                connect: { try WatchCommand.connect(box) }, remember: { try box.remember($0) },
                report: { WatchReport.tell($0) },
                clock: Person.now, uptime: { ContinuousClock.now - start }, isStopping: { stop.isGiven }))
        Output(json: false).note("watching \(Escaped.quoted(folder))")
        try watch(watcher, options, pause: pause, until: stop, since: start)
    }

    private static func connect(_ box: Box) throws -> VaultSession {
        do { return try box.connect() } catch let failure as CommandFailure where failure.status == .unreachable {
            // A custodian that cannot be started now may be there later: files wait.
            throw ClientError(.unreachable, failure.message)
        }
    }

    private func watch(
        _ watcher: Watcher, _ options: WatchOptions, pause: UInt64, until stop: StopSignal,
        since start: ContinuousClock.Instant
    ) throws {
        var passes = 0
        while true {
            let state = try watcher.pass()
            passes += 1
            if stop.isGiven { return }
            if once {
                // One look finds a file, the next one sees that it kept still, and one more gives it another chance.
                let isOver = passes > 2 && ContinuousClock.now - start > options.settle * 2 + .seconds(1)
                guard state.waiting > 0 || !state.isWorking else { return try end(state) }
                if isOver { return try end(state) }
            }
            if stop.wait(milliseconds: once ? 50 : Int(pause) * 1_000) { return }
        }
    }

    private func end(_ state: WatchState) throws {
        guard state.isWorking else {
            throw CommandFailure(
                .unreachable, "the folder, or the vault, is not there", hint: "see the lines above; files wait")
        }
        guard state.waiting == 0, !state.hasRefusals else {
            let what =
                switch state.waiting {
                case 0: "something in the folder is never taken"
                case 1: "1 file was not taken"
                default: "\(state.waiting) files were not taken"
                }
            throw CommandFailure(.incomplete, what, hint: "see the lines above for the reasons")
        }
    }

    private func options() throws -> WatchOptions {
        guard let layout = FolderLayout(rawValue: layout) else {
            throw CommandFailure(
                .usage, "there is no layout \(Escaped.quoted(layout))",
                hint: "one of: \(FolderLayout.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard layout.needsZone == (zone != nil) else {
            throw CommandFailure(
                .usage,
                layout.needsZone
                    ? "the layout \(layout.rawValue) does not say in which zone its times are"
                    : "the layout \(layout.rawValue) takes no zone",
                hint: layout.needsZone ? "give --zone, such as --zone Europe/Copenhagen" : "leave --zone out")
        }
        let zone = try zone.map { name in
            guard let zone = CameraZone(name) else {
                throw CommandFailure(
                    .usage, "\(Escaped.quoted(name)) is no time zone",
                    hint: "give Europe/Copenhagen, UTC or an offset such as +01:00")
            }
            return zone
        }
        return WatchOptions(
            folder: Array(folder.utf8), layout: layout, zone: zone,
            settle: .seconds(try WatchCommand.seconds(settle)), deletes: deleteAfterReceipt,
            quietAfter: try quietAfter.map { try TimeArgument.duration($0) },
            overwritesAfter: try overwritesAfter.map { try TimeArgument.duration($0) })
    }

    /// A length of time of at most a day; none at all is allowed.
    private static func seconds(_ text: String) throws -> UInt64 {
        if text == "0s" { return 0 }
        let seconds = try TimeArgument.duration(text)
        guard seconds <= 86_400 else { throw CommandFailure(.usage, "\(Escaped.quoted(text)) is more than a day") }
        return seconds
    }
}

/// Told to stop by SIGTERM or SIGINT.
// Guard: the sources are set while it is made and never again; the rest is shared safely by itself.
private final class StopSignal: @unchecked Sendable {
    private let given = Mutex(false)
    private let semaphore = DispatchSemaphore(value: 0)
    private var sources: [any DispatchSourceSignal] = []

    var isGiven: Bool { given.withLock { $0 } }

    init() {
        // A lease that is asked for and given back can bring it; unhandled it would end the process.
        signal(SIGIO, SIG_IGN)
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [weak self] in self?.give() }
            source.activate()
            sources.append(source)
        }
    }

    private func give() {
        given.withLock { $0 = true }
        semaphore.signal()
    }

    /// Waits, and says whether the signal came.
    func wait(milliseconds: Int) -> Bool {
        semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success || isGiven
    }
}

/// What a watch tells its log: one line each, names escaped.
private enum WatchReport {
    static func tell(_ news: WatchNews) {
        let output = Output(json: false)
        switch news {
        case .taken(let path, let sequence, let entry, let captured):
            var text = "taken \(Escaped.quoted(path)): number \(sequence), entry \(entry) of the log"
            if case .unknown(let reason) = captured { text += "; no time captured: \(reason)" }
            try? output.line(text)
        case .removed(let path): try? output.line("removed \(Escaped.quoted(path))")
        case .heartbeat(let entry): try? output.line("sign of life: entry \(entry) of the log")
        case .duplicate(let path): output.note("not taken again: \(Escaped.quoted(path)): its bytes were taken before")
        case .notNow(let path, let reason): output.note("not taken yet: \(Escaped.quoted(path)): \(reason)")
        case .refused(let path, let reason): output.note("never taken: \(Escaped.quoted(path)): \(reason)")
        case .notRemoved(let path, let reason): output.note("not removed: \(Escaped.quoted(path)): \(reason)")
        case .folderMissing: output.note("the folder is not there; waiting for it")
        case .folderBack: output.note("the folder is there again")
        case .unreachable(let reason): output.note("files wait: the vault does not answer: \(reason)")
        case .quiet(let seconds):
            output.note("warning: no clip has come for \(Span.text(seconds)); look at the camera")
        case .lagging(let seconds, let limit):
            output.note(
                "warning: the oldest file that waits is \(Span.text(seconds)) old, and the camera overwrites after "
                    + "\(Span.text(limit))")
        }
    }
}

/// Lengths of time for people.
enum Span {
    /// `45 s`, `12 min`, `5 h`, `3 days`: in the largest unit of which there are two, rounded down.
    static func text(_ seconds: UInt64) -> String {
        switch seconds {
        case ..<120: "\(seconds) s"
        case ..<7_200: "\(seconds / 60) min"
        case ..<172_800: "\(seconds / 3_600) h"
        default: "\(seconds / 86_400) days"
        }
    }

    /// `+12 s`, `-1 h 0 min 3 s`.
    static func signed(_ seconds: Int64) -> String {
        let size = seconds.magnitude
        let sign = seconds < 0 ? "-" : "+"
        guard size >= 60 else { return "\(sign)\(size) s" }
        guard size >= 3_600 else { return "\(sign)\(size / 60) min \(size % 60) s" }
        return "\(sign)\(size / 3_600) h \(size / 60 % 60) min \(size % 60) s"
    }
}
