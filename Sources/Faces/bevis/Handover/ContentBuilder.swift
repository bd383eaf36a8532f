import AgeFile
import AuditTrail
import CustodianClient
import Dossier
import Glibc
import Handover
import Sharing
import SignedNote
import Sodium
import Terminal
import Vault

/// Puts together what the pages tell, with what the owner holds back taken out.
struct ContentBuilder {
    let plan: HandoverPlan
    let held: Set<Place>
    let language: Language

    private var own: OwnCase { plan.book.own }

    /// The local clock of this machine, or of the zone that was named.
    static func local(_ time: Timestamp) -> Moment {
        var (seconds, fields) = (time_t(time.seconds), tm())
        let offset = localtime_r(&seconds, &fields) == nil ? 0 : Int(fields.tm_gmtoff) / 60
        if let moment = try? Moment(time, offsetMinutes: offset) { return moment }
        return utc(time)
    }

    private static func utc(_ time: Timestamp) -> Moment {
        // No time of a note lies outside what a moment can say in UTC.
        guard let moment = try? Moment(time, offsetMinutes: 0) else {
            preconditionFailure("a time of a note is a moment in UTC")
        }
        return moment
    }

    /// The items that leave whole, or as exhibits: what the proofs speak of.
    var whole: Set<AgeFileID> {
        let incidents = plan.incidents.filter { isWhole($0) }.map(\.newest.id)
        return Set(plan.exhibits.map(\.item.id) + incidents + (orderIsWhole ? [plan.order.newest.id] : []))
    }

    // MARK: The order and incidents

    var order: OrderFacts { plan.order.newest.body.facts.holding(held, language) }

    /// Whether nothing of a text is held back, so that it can go along as it is kept.
    func isWhole(_ history: History<Incident>) -> Bool {
        !held.contains { if case .incident(history.number, _, part: _) = $0 { true } else { false } }
    }

    /// As the other form, for the order.
    var orderIsWhole: Bool { !held.contains { if case .order = $0 { true } else { false } } }

    /// What the folder's clock showed when something happened of which the time is known.
    private static func localised(_ occurred: Occurrence) -> Occurrence {
        guard occurred.precision != .day, let from = occurred.from,
            let here = try? Occurrence(
                from: local(from.timestamp), to: occurred.to.map { local($0.timestamp) },
                precision: occurred.precision, zone: occurred.zone)
        else { return occurred }
        return here
    }

    /// The incidents with what is held back taken out, as a case's file of one version each, by the folder's clock.
    var redacted: CaseFile {
        CaseFile(
            incidents: plan.incidents.map { history in
                let newest = history.newest
                var facts = newest.body.facts.holding(held, of: history.number, language)
                facts.occurred = ContentBuilder.localised(facts.occurred)
                return Filed(
                    id: newest.id, place: newest.place, isAttested: newest.isAttested,
                    body: Incident(newest.body.entry, facts))
            }, orders: [], erased: [])
    }

    var incidents: [IncidentPage] {
        plan.incidents.map { history in
            let newest = history.newest
            return IncidentPage(
                entry: newest.body.entry, facts: newest.body.facts.holding(held, of: history.number, language),
                versionCount: history.versions.count, isUnbroken: history.isUnbroken, isAttested: newest.isAttested,
                path: isWhole(history) ? string(HandoverLayout.incident(history.number)) : nil)
        }
    }

    // MARK: Exhibits

    private func isHeld(_ exhibit: HandoverPlan.Exhibit, _ field: Place.ExhibitField) -> Bool {
        held.contains(.exhibit(exhibit.number, field))
    }

    /// Whether the original must not go along, because of what is in it.
    func keepsOriginal(_ exhibit: HandoverPlan.Exhibit) -> Bool {
        isHeld(exhibit, .position) || isHeld(exhibit, .unknown) || keepsText(exhibit)
    }

    /// Whether nothing of an exhibit goes along but that it exists, because of what its text says.
    func keepsText(_ exhibit: HandoverPlan.Exhibit) -> Bool { isHeld(exhibit, .content) }

    /// The name of an exhibit's file, without what is held back.
    func fileName(_ exhibit: HandoverPlan.Exhibit) -> String {
        guard isHeld(exhibit, .fileName) else { return HandedName.name(exhibit.fileName) }
        let ending = exhibit.fileName.split(separator: ".").dropFirst().last.map { "." + $0 } ?? ""
        return HandedName.name("item" + ending)
    }

    func page(
        _ exhibit: HandoverPlan.Exhibit, original: ExhibitPage.Original, entry: UInt64?
    ) -> ExhibitPage {
        let known = exhibit.known
        func text(_ bytes: [UInt8]?, _ field: Place.ExhibitField) -> String? {
            bytes.map { isHeld(exhibit, field) ? Held.text(language) : string($0) }
        }
        var page = ExhibitPage(
            number: exhibit.number, kind: kind(known), original: original, size: known.size,
            digest: string(known.digest.hex), recorded: known.recorded)
        page.title = text(known.title?.bytes, .title)
        page.fileName = text(known.fileName, .fileName)
        page.place = text(known.place?.bytes, .place)
        page.note = text(known.note, .note)
        let stated = exhibit.stated.flatMap { [$0.saved, $0.original] }.compactMap { $0.map { string($0.bytes) } }
        page.stated = isHeld(exhibit, .saved) && !stated.isEmpty ? [Held.text(language)] : stated
        page.captured = known.captured
        page.corrected = exhibit.corrected
        page.device = exhibit.device
        page.modified = known.modified
        page.incidents = exhibit.incidents
        page.isAttested = exhibit.isAttested
        page.entry = entry
        page.found = found(exhibit)
        return page
    }

    private func found(_ exhibit: HandoverPlan.Exhibit) -> [(label: ExhibitPage.FoundLabel, text: String)] {
        let place = exhibit.found.place.map { keepsOriginal(exhibit) ? Held.text(language) : string($0.bytes) }
        let all: [(label: ExhibitPage.FoundLabel, text: String?)] = [
            (.captured, exhibit.found.captured.map { string($0.bytes) }),
            (.device, exhibit.found.device.map { string($0.bytes) }), (.place, place),
            (.software, exhibit.found.software.map { string($0.bytes) }),
        ]
        return all.compactMap { one in one.text.map { (one.label, $0) } }
    }

    private func kind(_ known: Description) -> String {
        let danish: [ItemKind: String] = [
            .statement: "udtalelse", .photo: "billede", .footage: "film", .sound: "lyd", .document: "dokument",
            .messages: "beskeder", .clockCheck: "kontrol af et ur", .other: "andet",
        ]
        let word = language == .danish ? danish[known.kind] ?? "andet" : string(known.kind.word)
        return word + (known.mediaType.map { ", " + string($0.bytes) } ?? "")
    }

    // MARK: Access

    func access(_ extract: CustodyExtract) -> [AccessLine] {
        let proven = Set(extract.provable(holding: held).map(\.index))
        return extract.lines.compactMap { line in
            guard let event = AccessLine.Event(line.record.event) else { return nil }
            func name(_ card: Card?, _ hash: NoteHash?) -> String? {
                guard let card else { return nil }
                return hash.map { held.contains(.person($0)) } ?? false ? Held.text(language) : person(card)
            }
            let hidesPurpose = held.contains(.purpose(line.index))
            let numbers = plan.exhibits.filter { line.items.contains($0.item.id) }.map(\.number)
            return AccessLine(
                entry: line.index, time: line.record.time, event: event,
                who: name(line.actor, line.record.actor) ?? device(line), to: name(line.recipient, line.recipientHash),
                purpose: line.texts.first.map { hidesPurpose ? Held.text(language) : purpose($0) },
                journal: line.request?.journal.map { string($0.bytes) }, numbers: numbers,
                exhibits: concerned(line, numbers), isProven: proven.contains(line.index))
        }
    }

    /// Who somebody is by her card; the owner is told as that.
    private func person(_ card: Card) -> String {
        let isDanish = language == .danish
        guard card.key != own.card.ownerKey else {
            return string(card.name.bytes) + (isDanish ? " (ejer)" : " (owner)")
        }
        let danish = ["police": "politi", "caseworker": "sagsbehandler", "auditor": "revisor", "private": "privat"]
        let role = string(card.role.bytes)
        let organisation = card.organisation.map { ", " + string($0.bytes) } ?? ""
        return "\(string(card.name.bytes)) (\(isDanish ? danish[role] ?? role : role)\(organisation))"
    }

    /// A purpose as it was written; those that the program itself writes, in the language of the pages.
    private func purpose(_ text: PlainText) -> String {
        let danish = [
            "facts of a file": "filens egne oplysninger", "handover": "overdragelse til politiet",
            "own use": "eget brug",
            "take everything": "alt taget med",
        ]
        let purpose = string(text.bytes)
        return language == .danish ? danish[purpose] ?? purpose : purpose
    }

    /// The device that took an item in, where no person did.
    private func device(_ line: CustodyExtract.Line) -> String? {
        guard line.record.event == .itemAdded, line.record.actor == nil else { return nil }
        return plan.exhibits.first { line.items.contains($0.item.id) }?.device
    }

    private func concerned(_ line: CustodyExtract.Line, _ numbers: [UInt64]) -> String {
        var parts = numbers.map { "\($0)" }
        let incidents = plan.incidents.filter { line.items.contains($0.newest.id) }.map { "\($0.number)" }
        let isDanish = language == .danish
        if !incidents.isEmpty {
            parts.append((isDanish ? "hændelse " : "incident ") + incidents.joined(separator: ", "))
        }
        if line.items.contains(plan.order.newest.id) { parts.append(isDanish ? "forbuddet" : "the order") }
        return parts.joined(separator: ", ")
    }
}

extension AccessLine.Event {
    /// What a record's event is on the pages; `nil` for one that is not told there.
    init?(_ event: AuditTrail.Event) {
        switch event {
        case .itemAdded: self = .added
        case .granted: self = .granted
        case .lentOn: self = .lentOn
        case .extended: self = .extended
        case .approved: self = .approved
        case .declined: self = .declined
        case .listed: self = .listed
        case .opened: self = .opened
        case .exported: self = .exported
        case .refused: self = .refused
        case .revoked: self = .revoked
        case .expired: self = .expired
        default: return nil
        }
    }
}
