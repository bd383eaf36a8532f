import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Sodium
import Terminal
import TransparencyLog
import Vault

/// `bevis grants`: what is lent, and to whom.
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants", abstract: "List the grants that you hold; with --given, those that you gave.",
        discussion: "What was lent on stands under the grant that it hangs below, with the people in between.")

    @Flag(help: "Grants that you gave, and all that was lent on from them.") var given = false
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let issuers = try Issuers(desk.session)
        let views = try given ? givenViews(desk, issuers) : heldViews(desk, issuers)
        try desk.remember()
        let none = given ? "you have lent nothing" : "nothing is lent to you"
        try Output(json: json).show(
            .array(views.map(\.json)), or: views.isEmpty ? none : views.map(\.text).joined(separator: "\n"))
    }

    private func givenViews(_ desk: Desk, _ issuers: Issuers) throws -> [GrantLine] {
        let all = try desk.givenGrants(matter)
        let known = Dictionary(all.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
        return all.map { given in
            var path = [CardView(given.from).text]
            var next = given.grant.parent
            while let above = next.flatMap({ known[$0] }) {
                path.append(CardView(above.from).text)
                next = above.grant.parent
            }
            return GrantLine(
                grant: given.grant, who: given.to, word: "to", state: given.state, used: given.openings,
                path: given.grant.parent == nil ? [] : path.reversed() + [CardView(given.to).text],
                parent: given.grant.parent.flatMap { known[$0]?.grant.id }, issuers: issuers)
        }
    }

    private func heldViews(_ desk: Desk, _ issuers: Issuers) throws -> [GrantLine] {
        try desk.heldGrants().map { held in
            let people = ([held.from] + held.above.map(\.from)).map { CardView($0).text }
            return GrantLine(
                grant: held.grant, who: held.from, word: "from", state: held.state, used: held.openings,
                path: held.grant.parent == nil ? [] : people.reversed() + ["you"], parent: held.above.first?.grant.id,
                issuers: issuers, erased: held.erased.count)
        }
    }
}

/// How a grant stands now, in plain words.
enum GrantState: String {
    case revoked, expired, open
    case declined = "declined by the owner"
    case aboveEnded = "ended with the grant above"
    case waiting = "waits for the owner's approval"
    case notYet = "not yet"

    init(_ grant: Grant, revoked: Bool, declined: Bool, aboveEnded: Bool, expired: Bool, approved: Bool) {
        let now = Person.now()
        if revoked {
            self = .revoked
        } else if declined {
            self = .declined
        } else if expired || now >= grant.notAfter {
            self = .expired
        } else if aboveEnded {
            self = .aboveEnded
        } else if !approved {
            self = .waiting
        } else {
            self = now < grant.notBefore ? .notYet : .open
        }
    }
}

extension GivenGrant {
    var state: GrantState {
        GrantState(
            grant, revoked: isRevoked, declined: isDeclined, aboveEnded: isAboveEnded, expired: isExpired,
            approved: isApproved)
    }
}

extension HeldGrant {
    var state: GrantState {
        GrantState(
            grant, revoked: isRevoked, declined: isDeclined, aboveEnded: isAboveEnded, expired: isExpired,
            approved: isApproved)
    }
}

/// A grant as people and machines see it.
struct GrantLine {
    let grant: Grant
    let who: Card
    let word: String
    let state: GrantState
    let used: UInt64
    /// For what was lent on: the people from the owner to the recipient.
    let path: [String]
    let parent: GrantID?
    let issuers: Issuers
    /// How many of the items were erased; told to whom they are lent.
    var erased = 0

    private var items: String {
        (grant.scope == .standing ? "all items" : grant.listSize == 2 ? "1 item" : "\(grant.listSize / 2) items")
            + (erased == 0 ? "" : ", \(erased) of them erased by the owner")
    }

    var text: String {
        let limit = grant.openings.map { " of \($0)" } ?? ""
        var text =
            "\(short(grant.id))  \(state.rawValue)  \(word) \(CardView(who).text)  \(items)  "
            + "\(grant.rights)  until \(LocalTime.text(grant.notAfter.seconds))  opened \(used)\(limit)  "
            + Escaped.text(grant.purpose.bytes)
        if !path.isEmpty {
            let above = parent.map { ", below grant \(short($0))" } ?? ""
            text += "\n    lent on: \(path.joined(separator: " → "))\(above)"
        }
        if grant.lend.rights != .none { text += "\n    may be lent on: \(Words.lending(grant.lend, issuers))" }
        return text
    }

    var json: JSONValue {
        .object([
            "grant": .text(string(grant.id.hex)), "state": .text(state.rawValue),
            word: .text(string(who.name.bytes)), "role": .text(string(who.role.bytes)),
            "rights": .text("\(grant.rights)"), "items": .number(Int64(grant.listSize / 2)),
            "erased": .number(Int64(erased)),
            "not_before": .time(grant.notBefore.seconds), "not_after": .time(grant.notAfter.seconds),
            "openings": .number(Int64(clamping: used)), "purpose": .text(string(grant.purpose.bytes)),
            "standing": .flag(grant.scope == .standing), "below": parent.map { .text(string($0.hex)) } ?? .absent,
            "lend": .text("\(grant.lend.rights)"), "path": .array(path.map { .text($0) }),
        ])
    }
}

/// Terms in plain words.
enum Words {
    static func rights(_ right: Right) -> String {
        switch right {
        case .none: "neither see nor open them"
        case .list: "see what they are, not open them"
        case .read: "open them"
        case .export: "open them and keep copies"
        }
    }

    static func lending(_ lend: LendingOn, _ issuers: Issuers) -> String {
        guard lend.rights != .none else { return "nothing" }
        let names = lend.issuers.map { issuers.name($0) }.joined(separator: ", ")
        let layers = lend.depth == 1 ? "one layer" : "\(lend.depth) layers"
        let approval = lend.approval == .owner ? "each with the owner's approval" : "approved in advance"
        return "\(lend.rights), \(layers), to cards of \(names), \(approval)"
    }
}

/// The issuers that the vault's trust note names.
struct Issuers {
    private let known: [TrustedIssuer]

    init(_ session: VaultSession) throws {
        guard let bytes = try VaultSession.about(session.connection).trust else {
            known = []
            return
        }
        let note = try Unverified<Trust>(parsing: bytes)
        known = try note.verified(by: note.body.operatorKey).body.issuers
    }

    /// What an issuer is called.
    func name(_ key: VerifierKey) -> String {
        known.first { $0.key == key }.map { Escaped.text($0.name.bytes) } ?? Escaped.text(key.name.bytes)
    }

    /// The keys of the issuers with these roles or names.
    func keys(_ names: [String]) throws -> [VerifierKey] {
        var keys: [VerifierKey] = []
        for name in names {
            let found = known.filter {
                string($0.role.bytes) == name || string($0.name.bytes).lowercased() == name.lowercased()
            }
            guard !found.isEmpty else {
                let all = known.map { Escaped.text($0.role.bytes) }.joined(separator: ", ")
                throw CommandFailure(
                    .refused, "the vault trusts no issuer called \(Escaped.quoted(name))",
                    hint: all.isEmpty ? "its operator names issuers: bevis vault trust" : "it trusts: \(all)")
            }
            for issuer in found where !keys.contains(issuer.key) { keys.append(issuer.key) }
        }
        return keys
    }
}

/// `bevis revoke`: end a grant at once.
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a grant at once, and all that hangs below it. Copies that were made remain.")

    @Argument(help: "The first digits of the grant's id; see 'bevis grants --given'.") var grant: String
    @Option(help: "Why.") var reason: String?
    @Option(name: .customLong("case"), help: "The first digits of the case's id.") var matter: String?
    @Flag(help: "Answer as JSON.") var json = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var passphrase: PassphraseOptions

    func run() async throws {
        let desk = try Desk(vault, passphrase)
        let given = try desk.givenGrant(grant, matter)
        guard !given.isRevoked, !given.isExpired, !given.isDeclined else {
            throw CommandFailure(
                .refused, "the grant \(given.isExpired ? "has expired" : "was \(given.state.rawValue)") already",
                hint: "see when: bevis log --grant \(short(given.grant.id))")
        }
        let receipt = try desk.session.revoke(
            given, reason: try reason.map { try line($0, "--reason") }, by: desk.caller)
        try desk.remember()
        try Output(json: json).show(
            given.answered(by: receipt),
            or: "revoked: entry \(receipt.proof.index) of the log. What was opened before cannot be taken back.")
    }
}
