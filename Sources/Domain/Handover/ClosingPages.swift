import Dossier

/// What stands behind the rest: who looked, what it proves, how to check it, and the receipt.
struct ClosingPages {
    private let content: Content
    private let words: Words

    init(_ content: Content, _ words: Words) {
        (self.content, self.words) = (content, words)
    }

    // MARK: Who looked

    var access: Section {
        let heading = words.pick("Hvem har haft adgang", "Who had access")
        let intro = words.pick(
            "Linjer fra ejerens log, som handler om det, der er overdraget. ”Ja” betyder, at linjen kan efterprøves med filerne i data/custody. ”Nej” betyder, at linjen også nævner andet, som ikke er overdraget, og derfor kun gengives her. Ejerens egne åbninger står her kun, når de skete gennem dette program.",
            "Lines of the owner's log about what is handed over. “Yes” means that the line can be checked with the files in data/custody. “No” means that it also names something that is not handed over, and is therefore only told here. The owner's own openings stand here only where they went through this program."
        )
        guard !content.access.isEmpty else {
            return Section(heading, [.paragraph(Inline(words.pick("Ingen linjer.", "No lines.")))])
        }
        let rows = content.access.map { line -> [Inline] in
            [
                Inline("\(line.entry)"), Inline(words.time(content.local(line.time), seconds: true)),
                Inline(event(line)),
                Inline(who(line)), Inline(line.exhibits),
                Inline(line.isProven ? words.pick("ja", "yes") : words.pick("nej", "no")),
            ]
        }
        let headers = [
            words.pick("Linje", "Entry"), words.pick("Hvornår", "When"), words.pick("Hvad", "What"),
            words.pick("Hvem, formål", "Who, purpose"), words.pick("Bilag", "Exhibits"), words.pick("Bevis", "Proof"),
        ]
        return Section(heading, [.paragraph(Inline(intro)), .table(headers: headers, rows: rows)])
    }

    private func who(_ line: AccessLine) -> String {
        var parts = [line.who ?? words.pick("arkivet", "the vault")]
        if let to = line.to { parts.append(words.pick("til ", "to ") + to) }
        if let purpose = line.purpose { parts.append(purpose) }
        if let journal = line.journal { parts.append(words.pick("journalnr. ", "journal no. ") + journal) }
        return parts.joined(separator: "\n")
    }

    private func event(_ line: AccessLine) -> String {
        switch line.event {
        case .added: words.pick("indleveret", "taken in")
        case .granted: words.pick("adgang givet", "access given")
        case .lentOn: words.pick("adgang givet videre", "access passed on")
        case .extended: words.pick("adgang udvidet", "access extended")
        case .approved: words.pick("adgang godkendt af ejeren", "access approved by the owner")
        case .declined: words.pick("adgang afvist af ejeren", "access declined by the owner")
        case .listed: words.pick("beskrivelse set", "description seen")
        case .opened: words.pick("åbnet", "opened")
        case .exported: words.pick("åbnet og taget med", "opened and taken along")
        case .refused: words.pick("nægtet", "refused")
        case .revoked: words.pick("adgang tilbagekaldt", "access revoked")
        case .expired: words.pick("adgang udløbet", "access expired")
        }
    }

    // MARK: What it proves

    var limits: Section {
        let lines =
            content.language == .danish
            ? [
                "Mappen viser, at originalerne er uændrede, siden de blev indleveret. Den viser ikke, at indholdet er sandt, hvem der har lavet det, eller at kameraets ur gik rigtigt.",
                "Hændelser, tidspunkter, genkendelse, forbud og bemærkninger er oplyst af ejeren. Programmet har ikke kontrolleret dem.",
                "Kameraets egen tid står altid ved siden af den rettede tid. Den rettede tid bygger på kontroller, som ejeren har skrevet ned.",
                "Mappen indeholder kun det, ejeren har valgt. Hvor noget er holdt tilbage, står der \(words.heldBack). At loggens udtog er fuldstændigt, kan mappen ikke bevise.",
                "Mappen er ikke krypteret: den, der har den, kan læse den. Pas på adresser og navne, også når sagen deles med andre.",
                "Her står ingen juridisk vurdering.",
            ]
            : [
                "The folder proves that the originals are unchanged since intake. It does not prove that what they show is true, who made them, or that the camera's time was right.",
                "Incidents, times, recognition, the order and remarks are stated by the owner. The program has not checked them.",
                "The camera's own time always stands beside the corrected time. The corrected time rests on checks that the owner wrote down.",
                "The folder holds only what the owner chose. Where something is held back, it says \(words.heldBack). That the extract of the log is complete, the folder cannot prove.",
                "The folder is not encrypted: whoever has it can read it. Take care of addresses and names, also when the case is shared with others.",
                "There is no legal assessment here.",
            ]
        return Section(
            words.pick("Hvad mappen viser, og hvad den ikke viser", "What the folder proves, and what it does not"),
            lines.map { .paragraph(Inline($0)) })
    }

    // MARK: How to check

    var verifying: Section {
        let file = content.exhibits.compactMap { exhibit -> String? in
            if case .here(let path) = exhibit.original { path } else { nil }
        }.first
        var blocks: [Block] = []
        func say(_ danish: String, _ english: String) { blocks.append(.paragraph(Inline(words.pick(danish, english)))) }
        if let file {
            say(
                "Én fil på Windows, uden at installere noget: åbn ”Kommandoprompt” i mappen og sammenlign resultatet med SHA-256 under bilaget.",
                "One file on Windows, without installing anything: open “Command Prompt” in the folder and compare the result with the SHA-256 of the exhibit."
            )
            let windows = String(file.map { $0 == "/" ? "\\" : $0 })
            blocks.append(.commands(["certutil -hashfile \(windows) SHA256"]))
        }
        say("Alle filer på Linux eller Mac:", "All files on Linux or Mac:")
        blocks.append(.commands(["sha256sum -c manifest-sha256.txt", "sha256sum -c tagmanifest-sha256.txt"]))
        say(
            "Underskriften, loggens kvitteringer og alle filer på én gang, med programmet eller med den side Python, der ligger i mappen som tekst (data/custody/check-handover.txt):",
            "The signature, the log's receipts and all files at once, with the program or with the page of Python that lies in the folder as text (data/custody/check-handover.txt):"
        )
        blocks.append(.commands(["bevis-audit verify-handover .", "python3 data/custody/check-handover.txt ."]))
        say(
            "Siden kræver Python 3.8 og til underskrifterne pakken cryptography (python3 -m pip install cryptography). Uden pakken kontrolleres alt andet, og siden siger det.",
            "The page needs Python 3.8, and for the signatures its package cryptography (python3 -m pip install cryptography). Without the package all else is checked, and the page says so."
        )
        if content.volume.count > 1 {
            say(
                "Dette er mappe \(content.volume.number) af \(content.volume.count). Om de alle er her, viser de samme programmer, når de får den mappe, som mapperne ligger i.",
                "This is folder \(content.volume.number) of \(content.volume.count). Whether they are all here, the same programs tell when they are given the folder in which the folders lie."
            )
        }
        say(
            "Ejerens og loggens offentlige nøgler. Sammenlign dem med nøgler, I har fået på anden måde; ellers viser kontrollen kun, at mappen hænger sammen.",
            "The owner's and the log's public keys. Compare them with keys that you got in another way; otherwise the check shows only that the folder holds together."
        )
        blocks.append(
            .facts([
                Fact(words.pick("Ejerens nøgle", "The owner's key"), Inline(content.ownerKey)),
                Fact(words.pick("Loggens nøgle", "The log's key"), Inline(content.logKey)),
                Fact(words.pick("Linjer i loggen", "Entries of the log"), Inline("\(content.logSize)")),
            ]))
        return Section(words.pick("Sådan kontrolleres mappen", "How to check the folder"), startsSheet: false, blocks)
    }

    // MARK: Receipt

    var receipt: Section {
        let intro = words.pick(
            "Til politiet: udfyld, underskriv og giv ejeren en kopi.",
            "For the police: fill in, sign, and give the owner a copy.")
        let plea = words.pick(
            "Giv mig venligst besked, før I kontakter personen.", "Please warn me before contacting the person.")
        let labels =
            content.language == .danish
            ? ["Modtaget af (navn)", "Afdeling", "Dato", "Journalnr.", "Telefon eller e-mail", "Underskrift"]
            : ["Received by (name)", "Unit", "Date", "Journal no.", "Telephone or e-mail", "Signature"]
        let what = words.pick(
            "Modtaget: materiale fra \(content.owner), udarbejdet \(words.time(content.made)), \(content.exhibits.count) bilag.",
            "Received: material from \(content.owner), made \(words.time(content.made)), \(content.exhibits.count) exhibits."
        )
        return Section(
            words.pick("Kvittering", "Receipt"),
            [.paragraph(Inline(intro)), .paragraph(Inline(what)), .form(labels), .heading(plea)])
    }
}
