import AgeFile
import CustodianClient
import Dossier
import Handover
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// Everything that would leave, looked through for what could tell where the owner is. Each finding is confirmed or held
/// back before anything is written.
struct Disclosure {
    let findings: [DisclosureFinding]
    private let language: Language

    /// Looks through a plan.
    ///
    /// - Parameter own: whether also what the owner wrote as purposes of her own openings is looked through.
    init(_ plan: HandoverPlan, _ extract: CustodyExtract, _ language: Language, own: Bool = true) {
        self.language = language
        var findings: [DisclosureFinding] = []
        func look(_ place: Place, _ text: String, _ known: [Sensitive] = []) {
            let kinds = known + SensitiveText.kinds(in: text).filter { !known.contains($0) }
            if !kinds.isEmpty { findings.append(DisclosureFinding(place: place, kinds: kinds, text: text)) }
        }
        for field in plan.order.newest.body.facts.fields { look(field.place, field.text, field.kinds) }
        for history in plan.incidents {
            for field in history.newest.body.facts.fields(of: history.number) {
                look(field.place, field.text, field.kinds)
            }
        }
        for exhibit in plan.exhibits {
            for field in exhibit.fields { look(field.place, field.text, field.kinds) }
        }
        for (hash, card) in Disclosure.people(in: extract, plan.book.own) {
            look(.person(hash), CardView(card).text, [.person])
        }
        let ownerKey = plan.book.own.card.ownerKey
        for line in extract.lines where !line.texts.isEmpty && (own || line.actor?.key != ownerKey) {
            look(.purpose(line.index), line.texts.map { bevis.string($0.bytes) }.joined(separator: "; "))
        }
        self.findings = findings
    }

    /// The people behind the lines, but for the owner, in the order of the log.
    static func people(in extract: CustodyExtract, _ own: OwnCase) -> [(hash: NoteHash, card: Card)] {
        var known: Set<NoteHash> = []
        var people: [(hash: NoteHash, card: Card)] = []
        for line in extract.lines {
            for person in line.people where person.card.key != own.card.ownerKey {
                if known.insert(person.hash).inserted { people.append(person) }
            }
        }
        return people
    }

    // MARK: Answers

    /// What is held back, by what the owner said with options or says now.
    /// - Throws: a usage failure with the list where something was not answered and there is no terminal to ask at.
    func answers(confirmed: [String], excluded: [String]) throws(CommandFailure) -> Set<Place> {
        let codes = Set(findings.map(\.code))
        for code in confirmed + excluded where !codes.contains(code) {
            throw CommandFailure(
                .usage, "nothing that would leave has the code \(Escaped.quoted(code))",
                hint: "see the list: bevis handover … --check")
        }
        if let both = confirmed.first(where: { excluded.contains($0) }) {
            throw CommandFailure(.usage, "\(both) is both confirmed and excluded")
        }
        var held = Set(findings.filter { excluded.contains($0.code) }.map(\.place))
        let open = findings.filter { !confirmed.contains($0.code) && !excluded.contains($0.code) }
        guard !open.isEmpty else { return held }
        let dialogue: Dialogue
        do throws(CommandFailure) { dialogue = try Dialogue() } catch {
            Output(json: false).note(text(open))
            throw CommandFailure(
                .usage, "\(open.count) of these were neither confirmed nor held back; nothing was written",
                hint: "answer each: --confirm CODE, or --exclude CODE; or come with a terminal")
        }
        try dialogue.tell(
            words("Se på hver linje, før den forlader din mappe.", "Look at each line before it leaves your folder."))
        try dialogue.tell(Disclosure.caution(language))
        for (index, finding) in open.enumerated() {
            try dialogue.tell("\n\(index + 1)/\(open.count)  \(line(finding))")
            let question = words("Må det med? ja eller nej", "May it go along? yes or no")
            let isConfirmed = try dialogue.demand(question) { answer throws(CommandFailure) -> Bool in
                switch answer.lowercased() {
                case "ja", "j", "yes", "y": return true
                case "nej", "n", "no": return false
                default: throw CommandFailure(.usage, words("svar ja eller nej", "answer yes or no"))
                }
            }
            if !isConfirmed { held.insert(finding.place) }
        }
        return held
    }

    /// Says that the check is a help alone.
    static func caution(_ language: Language) -> String {
        language == .danish
            ? "Kontrollen er en hjælp og ingen garanti: den kender kun mønstre, og den ser ikke, hvad billeder, film og dokumenter viser."
            : "The check is a help and no guarantee: it knows patterns alone, and does not see what pictures, films and documents show."
    }

    private func words(_ danish: String, _ english: String) -> String { language == .danish ? danish : english }

    private func line(_ finding: DisclosureFinding) -> String {
        let kinds = finding.kinds.map { $0.text(language) }.joined(separator: ", ")
        let shown = finding.text.split(whereSeparator: \.isNewline).map { Escaped.text(String($0), limit: 300) }
        return "[\(finding.code)] \(finding.place.text(language)): \(kinds)\n    \(shown.joined(separator: "\n    "))"
    }

    /// The list for people.
    func text(_ some: [DisclosureFinding]) -> String {
        let none = words(
            "der blev ikke fundet noget, som skal bekræftes", "nothing was found that has to be confirmed")
        let lines = some.isEmpty ? [none] : some.enumerated().map { "\($0 + 1)  \(line($1))" }
        return (lines + [Disclosure.caution(language)]).joined(separator: "\n")
    }

    /// The list for machines.
    var json: JSONValue {
        .array(
            findings.map { finding in
                .object([
                    "code": .text(finding.code), "where": .text(finding.place.text(language)),
                    "kinds": .array(finding.kinds.map { .text("\($0)") }), "text": .text(finding.text),
                ])
            })
    }
}

extension HandoverPlan.Exhibit {
    /// What is said of it, field by field, for the disclosure check.
    fileprivate var fields: [(place: Place, text: String, kinds: [Sensitive])] {
        var fields: [(place: Place, text: String, kinds: [Sensitive])] = []
        func add(_ field: Place.ExhibitField, _ bytes: [UInt8]?, _ kinds: [Sensitive] = []) {
            if let bytes, !bytes.isEmpty {
                fields.append((.exhibit(number, field), String(decoding: bytes, as: UTF8.self), kinds))
            }
        }
        add(.title, known.title?.bytes)
        add(.fileName, known.fileName)
        add(.place, known.place?.bytes)
        add(.note, known.note)
        add(
            .saved,
            Array(stated.flatMap { [$0.saved, $0.original] }.compactMap { $0?.bytes }.joined(separator: [0x0A])))
        add(.position, found.place?.bytes, [.position])
        add(.content, telling.map { Array($0.text.utf8) }, telling?.kinds ?? [])
        if !isSearched { add(.unknown, Array(fileName.utf8), [.position]) }
        return fields
    }
}
