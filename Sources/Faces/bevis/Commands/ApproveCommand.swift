import AgeFile
import ArgumentParser
import CustodianClient
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog

/// `bevis approve`: the owner's yes to what somebody lends on.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Say yes to what somebody wants to lend on of your case.",
        discussion: """
            Without an id, shows everything that waits for your answer, and changes nothing.
            Examples:
              bevis approve
              bevis approve 3f2a
            """)

    @Argument(help: "The first digits of the grant's id.") var grant: String?
    @Flag(help: "Do not ask: for scripts.") var yes = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase, showing: [.grants])
        let own = try desk.ownCase(matter)
        let waiting = try WaitingGrants(own, desk)
        guard let grant else {
            try Output(json: json).show(
                waiting.json, or: waiting.isEmpty ? "nothing waits for your approval" : waiting.text)
            return try desk.remember()
        }
        let chosen = try waiting.one(grant)
        try Output(json: json).line(waiting.facts(of: chosen).text)
        try Confirm.ask("approve this", yes: yes)
        let receipt = try desk.session.approve(chosen, of: own, by: desk.caller)
        try desk.remember()
        try Output(json: json).show(
            chosen.answered(by: receipt),
            or: "approved: entry \(receipt.proof.index) of the log. You can end it at any time: bevis revoke "
                + short(chosen.grant.id))
    }
}

/// `bevis decline`: the owner's no.
struct DeclineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline", abstract: "Say no to what somebody wants to lend on of your case.",
        discussion: "Example:\n  bevis decline 3f2a --reason 'not the whole film'")

    @Argument(help: "The first digits of the grant's id; see 'bevis approve'.") var grant: String
    @Option(help: "Why; whoever reads the log of the case sees it.") var reason: String?
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase, showing: [.grants])
        let own = try desk.ownCase(matter)
        let chosen = try WaitingGrants(own, desk).one(grant)
        let receipt = try desk.session.decline(
            chosen, of: own, reason: try reason.map { try line($0, "--reason") }, by: desk.caller)
        try desk.remember()
        try Output(json: json).show(
            chosen.answered(by: receipt),
            or: "declined: entry \(receipt.proof.index) of the log. Nothing was opened under it.")
    }
}

extension GivenGrant {
    /// For machines: the grant, and the entry of the log that answers or ends it.
    func answered(by receipt: Receipt) -> JSONValue {
        .object(["grant": .text(string(grant.id.hex)), "entry": .number(Int64(receipt.proof.index))])
    }
}

/// What waits for an owner's answer in one case, in plain words.
struct WaitingGrants {
    private let waiting: [GivenGrant]
    private let given: [NoteHash: GivenGrant]
    private let titles: [AgeFileID: String]
    private let issuers: Issuers

    init(_ own: OwnCase, _ desk: Desk) throws {
        let all = try desk.session.givenGrants(of: own, by: desk.caller)
        given = Dictionary(all.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
        waiting = try desk.session.waiting(try desk.session.pending(by: desk.caller), of: own, all)
        titles = waiting.isEmpty ? [:] : try desk.titles(of: own)
        issuers = try Issuers(desk.session)
    }

    var isEmpty: Bool { waiting.isEmpty }

    func one(_ prefix: String) throws -> GivenGrant {
        let matching = waiting.filter { string($0.grant.id.hex).hasPrefix(prefix) }
        guard let only = matching.first, matching.count == 1 else {
            throw CommandFailure(
                .unreachable, "no single grant that waits for your approval has this id", hint: "see: bevis approve")
        }
        return only
    }

    var text: String { waiting.map { facts(of: $0).text }.joined(separator: "\n") }
    var json: JSONValue { .array(waiting.map { facts(of: $0).json }) }

    /// Everything that the yes would be to.
    func facts(of waiting: GivenGrant) -> Facts {
        let grant = waiting.grant
        var facts = Facts()
        facts.add("grant", .text(short(grant.id)))
        facts.add("lent_on_by", .text(CardView(waiting.from).text))
        facts.add("to", .text(CardView(waiting.to).text))
        facts.add("vouched_for_by", .text(issuer(of: waiting)))
        facts.add("items", .array(waiting.items.map { .text(titles[$0] ?? short($0)) }))
        facts.add("may", .text(Words.rights(grant.rights)))
        facts.add("may_lend_on", .text(Words.lending(grant.lend, issuers)))
        facts.add("from", .time(grant.notBefore.seconds))
        facts.add("until", .time(grant.notAfter.seconds))
        facts.add("openings", .text(grant.openings.map { "at most \($0)" } ?? "any number"))
        facts.add("journal_number", .text(grant.journal == .required ? "demanded" : "not demanded"))
        facts.add("what_for", .text(Escaped.text(grant.purpose.bytes)))
        return facts
    }

    private func issuer(of waiting: GivenGrant) -> String {
        guard let above = waiting.grant.parent.flatMap({ given[$0] }),
            let issuer = waiting.issuer(acceptedBy: above.grant)
        else { return "nobody that you accept" }
        return issuers.name(issuer)
    }
}
