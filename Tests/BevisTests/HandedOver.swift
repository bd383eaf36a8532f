import AuditTrail
import Foundation
import Sharing
import SignedNote
import Sodium
import TransparencyLog

/// A handover folder of a case in which much has happened, made once by the real commands and copied for each test.
struct HandedOver {
    let world: Sandbox
    let folder = "out"

    static func copy() async throws -> HandedOver {
        let made = try await template.value
        let sandbox = try Sandbox()
        for name in ["out", "Keys", "other", "secret"] {
            let copied = try await sandbox.tool("cp", "-a", made.path(name), sandbox.path(name))
            guard copied.status == 0 else { throw CommandError(description: copied.err) }
        }
        return HandedOver(world: sandbox)
    }

    private static let template = Task { try await make() }

    /// Signe's case with an order, incidents, exhibits, and a story of lending: opened, refused, lent on, approved,
    /// declined, extended, revoked.
    private static func make() async throws -> Sandbox {
        let world = try await World.copy()
        try world.removeWithThisProcess()
        try await world.employ("birgit", "Birgit Holm")
        try await world.prepare(
            "signe", "order", "add", "tilhold", "--served", "2026-09-01", "--scope", "Må ikke henvende sig til mig")
        try await world.prepare(
            "signe", "incident", "add", "--what", "Stod ved døren", "--when", "2026-11-12 22:15", "--kind", "at-home",
            "--breach", "possible", "--order", "1", "--evidence", "2", "--evidence", "3", "--zone", "Europe/Copenhagen")
        let grant = try await world.lend(["2", "3"])
        try await world.prepare("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "-o", "a")
        _ = try await world.bevis("mads", "open", "1", "--grant", grant, "--purpose", "Brud", "--export", "-o", "b")
        try await world.prepare("signe", "revoke", grant)
        _ = try await world.given(
            [
                "2", "--to", "birgit.card", "--purpose", "Kontakt", "--rights", "list", "--lend", "read", "--lend-to",
                "police",
            ])
        for answer in [["approve", "--yes"], ["decline"]] {
            let child = try await world.bevis(
                "birgit", "grant", "1", "--to", "mads.card", "--purpose", "Anmeldelse", "--yes",
                "--json")
            let id = try await world.id(of: child)
            let answered = try await world.bevis("signe", answer + [id])
            guard answered.status == 0 else { throw CommandError(description: answered.err) }
        }
        let check = try await world.bevis("signe", "handover", "--order", "1", "--check", "--json")
        let found = try check.json() as? [[String: Any]] ?? []
        let answers = found.compactMap { $0["code"] as? String }.flatMap { ["--confirm", $0] }
        let written = try await world.bevis(
            "signe",
            ["handover", "--order", "1", "--to", "Politi", "--journal", "0100-1", "--out", world.path("out")]
                + answers)
        guard written.status == 0 else { throw CommandError(description: written.err) }
        // The keys of another vault, and the owner's own, with which she could lie.
        try await world.prepare("revisor", "vault", "init", "--vault", world.path("w"))
        try await world.prepare("revisor", "vault", "trust", "--vault", world.path("w"), "--keys-out", "other")
        let identity = try await world.prepare("signe", "unseal", "-p", "h-signe/identity.age")
        try world.write("secret", identity.outBytes)
        world.killCustodian(SIGTERM)
        return world
    }

    // MARK: Files

    func path(_ name: String) -> String { world.path(folder + "/" + name) }
    func read(_ name: String) throws -> [UInt8] { try world.read(folder + "/" + name) }
    func write(_ name: String, _ bytes: [UInt8]) throws { try world.write(folder + "/" + name, bytes) }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    /// All files, by their paths from the folder.
    func files() throws -> [String] {
        let all = FileManager.default.enumerator(atPath: world.path(folder))
        return (all?.compactMap { $0 as? String } ?? []).filter { name in
            (try? FileManager.default.attributesOfItem(atPath: path(name))[.type]) as? FileAttributeType == .typeRegular
        }.sorted()
    }

    func note() throws -> HandoverNote { try Unverified<HandoverNote>(parsing: try read("handover.note")).body }

    /// The lines of the log that tell of an event, as `data/custody/log/ENTRY`.
    func lines(_ event: Event) throws -> [String] {
        try files().filter { $0.hasSuffix(".record") }
            .filter { try Record(parsing: read($0)).event == event }.map { String($0.dropLast(7)) }
    }

    // MARK: Forging

    /// The owner's signing key.
    func owner() throws -> NoteSigner {
        let text = String(decoding: try world.read("secret"), as: UTF8.self)
        guard let found = text.firstMatch(of: /PRIVATE\+KEY\+\S+/) else { throw CommandError(description: "no key") }
        var bytes = Array(found.output.utf8)
        return try NoteSigner(parsing: SecretBytes(wiping: &bytes))
    }

    /// Writes manifests that fit the files as they are.
    func rewriteManifests() throws {
        func lines(_ names: [String]) throws -> [UInt8] {
            try names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.flatMap {
                SHA256.hash(try read($0)).hex + Array("  \($0)\n".utf8)
            }
        }
        try write("manifest-sha256.txt", try lines(try files().filter { $0.hasPrefix("data/") }))
        try write(
            "tagmanifest-sha256.txt",
            try lines(["bag-info.txt", "bagit.txt", "index.html", "manifest-sha256.txt"]))
    }

    /// Writes manifests and note anew, as somebody who holds `signer`'s key would: by default the owner herself.
    func reseal(
        by signer: NoteSigner? = nil, naming owner: VerifierKey? = nil, log: VerifierKey? = nil,
        checkpoint: [UInt8]? = nil
    ) throws {
        try rewriteManifests()
        try resign(by: signer, naming: owner, log: log, checkpoint: checkpoint)
    }

    /// Signs the manifests as they are.
    func resign(
        by signer: NoteSigner? = nil, naming owner: VerifierKey? = nil, log: VerifierKey? = nil,
        checkpoint: [UInt8]? = nil
    ) throws {
        let old = try note()
        let new = HandoverNote(
            caseID: old.caseID, owner: owner ?? old.owner, time: old.time, to: old.to, purpose: old.purpose,
            journal: old.journal, volume: old.volume, volumes: old.volumes, log: log ?? old.log,
            checkpoint: checkpoint ?? old.checkpoint, tagManifest: SHA256.hash(try read("tagmanifest-sha256.txt")))
        try write("handover.note", try Verified(new, signedBy: try signer ?? self.owner()).bytes)
    }

    // MARK: Checking

    /// What `bevis-audit verify-handover` and the page of Python say.
    func check(_ more: [String] = ["--keys", "Keys"]) async throws -> (audit: Outcome, python: Outcome) {
        let known = more.isEmpty ? [] : ["--log", try trustedLog()]
        let command = Command(folder: world.folder)
        async let audit = command.run(["bevis-audit", "verify-handover", folder] + more)
        async let python = command.run(["python3", HandedOver.checker, folder] + known)
        return try await (audit, python)
    }

    /// The log's key, as the operator gave it.
    func trustedLog() throws -> String {
        let policy = try LogPolicy(parsing: try world.read("Keys/policy"))
        return policy.logs.map { String(decoding: $0.key.text, as: UTF8.self) }.first ?? ""
    }

    static let checker =
        URL(filePath: World.media).deletingLastPathComponent().deletingLastPathComponent().path
        + "/Docs/Handover/check-handover.py"
}
