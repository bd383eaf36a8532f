import AuditTrail
import Camera
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal

/// The devices of a case as its owner sees them: keys from the case card, names from her own folder.
struct OwnDevices {
    /// One device.
    struct Device {
        let key: VerifierKey
        let name: PlainText?
        /// Whether the newest case card names it.
        let isCurrent: Bool

        /// The first digits of SHA-256 of the key's text.
        var id: String { String(string(SHA256.hash(key.text).hex).prefix(12)) }
        /// The name, or the first digits.
        var title: String { name.map { Escaped.text($0.bytes) } ?? "device \(id)" }
    }

    let all: [Device]

    /// - Parameter reading: the case's stream, which knows devices that were withdrawn before this folder was made anew.
    init(_ own: OwnCase, _ home: HomeFolder, _ reading: StreamReading? = nil) throws {
        let paired = PairedDevices(home)
        var devices = try own.card.signers.map { key in
            Device(key: key, name: try OwnDevices.card(paired.card(of: key))?.name, isCurrent: true)
        }
        for note in try paired.all() {
            guard let card = try OwnDevices.card(note), !own.card.signers.contains(card.key) else { continue }
            devices.append(Device(key: card.key, name: card.name, isCurrent: false))
        }
        for key in OwnDevices.signers(in: reading) where !devices.contains(where: { $0.key == key }) {
            devices.append(Device(key: key, name: nil, isCurrent: false))
        }
        all = devices
    }

    /// The keys that any case card of a stream names.
    private static func signers(in reading: StreamReading?) -> [VerifierKey] {
        (reading?.entries ?? []).flatMap(\.disclosed.notes).flatMap { bytes in
            (try? UnverifiedNote(parsing: bytes)).flatMap { try? CaseCard(parsing: $0.text) }?.signers ?? []
        }
    }

    private static func card(_ note: UnverifiedNote?) throws -> DeviceCard? {
        guard let note else { return nil }
        let body = try DeviceCard(parsing: note.text)
        return try Unverified<DeviceCard>(parsing: note.bytes).verified(by: body.key).body
    }

    /// The device that was named, or meant by the first digits of its id.
    func device(_ name: String) throws -> Device {
        let named = all.filter { $0.name.map { string($0.bytes).lowercased() } == name.lowercased() }
        let matching = named.isEmpty ? all.filter { name.utf8.count >= 4 && $0.id.hasPrefix(name) } : named
        if let only = matching.first, matching.count == 1 { return only }
        throw CommandFailure(
            .unreachable,
            matching.isEmpty
                ? "there is no device \(Escaped.quoted(name)) of this case"
                : "several devices are called \(Escaped.quoted(name))",
            hint: "see: bevis device list")
    }

    func title(of key: VerifierKey) -> String {
        all.first { $0.key == key }?.title ?? Device(key: key, name: nil, isCurrent: false).title
    }
}

/// How devices stand, in words.
enum DeviceWords {
    /// What is to be told of a device at each contact; empty for one that is well.
    static func alarms(_ health: DeviceHealth, _ title: String) -> [String] {
        var lines: [String] = []
        switch health.silence {
        case nil: lines.append("\(title) has never been heard of")
        case let seconds? where health.isSilent: lines.append("\(title) has been silent for \(Span.text(seconds))")
        default: break
        }
        if let error = health.clockError {
            lines.append("\(title): its box's clock was \(Span.signed(error)) from the vault's")
        }
        for warning in health.warnings { lines.append("\(title): \(sentence(warning))") }
        return lines
    }

    private static func sentence(_ warning: DeviceWarning) -> String {
        switch warning {
        case .quiet: "no new clip has come for longer than was set"
        case .lagging: "clips wait, and the camera is about to overwrite them"
        case .folderMissing: "the folder that it watches is not there"
        case .refused: "something in its folder is never taken: links, special files, or what cannot be read"
        }
    }
}

extension Desk {
    /// Tells, on every contact, what is amiss with the devices of a case. Looking must not fail because of it.
    func warnOfDevices(_ own: OwnCase) {
        guard !own.card.signers.isEmpty, let seen = try? session.heartbeats(of: own, by: caller),
            let devices = try? OwnDevices(own, person.home)
        else { return }
        for device in devices.all where device.isCurrent {
            let last = seen.first { $0.heartbeat.device == device.key }
            let health = DeviceHealth(last?.heartbeat, received: last?.received, at: Person.now())
            for line in DeviceWords.alarms(health, device.title) { Output(json: false).note("warning: \(line)") }
        }
    }
}
