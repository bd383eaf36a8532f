import ArgumentParser
import Dossier
import Sharing
import SignedNote
import Terminal

/// The fields of an incident as options; those not given stay as they are.
struct IncidentOptions: ParsableArguments {
    @Option(help: "What happened: facts, words used.") var what: String?
    @Option(help: "When it happened or began: 2026-11-12, or '2026-11-12 22:15'; or the word unknown.")
    var when: String?
    @Option(help: "When it ended.") var until: String?
    @Option(help: "How well the time is known: exact, about or day.") var precision: String?
    @Option(help: "What kind of thing: call, message, mail, at-home, threat, …; a wrong one lists them.")
    var kind: String?
    @Option(help: "Your own label of the place.") var place: String?
    @Option(help: "The place's address.") var address: String?
    @Option(help: "Whether you saw the person: certain, think or unknown.") var seen: String?
    @Option(help: "How you recognised the person.") var recognised: String?
    @Option(help: ArgumentHelp("A number, account, vehicle; repeat it for several.", valueName: "text"))
    var identifier: [String] = []
    @Option(help: ArgumentHelp("Who saw it; repeat it for several.", valueName: "name|contact|what")) var witness:
        [String] = []
    @Option(help: "Who else was there.") var others: String?
    @Option(help: "Which children were there.") var children: String?
    @Option(help: "Injury or damage.") var injury: String?
    @Option(help: "What it did to you.") var effect: String?
    @Option(help: "What you did.") var response: String?
    @Flag(help: "You did not reply.") var noReply = false
    @Option(help: "Whether it broke an order: none, possible or reported.") var breach: String?
    @Option(help: "The number of the order; see 'bevis order list'.") var order: UInt64?
    @Option(
        help: ArgumentHelp(
            "A contact with the police; repeat it for several.", valueName: "date|officer|unit|journal|receipt"))
    var police: [String] = []
    @Flag(inversion: .prefixedNo, help: "One of the few that stand for the rest.") var highlight: Bool?
    @Option(help: ArgumentHelp("Evidence: an item's number, or a file to add.", valueName: "item|file")) var evidence:
        [String] = []
    @Option(
        name: .customLong("private"),
        help: ArgumentHelp(
            "A note for you alone, from this file; '-' is standard input. Nobody can ever be lent it.",
            valueName: "file"))
    var privateNote: String?

    func validate() throws {
        if noReply, response != nil { throw ValidationError("--no-reply is a response; give one of the two") }
    }

    /// Whether any field of the incident itself is given.
    var isEmpty: Bool {
        let single = [
            what, when, until, precision, kind, place, address, seen, recognised, others, children, injury, effect,
            response, breach,
        ]
        return single.allSatisfy { $0 == nil } && !noReply && order == nil && highlight == nil
            && [identifier, witness, police, evidence].allSatisfy(\.isEmpty)
    }

    /// The time that is given, in place of `before`.
    func occurrence(_ before: Occurrence?) throws -> Occurrence? {
        guard when != nil || until != nil || precision != nil else { return before }
        let now = Person.now().seconds
        if when == "unknown" {
            guard until == nil, precision == nil || precision == "unknown" else {
                throw CommandFailure(.usage, "a time of which nothing is known has no end and no precision")
            }
            return try Occurrence(from: nil, precision: .unknown)
        }
        let began = try when.map { text throws(CommandFailure) in try StatedTime(text, now: now) }
        let ended = try until.map { text throws(CommandFailure) in try StatedTime(text, now: now) }
        let stated: Precision? = try precision.map { text throws(CommandFailure) in try word(text, "--precision") }
        guard let from = try began.map({ try moment($0) }) ?? before?.from else {
            throw CommandFailure(.usage, "a time needs its beginning", hint: "give --when")
        }
        let known = began.map { $0.isDay ? Precision.day : .exact } ?? before?.precision
        let to = try ended.map { try moment($0) } ?? (when == nil ? before?.to : nil)
        let zone = try LocalZone.name.map { try PlainText(Array($0.utf8)) }
        return try explaining("--when") { () throws(NoteError) in
            try Occurrence(
                from: from, to: to, precision: stated ?? known ?? .exact, zone: began == nil ? before?.zone : zone)
        }
    }

    /// Puts what is given into `facts`; lists are added to.
    func apply(to facts: inout IncidentFacts, _ language: Language) throws {
        if let occurred = try occurrence(facts.occurred) { facts.occurred = occurred }
        try set(&facts.what, what, "--what")
        if let kind { facts.kind = try word(kind, "--kind") }
        try set(&facts.place, place, "--place")
        try set(&facts.address, address, "--address")
        if let seen { facts.personSeen = try word(seen, "--seen") }
        try set(&facts.howRecognised, recognised, "--recognised")
        facts.identifiers += try identifier.map { try freeText($0, "--identifier") }
        facts.witnesses += try witness.map { try IncidentOptions.witness($0) }
        try set(&facts.othersPresent, others, "--others")
        try set(&facts.childrenPresent, children, "--children")
        try set(&facts.injuryDamage, injury, "--injury")
        try set(&facts.effect, effect, "--effect")
        try set(&facts.response, noReply ? "\(Phrase.noReply.text(language))" : response, "--response")
        if let breach { facts.breach = try word(breach, "--breach") }
        if let order { facts.order = order }
        facts.police += try police.map { try IncidentOptions.police($0) }
        if let highlight { facts.isHighlight = highlight }
        try explaining("the incident") { () throws(NoteError) in try facts.check() }
    }

    private func set(_ field: inout FreeText?, _ given: String?, _ option: String) throws(CommandFailure) {
        if let given { field = try freeText(given, option) }
    }

    private func set(_ field: inout FreeText, _ given: String?, _ option: String) throws(CommandFailure) {
        if let given { field = try freeText(given, option) }
    }

    static func witness(_ text: String) throws -> Witness {
        let values = try parts(text, "--witness", atMost: 3)
        guard let name = values[0] else { throw CommandFailure(.usage, "--witness: say who, before the first bar") }
        return Witness(name: name, contact: values[1], saw: values[2])
    }

    static func police(_ text: String) throws -> PoliceContact {
        let values = try parts(text, "--police", atMost: 5)
        let contact = PoliceContact(
            date: try values[0].map { try day(string($0.bytes), "--police") }, officer: values[1], unit: values[2],
            journal: values[3], receipt: values[4])
        guard !contact.isEmpty else { throw CommandFailure(.usage, "--police: nothing is stated") }
        return contact
    }

    /// The private note that is given.
    func privateText() throws -> FreeText? {
        guard let privateNote else { return nil }
        return try freeText(
            string(try Descriptor.reading(privateNote).readAll(limit: FreeText.maximumSize)), "--private")
    }
}

/// Runs `body` and names its failure on `object`: what was given contradicts itself.
func explaining<Result>(
    _ object: String, _ body: () throws(NoteError) -> Result
) throws(CommandFailure) -> Result {
    do throws(NoteError) { return try body() } catch {
        throw CommandFailure(.usage, "\(object): \(error.reason)")
    }
}
