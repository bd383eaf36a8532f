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
            Examples:
              bevis handover --order 1 --check
              bevis handover --order 1 --out /media/usb/folder --language da
              bevis handover --order 1 --incident 3 --incident 5 --out folder --confirm 3f2a91 --exclude 88c01d
              bevis handover --order 1 --out folder --seal-to officer.card --split 250MB
            """)

    @Option(help: ArgumentHelp("The order that may have been broken.", valueName: "number")) var order: UInt64
    @Option(help: ArgumentHelp("Only this incident; repeat it for several. Without it: all.", valueName: "number"))
    var incident: [UInt64] = []
    @Option(help: ArgumentHelp("Also this item as an exhibit; repeat it for several.", valueName: "item"))
    var item: [String] = []
    @Option(help: ArgumentHelp("The new folder to write.", valueName: "folder")) var out: String?
    @Flag(help: "Only show what would leave and has to be confirmed; write nothing.") var check = false
    @Option(help: ArgumentHelp("Let this go along; repeat it for several.", valueName: "code")) var confirm: [String] =
        []
    @Option(help: ArgumentHelp("Hold this back; repeat it for several.", valueName: "code")) var exclude: [String] = []
    @Option(help: "Whom it is for, as it shall stand there.") var to: String?
    @Option(help: "What it is for.") var purpose: String?
    @Option(help: "The police's journal number.") var journal: String?
    @Flag(help: "Also one ZIP of it, beside the folder.") var zip = false
    @Option(
        help: ArgumentHelp(
            "Also one ZIP that only this recipient opens: age1…, or a card's file; may be repeated.",
            valueName: "recipient"))
    var sealTo: [String] = []
    @Option(
        help: ArgumentHelp(
            "Several folders, 1, 2, …, inside the folder, each complete, with originals of at most so many bytes.",
            valueName: "size"))
    var split: String?
    @Flag(help: "With --check, answer as JSON.") var json = false
    @OptionGroup var dossier: DossierOptions
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws {
        guard check != (out != nil) else {
            throw ValidationError("say where to: --out FOLDER; or --check to look first")
        }
        guard !json || check else { throw ValidationError("--json is for --check") }
        if let split, try ByteSize(parsing: split).count == 0 { throw ValidationError("--split needs a size above 0") }
    }

    func run() async throws {
        try dossier.useZone()
        let language = try dossier.words()
        let statement = HandoverStatement(
            to: try to.map { try line($0, "--to") }, purpose: try purpose.map { try line($0, "--purpose") },
            journal: try journal.map { try line($0, "--journal") })
        let archive = try zip || !sealTo.isEmpty ? HandoverArchive(sealingTo: sealTo) : nil
        let desk = try Desk(vault, passphrase)
        let book = try CaseBook(desk, try desk.ownCase(dossier.matter))
        guard desk.caller.signer.verifierKey == book.own.card.ownerKey else {
            throw CommandFailure(.refused, "only the owner's own key signs a handover")
        }
        let plan = try HandoverPlan(book, order: order, incidents: incident, items: item)
        let ids = Set(plan.items)
        let before = try CustodyExtract(try CaseStreams(book.own, desk), of: ids, book.own)
        let disclosure = Disclosure(plan, before, language)
        guard let out else {
            try show(disclosure, desk)
            return try LeftOut(plan.unreadable).check((one: "would be left out", many: "would be left out"))
        }
        try HandoverCommand.refuseExisting(out, archive)
        let held = try disclosure.answers(confirmed: confirm, excluded: exclude)
        let builder = ContentBuilder(plan: plan, held: held, language: language)
        try log(builder, statement)
        let extract = try CustodyExtract(try CaseStreams(book.own, desk), of: builder.whole, book.own)
        try HandoverCommand.refuseStrangers(disclosure, Disclosure(plan, extract, language, own: false))
        try write(builder, statement, extract, archive, to: out)
        try desk.remember()
        try LeftOut(plan.unreadable).check(LeftOut.fate)
    }

    private func show(_ disclosure: Disclosure, _ desk: Desk) throws {
        try desk.remember()
        let none = "nothing was found that has to be confirmed\n\(Disclosure.caution(.english))"
        let text = disclosure.findings.isEmpty ? none : disclosure.text(disclosure.findings)
        try Output(json: json).show(disclosure.json, or: text)
    }

    // Before she answers anything: nothing that exists is ever written over.
    private static func refuseExisting(_ out: String, _ archive: HandoverArchive?) throws(CommandFailure) {
        for path in [out] + [archive?.path(for: out)].compactMap({ $0 }) {
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
        _ archive: HandoverArchive?, to out: String
    ) throws {
        let limit = try split.map { try ByteSize(parsing: $0).count }
        let volumes = HandoverVolumes(builder.plan.exhibits, limit: limit)
        var folders = [out]
        if limit != nil {
            guard mkdir(out, 0o700) == 0 else {
                throw CommandFailure.system("make the folder", Escaped.quoted(out), code: errno)
            }
            folders = (1...volumes.count).map { "\(out)/\($0)" }
        }
        let output = Output(json: false)
        var told: Set<String> = []
        for (index, folder) in folders.enumerated() {
            let writer = try HandoverWriter(
                builder, statement, extract, volume: UInt64(index) + 1, of: volumes, at: folder)
            do { try writer.write() } catch {
                output.note("\(Escaped.quoted(folder)) is not complete: it has no handover.note; delete it")
                throw error
            }
            for failure in writer.failures where told.insert(failure).inserted { output.note(failure) }
            try output.line("wrote \(Escaped.quoted(folder)): open index.html in it")
            guard let archive else { continue }
            try archive.write(folder)
            try output.line("wrote \(Escaped.quoted(archive.path(for: folder)))")
        }
        output.note("whoever holds the folder reads it; nothing in it is sealed")
    }
}
