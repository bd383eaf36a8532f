import Foundation

/// What nearly every story begins with, made once and copied for each test: a vault that trusts the police's issuer
/// and one auditor, Signe with a case of three items, and the officers Mads and Nina with signed cards.
enum World {
    static let media: String = {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Media"
    }()
    /// Signe's items in the order of their numbers, from 1.
    static let files = ["statement.pdf", "hallway.jpg", "hallway.mp4"]

    /// A copy of its own, with no custodian running.
    static func copy() async throws -> Sandbox {
        let made = try await template.value
        let sandbox = try Sandbox()
        let copied = try await sandbox.tool("cp", "-a", made.folder + "/.", sandbox.folder)
        guard copied.status == 0 else { throw CommandError(description: copied.err) }
        return sandbox
    }

    static func original(_ number: Int) throws -> [UInt8] { try Command.bytes(media + "/" + files[number - 1]) }

    private static let template = Task { try await make() }

    private static func make() async throws -> Sandbox {
        let world = try Sandbox()
        try world.removeWithThisProcess()
        for (person, name) in [
            ("drift", "Drift"), ("politi", "Politiets kortudsteder"), ("revisor", "Revisor"), ("mads", "Mads Krag"),
            ("nina", "Nina Dahl"), ("signe", "Signe Holm"),
        ] {
            try await world.prepare(person, "identity", "create", "--name", name)
        }
        try await world.prepare("drift", "vault", "init")
        try await world.prepare(
            "politi", "issuer", "create", "politi", "--role", "police", "--name", "Politi", "-o", "politi.issuer")
        for (person, name) in [("mads", "Mads Krag"), ("nina", "Nina Dahl")] {
            try await world.prepare(
                person, "card", "request", "--name", name, "--role", "police", "--organisation", "Politi", "-o",
                "\(person).request")
            try await world.prepare("politi", "issuer", "sign", "politi", "\(person).request", "-o", "\(person).card")
            try await world.prepare(person, "card", "accept", "\(person).card")
        }
        try world.write("revisor.card", try await world.prepare("revisor", "card", "show").outBytes)
        try await world.prepare(
            "drift", "vault", "trust", "--issuer", "politi.issuer", "--auditor", "revisor.card", "--keys-out", "Keys")
        let sheet = try await world.prepare("signe", "case", "create", "--title", "Noter", "--sheet", "sheet.html")
        try world.write("sheet.txt", sheet.outBytes)
        try await world.prepare(
            "signe", "add", media + "/statement.pdf", media + "/hallway.jpg", media + "/hallway.mp4")
        world.killCustodian(SIGTERM)
        return world
    }
}

extension Sandbox {
    /// Runs `bevis-audit` as the auditor.
    func auditor(_ words: String...) async throws -> Outcome {
        try await Command(folder: folder, environment: environment(of: "revisor")).run(["bevis-audit"] + words)
    }

    /// The auditor takes a bundle of today and verifies it.
    func audited() async throws -> Outcome {
        try? FileManager.default.removeItem(atPath: path("bundle"))
        try await prepare("revisor", "audit", "export", "--out", "bundle")
        return try await auditor("verify", "bundle", "--keys", "Keys", "-i", "h-revisor/identity.age")
    }

    /// Lends `items` of Signe's to Mads and returns the grant's first digits.
    func lend(_ items: [String], _ more: [String] = []) async throws -> String {
        let outcome = try await bevis(
            "signe", ["grant"] + items + ["--to", "mads.card", "--purpose", "Brud 12. november", "--json"] + more)
        guard outcome.status == 0, let facts = try outcome.json() as? [String: Any],
            let grant = facts["grant"] as? String
        else { throw CommandError(description: "no grant: \(outcome.err)") }
        return String(grant.prefix(8))
    }
}
