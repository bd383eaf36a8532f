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
            Examples:
              bevis grant 1 3 --to mads.card --purpose 'Breach of 12 November'
              bevis grant --all --to mads.card --purpose 'Case review' --for 7d --rights list --journal-required
            """)

    @Argument(help: "Items, by their numbers in 'bevis list' or the first digits of their ids.") var items: [String] =
        []
    @Flag(help: "All items of the case, as it is now.") var all = false
    @Option(help: ArgumentHelp("The recipient's card.", valueName: "file")) var to: String
    @Option(help: "What for, as the recipient and the log will show it.") var purpose: String
    @Option(name: .customLong("for"), help: "For how long from its start: 30m, 12h, 14d, 2w.") var duration: String =
        "14d"
    @Option(help: "From when; now without it.") var from: String?
    @Option(help: "list, read or export.") var rights: String = "read"
    @Option(help: "How many openings at most.") var openings: UInt64?
    @Flag(help: "Each opening must name a journal number.") var journalRequired = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws {
        guard all != !items.isEmpty else { throw ValidationError("name items, or give --all") }
    }

    func run() async throws {
        let card = try CardCommand.read(to)
        _ = try terms()  // what is wrong shows before a passphrase is asked for
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let chosen =
            try all
            ? desk.session.items(of: own, by: desk.caller).filter { !$0.isErased }
            : desk.items(items, of: own)
        try desk.session.register("/v1/cards", card.note.bytes)
        let terms = try terms()  // from now on, not from before the passphrase was typed
        let (id, receipt) = try desk.session.lend(chosen, of: own, to: card, terms: terms, by: desk.caller)
        try desk.remember()
        var facts = Facts()
        facts.add("grant", .text(string(id.hex)))
        facts.add("to", .text(CardView(card.body).text))
        facts.add("items", .number(Int64(chosen.count)))
        facts.add("rights", .text(rights))
        facts.add("until", .time(terms.notAfter.seconds))
        facts.add("entry", .number(Int64(receipt.proof.index)), label: "entry of the log")
        try Output(json: json).show(facts)
    }

    private func terms() throws -> LendingTerms {
        guard let right = [Right.list, .read, .export].first(where: { "\($0)" == rights }) else {
            throw CommandFailure(.usage, "rights are list, read or export")
        }
        let now = Person.now()
        let start = try from.map { try TimeArgument.moment($0, now: now.seconds) } ?? now.seconds
        return LendingTerms(
            rights: right, notBefore: Timestamp(seconds: start),
            notAfter: Timestamp(seconds: start + (try TimeArgument.duration(duration))), openings: openings,
            purpose: try line(purpose, "--purpose"), journal: journalRequired ? .required : .optional)
    }
}

/// A card in a line for people.
struct CardView {
    let text: String

    init(_ card: Card) {
        let organisation = card.organisation.map { ", " + Escaped.text($0.bytes) } ?? ""
        text = "\(Escaped.text(card.name.bytes)) (\(Escaped.text(card.role.bytes))\(organisation))"
    }
}

/// `bevis grants`: what is lent, and to whom.
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "List the grants that you hold; with --given, those that you gave.")

    @Flag(help: "Grants that you gave.") var given = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let views = try given ? givenViews(desk) : heldViews(desk)
        try desk.remember()
        let none = given ? "you have lent nothing" : "nothing is lent to you"
        try Output(json: json).show(
            .array(views.map(\.json)), or: views.isEmpty ? none : views.map(\.text).joined(separator: "\n"))
    }

    private func givenViews(_ desk: Desk) throws -> [GrantView] {
        let own = try desk.ownCase(matter)
        return try desk.session.givenGrants(of: own, by: desk.caller).map {
            GrantView(
                grant: $0.grant, who: $0.to, word: "to", revoked: $0.isRevoked, expired: $0.isExpired, used: $0.openings
            )
        }
    }

    private func heldViews(_ desk: Desk) throws -> [GrantView] {
        try desk.session.heldGrants(by: desk.caller, identity: desk.person.identity.age).map {
            GrantView(
                grant: $0.grant, who: $0.from, word: "from", revoked: $0.isRevoked, expired: $0.isExpired,
                used: $0.openings)
        }
    }

    private struct GrantView {
        let grant: Grant
        let who: Card
        let word: String
        let revoked: Bool
        let expired: Bool
        let used: UInt64

        private var state: String {
            if revoked { return "revoked" }
            let now = Person.now()
            if expired || now >= grant.notAfter { return "expired" }
            return now < grant.notBefore ? "not yet" : "open"
        }

        var text: String {
            let limit = grant.openings.map { " of \($0)" } ?? ""
            return "\(short(grant.id))  \(state)  \(word) \(CardView(who).text)  \(grant.listSize / 2) items  "
                + "\(grant.rights)  until \(LocalTime.text(grant.notAfter.seconds))  opened \(used)\(limit)  "
                + Escaped.text(grant.purpose.bytes)
        }

        var json: JSONValue {
            .object([
                "grant": .text(string(grant.id.hex)), "state": .text(state), word: .text(string(who.name.bytes)),
                "role": .text(string(who.role.bytes)), "rights": .text("\(grant.rights)"),
                "items": .number(Int64(grant.listSize / 2)), "not_before": .time(grant.notBefore.seconds),
                "not_after": .time(grant.notAfter.seconds), "openings": .number(Int64(used)),
                "purpose": .text(string(grant.purpose.bytes)),
            ])
        }
    }
}

/// `bevis revoke`: end a grant at once.
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a grant at once. Copies that were made remain.")

    @Argument(help: "The first digits of the grant's id; see 'bevis grants --given'.") var grant: String
    @Option(help: "Why.") var reason: String?
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let own = try desk.ownCase(matter)
        let matching = try desk.session.givenGrants(of: own, by: desk.caller)
            .filter { string($0.grant.id.hex).hasPrefix(grant) }
        guard let given = matching.first, matching.count == 1 else {
            throw CommandFailure(.unreachable, "no single grant of yours has this id", hint: "bevis grants --given")
        }
        guard !given.isRevoked, !given.isExpired else {
            throw CommandFailure(
                .refused, "the grant \(given.isRevoked ? "was revoked" : "has expired") already",
                hint: "see when: bevis log --grant \(short(given.grant.id))")
        }
        let receipt = try desk.session.revoke(
            given, of: own, reason: try reason.map { try line($0, "--reason") }, by: desk.caller)
        try desk.remember()
        try Output(json: false).line(
            "revoked: entry \(receipt.proof.index) of the log. What was opened before cannot be taken back.")
    }
}
