import SignedNote

extension LogForm {
    /// The newest version of each incident as a log form, oldest first, those without a time last.
    ///
    /// - Parameters:
    ///   - exhibits: what stands in the column of the evidence, for each exhibit.
    public static func text(
        _ file: CaseFile, _ language: Language, separator: UInt8, exhibit: (Exhibit) -> [UInt8]
    ) -> [UInt8] {
        let timeline = Timeline(file).incidents
        let known = timeline.filter { $0.newest.body.facts.occurred.from != nil }
        let unknown = timeline.filter { $0.newest.body.facts.occurred.from == nil }
        let rows = (known.reversed() + unknown.reversed()).map { row($0.newest.body, language, exhibit) }
        return Table.text([header(language)] + rows, separator: separator)
    }

    /// Whether a column says of the record what only this vault knows: number, exhibits, when it was written, remark.
    static func isRecord(column: Int) -> Bool { [0, 16, 19, 20].contains(column) }

    static func header(_ language: Language) -> [[UInt8]] {
        let names: [StaticString] =
            language == .danish
            ? [
                "Nr.", "Dato", "Tidspunkt", "Indtil", "Sted", "Adresse", "Slags", "Hvad skete der?", "Genkendt på",
                "Kendetegn", "Vidner", "Andre til stede", "Børn til stede", "Skade", "Hvordan påvirkede det dig?",
                "Hvordan reagerede du?", "Dokumentation (bilag)", "Brud på forbud", "Politi", "Skrevet ned",
                "Bemærkning",
            ]
            : [
                "No.", "Date", "Time", "Until", "Place", "Address", "Kind", "What happened?", "Recognised by",
                "Identifiers", "Witnesses", "Others present", "Children present", "Injury or damage",
                "How did it affect you?", "How did you react?", "Evidence (exhibits)", "Breach of order", "Police",
                "Recorded", "Remark",
            ]
        return names.map(\.bytes)
    }

    private static func row(
        _ incident: Incident, _ language: Language, _ exhibit: (Exhibit) -> [UInt8]
    ) -> [[UInt8]] {
        let facts = incident.facts
        let occurred = facts.occurred
        return [
            Array(String(incident.entry.number).utf8),
            occurred.from?.day.text ?? Precision.unknown.text(language).bytes, time(occurred), until(occurred),
            facts.place?.bytes ?? [], facts.address?.bytes ?? [], facts.kind?.text(language).bytes ?? [],
            facts.what.bytes, facts.howRecognised?.bytes ?? [], joined(facts.identifiers.map(\.bytes), 0x0A),
            joined(facts.witnesses.map { joined([$0.name, $0.contact, $0.saw].compactMap { $0?.bytes }, 0x3B) }, 0x0A),
            facts.othersPresent?.bytes ?? [], facts.childrenPresent?.bytes ?? [], facts.injuryDamage?.bytes ?? [],
            facts.effect?.bytes ?? [], facts.response?.shown(in: language).bytes ?? [],
            joined(facts.exhibits.map(exhibit), 0x0A), facts.breach?.text(language).bytes ?? [],
            joined(facts.police.map { contact($0) }, 0x0A), incident.entry.recordedAt.text,
            incident.isBackground ? Phrase.background.text(language).bytes : [],
        ]
    }

    private static func time(_ occurred: Occurrence) -> [UInt8] {
        guard let from = occurred.from, occurred.precision != .day else { return [] }
        let clock = Array(from.text[11..<16])
        return occurred.precision == .about ? Array("ca. ".utf8) + clock : clock
    }

    private static func until(_ occurred: Occurrence) -> [UInt8] {
        guard let to = occurred.to else { return [] }
        return occurred.precision == .day ? to.day.text : to.day.text + [0x20] + to.text[11..<16]
    }

    private static func contact(_ contact: PoliceContact) -> [UInt8] {
        let texts = [contact.officer, contact.unit, contact.journal, contact.receipt].map { $0?.bytes }
        return joined(([contact.date?.text] + texts).compactMap { $0 }, 0x3B)
    }

    private static func joined(_ texts: [[UInt8]], _ separator: UInt8) -> [UInt8] {
        var whole: [UInt8] = []
        for (index, text) in texts.enumerated() {
            if index > 0 { whole += separator == 0x3B ? [0x3B, 0x20] : [separator] }
            whole += text
        }
        return whole
    }
}
