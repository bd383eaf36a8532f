import Camera
import Dossier
import Sharing
import SignedNote

/// The exhibits: what each is, where it came from, what its camera's clock is worth, and where it lies.
struct ExhibitPages {
    private let content: Content
    private let words: Words

    init(_ content: Content, _ words: Words) {
        (self.content, self.words) = (content, words)
    }

    var section: Section {
        let heading = words.pick("Bilag", "Exhibits")
        guard !content.exhibits.isEmpty else {
            return Section(heading, [.paragraph(Inline(words.pick("Ingen bilag.", "No exhibits.")))])
        }
        let intro = words.pick(
            "Originalerne er uændrede siden indleveringen. Kopier er lavet til visning og er ikke originaler.",
            "The originals are unchanged since they were taken in. Copies were made for viewing and are no originals.")
        var blocks: [Block] = [.paragraph(Inline(intro))]
        for missing in content.missing { blocks.append(.paragraph(Inline(missing))) }
        for exhibit in content.exhibits {
            let name = exhibit.title ?? exhibit.fileName
            blocks.append(
                .heading(
                    words.pick("Bilag", "Exhibit") + " \(exhibit.number)" + (name.map { ": " + Shown.text($0) } ?? "")))
            if let picture = exhibit.picture {
                let alt = words.pick("Billede af bilag \(exhibit.number)", "Picture of exhibit \(exhibit.number)")
                blocks.append(.picture(path: picture, words: alt))
            }
            blocks.append(.facts(facts(exhibit)))
        }
        return Section(heading, blocks)
    }

    private func facts(_ exhibit: ExhibitPage) -> [Fact] {
        var rows = [Fact(words.pick("Original", "Original"), original(exhibit))]
        func add(_ danish: String, _ english: String, _ text: String?) {
            if let text, !text.isEmpty { rows.append(Fact(words.pick(danish, english), Inline(text))) }
        }
        for copy in exhibit.copies { rows.append(Fact(words.pick("Kopi", "Copy"), line(copy))) }
        add("Filnavn, som det var", "File name, as found", exhibit.fileName)
        add("Type", "Kind", exhibit.kind)
        add("Størrelse", "Size", words.pick("\(exhibit.size) byte", "\(exhibit.size) bytes"))
        add("SHA-256", "SHA-256", exhibit.digest)
        add("Indleveret", "Taken in", source(exhibit))
        add(
            "Optaget, efter kameraets ur eller som oplyst", "Made, by the camera's clock or as stated",
            exhibit.captured.map { time($0) })
        add(
            "Optaget, med urets fejl rettet", "Made, with the clock's error taken out",
            exhibit.corrected.map { corrected($0) })
        add("Filens egen tid, som den var", "The file's own time, as found", exhibit.modified.map { time($0) })
        for found in exhibit.found {
            let text = found.label == .captured ? words.fileTime(found.text) : found.text
            rows.append(Fact(label(found.label), Inline(text)))
        }
        add("Sted, som oplyst", "Place, as stated", exhibit.place)
        add("Ejerens bemærkning", "The owner's remark", exhibit.note)
        add(
            "Hvordan gemt, hvor originalen er", "How saved, where the original is",
            exhibit.stated.joined(separator: "\n"))
        add("Hører til hændelse", "Belongs to incident", exhibit.incidents.map { "\($0)" }.joined(separator: ", "))
        return rows
    }

    private func original(_ exhibit: ExhibitPage) -> Inline {
        switch exhibit.original {
        case .here(let path): return Inline(path, path: path)
        case .volume(let volume): return Inline(words.pick("ligger i mappe \(volume)", "lies in folder \(volume)"))
        case .heldBack:
            return Inline(
                words.pick(
                    "holdt tilbage af ejeren; SHA-256 nedenfor er originalens",
                    "held back by the owner; the SHA-256 below is the original's"))
        }
    }

    private func line(_ copy: ExhibitPage.Copy) -> Inline {
        let what: String
        switch copy.kind {
        case .still: what = words.pick("stillbillede", "still picture")
        case .playable: what = words.pick("til afspilning", "for playback")
        case .withoutPlace: what = words.pick("uden stedoplysninger", "without the place that the file holds")
        }
        let made = words.pick("lavet med: ", "made with: ") + copy.tool
        return Inline([Inline(copy.path, path: copy.path), Inline("\(what); \(made)")], separator: "\n")
    }

    private func source(_ exhibit: ExhibitPage) -> String {
        let who =
            exhibit.device.map { words.pick("enheden \($0)", "the device \($0)") } ?? words.pick("ejeren", "the owner")
        var text = time(exhibit.recorded) + words.pick(" af ", " by ") + who
        if let entry = exhibit.entry { text += words.pick("; linje \(entry) i loggen", "; entry \(entry) of the log") }
        if !exhibit.isAttested { text += "\n\(Phrase.unattested.text(content.language))" }
        return text
    }

    private func label(_ label: ExhibitPage.FoundLabel) -> String {
        switch label {
        case .captured: words.pick("Optaget, siger filen", "Made, says the file")
        case .device: words.pick("Apparat, siger filen", "Device, says the file")
        case .place: words.pick("Sted, siger filen", "Place, says the file")
        case .software: words.pick("Program, siger filen", "Program, says the file")
        }
    }

    // MARK: Clocks

    private func time(_ time: Timestamp) -> String { words.time(content.local(time), seconds: true) }

    private func corrected(_ corrected: CorrectedTime) -> String {
        var text = time(corrected.earliest)
        if corrected.latest != corrected.earliest {
            text = words.pick("mellem ", "between ") + text + words.pick(" og ", " and ") + time(corrected.latest)
        }
        return text + "\n" + basis(corrected.basis)
    }

    private func basis(_ basis: CorrectedTime.Basis) -> String {
        switch basis {
        case .between(let first, let second):
            words.pick(
                "jævn drift mellem kontrollerne \(check(first)) og \(check(second))",
                "even drift between the checks of \(check(first)) and \(check(second))")
        case .after(let one):
            words.pick(
                "efter kontrollen \(check(one)); hvordan uret er gået siden, vides ikke",
                "by the check of \(check(one)); how the clock went since is not known")
        case .before(let one):
            words.pick(
                "efter kontrollen \(check(one)); hvordan uret gik før, vides ikke",
                "by the check of \(check(one)); how the clock went before is not known")
        case .stepped(let first, let second):
            words.pick(
                "uret blev stillet mellem kontrollerne \(check(first)) og \(check(second)); hvornår, vides ikke",
                "the clock was set between the checks of \(check(first)) and \(check(second)), nobody knows when")
        }
    }

    private func check(_ check: ClockCheck) -> String {
        let day = words.day(content.local(check.reference).day)
        let source = Shown.text(String(decoding: check.source.bytes, as: UTF8.self))
        return "\(day) (\(offset(check.offset)), \(source))"
    }

    private func offset(_ seconds: Int64) -> String {
        guard seconds != 0 else { return words.pick("uret gik rigtigt", "clock right") }
        let size = span(seconds.magnitude)
        return seconds > 0
            ? words.pick("uret \(size) foran", "clock \(size) ahead")
            : words.pick("uret \(size) bagud", "clock \(size) behind")
    }

    private func span(_ seconds: UInt64) -> String {
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        var parts: [String] = []
        if hours > 0 { parts.append(words.pick("\(hours) t.", "\(hours) h")) }
        if minutes > 0 { parts.append("\(minutes) min") }
        if rest > 0 || parts.isEmpty { parts.append("\(rest) s") }
        return parts.joined(separator: " ")
    }
}
