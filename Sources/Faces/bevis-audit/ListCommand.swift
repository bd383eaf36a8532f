import ArgumentParser
import AuditTrail
import Sharing
import SignedNote
import Terminal

/// `bevis-audit list`: what happened, line after line.
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show what happened: who, when, which case, what for.",
        discussion: """
            Ends as 'verify' does: with 0 only where the whole log is intact. Conditions are combined; ids may be cut to \
            their first digits, names to a part of them. With --json each line is an object of its own, for a log may be \
            long.
            """)

    @OptionGroup var options: BundleOptions

    @Option(help: ArgumentHelp("Only this event, such as opened or granted; may be repeated.", valueName: "event"))
    var event: [String] = []

    @Option(help: ArgumentHelp("Only what this person did: a part of the name, or the card's id.", valueName: "who"))
    var actor: String?

    @Option(name: .customLong("case"), help: ArgumentHelp("Only this case.", valueName: "id"))
    var matter: String?

    @Option(help: ArgumentHelp("Only this grant.", valueName: "id"))
    var grant: String?

    @Option(help: ArgumentHelp("Only from this time on.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only until this time.", valueName: "time"))
    var until: String?

    @Flag(help: "Only what was refused.")
    var refused = false

    func run() throws { try list() }

    private func list() throws {
        let filter = try filter()
        let bundle = try options.reliable()
        let output = Output(json: options.json)
        var run = ReplayRun(bundle, try options.requiredKeys(of: bundle.folder), keepsLines: true)
        try run.run { lines throws(CommandFailure) in
            for line in lines where filter.accepts(line) {
                try output.show(LineText.json(line), or: LineText.text(line))
            }
        }
        try BundleVerdict(bundle, run.replay, of: run.findings).tell(on: output)
    }

    /// A length of time counts back from now: a log tells of the past.
    private func moment(_ text: String, _ now: UInt64, _ edge: TimeArgument.DayEdge) throws(CommandFailure) -> UInt64 {
        if let length = try? TimeArgument.duration(text) { return now - min(now, length) }
        return try TimeArgument.moment(text, now: now, day: edge)
    }

    private func filter() throws(CommandFailure) -> LineFilter {
        var events: Set<Event> = []
        for word in event {
            guard let event = Event(word: Array(word.utf8)) else {
                let known = Event.allCases.map { $0.literal.description }.joined(separator: ", ")
                throw CommandFailure(.usage, "\(Escaped.quoted(word)) is not an event", hint: "one of \(known)")
            }
            events.insert(event)
        }
        if refused {
            guard events.isEmpty else {
                throw CommandFailure(.usage, "--refused and --event exclude each other", hint: "give --event refused")
            }
            events = [.refused]
        }
        let now = UTCTime.now()
        var filter = LineFilter(events: events, actor: actor, matter: matter, grant: grant)
        filter.since = try since.map { text throws(CommandFailure) in try moment(text, now, .start) }
        filter.until = try until.map { text throws(CommandFailure) in try moment(text, now, .end) }
        return filter
    }
}

/// Which lines to show.
struct LineFilter {
    var events: Set<Event> = []
    var actor: String?
    var matter: String?
    var grant: String?
    var since: UInt64?
    var until: UInt64?

    func accepts(_ line: AuditLine) -> Bool {
        let time = line.record.time.seconds
        return (events.isEmpty || events.contains(line.record.event)) && (since ?? 0) <= time
            && time <= until ?? .max && fits(matter, line.caseID.map { Words.whole($0) })
            && fits(grant, line.grantID.map { Words.whole($0) }) && isBy(line)
    }

    private func fits(_ wanted: String?, _ id: String?) -> Bool {
        guard let wanted else { return true }
        return id?.hasPrefix(wanted.lowercased()) == true
    }

    private func isBy(_ line: AuditLine) -> Bool {
        guard let actor else { return true }
        guard let person = line.actor else { return false }
        if Words.whole(person.card).hasPrefix(actor.lowercased()) { return true }
        let name = person.holder.map { String(decoding: $0.name.bytes, as: UTF8.self) } ?? ""
        return name.lowercased().contains(actor.lowercased())
    }
}
