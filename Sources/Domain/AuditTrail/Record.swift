public import AgeFile
public import Sharing
public import SignedNote
import Sodium

/// The readable text behind a leaf: who did what, when, under which notes.
public struct Record: NoteBody, Equatable {
    public static let type: StaticString = "bevis.example/record/v1"

    /// The stream.
    public let stream: StreamID
    /// The leaf's number within the stream, from 1.
    public let number: UInt64
    /// The time that counts: the custodian's clock at the leaf, or the leaf's before where the clock stood behind it.
    public let time: Timestamp
    /// The custodian's clock where it stood before `time`; `nil` where it is `time`.
    public let clock: Timestamp?
    /// What happened.
    public let event: Event
    /// Text hash of the card of who did it; `nil` for the custodian itself.
    public let actor: NoteHash?
    /// Text hashes of the notes concerned, in the order that the event prescribes.
    public let notes: [NoteHash]
    /// The items concerned.
    public let items: [AgeFileID]
    /// For `refused`: every rule that was broken.
    public let failures: [Failure]

    /// A record of its fields.
    /// - Parameter clock: The custodian's clock; one that is not before `time` is `time`.
    public init(
        stream: StreamID, number: UInt64, time: Timestamp, clock: Timestamp? = nil, event: Event, actor: NoteHash?,
        notes: [NoteHash] = [], items: [AgeFileID] = [], failures: [Failure] = []
    ) {
        self.stream = stream
        self.number = number
        self.time = time
        self.clock = clock.flatMap { $0 < time ? $0 : nil }
        self.event = event
        self.actor = actor
        self.notes = notes
        self.items = items
        self.failures = failures
    }

    public init(reading reader: inout LineTextReader) throws(NoteError) {
        stream = try StreamID(reading: &reader)
        number = try reader.number("number")
        let time = try reader.timestamp("time")
        self.time = time
        let clocks = try reader.timestamps("clock")
        guard clocks.count <= 1, clocks.allSatisfy({ $0 < time }) else {
            throw NoteError(.malformedValue, "a record's clock does not stand before its time")
        }
        clock = clocks.first
        guard let event = Event(word: try reader.value("event")) else {
            throw NoteError(.malformedValue, "a record tells of an event that is not known here")
        }
        self.event = event
        actor = try reader.optionalHash("actor")
        notes = try reader.hashes("note")
        items = try reader.hashes("item")
        var failures: [Failure] = []
        for word in try reader.list("failure") {
            guard let failure = Failure(word: word) else {
                throw NoteError(.malformedValue, "a record names a failure that is not known here")
            }
            failures.append(failure)
        }
        self.failures = failures
        guard number > 0, (event == .refused) == !failures.isEmpty, event != .clockMovedBack || clock != nil else {
            throw NoteError(.malformedValue, "a record's number, clock or failures do not fit its event")
        }
    }

    public func write(to writer: inout LineTextWriter) {
        stream.write(to: &writer)
        writer.add("number", number)
        writer.add("time", time)
        if let clock { writer.add("clock", clock) }
        writer.write("event", event.word)
        writer.addOptional("actor", actor)
        for note in notes { writer.add("note", note) }
        for item in items { writer.add("item", item) }
        for failure in failures { writer.write("failure", failure.wordBytes) }
    }
}

extension StreamID {
    init(reading reader: inout LineTextReader) throws(NoteError) {
        let kind = try reader.value("stream")
        let subject: Nonce? = try reader.optionalHash("subject")
        switch (kind, subject) {
        case (Array("vault".utf8), nil): self = .vault
        case (Array("case".utf8), let id?): self = .matter(CaseID(id.bytes))
        case (Array("grant".utf8), let id?): self = .grant(GrantID(id.bytes))
        default: throw NoteError(.malformedValue, "a record names a stream that is not known here")
        }
    }

    func write(to writer: inout LineTextWriter) {
        switch self {
        case .vault:
            writer.write("stream", Array("vault".utf8))
            writer.addOptional("subject", nil as Nonce?)
        case .matter(let id):
            writer.write("stream", Array("case".utf8))
            writer.add("subject", id)
        case .grant(let id):
            writer.write("stream", Array("grant".utf8))
            writer.add("subject", id)
        }
    }
}
