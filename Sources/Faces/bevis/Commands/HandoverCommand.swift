import AgeFile
import ArgumentParser
import CustodianClient
import Dossier
import Glibc
import Handover
import Sharing
import SignedNote
import Terminal

/// `bevis handover`: the folder that an officer opens offline.
struct HandoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover", abstract: "Write the folder for the police: order, incidents, originals and proofs.",
        discussion: """
            The folder opens by a double click on index.html, without a network and without installing anything. It is \
            not sealed: whoever holds it reads it.
            Before anything is written you see each address, workplace, school, therapist, number, position and person \
            that would leave. Confirm each, or hold it back: a text is replaced by [held back], a person's lines lose \
            their proofs, an original that holds its place is replaced by a copy without it. This is a help and no \
            guarantee. Private notes never leave.
            Until all of it is written it is called FOLDER.unfinished; a command that is stopped deletes that again.
            Examples:
              bevis handover --order 1 --check
              bevis handover --order 1 --out /media/usb/folder --language da
              bevis handover --order 1 --incident 3 --incident 5 --out folder --confirm 3f2a91 --exclude 88c01d
              bevis handover --order 1 --out folder --zip --seal-to officer.card --split 250MB
            """)

    @Option(help: ArgumentHelp("The order that may have been broken.", valueName: "number")) var order: UInt64
    @Option(help: ArgumentHelp("Only this incident; repeat it for several. Without it: all.", valueName: "number"))
    var incident: [UInt64] = []
    @Option(help: ArgumentHelp("Also this item as an exhibit; repeat it for several.", valueName: "item"))
    var item: [String] = []
    @Option(help: ArgumentHelp("The new folder to write.", valueName: "folder")) var out: String?
    @Flag(help: "Only show what would leave and has to be confirmed; write no folder. Looking is logged.") var check =
        false
    @Option(help: ArgumentHelp("Let this go along; repeat it for several.", valueName: "code")) var confirm: [String] =
        []
    @Option(help: ArgumentHelp("Hold this back; repeat it for several.", valueName: "code")) var exclude: [String] = []
    @Option(help: "Whom it is for, as it shall stand there.") var to: String?
    @Option(help: "What it is for.") var purpose: String?
    @Option(help: "The police's journal number.") var journal: String?
    @Flag(help: "Also one ZIP of it, beside the folder; with --seal-to as well as the sealed one.") var zip = false
    @Option(
        help: ArgumentHelp(
            "Also one ZIP that only this recipient opens: age1…, or a card's file; may be repeated.",
            valueName: "recipient"))
    var sealTo: [String] = []
    @Option(
        help: ArgumentHelp(
            "Several folders, 1, 2, …, inside the folder, each complete, with originals of so many bytes in all.",
            discussion: "A whole number with its unit, such as 250MB or 4GiB, and at least 1MB. An original that is "
                + "larger gets a folder of its own, which is named. Copies and pages come on top.", valueName: "size"))
    var split: String?
    @Flag(help: "First delete what an earlier handover to the same folder left unfinished.")
    var discardUnfinished = false
    @Flag(help: "With --check, answer as JSON.") var json = false
    @OptionGroup var dossier: DossierOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    /// A smaller one is a number whose unit was forgotten.
    private static let smallestSplit: UInt64 = 1_000_000

    func validate() throws {
        guard check != (out != nil) else {
            throw ValidationError("say where to: --out FOLDER; or --check to look first")
        }
        guard !json || check else { throw ValidationError("--json is for --check") }
        if let split, try ByteSize(parsing: split).count < HandoverCommand.smallestSplit {
            throw ValidationError("--split needs a size of at least 1 MB with its unit, such as 250MB")
        }
    }

    func run() async throws {
        try dossier.useZone()
        let language = try dossier.words()
        let statement = HandoverStatement(
            to: try to.map { try line($0, "--to") }, purpose: try purpose.map { try line($0, "--purpose") },
            journal: try journal.map { try line($0, "--journal") })
        let sealed = try sealTo.isEmpty ? [] : [HandoverArchive(sealingTo: sealTo)]
        let archives = (zip ? [HandoverArchive()] : []) + sealed
        let desk = try Desk(vault, passphrase)
        let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
        guard desk.caller.signer.verifierKey == book.own.card.ownerKey else {
            throw CommandFailure(
                .refused, "only the owner's own key signs a handover", hint: "use her own folder: BEVIS_HOME=…")
        }
        let plan = try HandoverPlan(book, order: order, incidents: incident, items: item)
        // One zone in one folder: the one that she names, or the one in which the incidents were written down.
        if dossier.zone == nil, let zone = plan.zone { try? LocalZone.use(zone) }
        let ids = Set(plan.items)
        let before = try CustodyExtract(try CaseStreams(book.own, desk), of: ids, book.own)
        let disclosure = Disclosure(plan, before, language)
        guard let out else {
            try show(disclosure, desk)
            return try LeftOut(plan.unreadable).check((one: "would be left out", many: "would be left out"))
        }
        try HandoverCommand.refuseExisting(out, archives)
        try UnfinishedFolder.clear(for: out, discarding: discardUnfinished)
        let held = try disclosure.answers(confirmed: confirm, excluded: exclude)
        let builder = ContentBuilder(plan: plan, held: held, language: language)
        try log(builder, statement)
        let extract = try CustodyExtract(try CaseStreams(book.own, desk), of: builder.whole, book.own)
        try HandoverCommand.refuseStrangers(disclosure, Disclosure(plan, extract, language, own: false))
        try write(builder, statement, extract, archives, to: out)
        try desk.remember()
        try LeftOut(plan.unreadable).check(LeftOut.fate)
    }

    private func show(_ disclosure: Disclosure, _ desk: Desk) throws {
        try desk.remember()
        try Output(json: json).show(disclosure.json, or: disclosure.text(disclosure.findings))
    }

    // Before she answers anything: nothing that exists is ever written over.
    private static func refuseExisting(_ out: String, _ archives: [HandoverArchive]) throws(CommandFailure) {
        for path in [out] + archives.map({ out + $0.ending }) {
            var status = stat()
            guard lstat(path, &status) != 0 else {
                throw CommandFailure(
                    .refused, "\(Escaped.quoted(path)) exists already", hint: "name a new folder with --out")
            }
        }
    }

    // Somebody may have opened something while she answered.
    private static func refuseStrangers(_ before: Disclosure, _ after: Disclosure) throws(CommandFailure) {
        let known = Set(before.findings.map(\.code))
        guard after.findings.allSatisfy({ known.contains($0.code) }) else {
            throw CommandFailure(
                .refused, "something new came into the log while you answered; nothing was written",
                hint: "run the command again and look at it")
        }
    }

    /// The owner's own opening, logged before anything is opened; what leaves only in part, apart from the rest.
    private func log(_ builder: ContentBuilder, _ statement: HandoverStatement) throws {
        let book = builder.plan.book
        let reason = VaultSession.Reason(
            action: .export, purpose: statement.purpose ?? PlainText(literal: "handover"), journal: statement.journal)
        let whole = builder.plan.items.filter { builder.whole.contains($0) }
        let parts = builder.plan.items.filter { !builder.whole.contains($0) }
        for items in [whole, parts] {
            for start in stride(from: 0, to: items.count, by: AccessRequest.maximumItems) {
                let some = Array(items[start..<min(items.count, start + AccessRequest.maximumItems)])
                _ = try book.desk.session.logOwnOpening(
                    some, of: book.own.keys, card: book.own.cardHash, for: reason, by: book.desk.caller)
            }
        }
    }

    private func write(
        _ builder: ContentBuilder, _ statement: HandoverStatement, _ extract: CustodyExtract,
        _ archives: [HandoverArchive], to out: String
    ) throws {
        let limit = try split.map { try ByteSize(parsing: $0).count }
        let volumes = HandoverVolumes(builder.plan.exhibits, limit: limit)
        let unfinished = try UnfinishedFolder(for: out)
        let names = limit == nil ? [""] : (1...volumes.count).map { "/\($0)" }
        do {
            if limit != nil, mkdir(unfinished.folder, 0o700) != 0 {
                throw CommandFailure.system("make the folder", Escaped.quoted(unfinished.folder), code: errno)
            }
            try write(builder, statement, extract, volumes, to: names.map { unfinished.folder + $0 })
        } catch {
            unfinished.abandon()
            throw error
        }
        // Without its ZIP the folder is whole all the same.
        let made = Result { try HandoverCommand.write(archives, of: names.map { unfinished.folder + $0 }) }
        let beside = archives.map(\.ending).filter { access(unfinished.folder + $0, F_OK) == 0 }
        try unfinished.publish(beside: beside)
        try tell(volumes, limit, names.map { out + $0 }, archives)
        try made.get()
    }

    private func write(
        _ builder: ContentBuilder, _ statement: HandoverStatement, _ extract: CustodyExtract,
        _ volumes: HandoverVolumes, to folders: [String]
    ) throws {
        var told: Set<String> = []
        for (index, folder) in folders.enumerated() {
            let writer = try HandoverWriter(
                builder, statement, extract, volume: UInt64(index) + 1, of: volumes, at: folder)
            try writer.write()
            for failure in writer.failures where told.insert(failure).inserted { Output(json: false).note(failure) }
        }
    }

    private static func write(_ archives: [HandoverArchive], of folders: [String]) throws {
        for folder in folders {
            for archive in archives { try archive.write(folder) }
        }
    }

    private func tell(
        _ volumes: HandoverVolumes, _ limit: UInt64?, _ folders: [String], _ archives: [HandoverArchive]
    ) throws {
        let output = Output(json: false)
        for folder in folders {
            try output.line("wrote \(Escaped.quoted(folder)): open index.html in it")
            for path in archives.map({ folder + $0.ending }) where access(path, F_OK) == 0 {
                try output.line("wrote \(Escaped.quoted(path))")
            }
        }
        for (exhibit, size) in volumes.oversized {
            output.note(
                "exhibit \(exhibit) alone is \(ByteSize(size).text), more than \(ByteSize(limit ?? 0).text): folder "
                    + "\(volumes.volume(of: exhibit)) is larger than --split says")
        }
        output.note("whoever holds the folder reads it; nothing in it is sealed")
    }
}
