import AgeFile
import ArgumentParser
import AuditTrail
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal

/// `bevis log`: who looked, when, and why; checked against the log by this program.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "See who listed, opened or was refused, when, why and under which grant.",
        discussion: """
            Every line was found in the vault's log in its place, none is missing in between, and the log continues \
            what this machine saw before.
            Examples:
              bevis log
              bevis log --grant 3f2a
            """)

    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Option(help: "Only this grant.") var grant: String?
    @Flag(help: "Also the signs of life of devices, one an hour.") var heartbeats = false
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let trail = try CaseTrail(own, desk)
        try desk.remember()
        let shown = trail.lines.filter { line in
            (heartbeats || !line.isHeartbeat) && (grant.map { line.grant?.hasPrefix($0) ?? false } ?? true)
        }
        let text = shown.isEmpty ? "nobody has opened anything" : shown.map(\.text).joined(separator: "\n")
        try Output(json: json).show(.array(shown.map(\.json)), or: text)
        guard trail.withheld == 0 else {
            throw CommandFailure(
                .incomplete,
                trail.withheld == 1
                    ? "1 entry of the log is yours and its record was not given"
                    : "\(trail.withheld) entries of the log are yours and their records were not given",
                hint: "the vault withholds something; show this to somebody you trust")
        }
        if !json {
            Output(json: false).note(
                "checked against the log of \(trail.size) entries, continuing what was seen before")
        }
    }
}

/// All streams of a case, read and checked, as lines in the log's order.
struct CaseTrail {
    private(set) var lines: [TrailLine] = []
    private(set) var withheld = 0
    /// Records by their entries in the log.
    private(set) var disclosed: [UInt64: DisclosedRecord] = [:]
    let size: Int

    init(_ own: OwnCase, _ desk: Desk) throws {
        let streams = try CaseStreams(own, desk)
        size = streams.entries.count
        let titles = try desk.titles(of: own)
        for branch in streams.branches {
            let devices = branch.grant == nil ? try OwnDevices(own, desk.person.home) : nil
            try adopt(
                branch.reading, branch.stream, TrailNames(branch.reading, titles, branch.grant, devices: devices), desk)
        }
        lines.sort { $0.index < $1.index }
    }

    private mutating func adopt(
        _ reading: StreamReading, _ stream: StreamID, _ names: TrailNames, _ desk: Desk
    ) throws {
        withheld += reading.withheld.count
        lines += reading.entries.map { TrailLine($0, names) }
        for entry in reading.entries { disclosed[entry.index] = entry.disclosed }
        let newest = reading.entries.last?.disclosed.record.number ?? 0
        try desk.remember(stream, newest: max(newest, reading.withheld.max() ?? 0))
    }
}

/// Every stream of a case, read and checked against the log.
struct CaseStreams {
    /// One stream: the case's own, or a grant's.
    struct Branch {
        let stream: StreamID
        let key: StreamKey
        /// The grant; `nil` for the case's own stream.
        let grant: Grant?
        let reading: StreamReading
    }

    /// All entries of the log.
    let entries: [[UInt8]]
    /// The case's own stream first.
    let branches: [Branch]

    init(_ own: OwnCase, _ desk: Desk) throws {
        let entries = try desk.session.entries()
        func read(_ stream: StreamID, _ key: StreamKey, _ grant: Grant?) throws -> Branch {
            let reading = try desk.session.read(stream, key: key, entries: entries, by: desk.caller)
            return Branch(stream: stream, key: key, grant: grant, reading: reading)
        }
        let first = try read(.matter(own.card.caseID), own.streamKey, nil)
        var branches = [first]
        // What was lent on is told in the stream of the grant above: each branch is followed to its end.
        var waiting = TrailNames.grants(in: first.reading).map { ($0, own.streamKey.child($0.id)) }
        while let (grant, key) = waiting.popLast() {
            let branch = try read(.grant(grant.id), key, grant)
            branches.append(branch)
            waiting += TrailNames.grants(in: branch.reading).map { ($0, key.child($0.id)) }
        }
        self.entries = entries
        self.branches = branches
    }
}

/// What the records of a stream name, by their hashes.
struct TrailNames {
    private(set) var cards: [NoteHash: Card] = [:]
    private(set) var requests: [NoteHash: AccessRequest] = [:]
    /// Why something was revoked or declined.
    private(set) var reasons: [NoteHash: PlainText] = [:]
    /// The grants that approvals, declines and extensions speak of.
    private(set) var concerned: [NoteHash: GrantID] = [:]
    /// When what an owner asked to be erased is due.
    private(set) var due: [NoteHash: Timestamp] = [:]
    /// What the device is called that signed a note.
    private(set) var devices: [NoteHash: String] = [:]
    let titles: [AgeFileID: String]
    let grant: Grant?
    private let known: OwnDevices?

    init(
        _ reading: StreamReading, _ titles: [AgeFileID: String], _ grant: Grant? = nil, devices: OwnDevices? = nil
    ) {
        self.titles = titles
        self.grant = grant
        known = devices
        for entry in reading.attached + reading.entries {
            for bytes in entry.disclosed.notes { adopt(bytes) }
        }
    }

    private mutating func adopt(_ bytes: [UInt8]) {
        guard let note = try? UnverifiedNote(parsing: bytes) else { return }
        if let card = try? Card(parsing: note.text), (try? note.verified(by: [card.key])) != nil {
            cards[note.hash] = card
        } else if let request = try? AccessRequest(parsing: note.text) {
            requests[note.hash] = request
        } else if let revocation = try? Revocation(parsing: note.text) {
            reasons[note.hash] = revocation.reason
        } else if let erasure = try? Erasure(parsing: note.text) {
            due[note.hash] = erasure.due
        } else if let id = TrailNames.concerned(in: note.text) {
            concerned[note.hash] = id
            reasons[note.hash] = (try? Decline(parsing: note.text))?.reason
        } else if let known, let heartbeat = try? Heartbeat(parsing: note.text) {
            devices[note.hash] = known.title(of: heartbeat.device)
        } else if let known, let ingest = try? IngestRecord(parsing: note.text) {
            devices[note.hash] = known.title(of: ingest.signer)
        }
    }

    private static func concerned(in text: [UInt8]) -> GrantID? {
        if let approval = try? Approval(parsing: text) { return approval.grantID }
        if let decline = try? Decline(parsing: text) { return decline.grantID }
        return (try? Extension(parsing: text))?.grantID
    }

    /// The grants that a stream's records give.
    static func grants(in reading: StreamReading) -> [Grant] {
        reading.entries.filter { [.granted, .lentOn].contains($0.disclosed.record.event) }
            .compactMap { grant(in: $0.disclosed) }
    }

    static func grant(in disclosed: DisclosedRecord) -> Grant? {
        for bytes in disclosed.notes {
            if let note = try? UnverifiedNote(parsing: bytes), let grant = try? Grant(parsing: note.text) {
                return grant
            }
        }
        return nil
    }
}

/// One line of the log as people and machines see it.
struct TrailLine {
    let index: UInt64
    private let record: Record
    private let actor: Card?
    private let device: String?
    private let request: AccessRequest?
    private let owned: Grant?
    private let concerned: GrantID?
    private let recipient: Card?
    private let reason: PlainText?
    private let due: Timestamp?
    private let titles: [AgeFileID: String]

    init(_ entry: StreamReading.Entry, _ names: TrailNames) {
        index = entry.index
        record = entry.disclosed.record
        actor = record.actor.flatMap { names.cards[$0] }
        device = record.actor == nil ? record.notes.first.flatMap { names.devices[$0] } : nil
        request = record.notes.first.flatMap { names.requests[$0] }
        let given = TrailNames.grant(in: entry.disclosed)
        owned = record.event == .lentOn ? given : names.grant ?? given
        concerned = owned?.id ?? record.notes.first.flatMap { names.concerned[$0] }
        let isGiven = [.granted, .lentOn].contains(record.event)
        recipient = isGiven ? given.flatMap { names.cards[$0.to] } : nil
        reason = record.notes.first.flatMap { names.reasons[$0] }
        due = record.event == .erasureAsked ? record.notes.first.flatMap { names.due[$0] } : nil
        titles = names.titles
    }

    /// Whether it is but a device's sign of life.
    var isHeartbeat: Bool { record.event == .heartbeat }

    /// The grant's id in full.
    var grant: String? { concerned.map { string($0.hex) } }

    var text: String {
        var text = "\(index)  \(LocalTime.text(record.time.seconds))  \(string(record.event.word))"
        text += "  \(actor.map { CardView($0).text } ?? device ?? nobody)"
        if !record.items.isEmpty { text += "  \(record.items.map { titles[$0] ?? short($0) }.joined(separator: ", "))" }
        if let request {
            text += "  for: \(Escaped.text(request.purpose.bytes))"
            if let journal = request.journal { text += "  journal \(PersonText.part(journal.bytes))" }
        }
        if let recipient { text += "  to \(CardView(recipient).text)" }
        if let reason { text += "  reason: \(Escaped.text(reason.bytes))" }
        if let due {
            text += "\(record.items.isEmpty ? "  the whole case" : "")  on \(LocalTime.text(due.seconds))"
        }
        if let concerned { text += "  grant \(short(concerned))" }
        if !record.failures.isEmpty {
            text += "  because \(record.failures.map { "\($0.sentence)" }.joined(separator: "; "))"
        }
        return text
    }

    /// Who stands for what nobody's card does: a recovery names none.
    private var nobody: String {
        record.event == .keyChanged ? "whoever recovered the case with its sheet" : "the custodian"
    }

    var json: JSONValue {
        .object([
            "entry": .number(Int64(index)), "time": .time(record.time.seconds),
            "event": .text(string(record.event.word)),
            "actor": actor.map { .text(string($0.name.bytes)) } ?? .absent,
            "device": device.map { .text($0) } ?? .absent,
            "role": actor.map { .text(string($0.role.bytes)) } ?? .absent,
            "organisation": actor?.organisation.map { .text(string($0.bytes)) } ?? .absent,
            "items": .array(record.items.map { .text(string($0.hex)) }),
            "grant": grant.map { .text($0) } ?? .absent,
            "purpose": request.map { .text(string($0.purpose.bytes)) } ?? .absent,
            "journal": request?.journal.map { .text(string($0.bytes)) } ?? .absent,
            "failures": .array(record.failures.map { .text(string($0.wordBytes)) }),
            "to": recipient.map { .text(CardView($0).text) } ?? .absent,
            "reason": reason.map { .text(string($0.bytes)) } ?? .absent,
            "due": due.map { .time($0.seconds) } ?? .absent,
        ])
    }
}
