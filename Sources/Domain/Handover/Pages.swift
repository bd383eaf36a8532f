import Dossier

extension Content {
    /// The pages, in the order in which an officer needs them.
    public var document: Document {
        let words = Words(language, FolderClock(home: made.offsetMinutes, local: local))
        var sections = [FirstPage(self, words).section]
        let incidents = IncidentPages(self, words)
        sections.append(incidents.breachTable)
        sections.append(incidents.typical)
        sections.append(incidents.log)
        sections.append(incidents.pattern)
        sections.append(ExhibitPages(self, words).section)
        let closing = ClosingPages(self, words)
        sections += [closing.access, closing.limits, closing.verifying, closing.receipt]
        return Document(language: language, title: words.pick("Mappe", "Folder"), sections: sections)
    }
}

func string(_ text: FreeText) -> String { String(decoding: text.bytes, as: UTF8.self) }

/// A text cut to so many characters at the end of a word.
func short(_ text: String, _ limit: Int) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    guard line.count > limit else { return line }
    let cut = line.prefix(limit)
    let end = cut.lastIndex(of: " ") ?? cut.endIndex
    return cut[..<end] + " …"
}

/// What an officer sees first, on one sheet.
struct FirstPage {
    private let content: Content
    private let words: Words
    // More would not fit on one sheet.
    private static let mostBreaches = 7

    init(_ content: Content, _ words: Words) {
        (self.content, self.words) = (content, words)
    }

    var section: Section {
        var blocks: [Block] = [.facts(handover), .heading(words.pick("Forbuddet", "The order")), .facts(order)]
        blocks.append(.heading(words.pick("Mulige overtrædelser", "Suspected breaches")))
        blocks += breaches
        let all = words.pick(
            "Alt, hvad der står om forbuddet og hændelserne, er oplyst af ejeren.",
            "Everything said about the order and the incidents is stated by the owner.")
        let pdf =
            content.hasPDF
            ? [Inline(words.pick(" Samme indhold som PDF.", " The same as PDF."), path: "data/dossier.pdf")] : []
        blocks.append(.paragraph(Inline([Inline(all)] + pdf, separator: "")))
        return Section(words.pick("Materiale til politiet", "Material for the police"), blocks)
    }

    private var handover: [Fact] {
        var facts = [Fact(words.pick("Samlet af (ejer)", "Collected by (owner)"), Inline(content.owner))]
        if let to = content.to { facts.append(Fact(words.pick("Til", "For"), Inline(to))) }
        if let purpose = content.purpose { facts.append(Fact(words.pick("Formål", "Purpose"), Inline(purpose))) }
        if let journal = content.journal {
            facts.append(Fact(words.pick("Politiets journalnr.", "Police journal no."), Inline(journal)))
        }
        facts.append(Fact(words.pick("Udarbejdet", "Made"), Inline(words.time(content.made))))
        facts.append(Fact(words.pick("Alle tider", "All times"), Inline(words.zone(content.zone, at: content.made))))
        if content.volume.count > 1 {
            let text = words.pick(
                "\(content.volume.number) af \(content.volume.count)",
                "\(content.volume.number) of \(content.volume.count)")
            facts.append(Fact(words.pick("Mappe", "Folder"), Inline(text)))
        }
        return facts
    }

    private var order: [Fact] {
        let order = content.order
        func stated(_ text: FreeText?) -> Inline { Inline(text.map { string($0) } ?? words.notStated) }
        func day(_ day: Day?) -> Inline { Inline(day.map { words.day($0) } ?? words.notStated) }
        let protected =
            order.protected.isEmpty ? words.notStated : order.protected.map { string($0) }.joined(separator: ", ")
        return [
            Fact(words.pick("Type", "Kind"), Inline(words.order(order.kind))),
            Fact(words.pick("Afgørelse nr.", "Decision no."), stated(order.decision)),
            Fact(words.pick("Journalnr.", "Journal no."), stated(order.journal)),
            Fact(words.pick("Udstedt af", "Issued by"), stated(order.authority)),
            Fact(words.pick("Forkyndt", "Served"), day(order.served)),
            Fact(words.pick("Udløber", "Expires"), expires(order)),
            Fact(words.pick("Omfang", "Scope"), Inline(order.scope.map { short(string($0), 500) } ?? words.notStated)),
            Fact(words.pick("Beskytter", "Protects"), Inline(protected)),
        ]
    }

    private func expires(_ order: OrderFacts) -> Inline {
        if let expires = order.expires { return Inline(words.day(expires)) }
        guard order.kind == .strakstilhold else { return Inline(words.notStated) }
        return Inline(
            words.notStated + words.pick(" (gælder, indtil det afløses)", " (in force until it is replaced)"))
    }

    private var breaches: [Block] {
        let all = content.breaches
        guard !all.isEmpty else {
            let none = words.pick(
                "Ejeren har ikke markeret nogen hændelse som overtrædelse.",
                "The owner has marked no incident as a breach.")
            return [.paragraph(Inline(none))]
        }
        let rows = all.prefix(FirstPage.mostBreaches).map { incident -> [Inline] in
            [
                Inline("\(incident.entry.number)"), Inline(words.time(incident.facts.occurred)),
                Inline(short(string(incident.facts.what), 150)), Inline(short(identified(incident.facts), 110)),
                ExhibitLinks(content, words).links(of: incident.facts),
            ]
        }
        let headers = [
            words.pick("Nr.", "No."), words.pick("Hvornår", "When"), words.pick("Hvad skete der", "What happened"),
            words.pick("Genkendt", "How identified"), words.pick("Bilag", "Exhibits"),
        ]
        var blocks: [Block] = [.table(headers: headers, rows: Array(rows))]
        if all.count > rows.count {
            let more = words.pick(
                "Yderligere \(all.count - rows.count) står i oversigten på næste side.",
                "\(all.count - rows.count) more are in the table on the next page.")
            blocks.append(.paragraph(Inline(more)))
        }
        return blocks
    }

    private func identified(_ facts: IncidentFacts) -> String {
        ([words.certainty(facts.personSeen)] + [facts.howRecognised].compactMap { $0.map { string($0) } })
            .joined(separator: ". ")
    }
}

/// Where the pages name exhibits.
struct ExhibitLinks {
    private let content: Content
    private let words: Words

    init(_ content: Content, _ words: Words) {
        (self.content, self.words) = (content, words)
    }

    /// The exhibits of an incident, one a line, each leading to its file.
    func links(of facts: IncidentFacts) -> Inline {
        guard !facts.exhibits.isEmpty else { return Inline(words.pick("ingen", "none")) }
        return Inline(facts.exhibits.map { link($0.number) }, separator: "\n")
    }

    /// An exhibit by its number, leading to the original, or to what stands in for it.
    func link(_ number: UInt64) -> Inline {
        // Name and number stay on one line.
        let name = words.pick("Bilag\u{A0}\(number)", "Exhibit\u{A0}\(number)")
        guard let exhibit = content.exhibits.first(where: { $0.number == number }) else {
            let gone = content.erased.contains(number)
            return Inline(
                name + " "
                    + (gone
                        ? words.pick("(slettet)", "(erased)") : words.pick("(ikke i mappen)", "(not in this folder)")))
        }
        switch exhibit.original {
        case .here(let path): return Inline(name, path: path)
        case .volume(let volume):
            return Inline(name + " " + words.pick("(i mappe \(volume))", "(in folder \(volume))"))
        case .heldBack:
            guard let copy = exhibit.copies.first(where: { $0.kind == .withoutPlace }) else {
                return Inline(name + " " + words.heldBack)
            }
            return Inline(name + " " + words.pick("(kopi)", "(copy)"), path: copy.path)
        }
    }
}
