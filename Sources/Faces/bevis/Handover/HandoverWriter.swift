import AgeFile
import AuditTrail
import CustodianClient
import Dossier
import FileFacts
import Handover
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// What the owner states of a handover.
struct HandoverStatement {
    var to: PlainText?
    var purpose: PlainText?
    var journal: PlainText?
}

/// Writes one folder of a handover: originals and copies first, then the proofs, the pages, and last the signed note.
final class HandoverWriter {
    private let builder: ContentBuilder
    private let statement: HandoverStatement
    private let extract: CustodyExtract
    private let volumes: HandoverVolumes
    private let volume: UInt64
    private let bag: BagFolder
    private let custody: CustodyFiles
    private var exhibits: [ExhibitPage] = []
    /// What could not be made, for the person at the terminal.
    private(set) var failures: [String] = []

    private var plan: HandoverPlan { builder.plan }
    private var desk: Desk { plan.book.desk }
    private var own: OwnCase { plan.book.own }

    /// Begins a folder.
    /// - Throws: a refusal where there is something of that name already.
    init(
        _ builder: ContentBuilder, _ statement: HandoverStatement, _ extract: CustodyExtract,
        volume: UInt64, of volumes: HandoverVolumes, at path: String
    ) throws {
        (self.builder, self.statement, self.extract) = (builder, statement, extract)
        (self.volume, self.volumes) = (volume, volumes)
        bag = try BagFolder(new: path)
        custody = CustodyFiles(builder.plan.book.desk.session, into: bag)
    }

    func write() throws {
        for exhibit in plan.exhibits { try write(exhibit) }
        try writeTexts()
        try custody.write(extract.cards + extract.provable(holding: builder.held), of: extract)
        try writeTables()
        try bag.write(HandoverLayout.checker, bytes: Array(CheckerText.python.utf8))
        var content = pages()
        content.hasPDF = try writePDF(content)
        try bag.write(HandoverLayout.index, bytes: HTMLPage.bytes(of: content.document))
        try finish()
    }

    // MARK: Exhibits

    private func write(_ exhibit: HandoverPlan.Exhibit) throws {
        let home = volumes.volume(of: exhibit.number)
        var page = builder.page(exhibit, original: .volume(home), entry: extract.intake(of: exhibit.item.id)?.index)
        var place: [UInt8]?
        if home == volume {
            if builder.keepsOriginal(exhibit) {
                page.original = .heldBack
                if !builder.keepsText(exhibit) { try addWithoutPlace(exhibit, to: &page) }
            } else {
                let original = try writeOriginal(exhibit)
                page.original = .here(string(original))
                add(ExhibitCopies(bag: bag, builder: builder).views(of: exhibit, at: original), to: &page)
                place = original
            }
        }
        exhibits.append(page)
        try custody.write(
            try entry(exhibit.item, exhibit.known, exhibit.number, place, try page.copies.map { try $0.signed() }))
    }

    private func add(_ made: ExhibitCopies.Made, to page: inout ExhibitPage) {
        page.copies += made.copies
        page.picture = made.picture
        failures += made.failures
    }

    private func writeOriginal(_ exhibit: HandoverPlan.Exhibit) throws -> [UInt8] {
        let place = HandoverLayout.original(exhibit.number, Array(builder.fileName(exhibit).utf8))
        let key = try exhibit.item.header.open(with: [own.keys.identity])
        let (digest, _) = try bag.write(place) { take in
            try desk.session.read(exhibit.item, key: key, range: nil, by: desk.caller, to: take)
        }
        guard digest == exhibit.known.digest else {
            throw CommandFailure(
                .refused, "exhibit \(exhibit.number) is not the original that its description names",
                hint: "look what else is damaged: bevis vault verify")
        }
        let name = place.split(separator: 0x2F).last ?? []
        try bag.write(place + Array(".sha256".utf8), bytes: digest.hex + [0x20, 0x20] + name + [0x0A])
        return place
    }

    private struct Enough: Error {}

    private func addWithoutPlace(_ exhibit: HandoverPlan.Exhibit, to page: inout ExhibitPage) throws {
        let key = try exhibit.item.header.open(with: [own.keys.identity])
        let copies = ExhibitCopies(bag: bag, builder: builder)
        do {
            let copy = try copies.withoutPlace(exhibit) { take in
                do {
                    try desk.session.read(exhibit.item, key: key, range: nil, by: desk.caller) { bytes in
                        guard try take(bytes) else { throw Enough() }
                    }
                } catch is Enough {}
            }
            page.copies.append(copy)
            add(copies.views(of: exhibit, at: Array(copy.path.utf8)), to: &page)
        } catch let error as FactsError {
            failures.append(
                "exhibit \(exhibit.number) stays out: no copy without its place could be made (\(error.reason))")
        }
    }

    // MARK: Texts and tables

    /// Incidents and order as they lie in the vault, where nothing of them is held back.
    private func writeTexts() throws {
        for history in plan.incidents where builder.isWhole(history) {
            let place = HandoverLayout.incident(history.number)
            try write(history.newest.body.text, of: history.newest.id, to: place)
        }
        guard builder.orderIsWhole else { return }
        let order = plan.order
        try write(order.newest.body.text, of: order.newest.id, to: HandoverLayout.order(order.number))
    }

    private func write(_ text: [UInt8], of id: AgeFileID, to place: [UInt8]) throws {
        guard let item = plan.book.items.first(where: { $0.id == id })?.kept else {
            throw CommandFailure(.refused, "item \(short(id)) was erased meanwhile")
        }
        let known = try desk.description(of: item, own)
        let (digest, _) = try bag.write(place, bytes: text)
        guard digest == known.digest else {
            throw CommandFailure(
                .refused, "the text of item \(short(id)) is not as the vault keeps it",
                hint: "look what else is damaged: bevis vault verify")
        }
        try custody.write(try entry(item, known, nil, place, []))
    }

    private func entry(
        _ item: SealedItem, _ known: Description, _ exhibit: UInt64?, _ place: [UInt8]?, _ copies: [HandoverItem.Copy]
    ) throws -> HandoverItem {
        guard let line = extract.intake(of: item.id), let ingest = line.record.notes.first else {
            throw CommandFailure(
                .incomplete, "the log's line that took in item \(short(item.id)) is not given: something is withheld",
                hint: "show this to somebody you trust; see: bevis log")
        }
        guard known.originalCommitment == item.ingest.original else {
            throw CommandFailure(
                .refused, "the description of item \(short(item.id)) is not of the original that was taken in",
                hint: "see: bevis vault verify")
        }
        return HandoverItem(
            item: item.id, exhibit: exhibit, file: try place.map { try PlainText($0) }, size: known.size,
            digest: known.digest, salt: known.salt, ingest: ingest, entry: line.index, copies: copies)
    }

    private func writeTables() throws {
        if !plan.incidents.isEmpty {
            let table = LogForm.text(builder.redacted, builder.language, separator: 0x3B) { exhibit in
                Array(String(exhibit.number).utf8)
            }
            // The mark tells spreadsheets that it is UTF-8.
            try bag.write(HandoverLayout.table, bytes: [0xEF, 0xBB, 0xBF] + table)
        }
        try bag.write(HandoverLayout.linkedData, bytes: Array((LinkedData(pages()).json.text + "\n").utf8))
    }

    // MARK: Pages

    private func pages() -> Content {
        let card = try? Card(parsing: desk.person.card.text)
        var content = Content(
            language: builder.language, owner: card.map { string($0.name.bytes) } ?? "",
            made: ContentBuilder.local(Person.now()), order: (plan.order.number, builder.order),
            local: { ContentBuilder.local($0) })
        content.to = statement.to.map { string($0.bytes) }
        content.purpose = statement.purpose.map { string($0.bytes) }
        content.journal = statement.journal.map { string($0.bytes) }
        content.volume = (volume, volumes.count)
        content.zone = LocalZone.name
        content.incidents = builder.incidents
        let timeline = Timeline(builder.redacted)
        content.counts = timeline.counts
        content.backgroundCount = timeline.backgroundCount
        content.exhibits = exhibits
        content.erased = plan.erased
        content.access = builder.access(extract)
        content.ownerKey = string(own.card.ownerKey.text)
        content.logKey = desk.session.newest.map { string($0.logKey.text) } ?? ""
        content.logSize = desk.session.newest?.checkpoint.size ?? 0
        if !failures.isEmpty {
            let isDanish = builder.language == .danish
            content.missing = [
                isDanish
                    ? "Nogle kopier til visning kunne ikke laves. Originalerne er ikke berørt."
                    : "Some copies for viewing could not be made. The originals are not affected."
            ]
        }
        return content
    }

    /// Whether the PDF could be made; without it the folder is whole all the same.
    private func writePDF(_ content: Content) throws -> Bool {
        guard CopyTools.hasTypesetter else {
            failures.append(
                "no PDF: the Python package typst is not in \(CopyTools.typesetter); run 'make setup-use', or "
                    + "pip install --target \(CopyTools.typesetter) typst")
            return false
        }
        let day = content.made.day
        for pictures in [true, false] {
            let data = TypesetData(content.document, day: day, pictures: pictures).json.text
            do {
                let pdf = try CopyTools.pdf(
                    template: TypesetTemplate.text, data: Array(data.utf8), folder: bag.path)
                try bag.write(HandoverLayout.pdf, bytes: pdf)
                if !pictures { failures.append("the PDF is without pictures: one of them cannot be read") }
                return true
            } catch is FactsError {
                continue
            }
        }
        failures.append("no PDF: the typesetter gave up; index.html prints the same pages")
        return false
    }

    private func finish() throws {
        guard let newest = desk.session.newest else { return }
        let now = Person.now()
        let signer = desk.caller.signer
        try bag.finish(day: Array(now.text.prefix(10)), volume: volume, of: volumes.count) { digest in
            let note = HandoverNote(
                caseID: own.card.caseID, owner: own.card.ownerKey, time: now, to: statement.to,
                purpose: statement.purpose, journal: statement.journal, volume: volume, volumes: volumes.count,
                log: newest.logKey, checkpoint: newest.note.bytes, tagManifest: digest)
            return try Verified(note, signedBy: signer).bytes
        }
    }
}

/// Which folder each exhibit goes into.
struct HandoverVolumes {
    private var places: [UInt64: UInt64] = [:]
    /// How many folders there are.
    private(set) var count: UInt64 = 1
    /// Exhibits that are larger than a folder shall be, and their sizes.
    private(set) var oversized: [(exhibit: UInt64, size: UInt64)] = []

    /// Fills folders one after the other with originals of at most `limit` bytes in all; a larger one gets its own.
    init(_ exhibits: [HandoverPlan.Exhibit], limit: UInt64?) {
        var used: UInt64 = 0
        for exhibit in exhibits {
            if let limit, used > 0, exhibit.known.size > limit - min(limit, used) {
                count += 1
                used = 0
            }
            if let limit, exhibit.known.size > limit { oversized.append((exhibit.number, exhibit.known.size)) }
            // What a description says of a size can be false.
            let (sum, overflow) = used.addingReportingOverflow(exhibit.known.size)
            used = overflow ? .max : sum
            places[exhibit.number] = count
        }
    }

    func volume(of exhibit: UInt64) -> UInt64 { places[exhibit] ?? 1 }
}
