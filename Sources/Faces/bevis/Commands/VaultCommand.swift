import ArgumentParser
import CustodianClient
import Home
import Sharing
import SignedNote
import Terminal
import TransparencyLog

/// `bevis vault`: the vault as a whole.
struct VaultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vault", abstract: "Make a vault, say whom it trusts, look at it.",
        subcommands: [Initialise.self, TrustIt.self, Info.self, Verify.self])

    struct Initialise: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make a new vault and start its custodian.",
            discussion: """
                Whoever makes it is its operator, who says with 'bevis vault trust' whom it trusts. Without an identity \
                it has none yet, and the first trust note names one.
                Example:
                  bevis vault init --vault ~/mappen-vault
                """)

        @Option(
            help: ArgumentHelp(
                "How long an erasure waits at least, in which its owner can take it back: 7d without it.",
                discussion: "It can be made longer later, with 'bevis serve', and never shorter.", valueName: "time"))
        var erasureWait: String?
        @OptionGroup var vault: VaultOptions
        @Flag(help: "Answer as JSON.") var json = false

        func run() async throws {
            let wait = try erasureWait.map { try TimeArgument.duration($0) }
            guard case .folder(let path) = try vault.address() else {
                throw CommandFailure(.usage, "a vault is made in a folder of this machine", hint: "give --vault FOLDER")
            }
            let identity = try SealedIdentity(.person, in: try Person.folder())
            let key = identity.exists ? string(try identity.publicParts().key.text) : nil
            try CustodianProcess.start(path, creating: true, operatorKey: key, erasureWait: wait)
            if key == nil {
                Output(json: json).note("the vault has no operator yet: the first 'bevis vault trust' names one")
            }
            try Output(json: json).show(try Info.facts(try VaultSession.unremembered(vault)))
        }
    }

    struct TrustIt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "trust", abstract: "As the vault's operator: name the issuers and auditors it trusts.",
            discussion: """
                The operator is who made the vault, or else the first who does this, and signs every later change. The \
                lists given replace those before.
                Example:
                  bevis vault trust --issuer politi.issuer --auditor dpo.card --keys-out Keys
                """)

        @Option(help: ArgumentHelp("An issuer's public half; may be repeated.", valueName: "file"))
        var issuer: [String] = []
        @Option(help: ArgumentHelp("An auditor's card; may be repeated.", valueName: "file"))
        var auditor: [String] = []
        @Option(help: ArgumentHelp("Write policy, trust and operator key into this folder.", valueName: "folder"))
        var keysOut: String?
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let about = try VaultSession.about(desk.session.connection)
            let current = try about.trust.map { try Unverified<Trust>(parsing: $0).body }
            var note = try signed(
                desk, issuers: try issuers(), auditors: [], number: current.map { $0.number + 1 } ?? 0)
            try desk.session.register("/v1/trust", note.bytes)
            let auditors = try auditor.map { try CardCommand.read($0) }
            for card in auditors { try desk.session.register("/v1/cards", card.note.bytes) }
            if !auditors.isEmpty {
                note = try signed(
                    desk, issuers: try issuers(), auditors: auditors.map(\.hash), number: note.body.number + 1)
                try desk.session.register("/v1/trust", note.bytes)
            }
            try desk.remember()
            if let keysOut { try write(note, desk, to: keysOut) }
            try Output(json: false).line(
                "the vault trusts \(issuer.count) issuers and \(auditors.count) auditors, by your signature")
        }

        private func issuers() throws -> [TrustedIssuer] {
            try issuer.map { path in
                let text = try Descriptor.reading(path).readAll(limit: 1 << 16).filter { $0 != 0x0A }
                guard let issuer = try? TrustedIssuer(parsing: text) else {
                    throw CommandFailure(
                        .refused, "\(Escaped.quoted(path)) is not an issuer's public half",
                        hint: "that is the file which 'bevis issuer create … -o FILE' wrote")
                }
                return issuer
            }
        }

        private func signed(
            _ desk: Desk, issuers: [TrustedIssuer], auditors: [NoteHash], number: UInt64
        ) throws -> Verified<Trust> {
            let body = Trust(
                operatorKey: desk.caller.signer.verifierKey, number: number, time: Person.now(),
                custodian: desk.session.custodian, log: desk.session.policy.logs[0].key, issuers: issuers,
                auditors: auditors)
            return try Verified(body, signedBy: desk.caller.signer)
        }

        private func write(_ note: Verified<Trust>, _ desk: Desk, to path: String) throws {
            let files: [(String, [UInt8])] = [
                ("policy", desk.session.policy.text), ("trust", note.bytes),
                ("operator", note.body.operatorKey.text + [0x0A]),
            ]
            _ = try TargetFolder(path)
            for (name, bytes) in files {
                let file = try OutputFile(path + "/" + name, replacing: true)
                try file.write(bytes)
                try file.commit()
            }
        }
    }

    struct Info: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "info", abstract: "Show a vault's keys and the size of its log.")

        @OptionGroup var vault: VaultOptions
        @Flag(help: "Answer as JSON.") var json = false

        func run() async throws { try Output(json: json).show(try Info.facts(try VaultSession.unremembered(vault))) }

        static func facts(_ session: VaultSession) throws -> Facts {
            let head = try session.refresh().checkpoint
            var facts = Facts()
            facts.add("origin", .text(string(head.origin.bytes)), label: "log")
            facts.add("entries", .number(Int64(head.size)))
            facts.add("custodian_key", .text(string(session.custodian.text)))
            facts.add("log_key", .text(string(session.policy.logs[0].key.text)))
            return facts
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check a vault's log, and every sealed item of yours against its id.",
            discussion: """
                Every sealed byte of your cases is fetched and hashed; nothing is opened. That you checked, and how many \
                items were damaged, is a line in the vault's own log, which its auditors see.
                Example:
                  bevis vault verify
                """)

        @Flag(help: "Answer as JSON.") var json = false
        @OptionGroup var vault: VaultOptions
        @OptionGroup var passphrase: PassphraseOptions

        func run() async throws {
            let desk = try Desk(vault, passphrase)
            let entries = try desk.session.entries()
            var damaged = 0
            var items = 0
            var progress = Progress("checking", total: nil)
            var done: UInt64 = 0
            for own in try desk.ownCases() {
                for (number, place) in try desk.session.caseItems(of: own, by: desk.caller).enumerated() {
                    guard let item = place.kept else { continue }
                    items += 1
                    do {
                        try desk.session.verify(item, by: desk.caller) {
                            done += UInt64($0); progress.update(done)
                        }
                    } catch {
                        damaged += 1
                        Output(json: false).note("item \(number + 1) (\(short(item.id))) is damaged or cannot be read")
                    }
                }
                for item in try desk.session.privateItems(of: own, by: desk.caller) {
                    items += 1
                    do {
                        try desk.session.verify(item, by: desk.caller) {
                            done += UInt64($0); progress.update(done)
                        }
                    } catch {
                        damaged += 1
                        Output(json: false).note("the private note \(short(item.id)) is damaged or cannot be read")
                    }
                }
            }
            progress.finish()
            let entry = log(items: items, damaged: damaged, desk)
            try desk.remember()
            guard damaged == 0 else {
                throw CommandFailure(
                    .refused, "\(damaged) of \(items) items are not what was stored", hint: "restore them from a backup"
                )
            }
            let place = entry.map { " (entry \($0) of the log)" } ?? ""
            try Output(json: json).show(
                .object([
                    "entries": .number(Int64(entries.count)), "items": .number(Int64(items)),
                    "entry": entry.map { .number(Int64($0)) } ?? .absent,
                ]), or: "intact: \(entries.count) entries of the log, \(items) items\(place)")
        }

        /// What was found is said also where the line for it cannot be written, as on a full disk.
        private func log(items: Int, damaged: Int, _ desk: Desk) -> UInt64? {
            do {
                return try desk.session.logVerification(
                    items: UInt64(items), damaged: UInt64(damaged), by: desk.caller
                ).proof.index
            } catch {
                Output(json: false).note(
                    "checked, but no line could be written: \(Explanation.of(error)?.message ?? "\(error)")")
                return nil
            }
        }
    }
}
