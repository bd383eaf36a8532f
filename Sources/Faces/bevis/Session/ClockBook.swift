import AgeFile
import Camera
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// The checks of the clocks of a case's devices, read from the items that hold them.
struct ClockBook {
    private var histories: [VerifierKey: ClockHistory] = [:]

    /// Reads the checks among items whose descriptions are open already.
    ///
    /// They are the owner's own notes: reading them is no opening of evidence and leaves no line in the log.
    init(_ items: [(item: SealedItem, description: Description?)], _ own: OwnCase, _ desk: Desk) throws {
        var checks: [VerifierKey: [ClockCheck]] = [:]
        for (item, description) in items where description?.kind == .clockCheck {
            // Anybody with a card can add an item; only the owner's own words correct a time.
            guard item.ingest.signer == own.card.ownerKey, item.ingest.content.payloadSize < 1 << 16 else { continue }
            var text: [UInt8] = []
            let key = try item.header.open(with: [own.keys.identity])
            try desk.session.read(item, key: key, range: nil, by: desk.caller) { text.append(contentsOf: $0) }
            let check = try ClockCheck(parsing: text)
            checks[check.device, default: []].append(check)
        }
        histories = checks.mapValues { ClockHistory($0) }
    }

    /// The checks of a device's clock.
    func checks(of device: VerifierKey) -> [ClockCheck] { histories[device]?.checks ?? [] }

    /// The time captured of an item, with the error of its device's clock taken out; `nil` where nothing is known of it.
    func corrected(_ item: SealedItem, _ description: Description?) -> CorrectedTime? {
        guard let captured = description?.captured else { return nil }
        return histories[item.ingest.signer]?.correct(captured)
    }

    /// What is to be told of the clocks of a case's devices.
    func reminders(_ devices: OwnDevices) -> [String] {
        devices.all.filter(\.isCurrent).compactMap { device in
            ClockReminder.due(checks(of: device.key), at: Person.now(), zone: .ofThisMachine).map { reminder in
                switch reminder {
                case .never: "\(device.title): its clock was never checked; see: bevis device clock --help"
                case .old(let days): "\(device.title): its clock was last checked \(days) days ago"
                case .clocksChanged: "\(device.title): clocks were changed since its clock was last checked; look again"
                }
            }
        }
    }
}

/// Corrected times in words: always beside the camera's own, with what they rest on.
enum ClockWords {
    static func text(_ time: CorrectedTime) -> String {
        let value =
            time.earliest == time.latest
            ? exact(time.earliest) : "between \(exact(time.earliest)) and \(exact(time.latest))"
        return "\(value) (\(basis(time.basis)))"
    }

    static func json(_ time: CorrectedTime) -> JSONValue {
        .object([
            "earliest": .time(time.earliest.seconds), "latest": .time(time.latest.seconds),
            "basis": .text(basis(time.basis)),
        ])
    }

    static func basis(_ basis: CorrectedTime.Basis) -> String {
        switch basis {
        case .between(let left, let right):
            "even drift between the checks of \(day(left)) (\(offset(left))) and \(day(right)) (\(offset(right)))"
        case .after(let check): "by the check of \(day(check)) (\(offset(check))); drift since then is not known"
        case .before(let check): "by the check of \(day(check)) (\(offset(check))); drift before it is not known"
        case .stepped(let left, let right):
            "the clock was set between the checks of \(day(left)) (\(offset(left))) and \(day(right)) "
                + "(\(offset(right))), nobody knows when"
        }
    }

    private static func offset(_ check: ClockCheck) -> String { "clock \(Span.signed(check.offset))" }
    private static func day(_ check: ClockCheck) -> String {
        String(LocalTime.exact(check.reference.seconds).prefix(10))
    }

    // To the second: that is what a correction is about.
    private static func exact(_ time: Timestamp) -> String { LocalTime.exact(time.seconds) }
}
