import AgeFile
import ArgumentParser
import Camera
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

extension DeviceCommand {
    /// `bevis device clock`: what a camera's clock reads beside one that is right.
    struct Clock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clock", abstract: "Write down how far a device's clock is off, or see what was written down.",
            discussion: """
                Hold a phone with network time beside the camera's picture and take a photo of both. Once a month, and \
                when clocks are put forward or back. The check is an item of the case, signed by you.
                Examples:
                  bevis device clock hall --reads '2026-11-22 18:04:31' --reference '2026-11-22 18:04:05' \\
                    --source 'phone, network time' --photo both.jpg
                  bevis device clock hall
                """)

        @Argument(help: "The device's name, or the first digits of its id.") var device: String
        @Option(help: "What its clock reads.") var reads: String?
        @Option(help: "What the reference reads at the same moment.") var reference: String?
        @Option(help: "What the reference is.") var source: String?
        @Option(help: ArgumentHelp("A photo of both.", valueName: "file")) var photo: String?
        @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func validate() throws {
            let given = [reads, reference, source].count { $0 != nil }
            guard given == 3 || given == 0 && photo == nil else {
                throw ValidationError("give --reads, --reference and --source together")
            }
        }

        func run() async throws {
            let now = Person.now().seconds
            let times = try [reads, reference].compactMap {
                try $0.map { Timestamp(seconds: try TimeArgument.moment($0, now: now)) }
            }
            let source = try source.map { try line($0, "--source") }
            let desk = try Desk(vault, passphrase)
            let own = try desk.ownCase(matter)
            let device = try OwnDevices(own, desk.person.home).device(device)
            guard times.count == 2, let source else { return try show(device, own, desk) }
            let image = try photo.map { try add($0, of: device, own, desk) }
            let check = ClockCheck(
                device: device.key, reads: times[0], reference: times[1], source: source,
                photo: image.map { Digest($0.bytes) })
            let (id, receipt) = try keep(check, of: device, own, desk)
            try desk.remember()
            var facts = Facts()
            facts.add("device", .text(device.title))
            facts.add("offset_seconds", .number(check.offset), label: "seconds ahead")
            facts.add("item", .text(string(id.hex)))
            facts.add("entry", .number(Int64(receipt.proof.index)), label: "entry of the log")
            try Output(json: json).show(facts)
        }

        private func add(
            _ path: String, of device: OwnDevices.Device, _ own: OwnCase, _ desk: Desk
        ) throws -> AgeFileID {
            let source = try IngestSource(path: path)
            let name = source.fileName
            let intake = VaultSession.Intake(source: source) { content in
                var description = Description(
                    of: content, kind: .photo, recorded: Person.now(),
                    title: try line("Clock of \(string(device.name?.bytes ?? [])) checked", "--photo"), fileName: name,
                    mediaType: name.flatMap { MediaType(guessedFrom: $0) })
                description.modified = source.modified
                return description
            }
            return try desk.session.add(intake, to: own, by: desk.caller) { _ in }.id
        }

        private func keep(
            _ check: ClockCheck, of device: OwnDevices.Device, _ own: OwnCase, _ desk: Desk
        ) throws -> (id: AgeFileID, receipt: Receipt) {
            let intake = VaultSession.Intake(source: IngestSource(text: check.text)) { content in
                Description(
                    of: content, kind: .clockCheck, recorded: Person.now(), title: PlainText(literal: "Clock checked"))
            }
            return try desk.session.add(intake, to: own, by: desk.caller) { _ in }
        }

        private func show(_ device: OwnDevices.Device, _ own: OwnCase, _ desk: Desk) throws {
            let items = try desk.readableItems(of: own)
            let checks = try ClockBook(items, own, desk).checks(of: device.key)
            try desk.remember()
            let lines = checks.map { check in
                "\(LocalTime.exact(check.reference.seconds))  read \(LocalTime.exact(check.reads.seconds))  "
                    + "clock \(Span.signed(check.offset))  beside: \(Escaped.text(check.source.bytes))"
                    + (check.photo.map { "  photo \(short($0))" } ?? "")
            }
            let values = checks.map { check in
                JSONValue.object([
                    "reference": .time(check.reference.seconds), "reads": .time(check.reads.seconds),
                    "offset_seconds": .number(check.offset), "source": .text(string(check.source.bytes)),
                    "photo": check.photo.map { .text(string($0.hex)) } ?? .absent,
                ])
            }
            try Output(json: json).show(
                .array(values), or: lines.isEmpty ? "its clock was never checked" : lines.joined(separator: "\n"))
        }
    }
}
