import AgeFile
import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// `bevis grant`: lend chosen items, to a named person, for a purpose, until a time.
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Lend items to somebody until a stated time.",
        discussion: """
            What was opened cannot be taken back; each opening leaves a line that you see with 'bevis log'.
            What you hold under a grant you can lend on, within what it allows, also where you may not open it; the \
            owner then approves it with 'bevis approve'.
            Examples:
              bevis grant 1 3 --to mads.card --purpose 'Breach of 12 November'
              bevis grant --all --to mads.card --purpose 'Case review' --for 7d --rights list --journal-required
              bevis grant --all --to birgit.card --purpose 'Report' --rights list --lend read --lend-to police
              bevis grant 1 --under 3f2a --to mads.card --purpose 'Breach of 12 November'
              bevis grant --standing --to birgit.card --purpose 'Fixed contact' --for 90d
            """)

    @Argument(
        help: """
            Items, by their numbers in 'bevis list' or the first digits of their ids; under a grant, by their numbers \
            in 'bevis list --grant'.
            """) var items: [String] = []
    @Flag(help: "All items of the case, or of the grant, as it is now.") var all = false
    @Flag(help: "The whole case, also what is added later: your program extends it when it meets the vault.")
    var standing = false
    @Option(help: ArgumentHelp("The recipient's card.", valueName: "file")) var to: String
    @Option(help: ArgumentHelp("Lend on from this grant that you hold: the first digits of its id.", valueName: "id"))
    var under: String?
    @OptionGroup var terms: TermOptions
    @Flag(help: "Do not ask: for scripts.") var yes = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws {
        guard [all, standing, !items.isEmpty].count(where: { $0 }) == 1 else {
            throw ValidationError("name items, or give --all or --standing")
        }
        guard !standing || under == nil else { throw ValidationError("what is lent on cannot be a standing grant") }
    }

    func run() async throws {
        let card = try CardCommand.read(to)
        try terms.check()  // what is wrong shows before a passphrase is asked for
        let desk = try Desk(vault, passphrase)
        if let held = try heldGrant(desk) {
            try lendOn(held, to: card, desk)
        } else {
            try lend(to: card, desk)
        }
    }

    /// The grant to lend on from; `nil` to lend from the own case.
    private func heldGrant(_ desk: Desk) throws -> HeldGrant? {
        if let under { return try desk.heldGrant(under, option: "--under") }
        guard matter == nil, !standing, try desk.ownCases().isEmpty else { return nil }
        let all = try desk.heldGrants().filter { $0.state == .open && $0.grant.lend.rights != .none }
        guard let only = all.first else {
            throw CommandFailure(
                .unreachable, "you have no case here, and nothing that you hold may be lent on",
                hint: "see: bevis grants; open a case: bevis case create")
        }
        guard all.count == 1 else {
            throw CommandFailure(
                .usage, "you hold several grants that may be lent on", hint: "name one with --under; bevis grants")
        }
        return only
    }

    private func lend(to card: Unverified<Card>, _ desk: Desk) throws {
        let own = try desk.ownCase(matter)
        let (chosen, left) = try chosen(own, desk)
        try desk.session.register("/v1/cards", card.note.bytes)
        // From now on, not from before the passphrase was typed.
        let given = try terms.terms(scope: standing ? .standing : .items, issuers: Issuers(desk.session))
        let (id, receipt) = try desk.session.lend(chosen, of: own, to: card, terms: given, by: desk.caller)
        try desk.remember()
        let lent = LentItems(ids: chosen.map(\.id), names: chosen.map { desk.title(of: $0, own) })
        try show(id, card.body, lent, given, receipt, waits: false)
        guard !standing else { return desk.tellOfUnlent(left) }
        try LeftOut(left).check((one: "was not lent", many: "were not lent"))
    }

    /// The items to lend from the own case, and those of all that are not lent.
    private func chosen(_ own: OwnCase, _ desk: Desk) throws -> (lent: [SealedItem], left: [AgeFileID]) {
        guard items.isEmpty else {
            let named = try desk.items(items, of: own)
            for item in named { _ = try desk.description(of: item, own) }
            return (named, [])
        }
        let everything = try desk.session.items(of: own, by: desk.caller)
        guard !standing else { return try desk.unasked(everything, own) }
        let readable = everything.filter { desk.known($0, own) != nil }
        return (readable, everything.filter { desk.known($0, own) == nil }.map(\.id))
    }

    private func lendOn(_ held: HeldGrant, to card: Unverified<Card>, _ desk: Desk) throws {
        let chosen =
            try items.isEmpty
            ? held.items.filter { !held.erased.contains($0) }
            : items.map { try Desk.pick($0, from: held.items, id: \.self) }
        let given = try terms.terms(under: held.grant, issuers: Issuers(desk.session))
        try GuidanceCommand.show(before: "lend on", yes: yes)
        try desk.session.register("/v1/cards", card.note.bytes)
        let (id, receipt) = try desk.session.lendOn(chosen, of: held, to: card, terms: given, by: desk.caller)
        try desk.tellWhatWasMissed(held, before: receipt)
        // Titles are sealed to her too: she sees them where she opens them, which is logged.
        let lent = LentItems(ids: chosen, names: chosen.map { short($0) })
        try show(id, card.body, lent, given, receipt, waits: held.grant.lend.approval == .owner)
    }

    private func show(
        _ id: GrantID, _ card: Card, _ lent: LentItems, _ terms: LendingTerms, _ receipt: Receipt, waits: Bool
    ) throws {
        var facts = Facts()
        facts.add("grant", .text(string(id.hex)))
        facts.add("to", .text(CardView(card).text))
        facts.add("items", .number(Int64(lent.ids.count)))
        facts.add("lent", json ? lent.json : lent.text)
        facts.add("rights", .text("\(terms.rights)"))
        facts.add("until", .time(terms.notAfter.seconds))
        if waits { facts.add("state", .text(GrantState.waiting.rawValue)) }
        facts.add("entry", .number(Int64(clamping: receipt.proof.index)), label: "entry of the log")
        try Output(json: json).show(facts)
    }
}

/// What a grant lends. Numbers are the custodian's order of items, so that she has to see what they stood for.
private struct LentItems {
    let ids: [AgeFileID]
    /// What people call them, fit for a terminal.
    let names: [String]

    var json: JSONValue { .array(ids.map { .text(string($0.hex)) }) }
    var text: JSONValue { .array(ListedNames.few(names).map { .text($0) }) }
}

/// What is lent for how long, and what may be lent on of it.
struct TermOptions: ParsableArguments {
    @Option(help: "What for, as the recipient and the log will show it.") var purpose: String
    @Option(name: .customLong("for"), help: "For how long from its start: 30m, 12h, 14d, 2w; 14d without it.")
    var duration: String?
    @Option(help: "From when; now without it.") var from: String?
    @Option(help: "none, list, read or export; read without it, or what may be lent on where that is less.")
    var rights: String?
    @Option(help: "How many openings at most.") var openings: UInt64?
    @Flag(help: "Each opening must name a journal number.") var journalRequired = false
    @Option(help: "What the recipient may lend on: none, list, read or export.") var lend: String = "none"
    @Option(
        help: ArgumentHelp(
            "To whose cards she may lend on: an issuer's role or name in the vault's trust note; may be repeated.",
            valueName: "issuer"))
    var lendTo: [String] = []
    @Option(help: "How many layers may be lent on, one below the other.") var lendDepth: UInt64 = 1
    @Flag(help: "You approve in advance what is lent on within these limits.") var approvedInAdvance = false

    func validate() throws {
        guard lend == "none" || !lendTo.isEmpty else {
            throw ValidationError("say with --lend-to to whose cards may be lent on")
        }
        guard lend != "none" || lendTo.isEmpty && !approvedInAdvance else {
            throw ValidationError("say with --lend what may be lent on")
        }
    }

    /// Checks what can be checked without a vault.
    func check() throws {
        _ = try (right(rights ?? "read"), right(lend), window(), line(purpose, "--purpose"))
    }

    private func right(_ word: String) throws -> Right {
        guard let right = [Right.none, .list, .read, .export].first(where: { "\($0)" == word }) else {
            throw CommandFailure(.usage, "rights are none, list, read or export")
        }
        return right
    }

    private func window() throws -> (start: UInt64, end: UInt64) {
        let now = Person.now().seconds
        let start = try from.map { try TimeArgument.moment($0, now: now) } ?? now
        return (start, start + (try TimeArgument.duration(duration ?? "14d")))
    }

    private func lending(_ issuers: @autoclosure () throws -> Issuers) throws -> LendingOn {
        let rights = try right(lend)
        guard rights != .none else { return .nothing }
        return LendingOn(
            rights: rights, depth: lendDepth, issuers: try issuers().keys(lendTo),
            approval: approvedInAdvance ? .none : .owner)
    }

    /// The terms of an owner.
    func terms(scope: GrantScope, issuers: @autoclosure () throws -> Issuers) throws -> LendingTerms {
        let (start, end) = try window()
        return LendingTerms(
            rights: try right(rights ?? "read"), notBefore: Timestamp(seconds: start),
            notAfter: Timestamp(seconds: end), openings: openings, purpose: try line(purpose, "--purpose"),
            journal: journalRequired ? .required : .optional, lend: try lending(issuers()), scope: scope)
    }

    /// The terms of somebody who lends on: what is not said is as much as the grant above allows.
    func terms(under held: Grant, issuers: @autoclosure () throws -> Issuers) throws -> LendingTerms {
        var (start, end) = try window()
        if from == nil { start = max(start, held.notBefore.seconds) }
        if duration == nil { end = min(end, held.notAfter.seconds) }
        let terms = LendingTerms(
            rights: try rights.map { try right($0) } ?? min(.read, held.lend.rights),
            notBefore: Timestamp(seconds: start), notAfter: Timestamp(seconds: end),
            openings: openings ?? held.openings, purpose: try line(purpose, "--purpose"),
            journal: journalRequired ? .required : held.journal, lend: try lending(issuers()))
        let excess = terms.excess(over: held)
        guard excess.isEmpty else {
            throw CommandFailure(
                .refused, excess.map { "\($0.sentence)" }.joined(separator: "; "),
                hint: "see what grant \(short(held.id)) lets you lend on: bevis grants")
        }
        return terms
    }
}

/// A card in a line for people.
struct CardView {
    let text: String

    init(_ card: Card) {
        text = PersonText.text(name: card.name.bytes, role: card.role.bytes, organisation: card.organisation?.bytes)
    }
}
