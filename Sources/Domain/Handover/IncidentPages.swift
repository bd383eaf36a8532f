import Dossier
import Sharing
import SignedNote

/// What happened: the breaches, the typical incidents, all of them, and how often.
struct IncidentPages {
    private let content: Content
    private let words: Words
    private let links: ExhibitLinks

    init(_ content: Content, _ words: Words) {
        (self.content, self.words) = (content, words)
        links = ExhibitLinks(content, words)
    }

    // MARK: Breaches

    var breachTable: Section {
        let heading = words.pick("Oversigt over mulige overtrædelser", "Table of suspected breaches")
        let breaches = content.breaches
        guard !breaches.isEmpty else { return Section(heading, [.paragraph(Inline(words.pick("Ingen.", "None.")))]) }
        let forbidden = content.order.scope.map { short(string($0), 200) } ?? words.notStated
        let rows = breaches.map { incident -> [Inline] in
            [
                Inline("\(incident.entry.number)"), Inline(words.time(incident.facts.occurred)), Inline(forbidden),
                Inline(string(incident.facts.what)), Inline(words.breach(incident.facts.breach)),
                links.links(of: incident.facts),
            ]
        }
        let headers = [
            words.pick("Nr.", "No."), words.pick("Hvornår", "When"),
            words.pick("Hvad forbuddet omfatter", "What the order forbids"),
            words.pick("Hvad skete der", "What happened"), words.pick("Overtrædelse", "Breach"),
            words.pick("Bilag", "Exhibits"),
        ]
        let note = words.pick(
            "”Mulig” og ”anmeldt” er ejerens egen markering.", "“Possible” and “reported” are the owner's own marks.")
        return Section(heading, [.table(headers: headers, rows: rows), .paragraph(Inline(note))])
    }

    // MARK: Typical incidents

    var typical: Section {
        let heading = words.pick("Typiske hændelser", "Typical incidents")
        let chosen = content.incidents.filter(\.facts.isHighlight)
        guard !chosen.isEmpty else {
            let none = words.pick(
                "Ejeren har ikke udvalgt nogen. Alle hændelser står i loggen nedenfor.",
                "The owner has chosen none. All incidents are in the log below.")
            return Section(heading, startsSheet: false, [.paragraph(Inline(none))])
        }
        let intro = words.pick(
            "Udvalgt af ejeren, fordi de viser, hvordan det plejer at foregå.",
            "Chosen by the owner because they show what usually happens.")
        var blocks: [Block] = [.paragraph(Inline(intro))]
        for incident in chosen {
            blocks.append(.heading(title(incident)))
            blocks.append(.paragraph(Inline(string(incident.facts.what))))
            if !incident.facts.exhibits.isEmpty { blocks.append(.paragraph(links.links(of: incident.facts))) }
        }
        return Section(heading, startsSheet: false, blocks)
    }

    private func title(_ incident: IncidentPage) -> String {
        let time = words.time(incident.facts.occurred).split(separator: "\n").first.map(String.init) ?? ""
        let kind = incident.facts.kind.map { ", \($0.text(content.language))" } ?? ""
        let background = incident.incident.isBackground ? " (\(Phrase.background.text(content.language)))" : ""
        return words.pick("Hændelse", "Incident") + " \(incident.entry.number): \(time)\(kind)\(background)"
    }

    // MARK: All incidents

    var log: Section {
        let intro = words.pick(
            "Alle hændelser i mappen, den ældste først. Kun det, der er oplyst, står her.",
            "All incidents of this folder, the oldest first. Only what is stated stands here.")
        var blocks: [Block] = [.paragraph(Inline(intro))]
        for incident in content.incidents {
            blocks.append(.heading(title(incident)))
            blocks.append(.facts(facts(incident)))
        }
        return Section(words.pick("Log over hændelser", "Log of incidents"), blocks)
    }

    private func facts(_ incident: IncidentPage) -> [Fact] {
        let facts = incident.facts
        var rows = [Fact(label(.when), Inline(words.time(facts.occurred)))]
        func add(_ field: FieldLabel, _ text: FreeText?) {
            if let text { rows.append(Fact(label(field), Inline(string(text)))) }
        }
        func add(_ field: FieldLabel, _ texts: [String]) {
            if !texts.isEmpty { rows.append(Fact(label(field), Inline(texts.joined(separator: "\n")))) }
        }
        add(.what, facts.what)
        add(.place, facts.place)
        add(.address, facts.address)
        if facts.personSeen != nil {
            rows.append(Fact(label(.personSeen), Inline(words.certainty(facts.personSeen))))
        }
        add(.howRecognised, facts.howRecognised)
        add(.identifiers, facts.identifiers.map { string($0) })
        add(.witnesses, facts.witnesses.map { joined([$0.name, $0.contact, $0.saw]) })
        add(.othersPresent, facts.othersPresent)
        add(.childrenPresent, facts.childrenPresent)
        add(.injuryDamage, facts.injuryDamage)
        add(.effect, facts.effect)
        add(.response, facts.response?.shown(in: content.language))
        if !facts.exhibits.isEmpty { rows.append(Fact(label(.exhibits), links.links(of: facts))) }
        if facts.breach != nil {
            rows.append(
                Fact(words.pick("Overtrædelse", "Breach of the order"), Inline(words.breach(facts.breach))))
        }
        add(.police, facts.police.map { contact($0) })
        rows.append(Fact(words.pick("Skrevet ned", "Written down"), recorded(incident)))
        return rows
    }

    private func label(_ field: FieldLabel) -> String {
        let text = "\(field.text(content.language))"
        return text.prefix(1).uppercased() + text.dropFirst()
    }

    private func joined(_ parts: [FreeText?]) -> String {
        parts.compactMap { $0.map { string($0) } }.joined(separator: "; ")
    }

    private func contact(_ contact: PoliceContact) -> String {
        let parts = [
            contact.date.map { words.day($0) }, contact.officer.map { string($0) }, contact.unit.map { string($0) },
        ]
        let numbers = [
            contact.journal.map { words.pick("journalnr. ", "journal no. ") + string($0) },
            contact.receipt.map { words.pick("kvittering: ", "receipt: ") + string($0) },
        ]
        return (parts + numbers).compactMap { $0 }.joined(separator: "; ")
    }

    /// When and by whom it was written down, how late, and what became of it since.
    private func recorded(_ incident: IncidentPage) -> Inline {
        let entry = incident.entry
        var lines = [
            words.time(content.local(entry.recordedAt)) + words.pick(" af ", " by ")
                + String(decoding: entry.recordedBy.bytes, as: UTF8.self)
        ]
        if let late = incident.incident.lateness {
            lines.append(words.pick("\(lateness(late)) efter hændelsen", "\(lateness(late)) after the incident"))
        }
        if incident.versionCount > 1 {
            let reason = entry.reason.map { ": " + string($0) } ?? ""
            lines.append(
                words.pick(
                    "udgave \(entry.version) af \(incident.versionCount); rettet\(reason)",
                    "version \(entry.version) of \(incident.versionCount); corrected\(reason)"))
        }
        if !incident.isUnbroken { lines.append("\(Phrase.broken.text(content.language))") }
        if !incident.isAttested { lines.append("\(Phrase.unattested.text(content.language))") }
        var text = Inline(lines.joined(separator: "\n"))
        if let path = incident.path {
            text = Inline(
                [text, Inline(words.pick("teksten, som den er gemt", "the text as it is kept"), path: path)],
                separator: "\n")
        } else {
            text = Inline(
                [text, Inline(words.pick("noget er holdt tilbage", "something is held back"))], separator: "\n")
        }
        return text
    }

    private func lateness(_ seconds: UInt64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        if hours < 1 { return words.pick("\(minutes) min.", "\(minutes) min") }
        if days < 2 {
            return words.pick("\(hours) \(hours == 1 ? "time" : "timer")", "\(hours) \(hours == 1 ? "hour" : "hours")")
        }
        return words.pick("\(days) dage", "\(days) days")
    }

    // MARK: How often

    var pattern: Section {
        let heading = words.pick("Hvor ofte", "How often")
        let intro = words.pick(
            "Antal hændelser i hver uge (mandag til søndag) efter type. Tallene er kun en optælling og ingen juridisk vurdering.",
            "Number of incidents in each week (Monday to Sunday) by kind. The figures are counts alone, no legal assessment."
        )
        let rows = content.counts.reversed().map { count -> [Inline] in
            let kind = count.kind.map { "\($0.text(content.language))" } ?? words.notStated
            return [Inline(week(count.week)), Inline(kind), Inline("\(count.number)")]
        }
        var blocks: [Block] = [.paragraph(Inline(intro))]
        if rows.isEmpty {
            blocks.append(
                .paragraph(
                    Inline(
                        words.pick(
                            "Ingen hændelser med kendt tid fra 2022 og frem.",
                            "No incidents with a known time from 2022 on."))))
        } else {
            let headers = [words.pick("Uge", "Week"), words.pick("Type", "Kind"), words.pick("Antal", "Number")]
            blocks.append(.table(headers: headers, rows: rows))
        }
        if content.backgroundCount > 0 {
            let text = words.pick(
                "Før 1. januar 2022 (baggrund): \(content.backgroundCount)",
                "Before 1 January 2022 (background): \(content.backgroundCount)")
            blocks.append(.paragraph(Inline(text)))
        }
        return Section(heading, blocks)
    }

    private func week(_ week: Week) -> String {
        words.pick("uge \(week.number), \(week.year)", "week \(week.number), \(week.year)")
    }
}
