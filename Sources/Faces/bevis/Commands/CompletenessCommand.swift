import ArgumentParser
import AuditTrail
import Camera
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal

/// `bevis completeness`: whether what a device sent in a period is all here, and how that is known.
struct CompletenessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completeness", abstract: "Check that nothing that a device sent in a period is missing.",
        discussion: """
            Times are those at which things came to the vault, by its clock. Exit code 4 where something is missing.
            It cannot show what the camera recorded, only what its box sent.
            Example:
              bevis completeness hall --from 2026-11-01 --to 2026-11-30
            """)

    @Argument(help: "The device's name, or the first digits of its id.") var device: String
    @Option(help: "From when; from its first sign of life without it.") var from: String?
    @Option(help: "Until when; until now without it.") var to: String?
    @Option(help: "How long a silence may be that is none: signs of life come every hour.") var silence = "3h"
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let patience = try TimeArgument.duration(silence)
        let now = Person.now()
        let from = try from.map { Timestamp(seconds: try TimeArgument.moment($0, now: now.seconds)) }
        let to = try to.map { Timestamp(seconds: try TimeArgument.moment($0, now: now.seconds, day: .end)) }
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let entries = try desk.session.entries()
        let reading = try desk.session.read(
            .matter(own.card.caseID), key: own.streamKey, entries: entries, by: desk.caller)
        let device = try OwnDevices(own, desk.person.home, reading).device(device)
        try desk.remember()
        let signs = try CompletenessCommand.signs(of: device.key, in: reading)
        guard let first = signs.first else {
            throw CommandFailure(.incomplete, "\(device.title) has never been heard of", hint: "see: bevis device list")
        }
        let found = Completeness(signs, from: from ?? first.time, to: min(to ?? now, now), patience: patience)
        try show(
            found, device, withheld: reading.withheld.count, erased: CompletenessCommand.erasedCount(in: reading))
        guard found.isComplete, reading.withheld.isEmpty else { throw incomplete(found, reading.withheld.count) }
    }

    private func incomplete(_ found: Completeness, _ withheld: Int) -> CommandFailure {
        guard withheld == 0 else {
            return CommandFailure(
                .incomplete, "\(withheld) records of your case were not given",
                hint: "the vault withholds something; show this to somebody you trust")
        }
        return CommandFailure(
            .incomplete, "not complete: \(found.gaps.count) gaps",
            hint: "look at the box and its camera for those times")
    }

    /// How many items that devices added were erased since. Which device's they were is gone with them.
    private static func erasedCount(in reading: StreamReading) -> Int {
        let records = reading.entries.map(\.disclosed.record)
        let erased = Set(records.filter { $0.event == .itemErased }.flatMap(\.items))
        return records.count { $0.event == .itemAdded && $0.actor == nil && !erased.isDisjoint(with: $0.items) }
    }

    /// What a device left in its case's stream, each record's note verified by the device's key.
    private static func signs(of key: VerifierKey, in reading: StreamReading) throws -> [SignOfLife] {
        var signs: [SignOfLife] = []
        for entry in reading.entries {
            let record = entry.disclosed.record
            guard let bytes = entry.disclosed.notes.first else { continue }
            switch record.event {
            case .itemAdded:
                let note = try Unverified<IngestRecord>(parsing: bytes)
                guard note.body.signer == key, record.notes == [note.hash] else { continue }
                let body = try note.verified(by: key).body
                signs.append(
                    SignOfLife(
                        index: entry.index, time: record.time,
                        kind: .clip(sequence: body.sequence, hash: note.hash, previous: body.previous)))
            case .heartbeat:
                let note = try Unverified<Heartbeat>(parsing: bytes)
                guard note.body.device == key, record.notes == [note.hash] else { continue }
                let body = try note.verified(by: key).body
                signs.append(
                    SignOfLife(
                        index: entry.index, time: record.time,
                        kind: .heartbeat(
                            taken: body.taken, newest: body.newest, waiting: body.waiting,
                            oldestWaiting: body.oldestWaiting)))
            default: continue
            }
        }
        return signs
    }

    // MARK: Words

    private static let limits = [
        "Shown is what the box handed in: a camera that recorded nothing, or whose files never reached the box, leaves "
            + "no trace.",
        "Times are the vault's, at which clips came, not those at which they were recorded.",
    ]

    private func show(
        _ found: Completeness, _ device: OwnDevices.Device, withheld: Int, erased: Int
    ) throws {
        var facts = Facts()
        facts.add("device", .text(device.title))
        facts.add("from", .time(found.from.seconds))
        facts.add("to", .time(found.to.seconds))
        facts.add("complete", .flag(found.isComplete && withheld == 0))
        facts.add("clips", .number(Int64(found.clips.count)))
        if let numbers = found.numbers, let hashes = found.hashes {
            facts.add("numbers", .text("\(numbers.lowerBound) to \(numbers.upperBound)"), label: "their numbers")
            facts.add("first_record", .text(string(hashes.first.hex)))
            facts.add("last_record", .text(string(hashes.last.hex)))
        }
        facts.add("clip_entries", found.clips, label: "entries of the log, clips")
        facts.add("heartbeat_entries", found.heartbeats, label: "entries of the log, signs of life")
        facts.add("gaps", .array(found.gaps.map { .text(CompletenessCommand.sentence($0)) }))
        if erased > 0 {
            facts.add("erased", .number(Int64(erased)), label: "clips of your devices that you had erased")
        }
        facts.add("limits", .array(CompletenessCommand.limits.map { .text($0) }), label: "what this cannot show")
        try Output(json: json).show(facts)
    }

    private static func sentence(_ gap: Completeness.Gap) -> String {
        switch gap {
        case .numbers(let numbers) where numbers.count == 1: "record \(numbers.lowerBound) is not here"
        case .numbers(let numbers): "records \(numbers.lowerBound) to \(numbers.upperBound) are not here"
        case .broken(let sequence): "record \(sequence) does not follow the one before it"
        case .silence(let from, let to):
            "nothing was heard from \(LocalTime.text(from.seconds)) to \(LocalTime.text(to.seconds))"
        case .waiting(let count, let since):
            "\(count) files that waited at the last sign of life have not come, the oldest since \(LocalTime.text(since.seconds))"
        case .lost(let index): "the sign of life in entry \(index) speaks of records that are not here"
        }
    }
}
