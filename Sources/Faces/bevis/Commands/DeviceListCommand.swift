import ArgumentParser
import Camera
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

extension DeviceCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "See how your devices stand: when they were last heard of, and what waits.")

        @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let own = try desk.ownCase(matter)
            let devices = try OwnDevices(own, desk.person.home)
            let seen = try desk.session.heartbeats(of: own, by: desk.caller)
            let views = devices.all.map { device in
                DeviceView(device: device, seen: seen.first { $0.heartbeat.device == device.key })
            }
            if !json {
                let items = try desk.readableItems(of: own)
                for line in try ClockBook(items, own, desk).reminders(devices) {
                    Output(json: false).note("reminder: \(line)")
                }
            }
            try desk.remember()
            try Output(json: json).show(
                .array(views.map(\.json)),
                or: views.isEmpty ? "no device adds to this case" : views.map(\.text).joined(separator: "\n"))
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw", abstract: "Let a device add nothing more. What it added stays.")

        @Argument(help: "The device's name, or the first digits of its id.") var device: String
        @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let own = try desk.ownCase(matter)
            let device = try OwnDevices(own, desk.person.home).device(device)
            guard device.isCurrent else {
                throw CommandFailure(.refused, "\(device.title) does not add to this case", hint: "bevis device list")
            }
            let (_, receipt) = try desk.session.changeCaseCard(
                of: own, signers: own.card.signers.filter { $0 != device.key }, by: desk.caller)
            try desk.remember()
            try Output(json: false).line(
                "\(device.title) adds nothing more to case \(short(own.card.caseID)): entry \(receipt.proof.index) of the log"
            )
        }
    }
}

/// A device as people and machines see it.
private struct DeviceView {
    let device: OwnDevices.Device
    let seen: SeenHeartbeat?

    private var health: DeviceHealth {
        DeviceHealth(seen?.heartbeat, received: seen?.received, at: Person.now())
    }

    private var state: String {
        guard device.isCurrent else { return "withdrawn" }
        guard let silence = health.silence else { return "never heard of" }
        return health.isSilent ? "silent for \(Span.text(silence))" : "heard of \(Span.text(silence)) ago"
    }

    var text: String {
        var text = "\(device.id)  \(device.title)  \(state)"
        guard device.isCurrent, let seen else { return text }
        text += "  \(seen.heartbeat.taken) taken"
        if let time = seen.heartbeat.newestTime { text += ", the newest \(LocalTime.text(time.seconds))" }
        if seen.heartbeat.waiting > 0, let oldest = seen.heartbeat.oldestWaiting {
            text += "  \(seen.heartbeat.waiting) waiting since \(LocalTime.text(oldest.seconds))"
        }
        text += "  (entry \(seen.index) of the log)"
        for line in DeviceWords.alarms(health, device.title) { text += "\n  warning: \(line)" }
        return text
    }

    var json: JSONValue {
        .object([
            "device": .text(device.id), "key": .text(string(device.key.text)),
            "name": device.name.map { .text(string($0.bytes)) } ?? .absent, "paired": .flag(device.isCurrent),
            "silent": .flag(device.isCurrent && health.isSilent),
            "silence_seconds": health.silence.map { .number(Int64(clamping: $0)) } ?? .absent,
            "last_heard": seen.map { .time($0.received.seconds) } ?? .absent,
            "box_clock": seen.map { .time($0.heartbeat.time.seconds) } ?? .absent,
            "taken": seen.map { .number(Int64(clamping: $0.heartbeat.taken)) } ?? .absent,
            "newest": seen?.heartbeat.newestTime.map { .time($0.seconds) } ?? .absent,
            "waiting": seen.map { .number(Int64(clamping: $0.heartbeat.waiting)) } ?? .absent,
            "oldest_waiting": seen?.heartbeat.oldestWaiting.map { .time($0.seconds) } ?? .absent,
            "warnings": .array(health.warnings.map { .text(string($0.bytes)) }),
            "entry": seen.map { .number(Int64(clamping: $0.index)) } ?? .absent,
        ])
    }
}
