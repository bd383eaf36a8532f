public import SignedNote
public import Sodium

/// Says whose key a recording device signs with. Signed by that key.
///
/// No card: it names no recipient, for nothing is ever sealed to a device.
public struct DeviceCard: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/device/v1"

    /// What its owner calls it.
    public let name: PlainText
    /// The key that signs for it.
    public let key: VerifierKey
    /// When it was made, by the device's clock.
    public let issued: Timestamp

    /// A device card of its fields.
    public init(name: PlainText, key: VerifierKey, issued: Timestamp) {
        self.name = name
        self.key = key
        self.issued = issued
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        name = try reader.plainText("name")
        key = try reader.verifierKey("key")
        issued = try reader.timestamp("issued")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("name", name)
        writer.add("key", key)
        writer.add("issued", issued)
    }
}

/// What a device is given when it is paired: whom it records for, and whose word it believes. Signed by the owner's
/// key, which the case card inside names.
public struct Pairing: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/pairing/v1"

    /// The device's key.
    public let device: VerifierKey
    /// The case card that names the device, a signed note.
    public let caseCard: [UInt8]
    /// The custodian's key.
    public let custodian: VerifierKey
    /// The log's key.
    public let log: VerifierKey
    /// Where the custodian is reached from the device.
    public let address: PlainText
    /// When it was made.
    public let time: Timestamp

    /// A pairing of its fields.
    public init(
        device: VerifierKey, caseCard: [UInt8], custodian: VerifierKey, log: VerifierKey, address: PlainText,
        time: Timestamp
    ) {
        self.device = device
        self.caseCard = caseCard
        self.custodian = custodian
        self.log = log
        self.address = address
        self.time = time
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        device = try reader.verifierKey("device")
        caseCard = try reader.base64("case-card")
        custodian = try reader.verifierKey("custodian")
        log = try reader.verifierKey("log")
        address = try reader.plainText("address")
        time = try reader.timestamp("time")
        // Also the word for what is absent is base64.
        _ = try Unverified<CaseCard>(parsing: caseCard)
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("device", device)
        writer.add("case-card", bytes: caseCard)
        writer.add("custodian", custodian)
        writer.add("log", log)
        writer.add("address", address)
        writer.add("time", time)
    }

    /// The case card, once everything that can be checked without knowing the owner was checked: it names the device,
    /// and its owner's key signed it and this pairing.
    /// - Throws: `NoteError`.
    public static func check(_ note: Unverified<Pairing>) throws(NoteError) -> (Pairing, Verified<CaseCard>) {
        let inner = try Unverified<CaseCard>(parsing: note.body.caseCard)
        let card = try inner.verified(by: inner.body.ownerKey)
        let pairing = try note.verified(by: card.body.ownerKey).body
        guard card.body.signers.contains(pairing.device) else {
            throw NoteError(.malformedValue, "the case card of a pairing does not name the device")
        }
        return (pairing, card)
    }

    /// What both screens show for people to compare: the first eight bytes of SHA-256 of the pairing's text, as four
    /// groups of four digits. It stands for the device's key, the case card and the keys of custodian and log.
    public static func fingerprint(_ hash: NoteHash) -> [UInt8] {
        let digits = Array(hash.hex.prefix(16))
        return [UInt8](stride(from: 0, to: 16, by: 4).map { digits[$0..<$0 + 4] }.joined(separator: [0x20]))
    }
}

/// What a device finds amiss.
public enum DeviceWarning: UInt8, NoteWord {
    /// No clip came for the time that was set.
    case quiet
    /// What waits is about to be overwritten by the camera.
    case lagging
    /// The folder that is watched is not there.
    case folderMissing
    /// There is something in the folder that is never taken: links, special files, what cannot be read.
    case refused

    var literal: StaticString {
        switch self {
        case .quiet: "quiet"
        case .lagging: "lagging"
        case .folderMissing: "folder-missing"
        case .refused: "refused"
        }
    }

    /// The word's bytes.
    public var bytes: [UInt8] { word }
}

/// A device's sign of life, so that its silence shows. Signed by the device's key.
public struct Heartbeat: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/heartbeat/v1"
    /// Seconds that lie between two heartbeats of one device, at least, by the custodian's clock.
    public static let interval: UInt64 = 3_000

    /// The case.
    public let caseID: CaseID
    /// The device.
    public let device: VerifierKey
    /// What its clock reads.
    public let time: Timestamp
    /// How many of its ingest records were taken.
    public let taken: UInt64
    /// Text hash of the newest of them; `nil` for none.
    public let newest: NoteHash?
    /// When the newest clip was taken, by its clock.
    public let newestTime: Timestamp?
    /// Files that wait to be taken.
    public let waiting: UInt64
    /// The file time of the oldest of them.
    public let oldestWaiting: Timestamp?
    /// What it finds amiss.
    public let warnings: [DeviceWarning]

    /// A heartbeat of its fields.
    public init(
        caseID: CaseID, device: VerifierKey, time: Timestamp, taken: UInt64, newest: NoteHash?, newestTime: Timestamp?,
        waiting: UInt64, oldestWaiting: Timestamp?, warnings: [DeviceWarning]
    ) {
        self.caseID = caseID
        self.device = device
        self.time = time
        self.taken = taken
        self.newest = newest
        self.newestTime = newestTime
        self.waiting = waiting
        self.oldestWaiting = oldestWaiting
        self.warnings = warnings
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        caseID = try reader.hash("case")
        device = try reader.verifierKey("device")
        time = try reader.timestamp("time")
        taken = try reader.number("taken")
        newest = try reader.optionalHash("newest")
        newestTime = try reader.optionalTimestamp("newest-time")
        waiting = try reader.number("waiting")
        oldestWaiting = try reader.optionalTimestamp("oldest-waiting")
        var warnings: [DeviceWarning] = []
        while reader.isNext("warning") { warnings.append(try reader.word("warning")) }
        self.warnings = warnings
        guard (taken == 0) == (newest == nil), (taken == 0) == (newestTime == nil),
            (waiting == 0) == (oldestWaiting == nil), Set(warnings).count == warnings.count
        else { throw NoteError(.malformedValue, "a heartbeat's numbers do not fit each other") }
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("case", caseID)
        writer.add("device", device)
        writer.add("time", time)
        writer.add("taken", taken)
        writer.addOptional("newest", newest)
        writer.addOptional("newest-time", newestTime)
        writer.add("waiting", waiting)
        writer.addOptional("oldest-waiting", oldestWaiting)
        for warning in warnings { writer.add("warning", warning) }
    }
}

/// The custodian's word to a device, which holds no log key and cannot read records: this note is behind that leaf.
/// Signed by the custodian's key. Who holds the stream's key sees whether it is true.
public struct Taken: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/taken/v1"

    /// The custodian.
    public let custodian: VerifierKey
    /// Text hash of the note that was taken.
    public let note: NoteHash
    /// Index of its leaf.
    public let index: UInt64
    /// The leaf's hash in the log's tree.
    public let leaf: Digest

    /// A statement of its fields.
    public init(custodian: VerifierKey, note: NoteHash, index: UInt64, leaf: Digest) {
        self.custodian = custodian
        self.note = note
        self.index = index
        self.leaf = leaf
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        custodian = try reader.verifierKey("custodian")
        note = try reader.hash("note")
        index = try reader.number("index")
        leaf = try reader.hash("leaf")
    }

    public func write(to writer: inout LineTextWriter) {
        writer.add("custodian", custodian)
        writer.add("note", note)
        writer.add("index", index)
        writer.add("leaf", leaf)
    }
}
